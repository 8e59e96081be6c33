"""Found in records: how what a screening run shows comes onto the list, and nothing else of an extract.

It lists, and decides nothing. Whoever is not of age, or is there for the company she keeps, is not listed,
whatever came in; what was decided is opened again for records alone that nobody has seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

import polars as pl

from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.identification import listing
from pathways.domain.identification.consideration import Status
from pathways.domain.reach.police_view import PoliceView
from pathways.domain.terms import clocks, demographics, indicators
from pathways.domain.terms.demographics import EthnicityScheme
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.indicators import Heading
from pathways.domain.terms.law import FactOrOpinion, SubjectCategory
from pathways.domain.terms.routes import Route
from pathways.journey import evidence, findable, flagging, ledger, numbering, sight
from pathways.records.models import Consideration, Nominal, Observation, ScreeningRun

Tables = Mapping[str, pl.DataFrame]


class Screened(Protocol):
    """What screening answers: considered women, the records behind them, and what was counted."""

    @property
    def considerations(self) -> pl.DataFrame: ...
    @property
    def evidence(self) -> pl.DataFrame: ...
    @property
    def counts(self) -> Mapping[str, Any]: ...
    @property
    def edition(self) -> str: ...


@dataclass
class Filled:
    """How many women a run put on the list, joined to one who waited there, and left as decided."""

    listed: int = 0
    joined: int = 0
    stood: int = 0
    women: list[UUID] = field(default_factory=list)


#: In what capacity a record concerns her, the weightiest first.
_CAPACITY = (
    ("convicted_in", SubjectCategory.CONVICTED),
    ("suspect_in", SubjectCategory.SUSPECT),
    ("arrested_in", SubjectCategory.SUSPECT),
    ("victim_in", SubjectCategory.VICTIM),
    ("witness_in", SubjectCategory.WITNESS),
)
#: Words of one record that are kept: enough to judge by.
_MOST_WORDS = 600


def fill(
    run: ScreeningRun,
    extract_id: UUID | None,
    tables: Tables,
    screened: Screened,
    words: Mapping[str, str],
    comes_first: frozenset[str],
    *,
    by: Actor,
    at: datetime,
) -> Filled:
    """Puts what one extract showed onto the list, in the caller's transaction.

    `words` names each indicator's code as the catalogue does; `comes_first` are those that concern immediate
    safety. Whoever is not eligible, or is there for the company she keeps, is not listed, whatever came in.
    """
    women = screened.considerations["person_id"].cast(pl.String).to_list()
    about = _About(tables, women)
    known = _Known(by)
    seen: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in screened.evidence.iter_rows(named=True):
        seen[str(one["person_id"])].append(one)
    filled = Filled()
    for person_id in women:
        rows = seen.get(person_id, [])
        if not _may_list(rows) or not _is_adult(about.person(person_id), at):
            continue
        _put(run, extract_id, person_id, rows, about, known, words, comes_first, filled, by, at)
    if filled.women:
        ledger.collected(by=by, at=at, resource=Resource.OBSERVATION, subjects=filled.women)
    return filled


def _may_list(rows: Iterable[Mapping[str, Any]]) -> bool:
    return bool(
        listing.may_list(
            listing.Observed(one["indicator"], Heading(one["heading"]), bool(one["as_victim"]))
            for one in rows
        )
    )


def _is_adult(person: Mapping[str, Any], at: datetime) -> bool:
    born, today = person.get("date_of_birth"), clocks.local(at).date()
    return isinstance(born, date) and born <= today and demographics.age(born, on=today) >= 18


def _put(
    run: ScreeningRun,
    extract_id: UUID | None,
    person_id: str,
    rows: list[dict[str, Any]],
    about: _About,
    known: _Known,
    words: Mapping[str, str],
    comes_first: frozenset[str],
    filled: Filled,
    by: Actor,
    at: datetime,
) -> None:
    person = about.person(person_id)
    nominal = known.find(person_id, person)
    marks = {evidence.mark(person_id, one["indicator"], one["source_record"]): one for one in rows}
    row = None
    if nominal is not None:
        hers = list(sight.visible(Consideration, by).filter(nominal=nominal).order_by("-flagged_at"))
        row = next((one for one in hers if listing.takes_new_evidence(Status(one.status))), None)
        before = sight.visible(Observation, by).filter(consideration__in=hers, mark__in=list(marks))
        had = set(before.values_list("mark", flat=True))
        statuses = [Status(one.status) for one in hers]
        if row is None and not listing.opens_another(statuses, has_new_records=bool(set(marks) - had)):
            filled.stood += 1
            return
        if row is not None:
            marks = {mark: one for mark, one in marks.items() if mark not in had}
    else:
        nominal = known.make(person_id, person, about, by, at)
    if row is None:
        row = _list(run, nominal, rows, about, by, at)
        filled.listed += 1
    else:
        filled.joined += 1
    _observe(run, extract_id, row, marks, about, words, comes_first, by, at)
    _bring_up_to_date(row, run, rows, about.area(person_id), comes_first, bool(marks), at)
    filled.women.append(nominal.id)


def _list(
    run: ScreeningRun,
    nominal: Nominal,
    rows: list[dict[str, Any]],
    about: _About,
    by: Actor,
    at: datetime,
) -> Consideration:
    """A woman whom nobody has flagged: on the list from now, by the run, with its day and its clock."""
    under = {Heading(one["heading"]) for one in rows}
    named = ", ".join(one.label.lower() for one in evidence.ORDER if one in under)
    row = Consideration(
        organisation_id=by.organisation_id,
        nominal=nominal,
        route=Route.POLICE_SEARCH.value,
        flagged_at=at,
        flagged_by_id=by.account_id,
        flagged_by_name=by.name,
        why=f"Found in police records by a screening run that {by.name} asked for. Records under: {named}.",
        headings=[heading.value for heading in Heading if heading in under],
        fact_or_opinion=FactOrOpinion.FACT.value,
        is_flagged_by_hand=False,
        run=run,
        is_adult=True,
        is_recorded_female=True,
        evidence_at=at,
        police_view=PoliceView.RECEIVED.value,
        police_view_at=at,
    )
    flagging.count_as(row, nominal, at)
    numbering.insert(row)
    ledger.record(
        EventKind.FLAGGED, by=by, at=at, case_id=row.case_id, detail={"route": Route.POLICE_SEARCH.value}
    )
    flagging.to_screen(row, by=by, at=at)
    return row


def _observe(
    run: ScreeningRun,
    extract_id: UUID | None,
    row: Consideration,
    marks: Mapping[str, Mapping[str, Any]],
    about: _About,
    words: Mapping[str, str],
    comes_first: frozenset[str],
    by: Actor,
    at: datetime,
) -> None:
    for mark, one in marks.items():
        code, record = one["indicator"], str(one["source_record"])
        named = words.get(code) or (indicators.BY_CODE[code].words if code in indicators.BY_CODE else code)
        from_record = about.record(record)
        Observation(
            organisation_id=by.organisation_id,
            nominal_id=row.nominal_id,
            consideration=row,
            run=run,
            extract_id=extract_id,
            code=code,
            heading=one["heading"],
            words=named[:200],
            observed_on=one["observed_on"],
            source=str(one["source"] or "")[:40],
            source_record=record,
            says=from_record.says,
            grade=from_record.grade[:20],
            handling=from_record.handling[:40],
            fact_or_opinion=from_record.fact_or_opinion,
            is_as_victim=bool(one["as_victim"]),
            comes_first=code in comes_first,
            mark=mark,
            made_at=at,
        ).save(force_insert=True)


def _bring_up_to_date(
    row: Consideration,
    run: ScreeningRun,
    rows: list[dict[str, Any]],
    area: str,
    comes_first: frozenset[str],
    has_more: bool,
    at: datetime,
) -> None:
    days = [one["observed_on"] for one in rows if one["observed_on"]]
    firsts = [*days, *([row.first_evidence_on] if row.first_evidence_on else [])]
    lasts = [*days, *([row.latest_evidence_on] if row.latest_evidence_on else [])]
    row.run, row.is_recorded_female = run, True
    row.first_evidence_on, row.latest_evidence_on = min(firsts, default=None), max(lasts, default=None)
    row.comes_first = row.comes_first or any(one["indicator"] in comes_first for one in rows)
    row.area = area or row.area
    if has_more:
        row.evidence_at = at
    row.save()


# --- what an extract says of those who are listed, and of nobody else ---------------------------------


@dataclass(frozen=True, slots=True)
class _Record:
    """One record in words, with its grade, its handling and whether it is fact or opinion."""

    says: str = ""
    grade: str = ""
    handling: str = ""
    fact_or_opinion: str = ""


class _About:
    """Looks things up about the women who are listed. Other people's rows are not read out."""

    def __init__(self, tables: Tables, women: list[str]) -> None:
        self._persons = _by(tables.get("persons"), "person_id", women)
        links = tables.get("links")
        hers = _only(links, "from_id", women)
        self._links: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for one in hers:
            self._links[str(one["from_id"])].append(one)
        wanted = [str(one["to_id"]) for one in hers]
        self._events = _by(tables.get("events"), "event_id", wanted)
        self._places = _by(tables.get("locations"), "location_id", wanted)

    def person(self, person_id: str) -> Mapping[str, Any]:
        return self._persons.get(person_id, {})

    def category(self, person_id: str) -> SubjectCategory:
        relations = {str(one.get("relation")) for one in self._links[person_id]}
        return next((found for name, found in _CAPACITY if name in relations), SubjectCategory.OTHER)

    def _home(self, person_id: str) -> Mapping[str, Any]:
        at_home = [
            one for one in self._links[person_id] if one.get("relation") in ("lives_at", "tenant_of")
        ]
        at_home.sort(key=lambda one: str(one.get("from_date") or ""), reverse=True)
        return next((self._places[one["to_id"]] for one in at_home if one["to_id"] in self._places), {})

    def address(self, person_id: str) -> str:
        home = self._home(person_id)
        return ", ".join(str(home[name]) for name in ("address", "postcode") if home.get(name))

    def area(self, person_id: str) -> str:
        return str(self._home(person_id).get("area_code") or "")[:40]

    def record(self, source_record: str) -> _Record:
        """The record behind an observation: an event, or a link without who is at its other end."""
        event = self._events.get(source_record)
        if event is not None:
            parts = [str(event[name]) for name in ("kind", "type", "outcome") if event.get(name)]
            said = "; ".join(parts).replace("_", " ").capitalize()
            text = str(event.get("text") or "").strip()
            return _Record(
                f"{said}. {text}".strip()[:_MOST_WORDS],
                str(event.get("source_grade") or ""),
                str(event.get("handling") or ""),
                _fact(event.get("fact_or_opinion")),
            )
        parts = source_record.split(" ")
        if len(parts) == 3:
            one = self._link(*parts)
            since = f", from {one['from_date']}" if one.get("from_date") else ""
            until = f" to {one['to_date']}" if one.get("to_date") else ""
            kind = parts[2].split(":")[0].replace("_", " ")
            return _Record(
                f"A link in the records: {parts[1].replace('_', ' ')} ({kind}){since}{until}.",
                str(one.get("source_grade") or ""),
                str(one.get("handling") or ""),
                _fact(one.get("fact_or_opinion")),
            )
        return _Record()

    def _link(self, mine: str, relation: str, other: str) -> Mapping[str, Any]:
        me, them = mine.partition(":")[2], other.partition(":")[2]
        return next(
            (
                one
                for one in self._links.get(me, [])
                if one.get("relation") == relation and str(one.get("to_id")) == them
            ),
            {},
        )


