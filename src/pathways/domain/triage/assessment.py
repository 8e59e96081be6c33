"""Assessed: what she needs, how strong the pull of organised crime is, and whether she is safe today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms import needs
from pathways.domain.terms.law import Coercion
from pathways.domain.terms.people import ALONGSIDE_ROLES, Role
from pathways.domain.terms.words import Worded
from pathways.domain.triage.mechanisms import Mechanism
from pathways.domain.workflow import Move, Workflow, sources


class Status(Worded):
    """Where the needs assessment stands."""

    IN_PROGRESS = "in_progress", "In progress"
    COMPLETE = "complete", "Complete"
    REFUSED = "refused", "She did not want one"


class Action(Worded):
    """What can be done with an assessment."""

    COMPLETE = "complete", "Complete the assessment"
    REFUSE = "refuse", "She does not want an assessment"
    REOPEN = "reopen", "Reopen the assessment"


class Need(Worded):
    """The worker's judgement of how much support she needs."""

    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


class Exploitation(Worded):
    """The worker's judgement of how strong exploitation, or the pull of organised crime, is."""

    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


class ImmediateSafety(Worded):
    """Whether there is a concern for her immediate safety."""

    YES = "yes", "Yes"
    NO = "no", "No"


class SaidBy(Worded):
    """Who says that she was made to do what she did."""

    HERSELF = "herself", "She says so herself"
    WORKER = "worker", "Her worker’s view, from what she told"
    POLICE = "police", "Police records"
    AGENCY = "agency", "Another agency"
    DECISION = "decision", "A court, or the National Referral Mechanism, found so"


#: Where what is known of coercion says by itself who says so.
SAYS_SO: Mapping[Coercion, SaidBy] = {
    Coercion.DISCLOSED: SaidBy.HERSELF,
    Coercion.CONFIRMED: SaidBy.DECISION,
}


def who_says_so(coercion: Coercion | None, given: SaidBy | None) -> SaidBy | None:
    """Who says that she was made to: whoever was named, else whom the answer itself names."""
    if given is not None or coercion is None:
        return given
    return SAYS_SO.get(coercion)


class HomeUsed(Worded):
    """Whether somebody else uses her home, or has taken it over."""

    YES = "yes", "Yes"
    NO = "no", "No"
    NOT_ASKED = "not_asked", "Not asked"


@dataclass(frozen=True, slots=True)
class Facts:
    """What an assessment gate may look at. A judgement not made yet is None, never low."""

    has_agreed: bool
    is_stopped: bool = False
    ladder: Mapping[needs.Domain, needs.Rung | needs.Unrated] = field(default_factory=dict)
    summary: str = ""
    need: Need | None = None
    exploitation: Exploitation | None = None
    immediate_safety: ImmediateSafety | None = None
    #: the other protections that nobody has thought of yet, and why not
    unconsidered: tuple[Mechanism, ...] = ()
    why_unconsidered: str = ""

    @property
    def unrated(self) -> tuple[needs.Domain, ...]:
        """The parts of her life with neither a rung nor a word on why there is none."""
        return tuple(domain for domain in needs.Domain if domain not in self.ladder)

    @property
    def is_contradicted(self) -> bool:
        """Harm is happening or close by the ladder, and there is no concern for her immediate safety."""
        return (
            self.ladder.get(needs.Domain.SAFETY) is needs.Rung.CRISIS
            and self.immediate_safety is ImmediateSafety.NO
        )

    @property
    def judgements(self) -> dict[str, str | None]:
        """The answers for the default triage policy, by the names of its inputs."""
        return {
            "need": self.need,
            "exploitation": self.exploitation,
            "immediate_safety": self.immediate_safety,
        }


def may_assess(facts: Facts) -> Decision:
    """Whether an assessment may begin, or go on: she has agreed to take part and has not stopped."""
    if facts.is_stopped:
        return decision.no("She has asked us to stop.")
    if not facts.has_agreed:
        return decision.no("She has not agreed to take part yet.")
    return decision.yes()


def may_complete(facts: Facts) -> Decision:
    """Every part of her life has been thought of, and there is a summary. Judgements may still be missing:
    triage then says that its suggestion is provisional. In immediate danger no protection is passed over."""
    if not (answer := may_assess(facts)):
        return answer
    if facts.unrated:
        named = ", ".join(domain.label.lower() for domain in facts.unrated)
        return decision.no(f"Give a rung, or say why there is none, for: {named}.")
    if not facts.summary.strip():
        return decision.no("Write a summary.")
    if facts.is_contradicted:
        return decision.no(
            "On the ladder her safety is in crisis, and under Safety there is no concern for her immediate "
            "safety. Change one of the two."
        )
    if (
        facts.immediate_safety is ImmediateSafety.YES
        and facts.unconsidered
        and not facts.why_unconsidered.strip()
    ):
        named = "; ".join(one.label for one in facts.unconsidered)
        return decision.no(
            f"She is in immediate danger: consider each of these protections, or say why not: {named}."
        )
    return decision.yes()


WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Assessment",
    statuses=Status,
    start=Status.IN_PROGRESS,
    moves=(
        Move(
            Action.COMPLETE,
            sources(Status.IN_PROGRESS),
            Status.COMPLETE,
            ALONGSIDE_ROLES,
            "Complete the assessment",
            may_complete,
        ),
        Move(
            Action.REFUSE,
            sources(Status.IN_PROGRESS),
            Status.REFUSED,
            ALONGSIDE_ROLES | {Role.CLERK},
            "She does not want an assessment",
        ),
        Move(
            Action.REOPEN,
            sources(Status.COMPLETE, Status.REFUSED),
            Status.IN_PROGRESS,
            ALONGSIDE_ROLES,
            "Reopen the assessment",
            may_assess,
        ),
    ),
)
