"""The directory as people keep it: finding a service, adding one, its places, and the day it closes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.terms import clocks
from pathways.domain.terms.needs import Domain
from pathways.domain.terms.people import Role, Sector
from pathways.journey import ledger, sight
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import NeedCategory, Organisation, Service, ServiceOffer

MAY_KEEP = frozenset({Role.COORDINATOR})
#: The organisation that offers a service knows best how many places it has.
MAY_SET_PLACES = MAY_KEEP | {Role.SUPERVISOR}

SORTS = {"name": "name", "organisation": "organisation__name", "area": "area"}


# --- reads -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One service in the list."""

    id: UUID
    name: str
    organisation: str
    area: str
    needs: tuple[str, ...]
    is_for_women_only: bool
    state: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Listed:
    lines: tuple[Line, ...]
    total: int


def listed(
    *,
    at: datetime,
    words: str = "",
    area: str = "",
    need: str = "",
    women_only: bool = False,
    open_now: bool = False,
    sort: str = "name",
    descending: bool = False,
    offset: int = 0,
    limit: int = 25,
) -> Listed:
    """The services that fit. The directory names no woman, so reading it is not an event."""
    rows = Service.objects.select_related("organisation")
    for word in words.split():
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(organisation__name__icontains=word)
            | Q(description__icontains=word)
            | Q(area__icontains=word.replace(" ", "-"))
        )
    if area:
        rows = rows.filter(area__iexact=area)
    if need:
        rows = rows.filter(offers__category=UUID(need)).distinct()
    if women_only:
        rows = rows.filter(is_for_women_only=True)
    if open_now:
        rows = _open(rows, at)
    order = SORTS.get(sort, "name")
    rows = rows.order_by(f"-{order}" if descending else order, "name", "id")
    total = rows.count()
    last = max(0, (total - 1) // limit * limit) if limit else 0
    start = min(offset, last)
    offers = ServiceOffer.objects.select_related("category")
    page = rows.defer("raw", "description").prefetch_related(Prefetch("offers", offers))[
        start : start + limit
    ]
    return Listed(tuple(_line(row, at) for row in page), total)


def _open(rows: QuerySet[Service], at: datetime) -> QuerySet[Service]:
    return rows.filter(
        Q(open_from__isnull=True) | Q(open_from__lte=at),
        Q(open_until__isnull=True) | Q(open_until__gt=at),
        Q(organisation__until_date__isnull=True) | Q(organisation__until_date__gte=clocks.local(at).date()),
        status="active",
    )


def _line(row: Service, at: datetime) -> Line:
    state, is_open = _state(row, at)
    needs = sorted({offer.category.name if offer.category else offer.need_area for offer in row.offers.all()})
    return Line(
        id=row.id,
        name=row.name,
        organisation=row.organisation.name,
        area=place(row.area),
        needs=tuple(needs),
        is_for_women_only=row.is_for_women_only,
        state=state,
        is_open=is_open,
    )


def _state(row: Service, at: datetime) -> tuple[str, bool]:
    """Whether it takes referrals now, in words."""
    ended = row.organisation.until_date
    if ended is not None and ended < clocks.local(at).date():
        return "Organisation left", False
    if row.status != "active":
        return "Not active", False
    if row.open_until is not None and row.open_until <= at:
        return "Closed", False
    if row.open_from is not None and row.open_from > at:
        return "Not open yet", False
    return "Open", True


def place(area: str) -> str:
    """An area as a source writes it, as people do: avon-and-somerset → Avon and Somerset."""
    if len(area) == 1:
        return f"Probation region {area.upper()}"
    small = {"and", "of", "on", "in", "the", "upon"}
    parts = area.replace("-", " ").replace("_", " ").split()
    if area != area.lower():
        return area
    return " ".join(
        part if part in small and index else part.capitalize() for index, part in enumerate(parts)
    )


def areas() -> list[tuple[str, str]]:
    """Every area that a service names, with its words."""
    found = Service.objects.exclude(area="").order_by("area").values_list("area", flat=True).distinct()
    return [(area, place(area)) for area in found]


def needs() -> list[tuple[str, str]]:
    """Every category of need that some service works with."""
    found = NeedCategory.objects.filter(offers__isnull=False).distinct().order_by("name")
    return [(str(one.id), one.name) for one in found]


def organisations() -> list[tuple[str, str]]:
    """Who could offer a service: every organisation that takes part, but police."""
    rows = Organisation.objects.filter(until_date__isnull=True).exclude(sector=Sector.POLICE.value)
    return [(str(row.id), row.name) for row in rows.order_by("name")]


@dataclass(frozen=True, slots=True)
class Activity:
    what: str
    how: str
    where: str


@dataclass(frozen=True, slots=True)
class Work:
    """What a service does about one need."""

    need: str
    activities: tuple[Activity, ...]
    outcomes: tuple[str, ...]
    levels: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One service, all that the directory says of it."""

    id: UUID
    name: str
    description: str
    organisation_id: UUID
    organisation: str
    sector: Sector
    duty_telephone: str
    partners: tuple[str, ...]
    area: str
    area_written: str
    is_for_women_only: bool
    accepts_men: bool | None
    minimum_age: int | None
    maximum_age: int | None
    opens_on: date | None
    last_day: date | None
    state: str
    is_open: bool
    capacity: int | None
    email: str
    url: str
    contract: str
    source: str
    taken_in_at: datetime | None
    work: tuple[Work, ...]
    domains: tuple[Domain, ...]
    may_keep: bool
    may_set_places: bool

    @property
    def is_ours(self) -> bool:
        """Added here, and not taken in from a file."""
        return not self.source


def service(*, service_id: UUID, by: Actor, at: datetime) -> Page | None:
    """All about one service, or None."""
    row = Service.objects.select_related("organisation").filter(id=service_id).first()
    if row is None:
        return None
    state, is_open = _state(row, at)
    codes = {item.value for item in Domain}
    held = {offer.category.domain for offer in row.offers.select_related("category") if offer.category}
    return Page(
        id=row.id,
        name=row.name,
        description=row.description,
        organisation_id=row.organisation_id,
        organisation=row.organisation.name,
        sector=Sector(row.organisation.sector),
        duty_telephone=row.organisation.duty_telephone,
        partners=tuple(row.partners.order_by("name").values_list("name", flat=True)),
        area=place(row.area),
        area_written=row.area,
        is_for_women_only=row.is_for_women_only,
        accepts_men=row.accepts_men,
        minimum_age=row.minimum_age,
        maximum_age=row.maximum_age,
        opens_on=clocks.local(row.open_from).date() if row.open_from else None,
        last_day=_last_day(row.open_until),
        state=state,
        is_open=is_open,
        capacity=row.capacity,
        email=row.email,
        url=row.url if row.url.startswith(("https://", "http://")) else "",
        contract=row.contract_reference,
        source=row.source,
        taken_in_at=row.taken_in_at,
        work=_work(row),
        domains=tuple(Domain(code) for code in sorted(held & codes)),
        may_keep=by.role in MAY_KEEP,
        may_set_places=bool(_may_set_places(row, by)),
    )


def _work(row: Service) -> tuple[Work, ...]:
    by_need: dict[str, list[ServiceOffer]] = {}
    for offer in row.offers.select_related("category").order_by("need_area", "activity"):
        by_need.setdefault(offer.category.name if offer.category else offer.need_area, []).append(offer)
    found = []
    for need, offers in sorted(by_need.items()):
        category = offers[0].category
        found.append(
            Work(
                need=need,
                activities=tuple(
                    Activity(offer.activity, offer.delivery_method, offer.delivery_location)
                    for offer in offers
                    if offer.activity
                ),
                outcomes=tuple(category.outcomes.values_list("description", flat=True)) if category else (),
                levels=tuple(
                    (title, words) for title, words in category.levels.values_list("title", "description")
                )
                if category
                else (),
            )
        )
    return tuple(found)


def _last_day(until: datetime | None) -> date | None:
    """The last day on which it takes referrals, when it closes at this moment."""
    return clocks.local(until - timedelta(microseconds=1)).date() if until else None


# --- verbs -------------------------------------------------------------------------------------------

_NOT_YOURS = decision.no("The coordinator keeps the directory.", ask="the coordinator")


def _may_set_places(row: Service, by: Actor) -> Decision:
    if by.role in MAY_KEEP:
        return decision.yes()
    if by.role is Role.SUPERVISOR and row.organisation_id == by.organisation_id:
        return decision.yes()
    return decision.no(
        "The coordinator, or a supervisor at the organisation that offers it, says how many places it has.",
        ask="the coordinator",
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of a service. `needs` is None where a source says it and nobody types it."""

    name: str
    area: str
    description: str = ""
    needs: tuple[Domain, ...] | None = None
    is_for_women_only: bool = True
    minimum_age: int | None = None
    maximum_age: int | None = None
    opens_on: date | None = None
    email: str = ""
    url: str = ""


def _sound(said: Said) -> Decision:
    if said.minimum_age is not None and said.maximum_age is not None and said.minimum_age > said.maximum_age:
        return decision.no("The youngest age must not be above the oldest.")
    return decision.yes()


def add(*, organisation_id: UUID, said: Said, capacity: int | None, by: Actor, at: datetime) -> Outcome:
    """Puts a service into the directory by hand."""
    if by.role not in MAY_KEEP:
        return refusal(_NOT_YOURS)
    if not (answer := _sound(said)):
        return refusal(answer)
    with transaction.atomic():
        owner = Organisation.objects.filter(id=organisation_id, until_date__isnull=True).first()
        if owner is None:
            return refusal(decision.no("This organisation does not take part in the programme now."))
        if owner.services.filter(name__iexact=said.name).exists():
            return refusal(decision.no(f"{owner.name} has a service of this name already."))
        row = Service(organisation=owner, capacity=capacity)
        _write(row, said)
        ledger.kept_up(
            by=by, at=at, route="directory", what=f"Added the service {row.name}", subjects=[row.id]
        )
    return done(row.id, next=("Referrals can be sent to it from now on.",))


def change(*, service_id: UUID, said: Said, by: Actor, at: datetime) -> Outcome:
    """Puts right what the directory says of a service."""
    if by.role not in MAY_KEEP:
        return refusal(_NOT_YOURS)
    if not (answer := _sound(said)):
        return refusal(answer)
    with transaction.atomic():
        row = Service.objects.select_for_update().filter(id=service_id).first()
        if row is None:
            return refusal(sight.NOT_THERE)
        _write(row, said)
        ledger.kept_up(
            by=by, at=at, route="directory", what=f"Changed the service {row.name}", subjects=[row.id]
        )
    return done(row.id)


def set_places(*, service_id: UUID, places: int | None, by: Actor, at: datetime) -> Outcome:
    """Says how many women a service can support at once; None when nobody counts."""
    with transaction.atomic():
        row = Service.objects.select_for_update().filter(id=service_id).first()
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := _may_set_places(row, by)):
            return refusal(answer)
        row.capacity = places
        row.save(update_fields=["capacity"])
        words = "not counted" if places is None else str(places)
        ledger.kept_up(
            by=by,
            at=at,
            route="directory",
            what=f"Set the places of the service {row.name}: {words}",
            subjects=[row.id],
        )
    return done(row.id)


