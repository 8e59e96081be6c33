"""The tables of what else an agency sends: referrals, a provider's contacts and scores, reference figures."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pathways.analysis.pole.spec import CODE, DATE, FACT_OR_OPINION, NUMBER, PHONE, TABLES, Column, Table
from pathways.domain.terms.contact import Attendance, ContactMode
from pathways.domain.terms.routes import Door, Route

TIME, WHOLE, REFERENCE = "time", "whole", "reference"


def _words(**known: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType(known)


_FACT = Column("fact_or_opinion", CODE, also=("is_fact",), codes=FACT_OR_OPINION)
_YES_NO = _words(yes=("y", "true", "1", "t"), no=("n", "false", "0", "f"))
_OUR_REFERENCE = Column(
    "reference",
    REFERENCE,
    True,
    ("our_reference", "pathways_reference", "programme_reference", "client_reference", "her_reference"),
)
_ATTENDED = MappingProxyType(
    {
        Attendance.YES.value: ("attended", "y", "present", "came", "true", "1"),
        Attendance.LATE.value: ("attended_late", "l", "arrived_late"),
        Attendance.NO.value: ("did_not_attend", "dna", "n", "absent", "missed", "false", "0", "no_show"),
    }
)
_MODES = MappingProxyType(
    {
        ContactMode.FACE_TO_FACE.value: ("in_person", "f2f", "office", "one_to_one", "meeting"),
        ContactMode.HOME_VISIT.value: ("visit", "home"),
        ContactMode.TELEPHONE.value: ("phone", "call", "telephone_call", "tel"),
        ContactMode.VIDEO.value: ("teams", "zoom", "online", "video_call"),
        ContactMode.TEXT.value: ("sms", "whatsapp", "text_message", "text_messages"),
        ContactMode.GROUP.value: ("group_session", "workshop", "class"),
        ContactMode.ACCOMPANIED.value: ("accompanied_visit", "went_with_her", "escort"),
    }
)

REFERRALS = Table(
    "referrals",
    "",
    (
        Column("their_reference", also=("case_id", "case_ref", "case_reference", "id", "ref", "record_id")),
        Column("called", also=("preferred_name", "known_as", "likes_to_be_called")),
        Column("first_name", also=("forename", "given_name", "given_names", "first", "name")),
        Column("surname", also=("last_name", "family_name", "last")),
        Column("date_of_birth", DATE, also=("dob", "birth_date", "born", "d_o_b")),
        Column("phone", PHONE, also=("telephone", "mobile", "tel", "phone_number")),
        Column("email", also=("e_mail", "email_address")),
        Column("address", also=("home_address", "street", "address_line")),
        Column(
            "why",
            is_needed=True,
            also=("reason", "reason_for_referral", "referral_reason", "notes", "concern", "concerns"),
        ),
        Column(
            "she_knows", CODE, also=("aware", "consent", "client_aware", "knows_of_referral"), codes=_YES_NO
        ),
        Column(
            "route",
            CODE,
            also=("referral_route", "referred_by_type"),
            codes=MappingProxyType({one.value: () for one in Route if one.door is Door.OPEN}),
        ),
        _FACT,
    ),
    ("referral", "referred", "referrals_in"),
)
CONTACTS = Table(
    "contacts",
    "",
    (
        Column("their_reference", also=("contact_id", "event_id", "session_id", "id", "activity_id")),
        _OUR_REFERENCE,
        Column(
            "happened_on",
            DATE,
            True,
            ("date", "contact_date", "session_date", "when", "start_date", "activity_date"),
        ),
        Column("time", TIME, also=("start_time", "contact_time", "at")),
        Column("attended", CODE, True, ("attendance", "outcome", "status", "dna"), _ATTENDED),
        Column("mode", CODE, also=("type", "contact_type", "method", "channel"), codes=_MODES),
        Column("minutes", WHOLE, also=("duration", "length", "mins", "duration_minutes")),
        Column("note", also=("notes", "summary", "comments", "details")),
        _FACT,
    ),
    ("contact", "sessions", "activities", "appointments"),
)
ATTENDANCE = Table(
    "attendance",
    "",
    (
        Column("their_reference", also=("attendance_id", "register_id", "id")),
        _OUR_REFERENCE,
        Column("happened_on", DATE, True, ("date", "session_date", "group_date", "when")),
        Column("time", TIME, also=("start_time", "at")),
        Column("attended", CODE, True, ("attendance", "present", "status"), _ATTENDED),
        Column("group", also=("group_name", "course", "programme", "session", "activity")),
        Column("minutes", WHOLE, also=("duration", "length", "mins")),
        _FACT,
    ),
    ("register", "registers", "group_attendance"),
)
SCORES = Table(
    "scores",
    "",
    (
        Column("their_reference", also=("score_id", "id", "measurement_id")),
        _OUR_REFERENCE,
        Column("measured_on", DATE, True, ("date", "rated_on", "score_date", "completed_on", "when")),
        # of every row one of these two: a goal of hers in her words, or an instrument that the site has on
        Column("goal", also=("goal_words", "outcome", "target")),
        Column("instrument", also=("measure", "questionnaire", "tool")),
        Column("value", NUMBER, True, ("score", "rating", "nearness", "total")),
        _FACT,
    ),
    ("score", "ratings", "outcomes", "goal_ratings"),
)
POPULATION = Table(
    "population",
    "",
    (
        Column("area_code", is_needed=True, also=("area", "ltla21_code", "ltla_code", "lad_code", "code")),
        Column("area_name", also=("name", "ltla21_name", "ltla_name", "lad_name")),
        Column("age_band", also=("age", "age_group")),
        Column("ethnicity", also=("ethnic_group", "ethnicity_group")),
        Column("sex", also=("gender",)),
        Column("count", NUMBER, True, ("value", "n", "population", "number", "total_population")),
        Column("year", WHOLE, also=("census_year",)),
        Column("source"),
    ),
    ("populations", "census"),
)  # fmt: skip
BANK_HOLIDAYS = Table(
    "bank_holidays",
    "",
    (
        Column("date", DATE, True, ("day",), is_ahead=True),
        Column("name", is_needed=True, also=("title", "holiday", "event")),
    ),
    ("bank_holiday", "holidays"),
)
HARM_WEIGHTS = Table(
    "harm_weights",
    "",
    (
        Column("code", is_needed=True, also=("offence_code", "home_office_code", "ho_code", "offence_id")),
        Column("offence", also=("description", "offence_description", "name")),
        Column("weight", NUMBER, True, ("days", "harm", "score", "severity", "cchi", "css_weight")),
        Column("scheme", also=("index", "source")),
    ),
    ("harm", "harm_index", "severity", "cchi"),
)
PRICES = Table(
    "prices",
    "",
    (
        Column("item", is_needed=True, also=("name", "description", "cost_type", "offence")),
        Column("amount", NUMBER, True, ("cost", "unit_cost", "price", "central", "value")),
        Column("low", NUMBER, also=("lower", "low_estimate")),
        Column("high", NUMBER, also=("upper", "high_estimate")),
        Column("price_year", is_needed=True, also=("year", "prices_of", "base_year")),
        Column("source", also=("reference", "publication")),
        Column("per", also=("unit", "unit_of_cost")),
        Column("deflator", also=("indices",)),
        Column("falls_on", also=("agency", "bearer", "who_bears")),
    ),
    ("price", "unit_costs", "costs"),
)
INSTRUMENTS = Table(
    "instruments",
    "",
    (
        Column("instrument", is_needed=True, also=("measure", "tool", "name")),
        Column("version", also=("edition",)),
        Column("raw", NUMBER, True, ("raw_score", "raw_total", "from", "raw_value")),
        Column("converted", NUMBER, True, ("metric", "metric_score", "transformed", "to", "converted_score")),
    ),
    ("instrument", "conversion", "conversions", "conversion_table"),
)

#: The tables that a file of each kind may feed, by the stored value of the kind.
FOR_KIND: Mapping[str, Mapping[str, Table]] = MappingProxyType(
    {
        "pole": TABLES,
        "referrals": MappingProxyType({"referrals": REFERRALS}),
        "contacts": MappingProxyType({"contacts": CONTACTS}),
        "attendance": MappingProxyType({"attendance": ATTENDANCE}),
        "scores": MappingProxyType({"scores": SCORES}),
        "reference": MappingProxyType(
            {table.name: table for table in (POPULATION, BANK_HOLIDAYS, HARM_WEIGHTS, PRICES, INSTRUMENTS)}
        ),
    }
)
#: Every table there is, by its name.
EVERY: Mapping[str, Table] = MappingProxyType(
    {name: table for tables in FOR_KIND.values() for name, table in tables.items()}
)
