"""The first password of anybody: what it must not hold includes what only this noun knows."""

from datetime import datetime

from registry.accounts.derive import birth_words
from registry.accounts.operations import set_first_password
from registry.workers.models import Worker


def choose_first_password(account_id: int, *, present: str, new: str, at: datetime) -> None:
    """Change the initial password to an own one; a worker's must not hold the own birth date (ruling 3).

    Raises as `set_first_password` does.
    """
    birth_on = Worker.objects.filter(account_id=account_id).values_list("birth_on", flat=True).first()
    personal = birth_words(birth_on) if birth_on else []
    set_first_password(account_id, present=present, new=new, personal=personal, at=at)
