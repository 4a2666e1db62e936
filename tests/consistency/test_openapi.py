"""`api/openapi.yaml` says what the machine addresses do: the same addresses, shapes and codes, and real answers fit."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache, partial
from io import BytesIO
from typing import Any

import msgspec
import pytest
import time_machine
import yaml
from django.db import connection
from django.test import Client
from django.urls import get_resolver
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from api.problems import STATUSES, AddressError
from api.v1.devices import Registration
from config.texts import ROOT
from registry.accounts.states import LIMITS, Limited
from registry.histories.states import Reason
from registry.sites.queries import list_terminals
from registry.touches.operations.asking import Question
from registry.touches.operations.devices import make_pairing_code, revoke_device
from registry.touches.policy import MOST_BYTES, MOST_TOUCHES, ReadBatch, TouchItem
from registry.touches.states import Status, TouchState
from tests.factories.addresses import patterns
from tests.factories.cast import NOW, a_firm, a_gate, a_touch, a_worker, owner_of
from tests.factories.queue import a_job_worker

HEALTH = {"healthz", "readyz"}
TOUCHES, DEVICES, PEOPLE = "/api/v1/touches", "/api/v1/devices", "/api/v1/people"
SECRET = "/api/v1/devices/secret"
DOCUMENT = yaml.safe_load((ROOT / "api/openapi.yaml").read_text())
FORMATS = FormatChecker(formats=["date"])


def is_instant(text: object) -> bool:
    """Whether a text is a moment with its offset from UTC."""
    return not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None


FORMATS.checks("date-time", raises=ValueError)(is_instant)


def closed(part: Any) -> Any:
    """The document with every object closed, so that an answer's key that it does not name is an error."""
    if isinstance(part, list):
        return [closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    more = {"additionalProperties": False} if part.get("type") == "object" and "properties" in part else {}
    return {key: closed(value) for key, value in part.items()} | more


@cache
def documents() -> Registry[Any]:
    """The document as written, for requests, and closed, for answers."""
    return Registry().with_resources([
        ("urn:open", DRAFT202012.create_resource(DOCUMENT)),
        ("urn:closed", DRAFT202012.create_resource(closed(DOCUMENT))),
    ])  # fmt: skip


def check(value: Any, *steps: str, document: str = "urn:closed") -> None:
    """Raise `ValidationError` where a value does not fit the schema at a place of the document."""
    place = "/".join(step.replace("/", "~1") for step in steps)
    schema = {"$ref": f"{document}#/{place}"}
    Draft202012Validator(schema, registry=documents(), format_checker=FORMATS).validate(value)


def schema_named(name: str) -> Any:
    """A schema among the components."""
    return DOCUMENT["components"]["schemas"][name]


def place_of(*steps: str) -> tuple[Any, tuple[str, ...]]:
    """What stands at a place of the document, a reference followed, and where."""
    found = DOCUMENT
    for step in steps:
        found = found[step]
    if "$ref" in found:
        return place_of(*found["$ref"].removeprefix("#/").split("/"))
    return found, steps


def answers() -> Iterator[tuple[str, str, str, str]]:
    """Every answer in the document: path, method, status, code of the problem or nothing."""
    for path, item in DOCUMENT["paths"].items():
        for method in set(item) - {"description"}:
            for status in set(item[method]["responses"]) - {"5XX"}:
                found, _ = place_of("paths", path, method, "responses", status)
                problem = found["content"].get("application/problem+json")
                codes = problem["schema"]["properties"]["code"]["enum"] if problem else [""]
                yield from ((path, method, status, code) for code in codes)


def fits(path: str, method: str, answer: Any) -> None:
    """Raise where a real answer has not the status, type, headers or shape that the document promises."""
    found, where = place_of("paths", path, method, "responses", str(answer.status_code))
    for name, header in found.get("headers", {}).items():
        Draft202012Validator(header["schema"]).validate(answer.headers[name])
    check(answer.json(), *where, "content", answer.headers["Content-Type"], "schema")


class Scene:
    """A gate, a worker's card, and a fresh pairing code of the gate's terminal."""

    def __init__(self) -> None:
        self.firm = firm = a_firm()
        self.gate, self.card, self.client = a_gate(firm), a_worker(None), Client()
        terminal = list_terminals(self.gate.site_id)[0]
        self.code = make_pairing_code(terminal.id, by=owner_of(firm), at=NOW).code

    def send(self, *touches: Any, **more: Any) -> Any:
        """The answer to a batch."""
        return self.gate.post(json.dumps({"store": self.gate.store, "touches": touches, **more}).encode())

    def send_without_end(self) -> Any:
        """The answer after as many batches as a device may send that is not trusted any more."""
        revoke_device(self.gate.device.device_id, reason="紛失", by=owner_of(self.firm), at=NOW)
        for _ in range(LIMITS[Limited.REVOKED_DEVICE].times):
            self.send(a_touch(1, self.card))
        return self.send(a_touch(1, self.card))

    def register(self, **more: Any) -> Any:
        """The answer to a registration."""
        body = {"code": self.code, "store": "e" * 32, "name": "休憩所のPC", **more}
        return self.client.post(DEVICES, body, content_type="application/json")

    def register_without_end(self) -> Any:
        """The answer after as many wrong codes as a network may try."""
        for _ in range(LIMITS[Limited.PAIRING].times):
            self.register(code="0000-0000")
        return self.register(code="0000-0000")

    def ask(self, store: str, *, path: str = PEOPLE, **more: Any) -> Any:
        """The answer to a question of the gate's device."""
        return self.gate.post(json.dumps({"store": store}).encode(), path=path, **more)

    def pair(self, store: str, **more: Any) -> Any:
        """The answer to a further code of the gate's device."""
        body = {"code": self.code, "store": store, "name": "ゲートのPC"}
        return self.gate.post(json.dumps(body).encode(), path=DEVICES, **more)

    def in_pieces(self, path: str) -> Any:
        """The answer to a body that does not say how long it is."""
        more: Any = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "", "wsgi.input": BytesIO(b"{}")}
        return self.client.post(path, b"", content_type="application/json", **more)

    def too_large(self, path: str) -> Any:
        """The answer to a body larger than any that is read."""
        return self.client.post(path, b" " * (3 * MOST_BYTES), content_type="application/json")

    def ready(self) -> Any:
        """The answer of a server whose jobs somebody does."""
        a_job_worker()
        return self.client.get("/readyz")

    def unready(self) -> Any:
        """The answer of a server whose tables are not there."""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL search_path = nowhere")
            answer = self.client.get("/readyz")
            cursor.execute("SET LOCAL search_path = DEFAULT")
        return answer


