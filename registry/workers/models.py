"""Tables of workers. 個人番号, insurance symbols and the basic pension number have no column, and get none."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q

from registry.accounts.models import Account
from registry.businesses.models import Business
from registry.core.dated import has_days, once_at_a_time
from registry.core.encrypted import EncryptedCharField, EncryptedDateField
from registry.core.form_keys import form_key_column
from registry.files.models import File
from registry.workers.states import (
    Confirmation,
    CredentialBlock,
    EndDisputeState,
    InsuranceItem,
    LinkRequestState,
    LinkSide,
    RegistrationKind,
    Sex,
)

MOST_TRADES = 4
LEVELS = (1, 2, 3, 4)
ONE_LINK, ONE_PRINCIPAL = "workers_one_link_to_a_firm_at_a_time", "workers_one_principal_at_a_time"


class Worker(models.Model):
    """A person. The key is the worker ID, for life."""

    id = models.BigIntegerField(primary_key=True)
    account = models.OneToOneField(Account, on_delete=models.PROTECT)
    registration_kind = models.CharField(max_length=10)
    family_name = models.CharField(max_length=60)
    middle_name = models.CharField(max_length=60, blank=True)
    given_name = models.CharField(max_length=60)
    family_kana = models.CharField(max_length=60)
    given_kana = models.CharField(max_length=60)
    alias = models.CharField(max_length=120, blank=True)
    alias_on_card = models.BooleanField(default=False)
    latin_name = models.CharField(max_length=120, blank=True)
    birth_on = models.DateField()
    sex = models.CharField(max_length=1)
    blood_type = EncryptedCharField(max_length=3, blank=True, null=True)
    nationality = models.CharField(max_length=40, default="日本")
    postal_code = models.CharField(max_length=8)
    prefecture = models.CharField(max_length=2)
    address = models.CharField(max_length=300)
    phone = models.CharField(max_length=20, blank=True)
    fax = models.CharField(max_length=20, blank=True)
    mail = models.EmailField(blank=True)
    card_postal_code = models.CharField(max_length=8, blank=True)
    card_address = models.CharField(max_length=300, blank=True)
    emergency_name = models.CharField(max_length=100, blank=True)
    emergency_phone = models.CharField(max_length=20, blank=True)
    emergency_address = models.CharField(max_length=300, blank=True)
    experience = models.TextField(blank=True)
    health_checked_on = EncryptedDateField(null=True)
    blood_pressure = EncryptedCharField(max_length=10, blank=True, null=True)
    level = models.SmallIntegerField(default=1)
    photo = models.OneToOneField(File, on_delete=models.PROTECT, null=True)
    search_text = models.TextField()
    registered_on = models.DateField()
    # The key of the form that registered the worker: a second click finds the first one's worker.
    form_key = form_key_column()

    class Meta:
        db_table = "workers_worker"
        indexes = [GinIndex(OpClass("search_text", "gin_trgm_ops"), name="workers_search")]
        constraints = [
            models.CheckConstraint(condition=Q(sex__in=list(Sex)), name="workers_sex_known"),
            models.CheckConstraint(
                condition=Q(registration_kind__in=list(RegistrationKind)), name="workers_kind_known"
            ),
            models.CheckConstraint(condition=Q(level__in=LEVELS), name="workers_level_known"),
            models.CheckConstraint(
                condition=Q(id__gte=10_000_000_000_021, id__lte=99_999_999_999_921), name="workers_id_shape"
            ),
        ]


class Affiliation(models.Model):
    """A link between worker and firm from day to day (ruling 14). A firm without an ID stands by name."""

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT)
    business = models.ForeignKey(Business, on_delete=models.PROTECT, null=True)
    business_name = models.CharField(max_length=200, blank=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    principal = models.BooleanField(default=False)
    # The link has not ended with this row: from `until_on` on the next one holds, as another employer became principal.
    goes_on = models.BooleanField(default=False, db_default=False)
    position = models.CharField(max_length=60, blank=True)
    ended_by = models.CharField(
        max_length=10, blank=True
    )  # the side that ended it; empty: open, or ended by the office
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "workers_affiliation"
        indexes = [models.Index(fields=["business", "from_on"], name="workers_of_business")]
        constraints = [
            has_days("workers_affiliation_has_days"),
            models.CheckConstraint(
                condition=Q(business__isnull=False) | ~Q(business_name=""), name="workers_affiliation_names_a_firm"
            ),
            models.CheckConstraint(
                condition=Q(goes_on=False) | Q(until_on__isnull=False, ended_at=None),
                name="workers_affiliation_goes_on_after_a_day",
            ),
            once_at_a_time("worker", "business", name=ONE_LINK),
            once_at_a_time("worker", name=ONE_PRINCIPAL, condition=Q(principal=True)),
        ]


class LinkRequest(models.Model):
    """One side's question for a link; the other side answers (ruling 14)."""

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT)
    business = models.ForeignKey(Business, on_delete=models.PROTECT)
    asked_by = models.CharField(max_length=10)
    from_on = models.DateField()
    principal = models.BooleanField(default=False)
    position = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, default=LinkRequestState.ASKED)
    asked_at = models.DateTimeField()

    class Meta:
        db_table = "workers_link_request"
        indexes = [models.Index(fields=["business", "state"], name="workers_link_requests_of_firm")]
        constraints = [
            models.UniqueConstraint(
                fields=["worker", "business"],
                condition=Q(state=LinkRequestState.ASKED),
                name="workers_one_open_request",
            ),
            models.CheckConstraint(condition=Q(asked_by__in=list(LinkSide)), name="workers_request_has_a_side"),
        ]


