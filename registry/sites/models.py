"""Tables of sites. Periods and day boundaries are dated rows."""

from django.db import models
from django.db.models import Q

from registry.businesses.models import Business, BusinessUser, Unit
from registry.core.dated import has_days, once_at_a_time
from registry.core.form_keys import form_key_column
from registry.sites.states import LATEST_BOUNDARY
from registry.workers.models import Worker


class Site(models.Model):
    """A site. Its key is the site ID; the firm that opens it is its prime. A 仮現場 has none: see `UnregisteredSite`."""

    id = models.BigIntegerField(primary_key=True)
    business = models.ForeignKey(Business, on_delete=models.PROTECT, null=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True)  # 組織情報: whose of the prime's people see it
    name = models.CharField(max_length=200)
    prefecture = models.CharField(max_length=2)
    address = models.CharField(max_length=300)
    public_works = models.BooleanField()
    hazardous = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    closed_on = models.DateField(null=True)  # the first day on which nothing is expected any more
    # The key of the form that opened the site: a second click finds the first one's site.
    form_key = form_key_column()

    class Meta:
        db_table = "sites_site"
        indexes = [models.Index(fields=["business", "-opened_at"], name="sites_of_business")]


class SiteUser(models.Model):
    """担当: a site that is given to somebody who logs in for the prime, or for a firm in the structure (ruling 7).

    A 現場管理者 or 現場閲覧者 reaches these sites and no others; owners and 階層管理者 are named as who answers for it.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    user = models.ForeignKey(BusinessUser, on_delete=models.PROTECT)

    class Meta:
        db_table = "sites_user"
        constraints = [models.UniqueConstraint(fields=["user", "site"], name="sites_user_once")]


class UnregisteredSite(models.Model):
    """仮現場: a site that no prime has registered. Who opened it, and what its notice board shows (ruling 30).

    Its `site` holds name, address and terminals. Once it is joined to the site ID that the prime has got, it is closed.
    """

    site = models.OneToOneField(Site, on_delete=models.PROTECT, primary_key=True, related_name="unregistered")
    business = models.ForeignKey(Business, on_delete=models.PROTECT, null=True)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, null=True)
    labour_insurance = models.CharField(max_length=20, blank=True)  # 労働保険番号
    building_confirmation = models.CharField(max_length=60, blank=True)  # 建築確認番号
    corins = models.CharField(max_length=60, blank=True)  # コリンズ番号
    joined = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, related_name="joined_sites")
    joined_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sites_unregistered"
        constraints = [
            models.CheckConstraint(
                condition=Q(business=None, worker__isnull=False) | Q(business__isnull=False, worker=None),
                name="sites_unregistered_opened_by_one",
            ),
            models.CheckConstraint(
                condition=Q(joined=None, joined_at=None) | Q(joined__isnull=False, joined_at__isnull=False),
                name="sites_unregistered_joined_at_a_moment",
            ),
        ]


class SitePeriod(models.Model):
    """就業履歴蓄積期間: touches count from `from_on` until the day before `until_on`."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        db_table = "sites_period"
        constraints = [
            has_days("sites_period_has_days"),
            once_at_a_time("site", name="sites_one_period_at_a_time"),
        ]


class DayBoundary(models.Model):
    """When a day begins on a site, for unmatched touches (ruling 27)."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    begins_at = models.TimeField()
    from_on = models.DateField()
    withdrawn_at = models.DateTimeField(null=True)  # another hour was said from the same day on

    class Meta:
        db_table = "sites_day_boundary"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "from_on"], condition=Q(withdrawn_at=None), name="sites_boundary_once_a_day"
            ),
            models.CheckConstraint(condition=Q(begins_at__lte=LATEST_BOUNDARY), name="sites_boundary_before_noon"),
        ]


class Terminal(models.Model):
    """A place on a site where touches are made: a gate, an office."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    number = models.SmallIntegerField()
    name = models.CharField(max_length=100)
    poster_generation = models.SmallIntegerField(default=1)  # of its printed poster; those before it are withdrawn
    poster_up = models.BooleanField(default=False)  # whether a printed one hangs there, as the prime says
    # Of the secret address of a screen there.
    screen_hash = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 -- unique where there is one

    class Meta:
        db_table = "sites_terminal"
        constraints = [models.UniqueConstraint(fields=["site", "number"], name="sites_terminal_number_once")]
