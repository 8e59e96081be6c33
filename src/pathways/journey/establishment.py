"""Who works where and as what, now and before: what the administrator sees. It touches no case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from pathways.domain.governance import appointing
from pathways.domain.terms import clocks
from pathways.domain.terms.people import HUMAN_ROLES, Regime, Role, Sector
from pathways.records.models import Account, Appointment, Organisation


@dataclass(frozen=True, slots=True)
class Place:
    """One role at one organisation, with its dates."""

    id: UUID
    role: Role
    organisation_id: UUID
    organisation: str
    from_at: datetime
    until_at: datetime | None
    last_day: date | None
    is_live: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in, or could."""

    id: UUID
    name: str
    email: str
    joined_at: datetime
    left_at: datetime | None
    last_in: datetime | None
    has_password: bool
    places: tuple[Place, ...]

    @property
    def live(self) -> tuple[Place, ...]:
        return tuple(place for place in self.places if place.is_live)

    @property
    def past(self) -> tuple[Place, ...]:
        return tuple(place for place in self.places if not place.is_live)

    @property
    def state(self) -> str:
        if self.left_at is not None:
            return "Left"
        if not self.has_password:
            return "Has not chosen a password"
        return "Can sign in" if self.live else "No role"

    @property
    def colour(self) -> str:
        return {"Left": "grey", "Can sign in": "green", "No role": "grey"}.get(self.state, "yellow")


@dataclass(frozen=True, slots=True)
class People:
    lines: tuple[Person, ...]
    total: int


def _place(row: Appointment, at: datetime) -> Place:
    ended = row.until_at or (row.expires_at if row.expires_at and row.expires_at <= at else None)
    ended = ended or (at if row.organisation.until_date is not None else None)
    return Place(
        id=row.id,
        role=row.role_held,
        organisation_id=row.organisation_id,
        organisation=row.organisation.name,
        from_at=row.from_at,
        until_at=ended,
        last_day=_last_day(row.expires_at),
        is_live=ended is None,
    )


def _last_day(expires: datetime | None) -> date | None:
    """An end at midnight means that the day before was the last."""
    if expires is None:
        return None
    return date.fromordinal(clocks.local(expires).date().toordinal() - 1)


def _person(account: Account, at: datetime) -> Person:
    return Person(
        id=account.id,
        name=account.name,
        email=account.email,
        joined_at=account.joined_at,
        left_at=account.left_at,
        last_in=account.last_login,
        has_password=account.has_usable_password(),
        places=tuple(_place(row, at) for row in account.appointments.all()),
    )


def _with_places(rows: QuerySet[Account]) -> QuerySet[Account]:
    held = Appointment.objects.select_related("organisation").order_by("until_at", "from_at")
    return rows.prefetch_related(Prefetch("appointments", held))


def people(
    *,
    at: datetime,
    words: str = "",
    organisation: str = "",
    role: Role | None = None,
    has_left: bool = False,
    offset: int = 0,
    limit: int = 25,
) -> People:
    """Colleagues by name, with what they are now."""
    rows = Account.objects.filter(left_at__isnull=not has_left)
    for word in words.split():
        rows = rows.filter(Q(name__icontains=word) | Q(email__icontains=word))
    if organisation or role:
        held = Appointment.objects.filter(account=OuterRef("pk"))
        if not has_left:
            held = held.filter(until_at__isnull=True)
        if organisation:
            held = held.filter(organisation_id=organisation)
        if role:
            held = held.filter(role=role.value)
        rows = rows.filter(Exists(held))
    total = rows.count()
    start = min(offset, max(0, (total - 1) // limit * limit))
    page = _with_places(rows.order_by("name", "id"))[start : start + limit]
    return People(tuple(_person(row, at) for row in page), total)


def person(*, account_id: UUID, at: datetime) -> Person | None:
    row = _with_places(Account.objects.filter(id=account_id)).first()
    return _person(row, at) if row else None


# --- organisations ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Term:
    name: str
    sector: Sector
    regime: Regime
    from_date: date
    until_date: date | None
    because: str


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation with what it was."""

    id: UUID
    code: str
    name: str
    sector: Sector
    regime: Regime
    is_coordinating: bool
    duty_telephone: str
    duty_email: str
    from_date: date
    until_date: date | None
    people: int
    services: int
    terms: tuple[Term, ...] = ()
    is_first_responder: bool = False
    has_duty_to_notify: bool = False

    @property
    def is_live(self) -> bool:
        return self.until_date is None


_COUNTED = {
    "people_now": Count(
        "appointments__account", filter=Q(appointments__until_at__isnull=True), distinct=True
    ),
    "services_now": Count("services", distinct=True),
}


def _body(row: Organisation, *, terms: bool = False) -> Body:
    found: list[Term] = []
    if terms:
        found = [
            Term(t.name, Sector(t.sector), Regime(t.regime), t.from_date, t.until_date, t.because)
            for t in row.terms.order_by("-from_date")
        ]
        if not found:
            found = [
                Term(row.name, Sector(row.sector), Regime(row.regime), row.from_date, row.until_date, "")
            ]
    return Body(
        id=row.id,
        code=row.code,
        name=row.name,
        sector=Sector(row.sector),
        regime=Regime(row.regime),
        is_coordinating=row.is_coordinating,
        duty_telephone=row.duty_telephone,
        duty_email=row.duty_email,
        from_date=row.from_date,
        until_date=row.until_date,
        people=row.people_now,  # type: ignore[attr-defined]
        services=row.services_now,  # type: ignore[attr-defined]
        terms=tuple(found),
        is_first_responder=row.is_first_responder,
        has_duty_to_notify=row.has_duty_to_notify,
    )


def organisations(*, sector: Sector | None = None, has_left: bool = False, words: str = "") -> list[Body]:
    """Every organisation, by name; a former name finds it too."""
    rows = Organisation.objects.annotate(**_COUNTED).filter(until_date__isnull=not has_left)
    if sector:
        rows = rows.filter(sector=sector.value)
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(id__in=_once_called(words)))
    return [_body(row) for row in rows.order_by("name")]


def _once_called(words: str) -> QuerySet[Organisation]:
    return Organisation.objects.filter(terms__name__icontains=words).values("id")  # type: ignore[return-value]


def organisation(*, organisation_id: UUID) -> Body | None:
    row = Organisation.objects.annotate(**_COUNTED).filter(id=organisation_id).first()
    return _body(row, terms=True) if row else None


def places() -> list[tuple[str, str]]:
    """Organisations that take part now, to choose from."""
    rows = Organisation.objects.filter(until_date__isnull=True).order_by("name")
    return [(str(row.id), f"{row.name} ({Sector(row.sector).label.lower()})") for row in rows]


def roles_at(organisation_id: UUID) -> list[Role]:
    """The roles that this organisation may give."""
    row = Organisation.objects.filter(id=organisation_id).first()
    if row is None:
        return []
    return [
        role
        for role in HUMAN_ROLES
        if appointing.fits(role, Sector(row.sector), is_coordinating=row.is_coordinating)
    ]