class EndDispute(models.Model):
    """One side's objection to the day on which the other ended a link: the day may be disputed, not the fact (ruling 14)."""

    affiliation = models.ForeignKey(Affiliation, on_delete=models.PROTECT)
    asked_by = models.CharField(max_length=10)
    until_on = models.DateField()
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, default=EndDisputeState.OPEN)
    asked_at = models.DateTimeField()

    class Meta:
        db_table = "workers_end_dispute"
        constraints = [
            models.UniqueConstraint(
                fields=["affiliation"], condition=Q(state=EndDisputeState.OPEN), name="workers_one_open_dispute"
            ),
            models.CheckConstraint(condition=Q(asked_by__in=list(LinkSide)), name="workers_dispute_has_a_side"),
            models.CheckConstraint(condition=~Q(reason=""), name="workers_dispute_has_a_reason"),
        ]


class WorkerTrade(models.Model):
    """A registered trade from day to day; the first is that of a day without a roster (ruling 25). At most four a day."""

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT)
    place = models.SmallIntegerField()
    trade = models.CharField(max_length=60)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        db_table = "workers_trade"
        constraints = [
            has_days("workers_trade_has_days"),
            once_at_a_time("worker", "place", name="workers_trade_place_once"),
            once_at_a_time("worker", "trade", name="workers_trade_once"),
            models.CheckConstraint(condition=Q(place__gte=1, place__lte=MOST_TRADES), name="workers_four_trades"),
        ]


# 証明書類で確認済 says when (ruling 10).
_CONFIRMED_ON_A_DAY = Q(confirmation=Confirmation.UNCONFIRMED) | (
    Q(confirmation__in=[Confirmation.CONFIRMED, Confirmation.LAPSED]) & Q(confirmed_on__isnull=False)
)


class Insurance(models.Model):
    """Whether a worker is in a scheme, and whether a document showed it (ruling 10)."""

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT)
    item = models.CharField(max_length=20)
    joined = models.BooleanField()
    kind = models.CharField(max_length=40, blank=True)
    number = models.CharField(max_length=9, blank=True)  # 被共済者番号 of kentaikyo, last four digits of employment
    confirmation = models.CharField(max_length=12, default=Confirmation.UNCONFIRMED)
    confirmed_on = models.DateField(null=True)
    evidence = models.CharField(max_length=60, blank=True)  # the kind of document that showed it

    class Meta:
        db_table = "workers_insurance"
        constraints = [
            models.UniqueConstraint(fields=["worker", "item"], name="workers_insurance_once"),
            models.CheckConstraint(condition=Q(item__in=list(InsuranceItem)), name="workers_insurance_known"),
            models.CheckConstraint(
                condition=Q(number="") | Q(item__in=[InsuranceItem.KENTAIKYO, InsuranceItem.EMPLOYMENT]),
                name="workers_no_forbidden_number",
            ),
            models.CheckConstraint(condition=_CONFIRMED_ON_A_DAY, name="workers_confirmed_on_a_day"),
        ]


class Credential(models.Model):
    """One qualification, training, award or schooling."""

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT)
    block = models.CharField(max_length=15)
    code = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=200)
    number = models.CharField(max_length=60, blank=True)
    body = models.CharField(max_length=200, blank=True)
    acquired_on = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    confirmation = models.CharField(max_length=12, default=Confirmation.UNCONFIRMED)
    confirmed_on = models.DateField(null=True)
    evidence = models.CharField(max_length=60, blank=True)

    class Meta:
        db_table = "workers_credential"
        indexes = [models.Index(fields=["worker", "block"], name="workers_credentials_of")]
        constraints = [
            models.CheckConstraint(condition=Q(block__in=list(CredentialBlock)), name="workers_credential_known"),
            models.CheckConstraint(condition=_CONFIRMED_ON_A_DAY, name="workers_credential_confirmed_on_a_day"),
        ]
