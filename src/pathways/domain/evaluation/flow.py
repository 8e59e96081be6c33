"""The flow from considered to followed up: how far each journey came, and why it went no further.

Every journey that reached a step either reached the next one, was lost for a recorded reason, or is
still in progress. The three never overlap, so each step is the sum of what became of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pathways.domain.evaluation.facts import EventFact, route_of
from pathways.domain.outcomes import followup
from pathways.domain.referral.reasons import WithdrawReason
from pathways.domain.support import closure
from pathways.domain.terms.events import EventKind, ScreeningOutcome
from pathways.domain.terms.words import Worded


class Step(Worded):
    """The steps in order. A step counts as passed when a later one was reached."""

    CONSIDERED = "considered", "Considered"
    CONFIRMED = "confirmed", "Confirmed"
    APPROACHED = "approached", "Approached"
    CONTACTED = "contacted", "Reached"
    AGREED = "agreed", "Agreed to take part"
    ASSESSED = "assessed", "Assessed"
    TRIAGED = "triaged", "Triaged"
    REFERRED = "referred", "Referred"
    ACCEPTED = "accepted", "Accepted by a service"
    STARTED = "started", "Support started"
    COMPLETED = "completed", "Completed support"
    FOLLOWED_UP = "followed_up", "Followed up"


STEPS: Final[tuple[Step, ...]] = tuple(Step)

#: What each step means, printed under the flow.
STEP_DEFINITIONS: Final[Mapping[Step, str]] = {
    Step.CONSIDERED: "Flagged by anyone, found by a search, or came herself.",
    Step.CONFIRMED: "A named person confirmed at screening that the programme is for her.",
    Step.APPROACHED: "At least one attempt was made to reach her safely.",
    Step.CONTACTED: "She was reached.",
    Step.AGREED: "She agreed to take part.",
    Step.ASSESSED: "Her needs assessment was completed.",
    Step.TRIAGED: "A named person decided the level of support.",
    Step.REFERRED: "A referral was sent to at least one service.",
    Step.ACCEPTED: "At least one service accepted her.",
    Step.STARTED: "She came to a first contact after acceptance.",
    Step.COMPLETED: "Support ended as planned or she moved on to other support.",
    Step.FOLLOWED_UP: "She was followed up at least once after completing.",
}


class Loss(Worded):
    """Why a journey went no further, where the event itself gives no finer code."""

    NOT_CONFIRMED = "not_confirmed", "Not confirmed at screening"
    DUPLICATE = "duplicate", "Already known to the programme"
    NOT_THIS_PROGRAMME = "not_this_programme", "Not for this programme"
    NOT_SAFE = "not_safe", "No safe way to reach her"
    NO_CONTACT = "no_contact", "Could not be reached"
    DECLINED = "declined", "She declined"
    WITHDREW = "withdrew", "She withdrew"
    ASSESSMENT_REFUSED = "assessment_refused", "She did not want an assessment"
    SERVICE_DECLINED = "service_declined", "No service accepted her"
    SERVICE_REFUSED_BY_HER = "service_refused_by_her", "She did not want the service"
    REFERRAL_WITHDRAWN = "referral_withdrawn", "Referral withdrawn"
    REFERRAL_EXPIRED = "referral_expired", "Referral not answered in time"
    DISENGAGED = "disengaged", "Disengaged"
    ADVICE_ONLY = "advice_only", "Advice only"
    MOVED_AREA = "moved_area", "Moved out of the area"
    CUSTODY = "custody", "In custody"
    DIED = "died", "Died"
    UNSAFE_TO_CONTINUE = "unsafe_to_continue", "Unsafe to continue"
    TRANSFERRED = "transferred", "Transferred to another programme"
    FOLLOW_UP_NOT_REACHED = "follow_up_not_reached", "Not reached at follow-up"
    FOLLOW_UP_DECLINED = "follow_up_declined", "Declined follow-up"
    CLOSED_EARLY = "closed_early", "Closed before this step"


_REACHES: Final[Mapping[EventKind, Step]] = {
    EventKind.FLAGGED: Step.CONSIDERED,
    EventKind.SELF_REFERRED: Step.CONSIDERED,
    EventKind.IDENTIFIED: Step.CONFIRMED,
    EventKind.APPROACH_ATTEMPTED: Step.APPROACHED,
    EventKind.NO_CONTACT: Step.APPROACHED,
    EventKind.CONTACTED: Step.CONTACTED,
    EventKind.AGREED: Step.AGREED,
    EventKind.ASSESSMENT_COMPLETED: Step.ASSESSED,
    EventKind.TRIAGED: Step.TRIAGED,
    EventKind.REFERRAL_SENT: Step.REFERRED,
    EventKind.REFERRAL_ACCEPTED: Step.ACCEPTED,
    EventKind.SUPPORT_STARTED: Step.STARTED,
}

#: Closures that count as completing support. Source: domain dossier, stage 10.
COMPLETING: Final = frozenset({closure.Outcome.COMPLETED_PLANNED.value, closure.Outcome.MOVED_ON.value})

_CLOSED_AS: Final[Mapping[str, Loss]] = {
    closure.Outcome.COMPLETED_PLANNED.value: Loss.CLOSED_EARLY,
    closure.Outcome.MOVED_ON.value: Loss.CLOSED_EARLY,
    closure.Outcome.DISENGAGED.value: Loss.DISENGAGED,
    closure.Outcome.MOVED_AREA.value: Loss.MOVED_AREA,
    closure.Outcome.CUSTODY.value: Loss.CUSTODY,
    closure.Outcome.DIED.value: Loss.DIED,
    closure.Outcome.UNSAFE_TO_CONTINUE.value: Loss.UNSAFE_TO_CONTINUE,
    closure.Outcome.WITHDRAWN_CONSENT.value: Loss.WITHDREW,
    closure.Outcome.TRANSFERRED.value: Loss.TRANSFERRED,
    closure.Outcome.DECLINED.value: Loss.DECLINED,
    closure.Outcome.NOT_REACHED.value: Loss.NO_CONTACT,
    closure.Outcome.ADVICE_ONLY.value: Loss.ADVICE_ONLY,
}

_SCREENED_OUT: Final[Mapping[str, Loss]] = {
    ScreeningOutcome.REJECTED.value: Loss.NOT_CONFIRMED,
    ScreeningOutcome.DUPLICATE.value: Loss.DUPLICATE,
    ScreeningOutcome.NOT_THIS_PROGRAMME.value: Loss.NOT_THIS_PROGRAMME,
}

_LOSES: Final[Mapping[EventKind, Loss]] = {
    EventKind.PLAN_NOT_SAFE: Loss.NOT_SAFE,
    EventKind.NO_CONTACT: Loss.NO_CONTACT,
    EventKind.DECLINED: Loss.DECLINED,
    EventKind.WITHDRAWN: Loss.WITHDREW,
    EventKind.ASSESSMENT_REFUSED: Loss.ASSESSMENT_REFUSED,
    EventKind.DISENGAGED: Loss.DISENGAGED,
}

#: What takes a journey up again after a loss was recorded.
_REOPENS: Final = frozenset({EventKind.RESUMED, EventKind.RE_ENGAGED, EventKind.EPISODE_OPENED})

#: A second flag takes up again only what never passed the door.
_DOOR: Final = frozenset({EventKind.FLAGGED, EventKind.SELF_REFERRED})

_REFERRAL_ENDS: Final[Mapping[EventKind, Loss]] = {
    EventKind.REFERRAL_DECLINED: Loss.SERVICE_DECLINED,
    EventKind.REFERRAL_DECLINED_BY_HER: Loss.SERVICE_REFUSED_BY_HER,
    EventKind.REFERRAL_WITHDRAWN: Loss.REFERRAL_WITHDRAWN,
    EventKind.REFERRAL_EXPIRED: Loss.REFERRAL_EXPIRED,
}

_FOLLOW_UP_LOST: Final[Mapping[str, Loss]] = {
    "not_reached": Loss.FOLLOW_UP_NOT_REACHED,
    "declined": Loss.FOLLOW_UP_DECLINED,
}

#: The events of which any can be the end of a journey, or part of why it ends; most are none.
_MAY_END: Final = frozenset(
    {*_LOSES, *_REFERRAL_ENDS}
    | {EventKind.SCREENED, EventKind.CLOSED, EventKind.FOLLOWED_UP, EventKind.REFERRAL_SENT}
)

#: The last wave of follow-up: after it nothing more is due.
LAST_WAVE: Final = followup.Wave.MONTHS_12.value


@dataclass(frozen=True, slots=True)
class Passage:
    """How one journey went: the furthest step, when each step was first reached, and what ended it.

    `lost` is None where the journey is still in progress, or has reached the last step.
    """

    route: str
    furthest: Step
    reached_at: Mapping[Step, datetime]
    lost: Loss | None

    def has_reached(self, step: Step) -> bool:
        return STEPS.index(step) <= STEPS.index(self.furthest)

    @property
    def reached(self) -> tuple[Step, ...]:
        """Every step passed, in order."""
        return STEPS[: STEPS.index(self.furthest) + 1]


def passage(events: Iterable[EventFact]) -> Passage:
    """The passage of one journey (or of one woman, over all her episodes) from its events in order.

    A loss stands only if nothing happened after it that takes the journey further or up again.
    """
    events = tuple(events)
    reached: dict[Step, datetime] = {}
    furthest = 0
    lost: Loss | None = None
    open_referrals: dict[str, bool] = {}
    has_completed = False
    for event in events:
        kind = event.kind
        step = _step_of(event, reached, has_completed=has_completed)
        if kind is EventKind.CLOSED or kind is EventKind.EPISODE_OPENED:
            has_completed = kind is EventKind.CLOSED and step is Step.COMPLETED
        place = -1
        if step is not None:
            reached.setdefault(step, event.at)
            place = STEPS.index(step)
        if place > furthest or (
            lost is not None and _takes_up_again(kind, lost, is_at_door=furthest == 0)
        ):
            lost = None
        furthest = max(furthest, place)
        if kind in _MAY_END:
            lost = _loss_of(event, open_referrals, STEPS[furthest], has_completed) or lost
    if STEPS[furthest] is Step.FOLLOWED_UP:
        lost = None
    if reached or events:
        reached.setdefault(Step.CONSIDERED, events[0].at)
    return Passage(route_of(events), STEPS[furthest], reached, lost)


def _takes_up_again(kind: EventKind, lost: Loss | None, *, is_at_door: bool) -> bool:
    """Whether this event undoes a loss, though it takes the journey no further."""
    is_safe_again = lost is Loss.NOT_SAFE and kind is EventKind.PLAN_CONFIRMED
    return kind in _REOPENS or is_safe_again or (is_at_door and kind in _DOOR)


def _step_of(event: EventFact, reached: Mapping[Step, datetime], *, has_completed: bool) -> Step | None:
    if event.kind is EventKind.SCREENED:
        confirmed = event.detail.get("outcome") == ScreeningOutcome.CONFIRMED.value
        return Step.CONFIRMED if confirmed else Step.CONSIDERED
    if event.kind is EventKind.CONTACT_RECORDED:
        return Step.STARTED if event.is_attended and Step.ACCEPTED in reached else None
    if event.kind is EventKind.CLOSED and event.detail.get("outcome") in COMPLETING:
        return Step.COMPLETED if Step.STARTED in reached else None
    if event.kind is EventKind.FOLLOWED_UP:
        return Step.FOLLOWED_UP if has_completed and event.detail.get("result") == "done" else None
    return _REACHES.get(event.kind)


def _loss_of(
    event: EventFact, referrals: dict[str, bool], furthest: Step, has_completed: bool
) -> Loss | None:
    """Why this event ends the journey where it stands, if it does."""
    if event.kind is EventKind.SCREENED:
        is_at_door = furthest is Step.CONSIDERED  # a second flag about a client ends nothing
        return _SCREENED_OUT.get(event.detail.get("outcome", "")) if is_at_door else None
    if event.kind is EventKind.CLOSED:
        if furthest is Step.COMPLETED and has_completed:
            return None
        return _CLOSED_AS.get(event.detail.get("outcome", ""), Loss.CLOSED_EARLY)
    if event.kind is EventKind.FOLLOWED_UP:
        last = event.detail.get("wave") == LAST_WAVE and furthest is Step.COMPLETED
        return _FOLLOW_UP_LOST.get(event.detail.get("result", "")) if last else None
    reference = event.detail.get("referral", "")
    if event.kind is EventKind.REFERRAL_SENT:
        referrals[reference] = True
    if event.kind in _REFERRAL_ENDS:
        referrals[reference] = False
        if event.detail.get("reason") == WithdrawReason.SHE_STOPPED.value:
            return None  # her own pause or withdrawal says why, in an event of its own
        nothing_open = furthest is Step.REFERRED and not any(referrals.values())
        return _REFERRAL_ENDS[event.kind] if nothing_open else None
    return _LOSES.get(event.kind)
