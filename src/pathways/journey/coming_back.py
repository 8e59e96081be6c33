"""She comes back: a new episode for the same woman, with everything that must be asked of her again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.governance.actors import Actor
from pathways.domain.reach import plan, stop
from pathways.domain.support import closure, episode
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import Role
from pathways.domain.terms.routes import Route
from pathways.journey import alongside, identity, involving, of_age, sight, tasks
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import Client, Episode, InvolvementKind, SafeContactPlan, Stop

_ENDED_BY_STOP = (closure.Outcome.WITHDRAWN_CONSENT.value, closure.Outcome.DECLINED.value)


def open_again(
    *,
    client_id: UUID,
    route: Route,
    is_her_wish: bool,
    is_new_referral: bool = False,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Opens her next episode. Her safe-contact plan has lapsed until she confirms it, and she agrees anew."""
    with transaction.atomic():
        her = alongside.her(client_id, by)
        if her is None:
            return refusal(sight.NOT_THERE)
        last = alongside.episode_now(client_id, by)
        if by.role is not Role.COORDINATOR:
            return refusal(
                decision.no(
                    "The coordinator opens an episode for a woman who comes back.", ask="the coordinator"
                )
            )
        if not (grown := of_age.may_go_on(client_id, by=by, at=at)):
            return refusal(grown)
        answer = episode.may_open_again(
            episode.ReturnFacts(
                has_open_episode=alongside.is_running(last),
                last_ended_by_stop=last is not None and last.outcome in _ENDED_BY_STOP,
                is_her_wish=is_her_wish,
                is_new_referral=is_new_referral,
            )
        )
        if not answer or last is None:
            return refusal(answer if not answer else sight.NOT_THERE)
        with identity.clerk(by):
            again = Episode(
                client_id=client_id,
                organisation_id=last.organisation_id,
                case_id=last.case_id,
                number=last.number + 1,
                route=route.value,
                opened_at=at,
            )
            again.save(force_insert=True)
            if is_her_wish:
                Stop.objects.filter(client_id=client_id, status=stop.Status.IN_FORCE.value).update(
                    status=stop.Status.LIFTED.value, lifted_at=at, lifted_by_id=by.account_id
                )
        involving.involve(
            client_id=client_id,
            organisation_id=her.organisation_id,
            account_id=None,
            kind=InvolvementKind.COORDINATION,
            by=by,
            at=at,
        )
        _let_plan_lapse(her, again, by=by, at=at)
        alongside.tell(
            EventKind.EPISODE_OPENED,
            again,
            by=by,
            at=at,
            detail={"number": again.number, "route": route.value},
        )
        tasks.set_task(
            "came_back",
            "A woman has come back: confirm her safe-contact plan and give her a worker",
            organisation_id=her.organisation_id,
            role=Role.COORDINATOR,
            client_id=client_id,
            route="support:contacts",
            object_id=client_id,
            by=by,
            at=at,
        )
        return done(again.id, client_id=client_id, number=again.number)


def _let_plan_lapse(her: Client, again: Episode, *, by: Actor, at: datetime) -> None:
    """What held for her last time is not trusted before she has confirmed it again."""
    with identity.clerk(by):
        current = (
            SafeContactPlan.objects.filter(client_id=her.id)
            .exclude(status=plan.Status.REPLACED.value)
            .first()
        )
        if current is None or plan.WORKFLOW.move(plan.Action.LAPSE, plan.Status(current.status)) is None:
            return
        current.status, current.lapsed_at = plan.Status.LAPSED.value, at
        current.lapsed_because = "came_back"
        current.save(update_fields=["status", "lapsed_at", "lapsed_because"])
    alongside.tell(EventKind.PLAN_LAPSED, again, by=by, at=at, detail={"reason": "came_back"})


def may_open(*, client_id: UUID, by: Actor) -> bool:
    """Whether a new episode could be opened: she is known, and none is running."""
    if alongside.her(client_id, by) is None:
        return False
    return not alongside.is_running(alongside.episode_now(client_id, by))