def _fact(value: Any) -> str:
    return str(value) if value in set(FactOrOpinion) else ""


def _only(table: pl.DataFrame | None, column: str, keys: list[str]) -> list[dict[str, Any]]:
    if table is None or column not in table.columns or not keys:
        return []
    return table.filter(pl.col(column).cast(pl.String).is_in(keys)).to_dicts()


def _by(table: pl.DataFrame | None, column: str, keys: list[str]) -> dict[str, dict[str, Any]]:
    return {str(one[column]): one for one in _only(table, column, keys)}


class _Known:
    """The people whom this force has named before: by its own reference, else by name and birth."""

    def __init__(self, by: Actor) -> None:
        self._by_reference: dict[str, Nominal] = {}
        self._by_name: dict[tuple[str, str, date], Nominal] = {}
        for one in sight.visible(Nominal, by):
            self._keep(one)

    def _keep(self, one: Nominal) -> None:
        if one.police_reference:
            self._by_reference.setdefault(str(one.police_reference), one)
        if one.date_of_birth:
            name = (str(one.given_names).casefold(), str(one.surname).casefold(), one.date_of_birth)
            self._by_name.setdefault(name, one)

    def find(self, person_id: str, person: Mapping[str, Any]) -> Nominal | None:
        if (found := self._by_reference.get(person_id)) is not None:
            return found
        born = person.get("date_of_birth")
        if not isinstance(born, date):
            return None
        first, surname = str(person.get("first_name") or ""), str(person.get("surname") or "")
        return self._by_name.get((first.casefold(), surname.casefold(), born))

    def make(
        self, person_id: str, person: Mapping[str, Any], about: _About, by: Actor, at: datetime
    ) -> Nominal:
        scheme = str(person.get("ethnicity_scheme") or "")
        made = Nominal(
            organisation_id=by.organisation_id,
            given_names=str(person.get("first_name") or ""),
            surname=str(person.get("surname") or ""),
            other_names=" ".join(
                str(person[name]) for name in ("middle_names", "former_names") if person.get(name)
            ),
            date_of_birth=person.get("date_of_birth"),
            telephone=str(person.get("phone") or ""),
            address=about.address(person_id),
            police_reference=person_id,
            ethnicity_code=str(person.get("ethnicity_code") or "")[:10],
            ethnicity_scheme=scheme if scheme in set(EthnicityScheme) else "",
            subject_category=about.category(person_id).value,
            created_at=at,
            created_by_id=by.account_id,
        )
        made.save(force_insert=True)
        findable.nominal(made, by=by)
        self._keep(made)
        return made


