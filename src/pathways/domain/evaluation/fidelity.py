"""The intended way through the programme, read off the workflows, and how each woman's way kept to it.

Nobody writes the intended way down a second time: for each step it is said which move of which workflow makes
it, and what may follow directly is worked out from those tables. A way that differs is no fault by itself; it
is where to ask why.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from pathways.domain.evaluation.facts import EventFact
from pathways.domain.evaluation.flow import STEPS, Passage, Step
from pathways.domain.identification import consideration, referral_in
from pathways.domain.outcomes import followup
from pathways.domain.reach import approach
from pathways.domain.referral import referral
from pathways.domain.support import closure, engagement
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.words import Worded
from pathways.domain.triage import assessment, triage
from pathways.domain.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part of the way that one workflow carries: its steps in order, with the actions that make each."""

    workflow: Workflow[Any, Any, Any]
    makes: Mapping[Step, frozenset[Any]]


#: The whole way. Where there are two doors, a stretch holds both, and each makes the same step.
WAY: Final[tuple[tuple[Stretch, ...], ...]] = (
    (
        Stretch(consideration.WORKFLOW, {Step.CONFIRMED: frozenset({consideration.Action.CONFIRM})}),
        Stretch(referral_in.WORKFLOW, {Step.CONFIRMED: frozenset({referral_in.Action.CONFIRM})}),
    ),
    (
        Stretch(
            approach.WORKFLOW,
            {
                Step.APPROACHED: frozenset({approach.Action.ATTEMPT}),
                Step.CONTACTED: frozenset({approach.Action.REACH}),
                Step.AGREED: frozenset({approach.Action.AGREE}),
            },
        ),
    ),
    (Stretch(assessment.WORKFLOW, {Step.ASSESSED: frozenset({assessment.Action.COMPLETE})}),),
    (Stretch(triage.WORKFLOW, {Step.TRIAGED: frozenset({triage.Action.DECIDE, triage.Action.OVERRIDE})}),),
    (
        Stretch(
            referral.WORKFLOW,
            {
                Step.REFERRED: frozenset({referral.Action.SEND}),
                Step.ACCEPTED: frozenset({referral.Action.ACCEPT}),
            },
        ),
    ),
    (Stretch(engagement.WORKFLOW, {Step.STARTED: frozenset({engagement.Action.START})}),),
    (Stretch(closure.WORKFLOW, {Step.COMPLETED: frozenset({closure.Action.SIGN_OFF})}),),
    (Stretch(followup.WORKFLOW, {Step.FOLLOWED_UP: frozenset({followup.Action.RECORD})}),),
)


def _next_in(stretch: Stretch, after: Step | None) -> frozenset[Step]:
    """The steps of a stretch that its workflow lets come next, with no other step of the stretch between."""
    workflow = stretch.workflow
    step_of = {action: step for step, actions in stretch.makes.items() for action in actions}
    if after is None:
        starts = {workflow.start}
    else:
        starts = {move.target for move in workflow.moves if move.action in stretch.makes[after]}
    found: set[Step] = set()
    seen, queue = set(starts), deque(starts)
    while queue:
        status = queue.popleft()
        for move in workflow.moves:
            if status not in move.sources:
                continue
            if move.action in step_of:
                found.add(step_of[move.action])
            elif move.target not in seen:
                seen.add(move.target)
                queue.append(move.target)
    return frozenset(found)


def _follows() -> Mapping[Step, frozenset[Step]]:
    found: dict[Step, set[Step]] = {step: set() for step in STEPS}
    before = Step.CONSIDERED
    for stretches in WAY:
        for stretch in stretches:
            found[before] |= _next_in(stretch, None)
            for step in stretch.makes:
                found[step] |= _next_in(stretch, step) - {step}
        before = list(stretches[0].makes)[-1]
    order = {step: place for place, step in enumerate(STEPS)}
    return MappingProxyType(
        {step: frozenset(to for to in after if order[to] > order[step]) for step, after in found.items()}
    )


#: What may follow each step directly, in the intended way.
FOLLOWS: Final[Mapping[Step, frozenset[Step]]] = _follows()


class Fit(Worded):
    """How a woman's way, as far as it went, kept to the intended one."""

    FITS = "fits", "As intended, as far as it went"
    LEFT_OUT = "left_out", "A step was left out or not recorded"
    OUT_OF_ORDER = "out_of_order", "A step came before one that it should follow"


Trace = tuple[Step, ...]


def trace(passage: Passage) -> Trace:
    """The steps recorded for her, each once, in the order in which she first reached them."""
    reached = passage.reached_at
    return tuple(sorted(reached, key=lambda step: (reached[step], STEPS.index(step))))


def fit(way: Sequence[Step]) -> Fit:
    """Whether each step followed one that it may follow; out of order says more than left out."""
    pairs = [(a, b) for a, b in itertools.pairwise(way) if b not in FOLLOWS[a]]
    if any(STEPS.index(b) < STEPS.index(a) for a, b in pairs):
        return Fit.OUT_OF_ORDER
    return Fit.LEFT_OUT if pairs else Fit.FITS


class Turn(Worded):
    """A turn in the way that the intended one provides for, and that shows where it is hard going."""

    RETURNED = "returned", "Assessment returned before triage"
    PLAN_LAPSED = "plan_lapsed", "Safe-contact plan lapsed and had to be made again"
    PAUSED = "paused", "She paused"
    CAME_BACK = "came_back", "She disengaged and came back"
    HANDED_OVER = "handed_over", "Handed over to another worker"
    ANOTHER_EPISODE = "another_episode", "She came back for another episode"


_TURNS: Final[Mapping[EventKind, Turn]] = MappingProxyType(
    {
        EventKind.TRIAGE_RETURNED: Turn.RETURNED,
        EventKind.PLAN_LAPSED: Turn.PLAN_LAPSED,
        EventKind.PAUSED: Turn.PAUSED,
        EventKind.RE_ENGAGED: Turn.CAME_BACK,
        EventKind.HANDED_OVER: Turn.HANDED_OVER,
    }
)


def turns(events: Iterable[EventFact]) -> frozenset[Turn]:
    """The turns that her way took at least once."""
    found = set()
    for event in events:
        if turn := _TURNS.get(event.kind):
            found.add(turn)
        if event.kind is EventKind.EPISODE_OPENED and event.detail.get("number", "1") not in ("", "1"):
            found.add(Turn.ANOTHER_EPISODE)
    return frozenset(found)