# How each answer of the document comes about.
WAYS: dict[tuple[str, str, str, str], Callable[[Scene], Any]] = {
    (TOUCHES, "post", "200", ""): lambda scene: scene.send(a_touch(1, scene.card)),
    (TOUCHES, "post", "401", "DEVICE_UNKNOWN"): lambda scene: scene.gate.post(b"{}", signature="0" * 64),
    (TOUCHES, "post", "405", "METHOD"): lambda scene: scene.client.get(TOUCHES),
    (TOUCHES, "post", "409", "DEVICE_FORKED"): lambda scene: scene.send(a_touch(1, scene.card), store="f" * 32),
    (TOUCHES, "post", "413", "BATCH_SIZE"): lambda scene: scene.gate.post(b" " * (MOST_BYTES + 1)),
    (TOUCHES, "post", "422", "BATCH_SHAPE"): lambda scene: scene.gate.post(b"[]"),
    (TOUCHES, "post", "429", "TOO_OFTEN"): lambda scene: scene.send_without_end(),
    (DEVICES, "post", "201", ""): lambda scene: scene.register(),
    (DEVICES, "post", "403", "PAIRING_CODE"): lambda scene: scene.register(code="0000-0000"),
    (DEVICES, "post", "422", "STORE_SHAPE"): lambda scene: scene.register(store="E" * 32),
    (DEVICES, "post", "405", "METHOD"): lambda scene: scene.client.put(DEVICES),
    (DEVICES, "post", "409", "STORE_TAKEN"): lambda scene: scene.register(store=scene.gate.store),
    (DEVICES, "post", "422", "BATCH_SHAPE"): lambda scene: scene.register(name=""),
    (DEVICES, "post", "429", "TOO_OFTEN"): lambda scene: scene.register_without_end(),
    (DEVICES, "post", "200", ""): lambda scene: scene.pair(scene.gate.store),
    (DEVICES, "post", "401", "DEVICE_UNKNOWN"): lambda scene: scene.pair(scene.gate.store, signature="0" * 64),
    (DEVICES, "post", "409", "DEVICE_FORKED"): lambda scene: scene.pair("f" * 32),
    (SECRET, "post", "200", ""): lambda scene: scene.ask(scene.gate.store, path=SECRET),
    (SECRET, "post", "401", "DEVICE_UNKNOWN"): lambda scene: scene.ask("", path=SECRET, signature="0" * 64),
    (SECRET, "post", "405", "METHOD"): lambda scene: scene.client.get(SECRET),
    (SECRET, "post", "409", "DEVICE_FORKED"): lambda scene: scene.ask("f" * 32, path=SECRET),
    (SECRET, "post", "422", "BATCH_SHAPE"): lambda scene: scene.gate.post(b"[]", path=SECRET),
    (PEOPLE, "post", "200", ""): lambda scene: scene.ask(scene.gate.store),
    (PEOPLE, "post", "401", "DEVICE_UNKNOWN"): lambda scene: scene.ask(scene.gate.store, signature="0" * 64),
    (PEOPLE, "post", "405", "METHOD"): lambda scene: scene.client.get(PEOPLE),
    (PEOPLE, "post", "409", "DEVICE_FORKED"): lambda scene: scene.ask("f" * 32),
    (PEOPLE, "post", "422", "BATCH_SHAPE"): lambda scene: scene.gate.post(b"[]", path=PEOPLE),
    **{
        (path, "post", "411", "LENGTH"): partial(Scene.in_pieces, path=path)
        for path in (TOUCHES, DEVICES, SECRET, PEOPLE)
    },
    **{(path, "post", "413", "BODY_SIZE"): partial(Scene.too_large, path=path) for path in (DEVICES, SECRET, PEOPLE)},
    ("/healthz", "get", "200", ""): lambda scene: scene.client.get("/healthz"),
    ("/readyz", "get", "200", ""): lambda scene: scene.ready(),
    ("/readyz", "get", "503", ""): lambda scene: scene.unready(),
}