def population(tables: Tables, *, on: date) -> dict[str, dict[str, int]]:
    """The women of 18 and over in an extract, by age band, ethnic group and area: who could be considered.

    Counts are of the force alone; they leave through disclosure control.
    """
    found: dict[str, dict[str, int]] = {
        name: defaultdict(int) for name in ("age_band", "ethnic_group", "area")
    }
    persons = tables.get("persons")
    if persons is None or not {"sex", "date_of_birth"} <= set(persons.columns):
        return {name: dict(counts) for name, counts in found.items()}
    homes = _homes(tables)
    wanted = [
        one for one in ("person_id", "sex", "date_of_birth", "ethnicity_code", "ethnicity_scheme")
        if one in persons.columns
    ]  # fmt: skip
    for one in persons.select(wanted).iter_rows(named=True):
        born = one["date_of_birth"]
        if str(one["sex"] or "").casefold() not in ("female", "f") or not isinstance(born, date) or born > on:
            continue
        band = demographics.age_band(born, on=on)
        if band is demographics.AgeBand.UNDER_18:
            continue
        found["age_band"][band.value] += 1
        found["ethnic_group"][_group(one.get("ethnicity_code"), one.get("ethnicity_scheme"))] += 1
        found["area"][homes.get(str(one.get("person_id")), "")] += 1
    return {name: dict(counts) for name, counts in found.items()}


def _homes(tables: Tables) -> dict[str, str]:
    links, places = tables.get("links"), tables.get("locations")
    if links is None or places is None or "area_code" not in places.columns:
        return {}
    areas = {str(key): str(area or "") for key, area in places.select("location_id", "area_code").iter_rows()}
    lives = links.filter(pl.col("relation").is_in(["lives_at", "tenant_of"]))
    return {
        str(person): areas[str(place)]
        for person, place in lives.select("from_id", "to_id").iter_rows()
        if str(place) in areas
    }


def _group(code: Any, scheme: Any) -> str:
    if not code or scheme not in set(EthnicityScheme):
        return ""
    try:
        said = demographics.ethnicity(str(code), EthnicityScheme(str(scheme)))
    except ValueError:
        return ""
    return said.group.value if isinstance(said, demographics.Ethnicity) else ""
