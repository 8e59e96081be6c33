"""Setting up the programme: its people, what they may be, and the organisations they work for.

The administrator reads no case. Every change here is an access event that names nobody in words; whom it
concerns is among its subjects. Whoever sets up people cannot give herself a role, so that nobody opens a
case by being the one who hands out the keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance import appointing
from pathways.domain.governance.actors import Actor
from pathways.domain.terms import clocks
from pathways.domain.terms.people import WORKER_ROLES, Regime, Role, Sector
from pathways.journey import identity, ledger, passwords, sight, tasks
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Account,
    Appointment,
    Involvement,
    Organisation,
    OrganisationTerm,
)

MAY_ADMINISTER = frozenset({Role.ADMINISTRATOR})
_NOT_YOURS = decision.no("Only a system administrator does this.", ask="the system administrator")
_LAST = decision.no(
    "This would leave nobody to administer the programme. Make somebody else an administrator first."
)
_YOURSELF = decision.no(
    "Nobody decides about her own roles. Another administrator has to do this.",
    ask="another system administrator",
)


def _may(by: Actor) -> Decision:
    return decision.yes() if by.role in MAY_ADMINISTER else _NOT_YOURS


def _note(what: str, subjects: list[UUID], by: Actor, at: datetime) -> None:
    ledger.kept_up(by=by, at=at, route="administer", what=what, subjects=subjects)


def _administrators() -> QuerySet[Appointment]:
    """Those who will go on administering, held until the end of the transaction."""
    return Appointment.objects.select_for_update(of=("self",)).filter(
        role=Role.ADMINISTRATOR.value,
        until_at__isnull=True,
        expires_at__isnull=True,
        account__is_active=True,
        account__left_at__isnull=True,
        organisation__until_date__isnull=True,
    )


def _somebody_stays(gone: Callable[[Appointment], bool]) -> Decision:
    """Whether the programme still has an administrator when these appointments have gone."""
    return decision.yes() if any(not gone(row) for row in _administrators()) else _LAST


# --- people -----------------------------------------------------------------------------------------


def add_person(
    *,
    name: str,
    email: str,
    organisation_id: UUID,
    role: Role,
    until: date | None = None,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Adds a person in her first role. `data["link"]` is the path at which she chooses her password, once."""
    if not (answer := _may(by)):
        return refusal(answer)
    with transaction.atomic():
        if (known := Account.objects.filter(email__iexact=email).first()) is not None:
            left = " She left; bring her back from her page." if known.left_at else ""
            return refusal(decision.no(f"There is a person with this e-mail address already.{left}"))
        organisation = _live(organisation_id)
        if not (answer := _may_hold(role, organisation, until, at)) or organisation is None:
            return refusal(answer)
        account = Account(email=email.strip().lower(), name=name.strip(), joined_at=at)
        account.set_unusable_password()
        try:
            with transaction.atomic():
                account.save(force_insert=True)
        except IntegrityError:  # added by somebody else at this very moment
            return refusal(decision.no("There is a person with this e-mail address already."))
        _appoint(account, organisation, role, until, by, at)
        _note(f"Added a person: {role.label} at {organisation.name}", [account.id], by, at)
        link = passwords.link(account_id=account.id, at=at)
    return done(account.id, link=link)


def appoint(
    *, account_id: UUID, organisation_id: UUID, role: Role, until: date | None = None, by: Actor, at: datetime
) -> Outcome:
    """Gives a person a further role, until a day or until it is ended."""
    if not (answer := _may(by)):
        return refusal(answer)
    if account_id == by.account_id:
        return refusal(_YOURSELF)
    with transaction.atomic():
        account = Account.objects.select_for_update().filter(id=account_id).first()
        if account is None:
            return refusal(sight.NOT_THERE)
        if account.left_at is not None:
            return refusal(decision.no("This person has left. Bring her back first."))
        organisation = _live(organisation_id)
        if not (answer := _may_hold(role, organisation, until, at)) or organisation is None:
            return refusal(answer)
        held = account.appointments.filter(organisation=organisation, role=role.value, until_at__isnull=True)
        _end(held.filter(expires_at__lte=at), at)
        if held.exists():
            return refusal(decision.no("This person holds this role there already."))
        _appoint(account, organisation, role, until, by, at)
        _note(f"Gave a role: {role.label} at {organisation.name}", [account.id], by, at)
    return done(account.id, next=("It is among the places she can choose when she signs in.",))