def close(*, service_id: UUID, last_day: date, by: Actor, at: datetime) -> Outcome:
    """Says the last day on which a service takes referrals. Who is there already stays."""
    if by.role not in MAY_KEEP:
        return refusal(_NOT_YOURS)
    with transaction.atomic():
        row = Service.objects.select_for_update().filter(id=service_id).first()
        if row is None:
            return refusal(sight.NOT_THERE)
        if row.open_from is not None and last_day < clocks.local(row.open_from).date():
            return refusal(decision.no("The last day must not be before the day on which it opens."))
        row.open_until = _midnight(last_day + timedelta(days=1))
        row.save(update_fields=["open_until"])
        ledger.kept_up(
            by=by,
            at=at,
            route="directory",
            what=f"Closed the service {row.name} after {last_day:%-d %B %Y}",
            subjects=[row.id],
        )
    return done(
        row.id, next=("Women who are supported there stay. After that day no referral can be sent to it.",)
    )


def reopen(*, service_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Takes the closing day away."""
    if by.role not in MAY_KEEP:
        return refusal(_NOT_YOURS)
    with transaction.atomic():
        row = Service.objects.select_for_update().filter(id=service_id).first()
        if row is None:
            return refusal(sight.NOT_THERE)
        row.open_until = None
        row.status = "active"
        row.save(update_fields=["open_until", "status"])
        ledger.kept_up(
            by=by, at=at, route="directory", what=f"Opened the service {row.name} again", subjects=[row.id]
        )
    return done(row.id)


def _write(row: Service, said: Said) -> None:
    row.name, row.area, row.description = said.name, said.area, said.description
    row.is_for_women_only = said.is_for_women_only
    row.minimum_age, row.maximum_age = said.minimum_age, said.maximum_age
    row.open_from = _midnight(said.opens_on) if said.opens_on else None
    row.email, row.url = said.email, said.url
    row.save()
    if said.needs is None:
        return
    held = {offer.category.domain: offer for offer in row.offers.select_related("category") if offer.category}
    for need in said.needs:
        if need.value not in held:
            ServiceOffer.objects.create(
                service=row, category=_category(need), need_area=need.label, activity=""
            )
    row.offers.exclude(category__domain__in=[need.value for need in said.needs]).delete()


def _category(need: Domain) -> NeedCategory:
    """The category that stands for this part of a life; made where no source has brought one."""
    found = NeedCategory.objects.filter(domain=need.value).order_by("external_id").first()
    if found is not None:
        return found
    return NeedCategory.objects.create(
        external_id=f"words:{need.label.casefold()}"[:120], name=need.label, domain=need.value
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=clocks.LONDON)
