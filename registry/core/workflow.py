"""Workflows as tables: move, from-states, to-state. `audit.move()` refuses whatever is not in the table."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from registry.core.errors import MoveRefusedError


@dataclass(frozen=True)
class Step:
    """One row of a workflow: a move, the states it starts from, the state it leads to."""

    move: StrEnum
    sources: tuple[StrEnum, ...]
    target: StrEnum


@dataclass(frozen=True)
class Workflow:
    """The life of one kind of thing. `name` is the table that has the `state` column."""

    name: str
    initial: StrEnum
    steps: tuple[Step, ...]

    def target(self, move: StrEnum, state: str) -> StrEnum:
        """The state a move leads to. Raises `MoveRefusedError` when the table has no such row."""
        for step in self.steps:
            if step.move == move and state in step.sources:
                return step.target
        raise MoveRefusedError(workflow=self.name, move=str(move), state=state)

    def moves_from(self, state: str) -> list[StrEnum]:
        """The moves that the table has from a state."""
        return [step.move for step in self.steps if state in step.sources]

    def pairs(self) -> Iterator[tuple[StrEnum, StrEnum]]:
        """All (from, to) pairs; the trigger on the column lets only these pass."""
        for step in self.steps:
            for source in step.sources:
                yield source, step.target

    def trigger_sql(self) -> str:
        """SQL of the trigger that refuses any other change of the `state` column, whoever writes."""
        pairs = ", ".join(f"('{a}', '{b}')" for a, b in sorted(set(self.pairs())))
        function = f"{self.name}_state_guard"
        return f"""
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> '{self.initial}' THEN
      RAISE EXCEPTION '{self.name}: a new row starts as {self.initial}, not %', NEW.state USING ERRCODE = '23514';
    END IF;
  ELSIF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN ({pairs}) THEN
    RAISE EXCEPTION '{self.name}: no move from % to %', OLD.state, NEW.state USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER {function} BEFORE INSERT OR UPDATE OF state ON {self.name}
  FOR EACH ROW EXECUTE FUNCTION {function}();
"""

    def diagram(self) -> str:
        """The workflow as a Mermaid state diagram for the handbook."""
        rows = [f"    [*] --> {self.initial}"]
        rows += [f"    {source} --> {step.target}: {step.move}" for step in self.steps for source in step.sources]
        return "\n".join(["```mermaid", "stateDiagram-v2", *rows, "```"])