@pytest.fixture
def scene(db: None) -> Iterator[Scene]:
    with time_machine.travel(NOW, tick=False):
        yield Scene()


def test_the_paths_are_the_addresses_for_machines() -> None:
    machines = {
        f"/{where}"
        for where, pattern in patterns(get_resolver())
        if where in HEALTH or where.startswith("api/") or getattr(pattern.callback, "permission", None) == "device"
    }
    assert set(DOCUMENT["paths"]) == machines


def test_every_answer_of_the_document_is_brought_about_below() -> None:
    assert set(answers()) == set(WAYS)


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_a_real_answer_fits(scene: Scene, way: tuple[str, str, str, str]) -> None:
    path, method, status, code = way
    answer = WAYS[way](scene)
    assert (str(answer.status_code), answer.json().get("code", "")) == (status, code)
    fits(path, method, answer)


def test_the_example_of_a_problem_is_real(scene: Scene) -> None:
    answer = WAYS[TOUCHES, "post", "401", "DEVICE_UNKNOWN"](scene)
    content, _ = place_of("paths", TOUCHES, "post", "responses", "401", "content", "application/problem+json")
    assert answer.json() == content["examples"]["unknown"]["value"]


def test_texts_are_japanese_whatever_page_the_thread_made_before(scene: Scene) -> None:
    before = scene.register(code="0000-0000").json()
    scene.client.get("/", headers={"Accept-Language": "en"})
    assert scene.register(code="0000-0000").json() == before


def test_every_kind_of_result_fits(scene: Scene) -> None:
    firm_number = str(scene.gate.site_id)[:-2] + "22"
    one = a_touch(1, scene.card)
    answer = scene.send(
        one, one, a_touch(1, scene.card, "2026-11-20T09:00:00+09:00"),
        a_touch(2, scene.card, "1000-01-01T00:00:00+09:00"), {**one, "seq": 3, "card": f"{scene.card.worker_id}-99"},
        5, {"seq": 6}, {**one, "seq": 7, "card": "1234"}, {**one, "seq": 8, "card": "12345678901721-01"},
        {**one, "seq": 9, "site": firm_number}, lost=[[4, 4], [5, 5]],
    )  # fmt: skip
    fits(TOUCHES, "post", answer)
    results = answer.json()["results"]
    assert {result["status"] for result in results} == set(Status)
    refused = {result["code"] for result in results if result["status"] == Status.REFUSED}
    assert refused == set(schema_named("RefusedTouch")["properties"]["code"]["enum"])
    assert None in {result["seq"] for result in results}
    assert None in {result.get("work_day", "") for result in results}


def test_gaps_fit(scene: Scene) -> None:
    answer = scene.send(
        *[a_touch(2 * n, scene.card, f"2026-11-20T07:{n % 60:02}:{n // 60:02}+09:00") for n in range(1, 111)]
    )
    assert len(answer.json()["gaps"]) == 100
    fits(TOUCHES, "post", answer)


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 3 * MOST_BYTES])
def test_bodies_that_are_too_large_fit(scene: Scene, size: int) -> None:
    for path, answer in (
        (TOUCHES, scene.gate.post(b" " * size)),
        (DEVICES, scene.client.post(DEVICES, b" " * size, content_type="application/json")),
    ):
        fits(path, "post", answer)


