"""The directory of services: taken in whole from what partners publish, again and again without harm."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction

from pathways.analysis import directory as reading
from pathways.domain import decision
from pathways.domain.governance.actors import Actor
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import Regime, Role, Sector
from pathways.journey import ledger
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    ComplexityLevel,
    DesiredOutcome,
    NeedCategory,
    Organisation,
    OrganisationTerm,
    Service,
    ServiceOffer,
)

MAY_TAKE_IN = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})


@dataclass(slots=True)
class Tally:
    """What a taking in did, or would do."""

    services: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    organisations_new: int = 0
    offers: int = 0
    needs: int = 0
    outcomes: int = 0
    levels: int = 0
    rejected: int = 0
    assumed_sector: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


class _OnlyLookingError(Exception):
    """Raised to take back what a dry run wrote."""


def take_in(
    *,
    found: reading.Directory,
    by: Actor,
    at: datetime,
    mapping: dict[str, Any] | None = None,
    operator: str = "",
    dry_run: bool = False,
) -> Outcome:
    """Takes a directory in, all of it or nothing. `mapping` names organisations: {code: {name, sector}}.

    A provider whose sector nobody said is taken for third sector, and is named in the answer so that
    somebody can put it right. A dry run says what would happen and writes nothing.
    """
    if by.role not in MAY_TAKE_IN:
        return refusal(
            decision.no(
                "Only a coordinator or an administrator takes in the directory.", ask="the coordinator"
            )
        )
    tally = Tally(rejected=len(found.rejected))
    try:
        with transaction.atomic():
            _write(found, tally, mapping or {}, at)
            batch = str(uuid4())
            ledger.record(EventKind.TAKEN_IN, by=by, at=at, detail={"batch": batch, "kind": "directory"})
            ledger.took_in(by=by, at=at, what="directory", operator=operator, found=tally.services)
            if dry_run:
                raise _OnlyLookingError
    except _OnlyLookingError:
        pass
    return done(tally=tally)


def _write(found: reading.Directory, tally: Tally, mapping: dict[str, Any], at: datetime) -> None:
    categories = _references(found, tally)
    organisations: dict[str, Organisation] = {}
    for record in found.services:
        _take_in_service(record, categories, organisations, tally, mapping, at)


def _references(found: reading.Directory, tally: Tally) -> dict[str, NeedCategory]:
    """The source's own lists. Answers the categories by their key and by their words."""
    known: dict[str, NeedCategory] = {}
    for row in found.needs:
        domain = reading.domain_of(row.name)
        category, _ = NeedCategory.objects.update_or_create(
            external_id=row.key,
            defaults={"name": row.name, "source": reading.MOJ, "domain": domain.value if domain else ""},
        )
        known[row.key] = category
        tally.needs += 1
    for row in found.outcomes:
        if row.need in known:
            DesiredOutcome.objects.update_or_create(
                external_id=row.key, defaults={"category": known[row.need], "description": row.text}
            )
            tally.outcomes += 1
    for row in found.levels:
        if row.need in known:
            ComplexityLevel.objects.update_or_create(
                external_id=row.key,
                defaults={"category": known[row.need], "title": row.name, "description": row.text},
            )
            tally.levels += 1
    for category in NeedCategory.objects.all():
        known.setdefault(category.external_id, category)
        known.setdefault(category.name.casefold(), category)
    return known


def _category_for(area: str, known: dict[str, NeedCategory]) -> NeedCategory:
    """The category that a need's words belong to; a new one in the source's words where none fits."""
    if (exact := known.get(area.casefold())) is not None:
        return exact
    domain = reading.domain_of(area)
    if domain is not None:
        fitting = next((c for c in known.values() if c.domain == domain.value), None)
        if fitting is not None:
            known[area.casefold()] = fitting
            return fitting
    made, _ = NeedCategory.objects.get_or_create(
        external_id=f"words:{area.casefold()}"[:120],
        defaults={"name": area[:255], "domain": domain.value if domain else ""},
    )
    known[area.casefold()] = made
    return made


def _organisation(
    code: str,
    name: str,
    known: dict[str, Organisation],
    tally: Tally,
    mapping: dict[str, Any],
    at: datetime,
) -> Organisation:
    code = code or "not-said"
    if code in known:
        return known[code]
    said = mapping.get(code) or {}
    organisation = Organisation.objects.filter(code=code[:60]).first()
    if organisation is None:
        sector = Sector(said.get("sector", Sector.THIRD_SECTOR.value))
        organisation = Organisation.objects.create(
            code=code[:60],
            name=str(said.get("name") or name or _from_code(code))[:200],
            sector=sector.value,
            regime=(Regime.LAW_ENFORCEMENT if sector is Sector.POLICE else Regime.GENERAL).value,
            from_date=at.date(),
        )
        OrganisationTerm.objects.create(
            organisation=organisation,
            name=organisation.name,
            sector=organisation.sector,
            regime=organisation.regime,
            from_date=at.date(),
            because="Taken in with the directory",
        )
        tally.organisations_new += 1
        if "sector" not in said:
            tally.assumed_sector.append(organisation.name)
    known[code] = organisation
    return organisation


def _from_code(code: str) -> str:
    """A provider's code as words: BEDFORD_WOMENS_CENTRE → Bedford Womens Centre."""
    if code == "not-said":
        return "Organisation not said by the source"
    return " ".join(part.capitalize() for part in code.replace("-", "_").split("_") if part) or code


def _take_in_service(
    record: reading.ServiceRecord,
    categories: dict[str, NeedCategory],
    organisations: dict[str, Organisation],
    tally: Tally,
    mapping: dict[str, Any],
    at: datetime,
) -> None:
    owner = _organisation(record.organisation, record.organisation_name, organisations, tally, mapping, at)
    wanted = {
        "organisation_id": owner.id,
        "contract_reference": record.contract_reference[:60],
        "kind": record.kind[:60],
        "name": record.name[:255],
        "description": record.description,
        "area": record.area[:120],
        "is_for_women_only": record.is_for_women_only,
        "accepts_men": record.accepts_men,
        "minimum_age": record.minimum_age,
        "maximum_age": record.maximum_age,
        "open_from": record.open_from,
        "open_until": record.open_until,
        "email": record.email[:254],
        "url": record.url[:500],
        "status": record.status[:40],
    }
    service = Service.objects.filter(source=record.source, external_id=record.key[:120]).first()
    is_new = service is None
    service = service or Service(source=record.source, external_id=record.key[:120])
    changed = is_new or any(getattr(service, name) != value for name, value in wanted.items())
    if changed:
        for name, value in wanted.items():
            setattr(service, name, value)
        service.taken_in_at = at
        service.save()
    partners = {_organisation(code, "", organisations, tally, mapping, at) for code in record.partners}
    if partners != set(service.partners.all()):
        service.partners.set(partners)
        changed = True
    offers = [
        (each.need_area[:255], each.activity, each.delivery_method[:500], each.delivery_location)
        for each in record.offers
    ]
    held = sorted(service.offers.values_list("need_area", "activity", "delivery_method", "delivery_location"))
    if sorted(offers) != held:
        service.offers.all().delete()
        ServiceOffer.objects.bulk_create(
            ServiceOffer(
                service=service,
                category=_category_for(area, categories),
                need_area=area,
                activity=activity,
                delivery_method=method,
                delivery_location=where,
            )
            for area, activity, method, where in offers
        )
        changed = True
    tally.services += 1
    tally.offers += len(offers)
    if is_new:
        tally.new += 1
    elif changed:
        tally.changed += 1
    else:
        tally.unchanged += 1
