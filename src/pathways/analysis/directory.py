"""A directory of services as others send it, read into plain records: nothing is guessed and nothing lost.

Three shapes are known: contracts of the Ministry of Justice's "Refer and monitor an intervention" (one JSON a
contract, with CSV tables of needs, outcomes and complexity beside them), Open Referral UK and HSDS 3 (a
service, a list or page of services, an organisation with its services, a service at a location), and a CSV
with one service a row. Files may be mixed in one folder.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from pathways.domain.terms.needs import Domain


class UnreadableError(Exception):
    """The path holds nothing that can be read as a directory; the text says which file and where."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One activity of a service."""

    need_area: str
    activity: str = ""
    delivery_method: str = ""
    delivery_location: str = ""


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """One service as a source describes it. `key` is the same at every taking in."""

    key: str
    source: str
    name: str
    organisation: str
    organisation_name: str = ""
    partners: tuple[str, ...] = ()
    contract_reference: str = ""
    kind: str = ""
    description: str = ""
    area: str = ""
    is_for_women_only: bool = False
    accepts_men: bool | None = None
    minimum_age: int | None = None
    maximum_age: int | None = None
    open_from: datetime | None = None
    open_until: datetime | None = None
    email: str = ""
    url: str = ""
    status: str = "active"
    offers: tuple[Offer, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A row of a source's own lists: a need, an outcome or a level of complexity."""

    key: str
    name: str
    need: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that cannot be taken in: where it stands, why, and the record itself."""

    place: str
    why: str
    row: Mapping[str, Any]


@dataclass(slots=True)
class Directory:
    """Everything that was read."""

    services: list[ServiceRecord] = field(default_factory=list)
    needs: list[Reference] = field(default_factory=list)
    outcomes: list[Reference] = field(default_factory=list)
    levels: list[Reference] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


MOJ, OPEN_REFERRAL, SHEET = "moj-contracts", "open-referral", "sheet"
#: what describes a package of tables and holds none of it
_DESCRIPTIONS = frozenset({"datapackage.json"})
_TABLES = {
    "service_categories.csv": "needs",
    "desired_outcomes.csv": "outcomes",
    "complexity_levels.csv": "levels",
}


def read(path: Path) -> Directory:
    """Reads a file or a folder. Raises UnreadableError with file and place for what is no directory."""
    if not path.exists():
        raise UnreadableError(f"{path}: there is no such file or folder")
    files = (
        sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
        if path.is_dir()
        else [path]
    )
    found = Directory()
    seen: dict[str, int] = {}
    for file in files:
        seen.clear()
        name = str(file.relative_to(path)) if path.is_dir() else file.name
        match file.suffix.casefold():
            case ".json" if file.name not in _DESCRIPTIONS:
                _read_json(file, name, found, seen)
            case ".csv":
                _read_csv(file, name, found, seen)
            case _:
                found.ignored.append(name)
    if not (found.services or found.needs or found.rejected):
        raise UnreadableError(f"{path}: no service was found in {len(files)} file(s)")
    found.services = _merged(found.services)
    return found


def _text_of(file: Path, name: str) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{name}: byte {error.start} is not UTF-8; save it as UTF-8") from None
    except OSError as error:
        raise UnreadableError(f"{name}: {error.strerror}") from None


def _read_json(file: Path, name: str, found: Directory, seen: dict[str, int]) -> None:
    try:
        body = json.loads(_text_of(file, name))
    except json.JSONDecodeError as error:
        raise UnreadableError(
            f"{name}: line {error.lineno}, column {error.colno}: {error.msg.lower()}"
        ) from None
    known = False
    for place, item, owner in _items(body):
        reader: Callable[..., ServiceRecord] | None = None
        if "contract_reference" in item or "intervention_title" in item:
            reader = _contract
        elif "name" in item and "id" in item:
            reader = _open_referral
        if reader is None:
            continue
        known = True
        try:
            record = reader(item, owner, f"{name}{place}")
        except ValueError as error:
            found.rejected.append(Rejected(f"{name}{place}", str(error), item))
            continue
        found.services.append(_numbered(record, seen, found))
    if not known:
        found.ignored.append(name)


def _items(body: Any) -> Iterator[tuple[str, dict[str, Any], Mapping[str, Any] | None]]:
    """Every service-shaped object with its place: whatever wraps it."""
    if isinstance(body, list):
        for number, item in enumerate(body, start=1):
            if isinstance(item, dict):
                yield from ((f" item {number}{place}", found, owner) for place, found, owner in _items(item))
    elif isinstance(body, dict):
        wrapped = next(
            (
                body[key]
                for key in ("contents", "content", "services", "items", "results")
                if _is_list(body.get(key))
            ),
            None,
        )
        if isinstance(body.get("service"), dict) and "location" in body:
            yield " service", body["service"], None
        elif wrapped is not None:
            owner = body if "name" in body and "contents" not in body else None
            for number, item in enumerate(wrapped, start=1):
                if not isinstance(item, dict):
                    continue
                if isinstance(item.get("service"), dict):
                    yield f" item {number}", item["service"], None
                elif "services" in item and _is_list(item["services"]):
                    yield from (
                        (f" item {number}{place}", found, whose) for place, found, whose in _items(item)
                    )
                elif _is_service(item) or owner is not None:
                    yield f" item {number}", item, owner
        elif "contract_reference" in body or "intervention_title" in body or _is_service(body):
            yield "", body, None


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


_ONLY_OF_SERVICES = ("status", "organization", "organization_id", "service_at_locations", "fees", "schedules")
_NEVER_OF_SERVICES = (
    "taxonomy_terms",
    "term",
    "organization_identifiers",
    "parent_organization_id",
    "openapi_url",
)


def _is_service(item: Mapping[str, Any]) -> bool:
    return (
        "id" in item
        and "name" in item
        and any(key in item for key in _ONLY_OF_SERVICES)
        and not any(key in item for key in _NEVER_OF_SERVICES)
    )


def _contract(item: Mapping[str, Any], owner: Mapping[str, Any] | None, place: str) -> ServiceRecord:
    reference = _words(item.get("contract_reference"))
    name = _words(item.get("intervention_title"))
    providers = _part(item, "providers")
    prime = _words(providers.get("prime_provider_code"))
    if not reference:
        raise ValueError("contract_reference is missing: give the contract's reference")
    if not name:
        raise ValueError("intervention_title is missing: give the service's name")
    if not prime:
        raise ValueError("providers.prime_provider_code is missing: say who provides it")
    eligible = _part(item, "eligibility")
    region = _part(item, "region")
    dates = _part(item, "scheduling")
    men = eligible.get("allows_male")
    return ServiceRecord(
        key=_words(item.get("internal_contract_id")) or reference,
        source=MOJ,
        name=name,
        organisation=prime,
        partners=tuple(
            dict.fromkeys(_words(code) for code in providers.get("subcontractor_codes") or [] if code)
        ),
        contract_reference=reference,
        kind=_words(item.get("contract_type_id")),
        description=_words(item.get("short_description"), lines=True),
        area=_words(region.get("pcc_region_code")) or _words(region.get("nps_region_code")),
        is_for_women_only=eligible.get("allows_female") is True and men is False,
        accepts_men=men if isinstance(men, bool) else None,
        minimum_age=_whole(eligible.get("minimum_age"), "eligibility.minimum_age"),
        maximum_age=_whole(eligible.get("maximum_age"), "eligibility.maximum_age"),
        open_from=_moment(dates.get("hide_before"), "scheduling.hide_before"),
        open_until=_moment(dates.get("hide_after"), "scheduling.hide_after"),
        email=_words(item.get("incoming_distribution_email")),
        offers=tuple(
            Offer(
                _words(each.get("need_area")) or "Not said",
                _words(each.get("activity"), lines=True),
                _words(each.get("delivery_method")),
                _words(each.get("delivery_location"), lines=True),
            )
            for each in item.get("activities") or []
            if isinstance(each, dict)
        ),
        place=place,
    )


def _part(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = item.get(name)
    return found if isinstance(found, dict) else {}


def _open_referral(item: Mapping[str, Any], owner: Mapping[str, Any] | None, place: str) -> ServiceRecord:
    key, name = _words(item.get("id")), _words(item.get("name"))
    if not key:
        raise ValueError("id is missing: give the service's id")
    if not name:
        raise ValueError("name is missing: give the service's name")
    whose = item.get("organization")
    if not isinstance(whose, dict):
        whose = owner or {}
    areas = [_words(each.get("name")) for each in item.get("service_areas") or [] if isinstance(each, dict)]
    offers = []
    for each in item.get("attributes") or []:
        term = each.get("taxonomy_term") if isinstance(each, dict) else None
        if isinstance(term, dict) and _words(term.get("name")):
            offers.append(Offer(_words(term.get("name")), _words(term.get("description"), lines=True)))
    return ServiceRecord(
        key=key,
        source=OPEN_REFERRAL,
        name=name,
        organisation=_words(whose.get("id")) or _words(item.get("organization_id")),
        organisation_name=_words(whose.get("name")),
        description=_words(item.get("description"), lines=True),
        area=", ".join(area for area in areas if area)[:120],
        minimum_age=_whole(item.get("minimum_age"), "minimum_age"),
        maximum_age=_whole(item.get("maximum_age"), "maximum_age"),
        email=_words(item.get("email")),
        url=_words(item.get("url")),
        status=_words(item.get("status")) or "active",
        offers=tuple(offers),
        place=place,
    )


def _numbered(record: ServiceRecord, seen: dict[str, int], found: Directory) -> ServiceRecord:
    """A key that a file gives to several services is told apart by its place, so that none is lost."""
    from dataclasses import replace

    count = seen[record.key] = seen.get(record.key, 0) + 1
    if count == 1:
        return record
    if count == 2:
        found.notes.append(f"{record.place}: the id {record.key} is given to several services; each is kept")
    return replace(record, key=f"{record.key}#{count}")


def _merged(services: list[ServiceRecord]) -> list[ServiceRecord]:
    """One record a key: what a later file says completes what an earlier one left out."""
    from dataclasses import fields, replace

    found: dict[tuple[str, str], ServiceRecord] = {}
    for record in services:
        name = (record.source, record.key)
        earlier = found.get(name)
        if earlier is None:
            found[name] = record
            continue
        said = {
            each.name: getattr(record, each.name)
            for each in fields(record)
            if each.name != "place" and getattr(record, each.name) not in (None, "", (), False)
        }
        found[name] = replace(earlier, **said)
    return list(found.values())


def _read_csv(file: Path, name: str, found: Directory, seen: dict[str, int]) -> None:
    rows = csv.DictReader(io.StringIO(_text_of(file, name)))
    columns = [each.strip() for each in rows.fieldnames or []]
    rows.fieldnames = columns
    kept = [
        (number, {k: (v or "").strip() for k, v in row.items() if k}) for number, row in enumerate(rows, 2)
    ]
    if (table := _TABLES.get(file.name)) is not None or {"id", "service_category_id"} <= set(columns):
        table = table or ("levels" if "title" in columns else "outcomes")
        target: list[Reference] = getattr(found, table)
        for number, row in kept:
            if not row.get("id"):
                found.rejected.append(Rejected(f"{name} row {number}", "id is missing", row))
                continue
            target.append(
                Reference(
                    row["id"],
                    row.get("name") or row.get("title") or "",
                    row.get("service_category_id", ""),
                    row.get("description", ""),
                )
            )
        return
    if not {"name", "organisation"} <= {column.casefold() for column in columns}:
        found.ignored.append(name)
        return
    for number, raw in kept:
        row = {key.casefold(): value for key, value in raw.items()}
        place = f"{name} row {number}"
        try:
            if not row.get("name"):
                raise ValueError("name is missing: give the service's name")
            if not row.get("organisation"):
                raise ValueError("organisation is missing: say who provides it")
            needs = [need.strip() for need in row.get("needs", "").split(";") if need.strip()]
            record = ServiceRecord(
                key=row.get("id") or f"{row['organisation']}/{row['name']}".casefold(),
                source=SHEET,
                name=row["name"],
                organisation=row["organisation"],
                organisation_name=row["organisation"],
                description=row.get("description", ""),
                area=row.get("area", ""),
                is_for_women_only=row.get("women_only", "").casefold() in ("yes", "true", "1"),
                minimum_age=_whole(row.get("minimum_age"), "minimum_age"),
                maximum_age=_whole(row.get("maximum_age"), "maximum_age"),
                email=row.get("email", ""),
                url=row.get("url", ""),
                offers=tuple(Offer(need) for need in needs),
                place=place,
            )
        except ValueError as error:
            found.rejected.append(Rejected(place, str(error), raw))
            continue
        found.services.append(_numbered(record, seen, found))


def _words(value: Any, *, lines: bool = False) -> str:
    if value is None or isinstance(value, (dict, list)):
        return ""
    text = str(value).replace("\u00a0", " ").strip()
    return text if lines else re.sub(r"\s+", " ", text)


def _whole(value: Any, name: str) -> int | None:
    if value in (None, ""):
        return None
    try:
        number = int(str(value))
    except ValueError:
        raise ValueError(f"{name} is not a whole number: {str(value)[:40]}") from None
    if not 0 <= number <= 150:
        raise ValueError(f"{name} is not an age: {number}")
    return number


def _moment(value: Any, name: str) -> datetime | None:
    """A moment from a date or a date and time; a date alone is its first moment in UTC."""
    if value in (None, ""):
        return None
    text = re.sub(r"([+-]\d{2})$", r"\1:00", str(value).strip())
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{name} is not a date: {str(value)[:40]}") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


_ALIKE = (
    ("accommodation", Domain.HOUSING, ("accommodation", "housing", "homeless", "tenancy")),
    ("education", Domain.WORK_AND_LEARNING, ("ete", "education", "training", "employment", "skills")),
    ("finance", Domain.MONEY, ("finance", "benefit", "debt", "money", "welfare")),
    (
        "dependency",
        Domain.SUBSTANCE_USE,
        ("dependency", "recovery", "substance", "drug", "alcohol", "addiction"),
    ),
    ("lifestyle", Domain.ASSOCIATES, ("lifestyle", "associates", "offending", "peer")),
    ("family", Domain.CHILDREN, ("family", "significant others", "children", "parent")),
    ("emotional", Domain.MENTAL_HEALTH, ("emotional", "wellbeing", "mental", "counselling", "psycholog")),
    ("social inclusion", Domain.IDENTITY, ("social inclusion", "inclusion", "mentoring", "community")),
    ("abuse", Domain.SAFETY, ("abuse", "violence", "refuge", "safety")),
    ("relationship", Domain.RELATIONSHIPS, ("relationship",)),
    ("health", Domain.PHYSICAL_HEALTH, ("health", "gp", "dental")),
)


def domain_of(need_area: str) -> Domain | None:
    """The part of her life that a source's need belongs to by its plain words; None when none fits."""
    text = need_area.casefold()
    for _, domain, words in _ALIKE:
        if any(re.search(rf"\b{re.escape(word)}", text) for word in words):
            return domain
    return None
