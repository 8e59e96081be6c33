"""Erasing what one organisation holds of her: asked for, checked, approved by a second person, carried out.

Each organisation answers for its own record of her (UK GDPR Article 17), and erasing at one touches no other.
What police hold is the force's, is kept for policing purposes under its own rules, and is never reached from
here. A legal hold wins over everything. What is carried out cannot be taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance import retention
from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, actors, sources


class Origin(Worded):
    """Why erasing was begun."""

    SHE_ASKED = "she_asked", "She asked for it"
    RETENTION = "retention", "It has been kept for as long as it should be"


class Status(Worded):
    """Where a request to erase stands."""

    REQUESTED = "requested", "To be checked"
    CHECKED = "checked", "Waiting for a second person"
    APPROVED = "approved", "Approved, not yet erased"
    REFUSED = "refused", "Refused"
    ERASED = "erased", "Erased"


class Action(Worded):
    """What can be done with a request to erase."""

    CHECK = "check", "Check what is there and what stays"
    APPROVE = "approve", "Approve erasing"
    REFUSE = "refuse", "Refuse"
    ERASE = "erase", "Erase for ever"


class RefusalReason(Worded):
    """The grounds on which a record is kept although she asked (UK GDPR Article 17(3))."""

    LEGAL_CLAIM = "legal_claim", "It is needed for a legal claim"
    LEGAL_DUTY = "legal_duty", "The law makes us keep it"
    CRIMINAL_INQUIRY = "criminal_inquiry", "It may be relevant to a criminal investigation"
    NOT_SURE_IT_IS_HER = "not_sure_it_is_her", "We could not be sure that it was she who asked"
    CHANGED_HER_MIND = "changed_her_mind", "She changed her mind"
    STILL_NEEDED = "still_needed", "It is still needed for what it was collected for"


class Told(Worded):
    """Whether she knows. Afterwards nothing is left that says how she can be reached safely."""

    TOLD = "told", "She was told, by a way that is safe for her"
    DID_NOT_WANT = "did_not_want", "She does not want to hear of it"
    NO_SAFE_WAY = "no_safe_way", "There is no safe way to tell her"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision about erasing may look at."""

    origin: Origin = Origin.SHE_ASKED
    is_police: bool = False
    is_held: bool = False
    is_work_under_way: bool = False
    is_second_person: bool = True
    #: None where she asked; else whether the period of retention has passed
    is_period_over: bool | None = None
    told: Told | None = None


def may_request(facts: Facts) -> Decision:
    """Police review their own records under their own rules; for everybody else a request can be recorded."""
    if facts.is_police:
        return decision.no(
            "Police records are reviewed, kept and disposed of by the force under the rules for police"
            " information. They are not erased here.",
            ask="your force’s records manager",
        )
    if facts.origin is Origin.RETENTION and facts.is_period_over is False:
        return decision.no("The period for which this record is kept has not passed yet.")
    return decision.yes()


def may_check(facts: Facts) -> Decision:
    """Nothing is erased under a hold, nor while an episode of hers runs, which that record keeps safe."""
    if facts.is_held:
        return decision.no("A legal hold stands: nothing may be erased until it is lifted.")
    if facts.is_work_under_way:
        return decision.no(
            "The work with her has not ended: her safe-contact plan would go with the record. Close her"
            " support first."
        )
    return decision.yes()


def may_approve(facts: Facts) -> Decision:
    """The person who approves is not the one who asked for it or checked it."""
    if not facts.is_second_person:
        return decision.no(
            "You recorded or checked this request: somebody else approves it.", ask="supervisor"
        )
    return may_check(facts)


def may_erase(facts: Facts) -> Decision:
    """The hold and the work are looked at once more, and she is told while it is known how."""
    if not (answer := may_check(facts)):
        return answer
    if facts.told is None:
        return decision.no("Say whether she was told: afterwards nothing says how to reach her safely.")
    return decision.yes()


#: Who may approve: a second governance lead, or whoever answers for the work at the same organisation.
APPROVERS = actors(Role.GOVERNANCE_LEAD, Role.SUPERVISOR, Role.COORDINATOR)
_LEAD = actors(Role.GOVERNANCE_LEAD)

WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Erasing",
    statuses=Status,
    start=Status.REQUESTED,
    final=sources(Status.REFUSED, Status.ERASED),
    moves=(
        Move(Action.CHECK, sources(Status.REQUESTED), Status.CHECKED, _LEAD, Action.CHECK.label, may_check),
        Move(
            Action.APPROVE,
            sources(Status.CHECKED),
            Status.APPROVED,
            APPROVERS,
            Action.APPROVE.label,
            may_approve,
        ),
        Move(
            Action.REFUSE,
            sources(Status.REQUESTED),
            Status.REFUSED,
            _LEAD,
            Action.REFUSE.label,
        ),
        Move(
            Action.REFUSE,
            sources(Status.CHECKED, Status.APPROVED),
            Status.REFUSED,
            APPROVERS,
            Action.REFUSE.label,
        ),
        Move(Action.ERASE, sources(Status.APPROVED), Status.ERASED, _LEAD, Action.ERASE.label, may_erase),
    ),
)

#: Requests that nothing more is done with.
ENDED = frozenset({Status.REFUSED, Status.ERASED})


def answer_by(asked_on: date) -> date:
    """One calendar month after she asked (UK GDPR Article 12(3))."""
    return retention.due_on(retention.Facts(retention.Kind.SUPPORTED, asked_on), 1)


#: What stays after erasing, and why: shown before it is approved, and in what she is told.
STAYS: tuple[tuple[str, str], ...] = (
    (
        "What police hold of her",
        "It is the force’s own record, kept for policing under the force’s rules. She can ask the force.",
    ),
    (
        "What other organisations hold of her",
        "Each answers for its own record. She can ask each of them.",
    ),
    (
        "That things happened, in codes and without her name",
        "Counting how the programme works goes on. Nothing in it says who she was.",
    ),
    (
        "Who read or disclosed her record, and when",
        "The law makes us keep that log. It holds a random number in place of her name.",
    ),
    (
        "What crossed to somebody else, without its words",
        "Every disclosure stays on record: to whom, when and on what basis.",
    ),
    (
        "That she asked us not to contact her, if she did",
        "So that nobody does. It holds no name.",
    ),
)

#: What goes.
GOES: tuple[str, ...] = (
    "her name and what she is called, date of birth, telephone, e-mail and addresses",
    "her safe-contact plan and safe place",
    "notes, goals, reviews, closures, follow-ups and everything else that was written about her",
    "answers about her background, and the ratings and judgements of assessments",
    "messages about her, and forms about her that nobody finished",
    "that a search here finds her",
    "the key that opens her record, so that no copy in a backup can be read",
)


def letter(*, organisation: str, origin: Origin, backups_days: int) -> tuple[str, ...]:
    """What she is told before it is done, in paragraphs. It holds no name: whoever gives it says hers."""
    why = (
        f"You asked {organisation} to erase what it holds about you."
        if origin is Origin.SHE_ASKED
        else f"{organisation} has kept its record about you for as long as it should, and will erase it."
    )
    return (
        why,
        "What goes: " + "; ".join(GOES) + ".",
        "It cannot be undone. From that moment nobody here can read it. Copies kept for emergencies cannot be"
        f" read either, once the last copies of its keys are destroyed, which is within {backups_days} days.",
        "What stays: " + "; ".join(f"{what[0].lower()}{what[1:]}" for what, _ in STAYS) + ".",
        "If you come back, you are welcome, and we begin anew: what you told us before will not be there.",
        "If you think that this was handled wrongly, tell us, or the Information Commissioner’s Office"
        " (ico.org.uk, 0303 123 1113).",
    )


def refusal_letter(*, organisation: str, reason: RefusalReason) -> tuple[str, ...]:
    """What she is told when it was refused."""
    return (
        f"You asked {organisation} to erase what it holds about you. We have not done so.",
        f"Why: {reason.label[0].lower()}{reason.label[1:]}.",
        "You can ask us to look at it again, complain to the Information Commissioner’s Office (ico.org.uk,"
        " 0303 123 1113), or go to court.",
    )

