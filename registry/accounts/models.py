"""Tables of accounts."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from registry.accounts.states import AccountState, Limited, Portal, Role


class Account(AbstractBaseUser):
    """One person's login. `login_id` is the worker ID, business ID, user ID, or a word for the office's people."""

    login_id = models.CharField(max_length=20, unique=True)
    portal = models.CharField(max_length=10)
    role = models.CharField(max_length=20)
    display_name = models.CharField(max_length=200)
    mail = models.EmailField(blank=True)
    state = models.CharField(max_length=20, default=AccountState.INITIAL)
    opened_at = models.DateTimeField()
    initial_password_at = models.DateTimeField(null=True)
    logged_out_at = models.DateTimeField(null=True)  # sessions begun before are worth nothing

    USERNAME_FIELD = "login_id"

    class Meta:
        db_table = "accounts_account"
        constraints = [
            models.CheckConstraint(condition=models.Q(portal__in=list(Portal)), name="accounts_portal_known"),
            models.CheckConstraint(condition=models.Q(role__in=list(Role)), name="accounts_role_known"),
            models.CheckConstraint(condition=models.Q(state__in=list(AccountState)), name="accounts_state_known"),
        ]


class SecurityCode(models.Model):
    """A six-digit code, hashed; void after five wrong tries, after use, or when a newer one is made."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    code_hash = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    wrong_tries = models.SmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_security_code"
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(ended_at=None), name="accounts_one_code_at_a_time"
            )
        ]


class WrongTries(models.Model):
    """Wrong passwords in a row for one ID as typed, existing or not, from one place (ruling 3)."""

    typed_id = models.CharField(max_length=64)
    place = models.CharField(max_length=64)
    in_a_row = models.SmallIntegerField(default=0)
    closed_until = models.DateTimeField(null=True)
    last_at = models.DateTimeField()

    class Meta:
        db_table = "accounts_wrong_tries"
        constraints = [models.UniqueConstraint(fields=["typed_id", "place"], name="accounts_tries_once")]


class Allowance(models.Model):
    """What an account, a device or a network has used up of a limit: nothing, once `used_until` is past."""

    kind = models.CharField(max_length=20)
    who = models.CharField(max_length=64)
    used_until = models.DateTimeField()

    class Meta:
        db_table = "accounts_allowance"
        constraints = [
            models.UniqueConstraint(fields=["kind", "who"], name="accounts_allowance_once"),
            models.CheckConstraint(condition=models.Q(kind__in=list(Limited)), name="accounts_allowance_kind_known"),
        ]