def end_appointment(*, appointment_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Ends one role. What it opened is closed from the next request on."""
    if not (answer := _may(by)):
        return refusal(answer)
    with transaction.atomic():
        row = (
            Appointment.objects.select_related("organisation", "account")
            .filter(id=appointment_id, until_at__isnull=True)
            .first()
        )
        if row is None:
            return refusal(sight.NOT_THERE)
        if row.role_held is Role.ADMINISTRATOR and not (
            answer := _somebody_stays(lambda one: one.id == row.id)
        ):
            return refusal(answer)
        _end(Appointment.objects.filter(id=row.id), at)
        if row.role_held in WORKER_ROLES:
            _ask_for_hand_over(row.account_id, {row.organisation_id}, by, at)
        _note(f"Ended a role: {row.role_held.label} at {row.organisation.name}", [row.account_id], by, at)
    return done(row.account_id)


def leave(*, account_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Somebody leaves: every role and session ends at once. Her supervisors are asked to hand over."""
    if not (answer := _may(by)):
        return refusal(answer)
    with transaction.atomic():
        account = Account.objects.select_for_update().filter(id=account_id, left_at__isnull=True).first()
        if account is None:
            return refusal(sight.NOT_THERE)
        live = account.appointments.filter(until_at__isnull=True)
        if live.filter(role=Role.ADMINISTRATOR.value).exists() and not (
            answer := _somebody_stays(lambda one: one.account_id == account.id)
        ):
            return refusal(answer)
        places = set(live.values_list("organisation_id", flat=True))
        _end(live, at)
        account.is_active, account.left_at = False, at
        account.set_unusable_password()  # every session and every link was bound to the old one
        account.save(update_fields=["is_active", "left_at", "password"])
        _ask_for_hand_over(account.id, places, by, at)
        _note("Recorded that a person left", [account.id], by, at)
    return done(account.id, next=("All access has ended, and so has every session.",))


def come_back(*, account_id: UUID, by: Actor, at: datetime) -> Outcome:
    """A leaver returns, with no role until one is given. `data["link"]` is where she chooses a password."""
    if not (answer := _may(by)):
        return refusal(answer)
    with transaction.atomic():
        account = Account.objects.select_for_update().filter(id=account_id, left_at__isnull=False).first()
        if account is None:
            return refusal(sight.NOT_THERE)
        account.is_active, account.left_at = True, None
        account.save(update_fields=["is_active", "left_at"])
        _note("Brought a person back, without a role", [account.id], by, at)
        link = passwords.link(account_id=account.id, at=at)
    return done(account.id, link=link)


def correct_person(*, account_id: UUID, name: str, email: str, by: Actor, at: datetime) -> Outcome:
    """Puts right a person's name or the e-mail address that she signs in with."""
    if not (answer := _may(by)):
        return refusal(answer)
    with transaction.atomic():
        account = Account.objects.select_for_update().filter(id=account_id).first()
        if account is None:
            return refusal(sight.NOT_THERE)
        if Account.objects.filter(email__iexact=email).exclude(id=account.id).exists():
            return refusal(decision.no("Another person has this e-mail address."))
        account.name, account.email = name.strip(), email.strip().lower()
        account.save(update_fields=["name", "email"])
        _note("Put right a person’s name or e-mail address", [account.id], by, at)
    return done(account.id)


def new_link(*, account_id: UUID, by: Actor, at: datetime) -> Outcome:
    """A path, good once and for three days, at which this person chooses a new password."""
    if not (answer := _may(by)):
        return refusal(answer)
    with transaction.atomic():
        account = Account.objects.filter(id=account_id, is_active=True, left_at__isnull=True).first()
        if account is None:
            return refusal(sight.NOT_THERE)
        _note("Made a link to choose a new password", [account.id], by, at)
        return done(account.id, link=passwords.link(account_id=account.id, at=at))


def unlock(*, account_id: UUID, forget: Callable[[str], int], by: Actor, at: datetime) -> Outcome:
    """Forgets the wrong passwords counted against a person. `forget` is the sign-in’s own way to do so."""
    if not (answer := _may(by)):
        return refusal(answer)
    with transaction.atomic():
        account = Account.objects.filter(id=account_id).first()
        if account is None:
            return refusal(sight.NOT_THERE)
        forgotten = forget(account.email)
        _note("Unlocked a person’s sign-in", [account.id], by, at)
    return done(account.id, forgotten=forgotten)


def _live(organisation_id: UUID) -> Organisation | None:
    return Organisation.objects.filter(id=organisation_id, until_date__isnull=True).first()


def _may_hold(role: Role, organisation: Organisation | None, until: date | None, at: datetime) -> Decision:
    if organisation is None:
        return decision.no("This organisation does not take part in the programme now.")
    if until is not None and until < clocks.local(at).date():
        return decision.no("The last day of a role must not be in the past.")
    return appointing.fits(role, Sector(organisation.sector), is_coordinating=organisation.is_coordinating)


def _appoint(
    account: Account, organisation: Organisation, role: Role, until: date | None, by: Actor, at: datetime
) -> None:
    Appointment.objects.create(
        account=account,
        organisation=organisation,
        role=role.value,
        from_at=at,
        expires_at=_end_of(until) if until else None,
        given_by_id=by.account_id,
    )


def _end(rows: QuerySet[Appointment], at: datetime) -> None:
    rows.update(until_at=at)


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(0), tzinfo=clocks.LONDON)


