"""Which services might suit her, with what speaks for each and what against. It orders; a person chooses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pathways.domain.terms.needs import Domain


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a service should meet. What is not known of her is left empty, and counts neither way."""

    needs: tuple[Domain, ...]
    area: str = ""
    age: int | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """A service as the directory knows it. `taken` is how many women it supports or is asked to support."""

    id: str
    name: str
    organisation: str
    needs: frozenset[Domain]
    area: str = ""
    is_for_women_only: bool = False
    minimum_age: int | None = None
    maximum_age: int | None = None
    open_from: datetime | None = None
    open_until: datetime | None = None
    is_active: bool = True
    is_organisation_live: bool = True
    capacity: int | None = None
    taken: int = 0
    can_sign_in: bool = True


@dataclass(frozen=True, slots=True)
class Match:
    """One service with its reasons. `barred` says why nothing can be sent to it now, or nothing."""

    service: Offered
    reasons_for: tuple[str, ...]
    reasons_against: tuple[str, ...]
    barred: str = ""
    meets: tuple[Domain, ...] = ()

    @property
    def place(self) -> str:
        return place(self.service.area)


def is_open(service: Offered, *, at: datetime) -> bool:
    """Whether it takes referrals at this moment."""
    return (
        service.is_active
        and (service.open_from is None or service.open_from <= at)
        and (service.open_until is None or at < service.open_until)
    )


def match(wanted: Wanted, service: Offered, *, at: datetime) -> Match:
    """What speaks for and against one service."""
    good: list[str] = []
    bad: list[str] = []
    meets = tuple(need for need in wanted.needs if need in service.needs)
    unmet = tuple(need for need in wanted.needs if need not in service.needs)
    if meets:
        good.append(f"Works with {_listed(meets)}")
    if wanted.needs and service.needs and unmet:
        bad.append(f"Does not say that it works with {_listed(unmet)}")
    if not service.needs:
        bad.append("The directory does not say which needs it works with")
    if wanted.area and service.area:
        if _same_place(wanted.area, service.area):
            good.append(f"Serves {place(service.area)}")
        else:
            bad.append(f"Serves {place(service.area)}: ask whether that covers {place(wanted.area)}")
    if wanted.age is not None:
        if service.minimum_age is not None and wanted.age < service.minimum_age:
            bad.append(f"For women of {service.minimum_age} and over")
        elif service.maximum_age is not None and wanted.age > service.maximum_age:
            bad.append(f"For women up to {service.maximum_age}")
        elif service.minimum_age is not None or service.maximum_age is not None:
            good.append("For women of her age")
    if service.is_for_women_only:
        good.append("For women only")
    if service.capacity is not None:
        free = service.capacity - service.taken
        if free > 0:
            good.append(f"{free} of {service.capacity} places free")
        else:
            bad.append(f"All {service.capacity} places are taken")
    if not service.can_sign_in:
        bad.append("Nobody there can sign in yet: somebody must tell them of the referral")
    barred = ""
    if not service.is_organisation_live:
        barred = "This organisation does not take part in the programme now."
    elif not is_open(service, at=at):
        barred = "This service is not open to referrals now."
    return Match(service, tuple(good), tuple(bad), barred, meets)


def ordered(wanted: Wanted, services: Iterable[Offered], *, at: datetime) -> tuple[Match, ...]:
    """Open before closed, then by how many of her needs it meets, then by how little speaks against."""
    found = [match(wanted, service, at=at) for service in services]
    return tuple(
        sorted(
            found,
            key=lambda one: (
                bool(one.barred),
                -len(one.meets),
                len(one.reasons_against),
                -len(one.reasons_for),
                one.service.name,
            ),
        )
    )


def place(area: str) -> str:
    """An area as it is read: sources write some as codes, such as central-bedfordshire."""
    words = area.replace("-", " ").replace("_", " ").strip()
    return words.title() if words.islower() else words


def _same_place(one: str, other: str) -> bool:
    a, b = place(one).casefold(), place(other).casefold()
    return a in b or b in a


def _listed(needs: Iterable[Domain]) -> str:
    words = [need.label.lower() for need in needs]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
