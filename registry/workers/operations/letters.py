"""Letters of the first log-in: to where their people live when they are printed, not when they were written."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from registry.accounts.states import Permission
from registry.businesses.operations import recipients_of_users
from registry.codes.derive import full_address
from registry.core.actor import Actor
from registry.core.errors import NotAllowedError, NotFoundError
from registry.core.ids import WorkerId
from registry.notices.operations import PrintedLetter, Recipient, print_letters, send_first_password_again
from registry.notices.queries import kinds_of_letters
from registry.notices.states import LetterKind
from registry.workers.derive import fields_of_address, full_name
from registry.workers.models import Worker


def recipient_of(worker: Worker, kind: LetterKind) -> Recipient:
    """To whom and where a letter to a worker goes."""
    name = full_name(worker.family_name, worker.middle_name, worker.given_name)
    postal_code, field = fields_of_address(kind, worker.card_address)
    address: str = getattr(worker, field)
    if field == "address":  # that of the card names its prefecture itself
        address = full_address(worker.prefecture, address)
    return Recipient(name, getattr(worker, postal_code), address)


@transaction.atomic
def print_letters_to_present_addresses(letter_ids: Collection[int], *, by: Actor, at: datetime) -> list[PrintedLetter]:
    """Print letters as `print_letters` does, each to the address that the register has for its person now."""
    letters = kinds_of_letters(letter_ids)
    accounts = {account_id for _, account_id, _ in letters}
    workers = {one.account_id: one for one in Worker.objects.filter(account_id__in=accounts).order_by("pk")}
    firms = recipients_of_users(accounts)
    present = {
        letter_id: recipient_of(workers[account_id], kind) if account_id in workers else firms[account_id]
        for letter_id, account_id, kind in letters
        if account_id in workers or account_id in firms
    }
    return print_letters(list(letter_ids), present=present, by=by, at=at)


@transaction.atomic
def send_worker_first_password_again(worker_id: WorkerId, *, by: Actor, at: datetime) -> bool:
    """Queue a letter with a new first password for a worker, as `send_first_password_again` does; the desk's part.

    Raises `NotFoundError`, or `MoveRefusedError` when the worker has chosen a password.
    """
    if not by.has(Permission.OFFICE_RESEND):
        raise NotAllowedError
    account_id = Worker.objects.filter(pk=worker_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise NotFoundError
    return send_first_password_again(account_id, by=by, at=at)