def _ask_for_hand_over(account_id: UUID, places: set[UUID], by: Actor, at: datetime) -> None:
    """Where she worked with women, her supervisors are asked who takes them on, without names."""
    with identity.clerk(by):
        carried = list(
            Involvement.objects.filter(
                account_id=account_id, organisation_id__in=places, until_at__isnull=True
            )
            .values_list("organisation_id")
            .annotate(women=Count("client_id", distinct=True))
            .order_by("organisation_id")
        )
    for organisation_id, women in carried:
        number = "one woman" if women == 1 else f"{women} women"
        tasks.set_task(
            "left_behind",
            f"A colleague’s role has ended: hand over {number}",
            organisation_id=organisation_id,
            role=Role.SUPERVISOR,
            by=by,
            at=at,
            route="support:workload",
            due_at=at,
            is_urgent=True,
        )


# --- organisations ----------------------------------------------------------------------------------


def add_organisation(
    *,
    name: str,
    sector: Sector,
    regime: Regime,
    from_date: date,
    duty_telephone: str = "",
    duty_email: str = "",
    by: Actor,
    at: datetime,
) -> Outcome:
    """A body begins to take part, as what it is from that day."""
    if not (answer := decision.every(_may(by), appointing.regime_fits(regime, sector))):
        return refusal(answer)
    with transaction.atomic():
        if Organisation.objects.filter(name__iexact=name.strip(), until_date__isnull=True).exists():
            return refusal(decision.no("An organisation of this name takes part already."))
        row = Organisation.objects.create(
            code=_code(name),
            name=name.strip(),
            sector=sector.value,
            regime=regime.value,
            duty_telephone=duty_telephone,
            duty_email=duty_email,
            from_date=from_date,
        )
        _term(row, from_date, "Began to take part")
        _note(f"Added the organisation {row.name}", [row.id], by, at)
    return done(row.id)


def change_organisation(
    *,
    organisation_id: UUID,
    name: str,
    sector: Sector,
    regime: Regime,
    from_date: date,
    because: str,
    by: Actor,
    at: datetime,
) -> Outcome:
    """From a day on an organisation is called or is something else. What it was before that day is kept."""
    if not (answer := decision.every(_may(by), appointing.regime_fits(regime, sector))):
        return refusal(answer)
    with transaction.atomic():
        row = Organisation.objects.select_for_update().filter(id=organisation_id).first()
        if row is None:
            return refusal(sight.NOT_THERE)
        if (name.strip(), sector.value, regime.value) == (row.name, row.sector, row.regime):
            return refusal(decision.no("This is what it is called and what it is already."))
        held = row.terms.filter(until_date__isnull=True).first() or _term(row, row.from_date, "")
        if from_date > clocks.local(at).date():
            return refusal(decision.no("Enter the change on the day it takes effect, or after."))
        if from_date <= held.from_date:
            return refusal(
                decision.no(
                    f"It is called what it is called now since {held.from_date:%-d %B %Y}. The change must be"
                    " after that day."
                )
            )
        if not (answer := _everyone_fits(row, sector, row.is_coordinating)):
            return refusal(answer)
        held.until_date = from_date - timedelta(days=1)
        held.save(update_fields=["until_date"])
        row.name, row.sector, row.regime = name.strip(), sector.value, regime.value
        row.save(update_fields=["name", "sector", "regime"])
        _term(row, from_date, because)
        _note(f"Changed the organisation {row.name} from {from_date:%-d %B %Y}", [row.id], by, at)
    return done(row.id, next=("What it was before that day is kept.",))


def set_duty(*, organisation_id: UUID, telephone: str, email: str, by: Actor, at: datetime) -> Outcome:
    """How to reach whoever is on duty there."""
    if not (answer := _may(by)):
        return refusal(answer)
    with transaction.atomic():
        row = Organisation.objects.select_for_update().filter(id=organisation_id).first()
        if row is None:
            return refusal(sight.NOT_THERE)
        row.duty_telephone, row.duty_email = telephone, email
        row.save(update_fields=["duty_telephone", "duty_email"])
        _note(f"Set the duty contact of {row.name}", [row.id], by, at)
    return done(row.id)


