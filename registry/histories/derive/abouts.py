"""How messages name the entry or the edit of a day that they speak of."""

CLAIM, EDIT = "claim", "edit"


def about_claim(claim_id: int) -> str:
    """The words for an entered day."""
    return f"{CLAIM} {claim_id}"


def about_edit(edit_id: int) -> str:
    """The words for an edit of a day."""
    return f"{EDIT} {edit_id}"


def number_in(about: str, noun: str) -> int | None:
    """The number of a `CLAIM` or an `EDIT` in such words; None where they speak of something else."""
    said, _, number = about.partition(" ")
    return int(number) if said == noun and number.isascii() and number.isdigit() else None
