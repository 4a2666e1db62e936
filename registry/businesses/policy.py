"""Who may read which field of a firm. Every column is decided here; a test fails while one is not."""

from registry.core.read_policy import ReadPolicy, Relation, field

SELF, OFFICE, OTHER = Relation.SELF, Relation.OFFICE, Relation.OTHER

BUSINESS_POLICY = ReadPolicy(
    "business",
    (
        field("id", SELF, OFFICE, OTHER),
        field("name", SELF, OFFICE, OTHER),
        field("kana", SELF, OFFICE, OTHER),
        field("kind", SELF, OFFICE, OTHER),
        field("representative", SELF, OFFICE),
        field("corporate_number", SELF, OFFICE),
        field("permit_authority", SELF, OFFICE),
        field("permit_class", SELF, OFFICE),
        field("permit_year", SELF, OFFICE),
        field("permit_number", SELF, OFFICE),
        field("capital_yen", SELF, OFFICE),
        field("postal_code", SELF, OFFICE),
        field("prefecture", SELF, OFFICE),
        field("address", SELF, OFFICE),
        field("phone", SELF, OFFICE),
        field("fax", SELF, OFFICE),
        field("officer_name", SELF, OFFICE),
        field("officer_phone", SELF, OFFICE),
        field("officer_mail", SELF, OFFICE),
        field("health_insurance", SELF, OFFICE),
        field("pension_insurance", SELF, OFFICE),
        field("employment_insurance", SELF, OFFICE),
        field("labour_insurance_number", SELF, OFFICE),
        field("kentaikyo_number", SELF, OFFICE),
        field("chutaikyo", SELF, OFFICE),
        field("special_accident_insurance", SELF, OFFICE),
        field("search_text"),
        field("registered_on", SELF, OFFICE),
        field("valid_until", SELF, OFFICE),
        # Look rows keep positions of this list: what is new goes to the end.
        field("officer_address", SELF, OFFICE),
        # Open to registered firms where the firm chose so (ruling 39); closed until it can choose.
        field("awards", SELF, OFFICE),
        field("clients", SELF, OFFICE),
        field("form_key"),
    ),
)
