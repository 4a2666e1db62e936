"""Tables of firms."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models

from registry.accounts.models import Account
from registry.businesses.states import MOST_TIERS, BusinessKind, PermitClass
from registry.core.form_keys import form_key_column


class Business(models.Model):
    """A firm. Its key is the business ID. Sole proprietors without a trade name stand under their own name."""

    id = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=200)
    kana = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    representative = models.CharField(max_length=100)
    corporate_number = models.CharField(max_length=13, blank=True)
    permit_authority = models.CharField(max_length=20, blank=True)
    permit_class = models.CharField(max_length=2, blank=True)
    permit_year = models.CharField(max_length=4, blank=True)
    permit_number = models.CharField(max_length=10, blank=True)
    capital_yen = models.BigIntegerField(default=0)
    postal_code = models.CharField(max_length=8)
    prefecture = models.CharField(max_length=2)
    address = models.CharField(max_length=300)
    phone = models.CharField(max_length=20)
    fax = models.CharField(max_length=20, blank=True)
    officer_name = models.CharField(max_length=100)
    officer_phone = models.CharField(max_length=20, blank=True)
    officer_mail = models.EmailField(blank=True)
    officer_address = models.CharField(max_length=300, blank=True)
    health_insurance = models.CharField(max_length=10, blank=True)
    pension_insurance = models.CharField(max_length=10, blank=True)
    employment_insurance = models.CharField(max_length=10, blank=True)
    labour_insurance_number = models.CharField(max_length=14, blank=True)
    kentaikyo_number = models.CharField(max_length=20, blank=True)
    chutaikyo = models.BooleanField(null=True)
    special_accident_insurance = models.BooleanField(null=True)
    search_text = models.TextField()
    registered_on = models.DateField()
    valid_until = models.DateField()
    awards = models.TextField(blank=True)  # 表彰履歴
    clients = models.TextField(blank=True)  # 主要取引先
    # The key of the form that registered the firm: a second click finds the first one's firm.
    form_key = form_key_column()

    class Meta:
        db_table = "businesses_business"
        indexes = [GinIndex(OpClass("search_text", "gin_trgm_ops"), name="businesses_search")]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=list(BusinessKind)), name="businesses_kind_known"),
            models.CheckConstraint(
                condition=models.Q(permit_authority="", permit_class="", permit_year="", permit_number="")
                | models.Q(
                    permit_authority__regex=r"^[0-9]{2}$",
                    permit_class__in=list(PermitClass),
                    permit_year__regex=r"^[0-9]{4}$",
                    permit_number__regex=r"^[0-9]{1,6}$",
                ),
                name="businesses_permit_whole",
            ),
            models.CheckConstraint(condition=models.Q(capital_yen__gte=0), name="businesses_capital_not_negative"),
            models.CheckConstraint(
                condition=models.Q(id__gte=10_000_000_000_022, id__lte=99_999_999_999_922), name="businesses_id_shape"
            ),
        ]


class Unit(models.Model):
    """組織: a branch or department of a firm, in three tiers; sites are filed under it (ruling 7)."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    tier = models.SmallIntegerField()
    code = models.CharField(max_length=14)  # 階層ID, chosen by the firm
    name = models.CharField(max_length=100)
    kana = models.CharField(max_length=100)

    class Meta:
        db_table = "businesses_unit"
        constraints = [
            models.UniqueConstraint(fields=["business", "code"], name="businesses_unit_code_once"),
            models.CheckConstraint(
                condition=models.Q(parent=None, tier=1)
                | models.Q(parent__isnull=False, tier__gte=2, tier__lte=MOST_TIERS),
                name="businesses_unit_tier_fits",
            ),
            models.CheckConstraint(condition=models.Q(code__regex=r"^[0-9]{1,14}$"), name="businesses_unit_code_shape"),
        ]


class BusinessUser(models.Model):
    """One person who logs in for a firm, for all of it or for a unit and what is below it. Roles are those of the account."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT)
    account = models.OneToOneField(Account, on_delete=models.PROTECT)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True)
    # The key of the form that added the user: a second click finds the first one's user.
    form_key = form_key_column()

    class Meta:
        db_table = "businesses_user"
