"""Who may not see her: set at her word or for a declared conflict of interest, and lifted again.

Written by the clerk once it is settled who decides, because whoever keeps their own organisation out, or
steps back themselves, may not touch her record a moment later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance import bars
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.bars import Ground
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.terms import clocks
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import Role, Sector
from pathways.journey import alongside, her, identity, kept_out, ledger, programme, running, sight, tasks
from pathways.journey.her import Banner
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Appointment,
    Bar,
    Client,
    Draft,
    Episode,
    Involvement,
    InvolvementKind,
    Organisation,
)

# --- verbs --------------------------------------------------------------------------------------------


def keep_out(
    *,
    client_id: UUID,
    organisation_id: UUID,
    account_id: UUID | None = None,
    ground: Ground,
    words: str,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Keeps one person, or with no `account_id` everybody at one organisation, from her record.

    From their next request she is nowhere for them. They are told nothing.
    """
    with transaction.atomic():
        client = sight.one(Client, client_id, by)
        if client is None:
            return refusal(sight.NOT_THERE)
        answer = bars.may_set(_facts(client, organisation_id, account_id, ground, words, by))
        if not (answer := decision.every(answer, _may_write(client, by, at))):
            return refusal(answer)
        return _set(client, organisation_id, account_id, ground, words, by=by, at=at)


def declare_conflict(*, client_id: UUID, words: str, by: Actor, at: datetime) -> Outcome:
    """ "I know her; take her away from me": whoever works with her steps back, at once and by themselves."""
    with transaction.atomic():
        client = sight.one(Client, client_id, by)
        if client is None:
            return refusal(sight.NOT_THERE)
        answer = bars.may_set(_facts(client, by.organisation_id, by.account_id, Ground.CONFLICT, words, by))
        if not answer:
            return refusal(answer)
        said = _set(client, by.organisation_id, by.account_id, Ground.CONFLICT, words, by=by, at=at)
        with identity.clerk(by):
            Draft.objects.filter(account_id=by.account_id, client_id=client_id).delete()
        return said


