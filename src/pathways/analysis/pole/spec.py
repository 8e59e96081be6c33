"""The tables of a POLE extract: their columns, what kind of value each holds, and the words for ties."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

#: kinds of value: what `standard` does with a column
ID, TEXT, DATE, NUMBER, CODE = "id", "text", "date", "number", "code"
SEX, ETHNICITY, SCHEME, POSTCODE, PHONE = "sex", "ethnicity", "scheme", "postcode", "phone"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `also` are other headings by which it is known; `codes` the words that it may hold."""

    name: str
    kind: str = TEXT
    is_needed: bool = False
    also: tuple[str, ...] = ()
    codes: Mapping[str, tuple[str, ...]] | None = None
    #: whether it is a day that may lie years ahead
    is_ahead: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `key` names a row of it; a table of ties has none."""

    name: str
    key: str
    columns: tuple[Column, ...]
    also: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def _codes(**known: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType(known)


EVENT_KINDS = _codes(
    crime=("offence", "crime_report", "occurrence", "recorded_crime"),
    incident=("log", "cad", "command_and_control", "call_for_service"),
    custody=("arrest", "detention", "custody_record"),
    stop_search=("stop_and_search", "search", "stop"),
    intelligence=("intel", "intelligence_report", "ir", "5x5x5", "3x5x2"),
    ppn=(
        "public_protection_notice",
        "vulnerability",
        "vulnerability_notice",
        "safeguarding",
        "merlin",
        "dash",
    ),
    missing=("misper", "missing_person", "missing_episode"),
    prison_visit=("visit", "prison_visits"),
    financial=("sar", "suspicious_activity", "transaction", "finance"),
    other=(),
)
OBJECT_KINDS = _codes(
    phone=("telephone", "mobile", "handset", "sim"),
    vehicle=("car", "van", "motorcycle"),
    account=("bank_account", "online_account", "email", "e_mail"),
    premises=("property", "address", "business"),
    document=("passport", "driving_licence", "identity_document"),
    drugs=("drug", "controlled_drug"),
    weapon=("firearm", "knife"),
    cash=("money", "currency"),
    other=("evidence", "item", "exhibit"),
)
#: relation: (kinds it may go from, kinds it may go to, other words for it)
RELATIONS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        "suspect_in": (("person",), ("event",), ("suspect", "suspected_of", "suspected_in", "named_suspect")),
        "arrested_in": (("person",), ("event",), ("arrested", "arrestee", "arrested_for", "detained")),
        "convicted_in": (("person",), ("event",), ("convicted", "offender", "convicted_of")),
        "victim_in": (("person",), ("event",), ("victim", "victim_of", "aggrieved", "complainant")),
        "witness_in": (("person",), ("event",), ("witness", "witness_to")),
        "present_at": (("person",), ("event",), ("present", "seen_at", "with")),
        "subject_of": (
            ("person",),
            ("event",),
            ("subject", "party_to", "involved", "involved_in", "nominal"),
        ),
        "partner_of": (
            ("person",),
            ("person",),
            ("partner", "spouse", "wife", "husband", "girlfriend", "boyfriend"),
        ),
        "former_partner_of": (("person",), ("person",), ("ex_partner", "former_partner", "ex_spouse", "ex")),
        "parent_of": (("person",), ("person",), ("parent", "mother", "father", "mother_of", "father_of")),
        "sibling_of": (("person",), ("person",), ("sibling", "sister", "brother", "sister_of", "brother_of")),
        "relative_of": (("person",), ("person",), ("relative", "family", "relation", "family_rel", "cousin")),
        "associate_of": (
            ("person",),
            ("person",),
            ("associate", "associates_with", "knows", "friend", "friend_of"),
        ),
        "visited": (("person",), ("person",), ("visit", "visitor_of", "visits")),
        "called": (("person",), ("person",), ("call", "calls", "phoned", "phone_call")),
        "in_debt_to": (("person",), ("person",), ("owes", "debtor_of", "debt_to")),
        "member_of": (("person",), ("group",), ("member", "membership")),
        "linked_to": (("person",), ("group",), ("linked", "link", "associated_with")),
        "lives_at": (
            ("person",),
            ("location",),
            ("lives", "resident_at", "resident", "current_address", "home_address", "address"),
        ),
        "tenant_of": (("person",), ("location",), ("tenant", "tenancy", "tenant_at")),
        "found_at": (("person",), ("location",), ("found", "located_at")),
        "uses": (("person", "event"), ("object",), ("use", "user_of", "has_phone", "has_email")),
        "holds": (
            ("person", "event"),
            ("object",),
            ("hold", "owns", "owner_of", "keeper", "registered_keeper"),
        ),
        "involves": (("person", "event"), ("object",), ("involve", "object_in", "exhibit_in")),
    }
)
END_KINDS = _codes(
    person=("persons", "people", "nominal"),
    event=("events", "crime", "incident", "offence"),
    location=("locations", "address", "place"),
    object=("objects", "item", "phone", "vehicle"),
    group=("groups", "ocg", "gang"),
)
FACT_OR_OPINION = _codes(fact=("f", "factual"), opinion=("o", "assessment", "intelligence"))

_GRADE = Column("source_grade", also=("grade", "grading", "intelligence_grade", "3x5x2", "5x5x5"))
_HANDLING = Column("handling", also=("handling_code", "handling_instructions", "marking"))
_FACT = Column("fact_or_opinion", CODE, also=("is_fact", "fact_opinion"), codes=FACT_OR_OPINION)

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (
            Table(
                "persons",
                "person_id",
                (
                    Column(
                        "person_id",
                        ID,
                        True,
                        (
                            "nominal_id",
                            "nominal_ref",
                            "nominal_no",
                            "subject_id",
                            "pnc_id",
                            "urn",
                            "person_ref",
                            "id",
                        ),
                    ),
                    Column(
                        "first_name",
                        also=(
                            "forename",
                            "given_name",
                            "first",
                            "name",
                            "given_names",
                            "forename_1",
                            "firstname",
                        ),
                    ),
                    Column(
                        "middle_names",
                        also=("middle_name", "middle", "other_names", "forename_2", "middlename"),
                    ),
                    Column("surname", also=("last_name", "family_name", "last", "lastname")),
                    Column(
                        "former_names",
                        also=("maiden_name", "alias", "aliases", "aka", "previous_names", "also_known_as"),
                    ),
                    Column("date_of_birth", DATE, also=("dob", "birth_date", "born", "birthdate", "d_o_b")),
                    Column("sex", SEX, also=("gender", "sex_code", "gender_code")),
                    Column(
                        "ethnicity_code",
                        ETHNICITY,
                        also=(
                            "ethnicity",
                            "self_defined_ethnicity",
                            "sde",
                            "ethnic_code",
                            "ethnic_appearance",
                            "16_1",
                            "18_1",
                        ),
                    ),
                    Column("ethnicity_scheme", SCHEME, also=("ethnicity_source", "ethnic_scheme")),
                    Column("nationality", also=("country_of_nationality", "nationality_code")),
                    Column(
                        "national_id",
                        also=(
                            "nhs_no",
                            "nhs_number",
                            "ni_number",
                            "nino",
                            "national_insurance",
                            "cro",
                            "pnc",
                            "pncid",
                            "cro_number",
                        ),
                    ),
                    Column(
                        "phone",
                        PHONE,
                        also=(
                            "telephone",
                            "mobile",
                            "phone_number",
                            "tel",
                            "phoneno",
                            "phone_no",
                            "mobile_number",
                        ),
                    ),
                    Column("email", also=("e_mail", "email_address", "mail")),
                    _FACT,
                ),
                ("person", "people", "nominals", "nominal", "subjects", "suspects"),
            ),
            Table(
                "events",
                "event_id",
                (
                    Column(
                        "event_id",
                        ID,
                        True,
                        (
                            "crime_ref",
                            "crime_number",
                            "crime_no",
                            "incident_id",
                            "incident_no",
                            "custody_ref",
                            "occurrence_no",
                            "crime_id",
                            "log_no",
                            "report_no",
                            "reference",
                            "id",
                        ),
                    ),
                    Column(
                        "kind",
                        CODE,
                        also=("event_kind", "record_type", "event_type_group"),
                        codes=EVENT_KINDS,
                    ),
                    Column(
                        "type",
                        also=(
                            "offence",
                            "offence_type",
                            "crime_type",
                            "event_type",
                            "category",
                            "offence_description",
                            "classification",
                        ),
                    ),
                    Column(
                        "occurred_on",
                        DATE,
                        also=(
                            "date",
                            "occurred",
                            "offence_date",
                            "date_occurred",
                            "event_date",
                            "committed_on",
                            "arrest_date",
                            "date_from",
                            "start_date",
                        ),
                    ),
                    Column(
                        "reported_on",
                        DATE,
                        also=("reported", "date_reported", "recorded_on", "created_on", "report_date"),
                    ),
                    Column("location_id", ID, also=("place_id", "address_id", "venue_id")),
                    Column("outcome", also=("last_outcome", "disposal", "result", "status")),
                    _GRADE,
                    _HANDLING,
                    Column(
                        "text",
                        also=(
                            "note",
                            "notes",
                            "narrative",
                            "mo",
                            "summary",
                            "description",
                            "details",
                            "free_text",
                        ),
                    ),
                    _FACT,
                ),
                (
                    "event",
                    "crimes",
                    "crime",
                    "incidents",
                    "incident",
                    "custody",
                    "stop_search",
                    "stop_searches",
                    "intelligence",
                    "ppn",
                    "ppns",
                    "missing",
                    "prison_visits",
                    "financial",
                    "offences",
                    "occurrences",
                ),
            ),
            Table(
                "locations",
                "location_id",
                (
                    Column("location_id", ID, True, ("place_id", "address_id", "uprn", "id")),
                    Column(
                        "address", also=("street", "address_line", "full_address", "address_1", "location")
                    ),
                    Column("postcode", POSTCODE, also=("post_code", "pcode", "zip")),
                    Column(
                        "area_code",
                        also=("area", "areacode", "lsoa", "ward_code", "beat", "ltla", "lsoa_code", "lad"),
                    ),
                    Column("latitude", NUMBER, also=("lat", "latitude_double")),
                    Column("longitude", NUMBER, also=("lon", "lng", "long", "longitude_double")),
                ),
                ("location", "places", "place", "addresses", "address"),
            ),
            Table(
                "objects",
                "object_id",
                (
                    Column(
                        "object_id",
                        ID,
                        True,
                        ("item_id", "phone_id", "vehicle_id", "property_id", "exhibit_id", "id"),
                    ),
                    Column(
                        "kind",
                        CODE,
                        also=("object_kind", "object_type", "type", "item_type"),
                        codes=OBJECT_KINDS,
                    ),
                    Column(
                        "identifier",
                        also=(
                            "reg",
                            "registration",
                            "vrm",
                            "imei",
                            "number",
                            "phoneno",
                            "phone_no",
                            "phone_number",
                            "serial_no",
                            "serial_number",
                            "email_address",
                            "account_number",
                        ),
                    ),
                    Column("description", also=("desc", "details", "item_description")),
                ),
                (
                    "object",
                    "items",
                    "property",
                    "vehicles",
                    "vehicle",
                    "phones",
                    "phone",
                    "exhibits",
                    "email",
                    "emails",
                ),
            ),
            Table(
                "groups",
                "group_id",
                (
                    Column("group_id", ID, True, ("ocg_id", "gang_id", "ocg_ref", "id")),
                    Column("name", also=("group_name", "ocg_name", "ocg")),
                    Column("tier", also=("band", "level")),
                    Column("owner", also=("lead", "lead_responsible_officer", "lro", "owning_unit")),
                    Column("review_date", DATE, also=("review", "next_review", "reviewed_on"), is_ahead=True),
                ),
                ("group", "ocgs", "ocg", "gangs", "crime_groups"),
            ),
            Table(
                "links",
                "",
                (
                    Column("from_kind", CODE, True, ("source_kind", "start_kind"), END_KINDS),
                    Column(
                        "from_id",
                        ID,
                        True,
                        ("source_id", "start_id", "person_id", "from", "left_id", "nominal_id", "person_1"),
                    ),
                    Column(
                        "relation",
                        CODE,
                        True,
                        ("role", "relationship", "rel_type", "link_type", "type", "involvement"),
                        MappingProxyType({name: words for name, (_, _, words) in RELATIONS.items()}),
                    ),
                    Column("to_kind", CODE, True, ("target_kind", "end_kind"), END_KINDS),
                    Column(
                        "to_id",
                        ID,
                        True,
                        ("target_id", "end_id", "event_id", "to", "right_id", "person_2", "related_id"),
                    ),
                    Column(
                        "from_date",
                        DATE,
                        also=("start_date", "since", "date", "link_date", "call_date", "from_on"),
                    ),
                    Column("to_date", DATE, also=("end_date", "until", "to_on"), is_ahead=True),
                    Column("source", also=("origin", "system", "source_system")),
                    _GRADE,
                    _HANDLING,
                    _FACT,
                ),
                (
                    "link",
                    "relationships",
                    "relationship",
                    "ties",
                    "relations",
                    "associations",
                    "involvements",
                    "roles",
                ),
            ),
        )
    }
)

#: Headings that speak of somebody's immigration status. They are recognised so that they are left out: an
#: extract is not a way by which it enters here, and what is not here cannot leave.
_IMMIGRATION = re.compile(
    r"immigration|visa_|_visa|^visa$|leave_to_remain|asylum|nrpf|no_recourse|right_to_(work|remain)|"
    r"residence_permit|settled_status|home_office_(ref|status)|removal_directions|deport|overstay|^brp(_|$)"
)


def plain(heading: str) -> str:
    """A heading without its spelling: `Date of Birth:string` and `date_of_birth` are one."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", heading.strip())
    return re.sub(r"[^a-z0-9]+", "_", parted.casefold()).strip("_")


def is_of_immigration(heading: str) -> bool:
    return _IMMIGRATION.search(plain(heading)) is not None


def places() -> Iterator[tuple[Table, Column]]:
    """Every column of every table."""
    for table in TABLES.values():
        for column in table.columns:
            yield table, column
