"""What was said in interviews: excerpts, codes by two people, and quotations that a second person lets go.

An excerpt is under a participant's number. Two people code it without seeing one another's codes until
both are in. Where they differ a third coder settles it, once: a settlement. Nothing that was said leaves but
as a quotation: agreed to, looked through for what could give somebody away, and released by somebody else
than whoever asked.
"""

from __future__ import annotations

from collections.abc import Collection, Set
from dataclasses import dataclass
from typing import Final

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, actors, sources

#: Who hears, codes and quotes. Nobody else reads an excerpt.
HEARS: Final = frozenset({Role.EVALUATOR})
#: An excerpt is a passage and no transcript; a quotation is a sentence or two.
MOST_EXCERPT: Final = 4000
MOST_QUOTATION: Final = 600
#: Two people code each excerpt: their agreement is what is measured.
CODERS: Final = 2


class CodingState(Worded):
    """How far the coding of an excerpt is. A third coder settles where two differ: that is the settlement."""

    WAITING = "waiting", "Coded by nobody yet"
    ONE = "one", "Coded by one of two"
    ALIKE = "alike", "Coded by two, alike"
    DIFFER = "differ", "Coded by two, who differ"
    SETTLED = "settled", "Settled by a third coder"


class Status(Worded):
    """How far a quotation is."""

    WAITING = "waiting", "Waiting for a second person"
    RELEASED = "released", "Released"
    REFUSED = "refused", "Not released"
    TAKEN_BACK = "taken_back", "Taken back"


class Action(Worded):
    """What can be done with a quotation."""

    RELEASE = "release", "Release it"
    REFUSE = "refuse", "Do not release it"
    TAKE_BACK = "take_back", "Take it back"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule may look at before a quotation is let go."""

    is_asker: bool
    #: the interview was held, and its participant agreed to be quoted and has not withdrawn
    may_be_quoted: bool
    #: what surely gives somebody away still stands in it
    gives_away: bool


def _second_person(facts: Facts) -> Decision:
    if facts.is_asker:
        return decision.no("You asked for this quotation: somebody else decides on it.")
    return decision.yes()


def _may_leave(facts: Facts) -> Decision:
    if not (answer := _second_person(facts)):
        return answer
    if not facts.may_be_quoted:
        return decision.no("The participant has not agreed to be quoted, or has withdrawn.")
    if facts.gives_away:
        return decision.no("Something in it gives somebody away. Refuse it, and ask for it in other words.")
    return decision.yes()


WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    "Quotation of an interview",
    Status,
    Status.WAITING,
    (
        Move(
            Action.RELEASE, sources(Status.WAITING), Status.RELEASED, actors(*HEARS), "Release it", _may_leave
        ),
        Move(
            Action.REFUSE, sources(Status.WAITING), Status.REFUSED, actors(*HEARS), "Do not release it",
            _second_person,
        ),
        Move(Action.TAKE_BACK, sources(Status.RELEASED), Status.TAKEN_BACK, actors(*HEARS), "Take it back"),
    ),
    final=frozenset({Status.REFUSED, Status.TAKEN_BACK}),
)  # fmt: skip


def may_keep_excerpt(*, result: str, consent: Collection[str], is_withdrawn: bool) -> Decision:
    """Whether what was said in an interview may be kept at all: held, agreed to, and not withdrawn since."""
    if is_withdrawn or result != "held":
        return decision.no("Only what was said in an interview that was held, and not withdrawn, is kept.")
    if "interview" not in consent:
        return decision.no("No agreement to be interviewed is recorded.")
    return decision.yes()


def may_quote(*, result: str, consent: Collection[str], is_withdrawn: bool) -> Decision:
    """Whether words of a participant may be asked for as a quotation."""
    if not (answer := may_keep_excerpt(result=result, consent=consent, is_withdrawn=is_withdrawn)):
        return answer
    if "quotation" not in consent:
        return decision.no("The participant has not agreed to be quoted.")
    return decision.yes()


def may_code(*, has_coded: bool, coders: int) -> Decision:
    """Whether one more person may code an excerpt: two, each once."""
    if has_coded:
        return decision.no("You have coded this excerpt already.")
    if coders >= CODERS:
        return decision.no("Two people have coded this excerpt already.")
    return decision.yes()


def disputed(one: Set[str], other: Set[str], *, codebook: Set[str]) -> frozenset[str]:
    """The codes that one of two people gave and the other did not.

    A code that has left the codebook counts in nothing, and is disputed by nobody.
    """
    return frozenset((one ^ other) & codebook)


def coding_state(*, coders: int, differ: bool, is_settled: bool) -> CodingState:
    """How far the coding of an excerpt is, from how many coded it and what came of that."""
    if coders < CODERS:
        return CodingState.ONE if coders else CodingState.WAITING
    if is_settled:
        return CodingState.SETTLED
    return CodingState.DIFFER if differ else CodingState.ALIKE


def may_settle(state: CodingState, *, has_coded: bool) -> Decision:
    """Whether somebody may settle an excerpt: two coded it and differ, nobody has, and she is neither."""
    if state in (CodingState.WAITING, CodingState.ONE):
        return decision.no("Two people code an excerpt before anybody settles it.")
    if state is CodingState.SETTLED:
        return decision.no("A third coder has settled this excerpt already. It is settled once.")
    if state is CodingState.ALIKE:
        return decision.no("The two who coded this excerpt gave it the same codes: nothing is to be settled.")
    if has_coded:
        return decision.no("You coded this excerpt yourself: somebody who did not code it settles it.")
    return decision.yes()
