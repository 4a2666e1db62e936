"""Who may read which field of a worker (rulings 37, 38). Every column is decided here, private by default."""

from registry.core.read_policy import ReadPolicy, Relation, field
from registry.workers.states import ALL_OF_DAYS, DayItem

SELF, EMPLOYER, UPPER, OFFICE, OTHER = (
    Relation.SELF, Relation.EMPLOYER, Relation.UPPER_FIRM, Relation.OFFICE, Relation.OTHER,
)  # fmt: skip

WORKER_POLICY = ReadPolicy(
    "worker",
    (
        field("id", SELF, EMPLOYER, UPPER, OFFICE, OTHER),
        field("account"),
        field("registration_kind", SELF, EMPLOYER, OFFICE),
        field("family_name", SELF, EMPLOYER, UPPER, OFFICE),
        field("middle_name", SELF, EMPLOYER, UPPER, OFFICE),
        field("given_name", SELF, EMPLOYER, UPPER, OFFICE),
        field("family_kana", SELF, EMPLOYER, UPPER, OFFICE),
        field("given_kana", SELF, EMPLOYER, UPPER, OFFICE),
        field("alias", SELF, EMPLOYER, OFFICE),
        field("alias_on_card", SELF, EMPLOYER, OFFICE),
        field("birth_on", SELF, EMPLOYER, OFFICE),
        field("sex", SELF, EMPLOYER, OFFICE),
        field("blood_type", SELF, EMPLOYER, OFFICE),
        field("nationality", SELF, EMPLOYER, OFFICE),
        field("postal_code", SELF, EMPLOYER, OFFICE),
        field("prefecture", SELF, EMPLOYER, OFFICE),
        field("address", SELF, EMPLOYER, OFFICE),
        field("phone", SELF, EMPLOYER, OFFICE),
        field("fax", SELF, EMPLOYER, OFFICE),
        field("mail", SELF, EMPLOYER, OFFICE),
        field("card_postal_code", SELF, OFFICE),
        field("card_address", SELF, OFFICE),
        field("emergency_name", SELF, EMPLOYER, OFFICE),
        field("emergency_phone", SELF, EMPLOYER, OFFICE),
        field("emergency_address", SELF, EMPLOYER, OFFICE),
        field("experience", SELF, EMPLOYER, OFFICE),
        field("health_checked_on", SELF, EMPLOYER, OFFICE),
        field("blood_pressure", SELF, EMPLOYER, OFFICE),
        field("level", SELF, EMPLOYER, UPPER, OFFICE, OTHER),
        field("search_text"),
        field("registered_on", SELF, EMPLOYER, OFFICE),
        # What hangs on the worker, one block each.
        field("affiliations", SELF, EMPLOYER, OFFICE),
        field("trades", SELF, EMPLOYER, UPPER, OFFICE),
        field("insurances", SELF, EMPLOYER, UPPER, OFFICE),
        field("credentials", SELF, EMPLOYER, UPPER, OFFICE),
        # Look rows keep positions of this list: what is new goes to the end.
        field("latin_name", SELF, EMPLOYER, OFFICE),
        field("form_key"),
        # Whether the newest card can be used today; `disclosure` adds it, for cards stand below workers.
        field("card_valid", SELF, EMPLOYER, UPPER, OFFICE, OTHER),
        field("photo", SELF, EMPLOYER, UPPER, OFFICE),
        # Lines of a site's roster (trade, position, work, days); `disclosure` adds them (ruling 38).
        field("roster", SELF, EMPLOYER, UPPER, OFFICE),
        # Days for other firms while linked, without site and firm; `disclosure` adds them (ruling 38).
        field("days_elsewhere", EMPLOYER),
        # Days of work, as pages and files show them; `disclosure` adds what of them was shown (rulings 38, 40).
        *(field(one, SELF, EMPLOYER, UPPER, OFFICE) for one in DayItem),
        # What the firms above know instead of birth date and links; `disclosure` adds them (ruling 38).
        field("age", UPPER),
        field("employer", UPPER),
    ),
)
OWN_BLOCKS = frozenset({"affiliations", "trades", "insurances", "credentials"})
BLOCKS = OWN_BLOCKS | {"card_valid", "roster", "days_elsewhere", "age", "employer"} | ALL_OF_DAYS