def lift(*, bar_id: UUID, words: str, by: Actor, at: datetime) -> Outcome:
    """Lets them see her again, as far as their role and their work with her allow."""
    with transaction.atomic():
        row = sight.one(Bar, bar_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        answer = bars.may_lift(
            by.role,
            is_lead=_leads(row.client_id, by),
            is_in_force=row.lifted_at is None,
            has_words=bool(words.strip()),
        )
        if not answer:
            return refusal(answer)
        if not (answer := sight.may(by, Action.CHANGE, row)):
            return refusal(answer)
        with identity.clerk(by):
            row = Bar.objects.select_for_update().get(pk=row.pk)
            if row.lifted_at is not None:
                return refusal(
                    bars.may_lift(Role.COORDINATOR, is_lead=True, is_in_force=False, has_words=True)
                )
            row.lifted_at, row.lifted_by_id, row.why_lifted = at, by.account_id, words.strip()
            row.save(update_fields=["lifted_at", "lifted_by_id", "why_lifted"])
        _tell(EventKind.BAR_LIFTED, row, by=by, at=at)
        tasks.settle(kept_out.HANDOVER_TASK, object_id=row.client_id, by=by, at=at)
        return done(row.id, client_id=row.client_id)


def _set(
    client: Client,
    organisation_id: UUID,
    account_id: UUID | None,
    ground: Ground,
    words: str,
    *,
    by: Actor,
    at: datetime,
) -> Outcome:
    row = Bar(
        client_id=client.id,
        organisation_id=by.organisation_id,
        barred_account_id=account_id,
        barred_organisation_id=None if account_id else organisation_id,
        keys=kept_out.keys_of(client.id, by=by),
        ground=ground.value,
        reason=words.strip(),
        set_at=at,
        set_by_id=by.account_id,
    )
    with identity.clerk(by):
        row.save(force_insert=True)
    running.shut_for(row, by=by, at=at)
    _tell(EventKind.BAR_SET, row, by=by, at=at)
    followed = _hand_over(row, client, organisation_id, by=by, at=at)
    return done(row.id, reference=client.reference, next=followed, client_id=client.id)


def _may_write(client: Client, by: Actor, at: datetime) -> Decision:
    """The matrix on a bar of hers that this person would set."""
    wanted = Bar(client_id=client.id, organisation_id=by.organisation_id, set_at=at, set_by_id=by.account_id)
    return sight.may(by, Action.CREATE, wanted)


def _tell(kind: EventKind, row: Bar, *, by: Actor, at: datetime) -> None:
    """Both streams, by the clerk's hand: the walls would not let a barred person write of her."""
    with identity.clerk(by):
        last = Episode.objects.filter(client_id=row.client_id).order_by("-number").first()
        ledger.record(
            kind,
            by=by,
            at=at,
            case_id=last.case_id if last else None,
            client_id=row.client_id,
            episode_id=last.id if last else None,
            detail={"ground": row.ground, "whole": "no" if row.barred_account_id else "yes"},
        )
        ledger.altered(by=by, at=at, resource=Resource.BAR, subjects=[row.client_id], reason=kind.label)


def _facts(
    client: Client, organisation_id: UUID, account_id: UUID | None, ground: Ground, words: str, by: Actor
) -> bars.Facts:
    place = Organisation.objects.filter(id=organisation_id).first()
    held = Appointment.objects.filter(organisation_id=organisation_id, until_at__isnull=True)
    is_known = place is not None and (account_id is None or held.filter(account_id=account_id).exists())
    already = kept_out.of_her(client.id, by=by)
    return bars.Facts(
        role=by.role,
        ground=ground,
        has_words=bool(words.strip()),
        is_lead=_leads(client.id, by),
        is_self=account_id == by.account_id,
        is_coordinating=account_id is None and organisation_id == client.organisation_id,
        is_known=is_known,
        is_in_force=account_id in already.accounts
        or (account_id is None and organisation_id in already.organisations),
    )


def _leads(client_id: UUID, by: Actor) -> bool:
    """Whether this person is her lead professional, or covers for a colleague with her."""
    mine = sight.visible(Involvement, by).filter(
        client_id=client_id, account_id=by.account_id, until_at__isnull=True
    )
    return mine.filter(Q(is_lead=True) | Q(kind=InvolvementKind.COVER.value)).exists() or (
        sight.visible(Episode, by)
        .filter(client_id=client_id, lead_account_id=by.account_id, closed_at__isnull=True)
        .exists()
    )


def _hand_over(
    row: Bar, client: Client, organisation_id: UUID, *, by: Actor, at: datetime
) -> tuple[str, ...]:
    """Where somebody kept out works with her now, who takes over becomes work for somebody who is not."""
    with identity.clerk(by):
        theirs = Involvement.objects.filter(
            client_id=client.id, organisation_id=organisation_id, until_at__isnull=True
        ).exclude(kind=InvolvementKind.COORDINATION.value)
        if row.barred_account_id:
            theirs = theirs.filter(account_id=row.barred_account_id)
        works_with_her = theirs.exists()
    if not works_with_her:
        return ("They are told nothing. For them she is not there.",)
    out = kept_out.of_her(client.id, by=by)
    place, role = _who_takes_over(client, organisation_id, row, out)
    due = programme.working().due_after_days(at, 1)
    tasks.set_task(
        kept_out.HANDOVER_TASK,
        "Somebody stepped back from a woman: give her another worker",
        organisation_id=place,
        role=role,
        client_id=client.id,
        route="bars:hers",
        object_id=client.id,
        due_at=due,
        is_urgent=True,
        by=by,
        at=at,
    )
    return (
        "They are told nothing. For them she is not there.",
        f"{role.label}s have been asked to see by {clocks.local(due):%-d %B} who works with her from now on.",
    )


def _who_takes_over(
    client: Client, organisation_id: UUID, row: Bar, out: kept_out.KeptOut
) -> tuple[UUID, Role]:
    """A supervisor there who is not kept out; else the coordinator; else the governance lead."""
    order: list[tuple[UUID, Role]] = [
        (client.organisation_id, Role.COORDINATOR),
        (client.organisation_id, Role.GOVERNANCE_LEAD),
    ]
    if row.barred_account_id:
        order.insert(0, (organisation_id, Role.SUPERVISOR))
    for place, role in order:
        held = Appointment.objects.filter(
            organisation_id=place, role=role.value, until_at__isnull=True, account__is_active=True
        ).exclude(account_id__in=out.accounts)
        if place not in out.organisations and held.exists():
            return place, role
    return client.organisation_id, Role.COORDINATOR


# --- reads --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeptOutOne:
    """One bar as those who may know of it see it."""

    id: UUID
    who: str
    where: str
    is_whole_organisation: bool
    ground: Ground
    reason: str
    set_at: datetime
    set_by: str
    lifted_at: datetime | None
    lifted_by: str
    why_lifted: str


@dataclass(frozen=True, slots=True)
class Hers:
    """Who may not see her, and whether this person decides it."""

    person: Banner
    now: tuple[KeptOutOne, ...]
    before: tuple[KeptOutOne, ...]
    may_decide: Decision


def of_her(*, client_id: UUID, by: Actor, at: datetime) -> Hers | None:
    """Who may not see her. None when for this person she is not there. The caller logs the reading."""
    person = her.banner(client_id=client_id, by=by, at=at)
    if person is None:
        return None
    rows = list(sight.visible(Bar, by).filter(client_id=client_id).order_by("-set_at"))
    shown = _shown(rows)
    return Hers(
        person,
        tuple(one for one in shown if one.lifted_at is None),
        tuple(one for one in shown if one.lifted_at is not None),
        bars.may_decide(by.role, is_lead=_leads(client_id, by)),
    )


def one(*, bar_id: UUID, by: Actor, at: datetime) -> tuple[KeptOutOne, Banner] | None:
    """One bar that is in force, and whose it is."""
    row = sight.one(Bar, bar_id, by)
    person = her.banner(client_id=row.client_id, by=by, at=at) if row is not None else None
    if row is None or person is None or row.lifted_at is not None:
        return None
    ledger.read(by=by, at=at, resource=Resource.BAR, subjects=[row.client_id], route="bars:lift")
    return _shown([row])[0], person


@dataclass(frozen=True, slots=True)
class BarOfOurs:
    """A bar as the governance lead sees it: hers by reference, whom it keeps out, why and until when."""

    reference: str
    bar: KeptOutOne


def of_our_organisation(
    *, by: Actor, at: datetime, offset: int = 0, limit: int = 25
) -> tuple[tuple[BarOfOurs, ...], int]:
    """The bars that this organisation set, those in force first, and how many there are."""
    rows = sight.visible(Bar, by).filter(organisation_id=by.organisation_id)
    total = rows.count()
    page = list(rows.order_by("lifted_at", "-set_at")[offset : offset + limit])
    with identity.clerk(by):
        references = dict(
            Client.objects.filter(id__in=[row.client_id for row in page]).values_list("id", "reference")
        )
    if page:
        ledger.read(
            by=by, at=at, resource=Resource.BAR, subjects=[r.client_id for r in page], route="bars:ours"
        )
    shown = _shown(page)
    return (
        tuple(
            BarOfOurs(references.get(row.client_id, ""), one) for row, one in zip(page, shown, strict=True)
        ),
        total,
    )


def _shown(rows: Iterable[Bar]) -> list[KeptOutOne]:
    held = list(rows)
    names = identity.names_of(
        {
            key
            for row in held
            for key in (row.barred_account_id, row.set_by_id, row.lifted_by_id)
            if key is not None
        }
    )
    places = dict(Organisation.objects.values_list("id", "name"))
    at_work: dict[UUID, str] = {}
    for account, place in Appointment.objects.filter(
        account_id__in=[row.barred_account_id for row in held if row.barred_account_id]
    ).values_list("account_id", "organisation_id"):
        at_work[account] = places.get(place, "")
    return [
        KeptOutOne(
            id=row.id,
            who=names.get(row.barred_account_id, "a colleague")
            if row.barred_account_id
            else f"Everybody at {places.get(row.barred_organisation_id, 'this organisation')}"
            if row.barred_organisation_id
            else "",
            where=at_work.get(row.barred_account_id, "") if row.barred_account_id else "",
            is_whole_organisation=row.barred_organisation_id is not None,
            ground=Ground(row.ground),
            reason=str(row.reason),
            set_at=row.set_at,
            set_by=names.get(row.set_by_id, "a colleague"),
            lifted_at=row.lifted_at,
            lifted_by=names.get(row.lifted_by_id, "") if row.lifted_by_id else "",
            why_lifted=str(row.why_lifted or ""),
        )
        for row in held
    ]


def organisations() -> list[tuple[UUID, str]]:
    """The organisations that take part, by name."""
    return list(
        Organisation.objects.filter(until_date__isnull=True).order_by("name").values_list("id", "name")
    )


def people_at(organisation_id: UUID) -> list[tuple[UUID, str, str]]:
    """(account, name, roles) of everybody who works at one organisation now, by name."""
    rows = (
        Appointment.objects.filter(
            organisation_id=organisation_id, until_at__isnull=True, account__is_active=True
        )
        .select_related("account")
        .order_by("account__name")
    )
    found: dict[UUID, tuple[str, list[str]]] = {}
    for row in rows:
        found.setdefault(row.account_id, (row.account.name, []))[1].append(Role(row.role).label)
    return [(account, name, ", ".join(roles)) for account, (name, roles) in found.items()]


def may_declare(client_id: UUID, by: Actor) -> bool:
    """Whether this person can step back from her: whoever sees her as a worker, supervisor or coordinator."""
    return alongside.her(client_id, by) is not None and by.sector is not Sector.POLICE