def set_modern_slavery(
    *, organisation_id: UUID, is_first_responder: bool, has_duty_to_notify: bool, by: Actor, at: datetime
) -> Outcome:
    """Whether it may refer to the National Referral Mechanism, and whether it is bound to notify."""
    if not (answer := _may(by)):
        return refusal(answer)
    with transaction.atomic():
        row = Organisation.objects.select_for_update().filter(id=organisation_id).first()
        if row is None:
            return refusal(sight.NOT_THERE)
        row.is_first_responder, row.has_duty_to_notify = is_first_responder, has_duty_to_notify
        row.save(update_fields=["is_first_responder", "has_duty_to_notify"])
        _note(f"Set what {row.name} is under the Modern Slavery Act", [row.id], by, at)
    return done(row.id)


def set_coordinating(*, organisation_id: UUID, coordinates: bool, by: Actor, at: datetime) -> Outcome:
    """Whether this is the neutral organisation that coordinates the programme. There is one at a time."""
    if not (answer := _may(by)):
        return refusal(answer)
    with transaction.atomic():
        row = Organisation.objects.select_for_update().filter(id=organisation_id).first()
        if row is None:
            return refusal(sight.NOT_THERE)
        if coordinates:
            if not (answer := appointing.may_coordinate(Sector(row.sector))):
                return refusal(answer)
            other = Organisation.objects.filter(is_coordinating=True, until_date__isnull=True)
            if (now := other.exclude(id=row.id).first()) is not None:
                return refusal(decision.no(f"{now.name} coordinates the programme. There is one at a time."))
        elif not (answer := _everyone_fits(row, Sector(row.sector), False)):
            return refusal(answer)
        row.is_coordinating = coordinates
        row.save(update_fields=["is_coordinating"])
        words = "coordinates" if coordinates else "no longer coordinates"
        _note(f"{row.name} {words} the programme", [row.id], by, at)
    return done(row.id)


def end_organisation(*, organisation_id: UUID, last_day: date, by: Actor, at: datetime) -> Outcome:
    """An organisation takes part no more. Every role at it ends at once; what it did stays as it is."""
    if not (answer := _may(by)):
        return refusal(answer)
    with transaction.atomic():
        row = (
            Organisation.objects.select_for_update()
            .filter(id=organisation_id, until_date__isnull=True)
            .first()
        )
        if row is None:
            return refusal(sight.NOT_THERE)
        if last_day > clocks.local(at).date():
            return refusal(decision.no("Enter the end on its last day, or after: access ends at once."))
        if last_day < row.from_date:
            return refusal(decision.no("The last day must not be before the first."))
        if row.is_coordinating:
            return refusal(
                decision.no("It coordinates the programme. Let another organisation coordinate first.")
            )
        live = Appointment.objects.filter(organisation=row, until_at__isnull=True)
        if live.filter(role=Role.ADMINISTRATOR.value).exists() and not (
            answer := _somebody_stays(lambda one: one.organisation_id == row.id)
        ):
            return refusal(answer)
        _end(live, at)
        row.until_date = last_day
        row.save(update_fields=["until_date"])
        row.terms.filter(until_date__isnull=True).update(until_date=last_day)
        _note(f"{row.name} takes part no more after {last_day:%-d %B %Y}", [row.id], by, at)
    return done(row.id, next=("Nobody there can sign in any more.", "What it recorded is kept."))


def _term(row: Organisation, from_date: date, because: str) -> OrganisationTerm:
    return OrganisationTerm.objects.create(
        organisation=row,
        name=row.name,
        sector=row.sector,
        regime=row.regime,
        from_date=from_date,
        because=because[:300],
    )


def _everyone_fits(row: Organisation, sector: Sector, is_coordinating: bool) -> Decision:
    """Whether the roles held there now could still be held."""
    if is_coordinating and not (answer := appointing.may_coordinate(sector)):
        return answer
    roles = {
        Role(role) for role in row.appointments.filter(until_at__isnull=True).values_list("role", flat=True)
    }
    misfits = sorted(
        role.label.lower()
        for role in roles
        if not appointing.fits(role, sector, is_coordinating=is_coordinating)
    )
    if misfits:
        return decision.no(
            f"Somebody there holds a role that would not fit: {', '.join(misfits)}. End that role first."
        )
    return decision.yes()


def _code(name: str) -> str:
    """A short name for the command line, from the words, not taken by another."""
    start = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:50] or "organisation"
    taken = set(Organisation.objects.filter(code__startswith=start).values_list("code", flat=True))
    number = 1
    code = start
    while code in taken:
        number += 1
        code = f"{start}-{number}"
    return code