def test_a_key_more_or_less_does_not_fit(scene: Scene) -> None:
    where = ("paths", TOUCHES, "post", "responses", "200", "content", "application/json", "schema")
    whole = WAYS[TOUCHES, "post", "200", ""](scene).json()
    check(whole, *where)
    result = whole["results"][0]
    for wrong in (
        {**whole, "more": 1}, {**whole, "highest": -1}, {**whole, "received_at": "now"},
        {**whole, "results": [{**result, "code": "X"}]}, {**whole, "results": [{**result, "work_day": "2026-13-01"}]},
        {**whole, "results": [{key: result[key] for key in ("index", "seq", "status")}]},
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            check(wrong, *where)


def test_the_words_are_those_of_the_code() -> None:
    assert schema_named("Reason")["enum"] == list(Reason)
    assert schema_named("StoredTouch")["properties"]["state"]["enum"] == list(TouchState)
    kinds = [
        place_of(*one["$ref"][2:].split("/"))[0]
        for one in schema_named("Receipt")["properties"]["results"]["items"]["oneOf"]
    ]
    assert {kind["properties"]["status"]["const"] for kind in kinds} == set(Status)
    of_touches = {code for path, _, _, code in answers() if path == TOUCHES} - {"", "METHOD", "LENGTH"}
    assert of_touches == {"DEVICE_UNKNOWN", "DEVICE_FORKED", "BATCH_SIZE", "BATCH_SHAPE", "TOO_OFTEN"}
    batch = schema_named("Batch")["properties"]["touches"]
    assert (batch["minItems"], batch["maxItems"]) == (1, MOST_TOUCHES)


def test_each_error_for_machines_is_answered_with_its_status() -> None:
    documented = {(status, code) for _, _, status, code in answers() if code}
    known = {(str(status), error.code) for error, status in STATUSES.items() if error is not AddressError}
    assert documented == known


def bare(schema: Any) -> Any:
    """A schema without words for people and references, patterns as JSON Schema writes them."""
    if isinstance(schema, list):
        return [bare(one) for one in schema]
    if not isinstance(schema, dict):
        return schema.replace(r"\A", "^").replace(r"\Z", "$") if isinstance(schema, str) else schema
    if "$ref" in schema:
        target, _ = place_of(*schema["$ref"].removeprefix("#/").split("/"))
        return bare(target | {key: value for key, value in schema.items() if key != "$ref"})
    return {key: bare(value) for key, value in schema.items() if key not in {"title", "description"}}


@pytest.mark.parametrize(
    ("name", "shape", "narrower"),
    [
        ("Touch", TouchItem, set()),
        ("Batch", ReadBatch, {"touches"}),
        ("Registration", Registration, {"store"}),
        ("Question", Question, set()),
    ],
)
def test_requests_are_described_as_they_are_read(name: str, shape: type, narrower: set[str]) -> None:
    _, components = msgspec.json.schema_components([shape])
    ours, read = schema_named(name), components[shape.__name__]
    assert ours["required"] == read["required"]
    assert set(ours["properties"]) == set(read["properties"])
    for key in set(ours["properties"]) - narrower:
        assert bare(ours["properties"][key]) == bare(read["properties"][key]), key


@pytest.mark.parametrize("given", [(), ("card",), ("token",), ("qr",), ("card", "token"), ("card", "qr", "token")])
def test_one_credential_is_asked_for_and_needed(scene: Scene, given: tuple[str, ...]) -> None:
    touch = {"seq": 1, "touched_at": "2026-11-20T07:58:00+09:00", **dict.fromkeys(given, scene.card.number)}
    stored = scene.send(touch).json()["results"][0]["status"] == Status.STORED
    validator = Draft202012Validator({"$ref": "urn:open#/components/schemas/Touch"}, registry=documents())
    assert validator.is_valid(touch) is stored is (len(given) == 1)


def examples() -> Iterator[tuple[str, ...]]:
    """Where the examples of the document stand."""
    for path, item in DOCUMENT["paths"].items():
        for method in set(item) - {"description"}:
            bodies = {("responses", status) for status in item[method]["responses"]} | {("requestBody",)}
            for body in bodies:
                media = item[method].get("requestBody", {}) if len(body) == 1 else item[method]["responses"][body[1]]
                for kind, content in media.get("content", {}).items():
                    if "examples" in content:
                        yield ("paths", path, method, *body, "content", kind)


@pytest.mark.parametrize("where", sorted(examples()), ids=lambda where: " ".join(where[1:5]))
def test_the_examples_fit(where: tuple[str, ...]) -> None:
    content, _ = place_of(*where)
    for example in content["examples"].values():
        check(example["value"], *where, "schema")


def test_the_example_of_a_batch_is_taken(scene: Scene) -> None:
    content, _ = place_of("paths", TOUCHES, "post", "requestBody", "content", "application/json")
    example = content["examples"]["day"]["value"]
    batch = {**example, "store": scene.gate.store}  # that of the example is another device's
    assert len(example["store"]) == len(scene.gate.store)
    answer = scene.gate.post(json.dumps(batch).encode())
    assert [result["status"] for result in answer.json()["results"]] == [Status.STORED, Status.STORED]
    fits(TOUCHES, "post", answer)
