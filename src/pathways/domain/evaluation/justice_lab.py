"""A submission to the Justice Data Lab: who can be in it and why not, and how it is approved and taken out.

The Lab compares proven reoffending of a list of named people with that of people like them, and gives back
figures that name nobody. The list is the only thing of the evaluation that identifies women, so it leaves
only for those who were told of this very use, on the word of two people who did not draw it up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms import clocks, demographics
from pathways.domain.terms.law import ConfidenceBasis
from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, actors, sources

#: The Lab takes no fewer people than this, and analyses no fewer once they are matched (domain dossier, 6).
LEAST = 60
LEAST_MATCHED = 30
#: Reoffending within a year counts when it leads to a conviction or caution by then or in six months more.
FOLLOW_UP_MONTHS = 12
WAITING_MONTHS = 6
LEAST_AGE = 18
APPROVERS = 2


class Heard(Worded):
    """What she answered when she was given a privacy notice, or afterwards."""

    TOLD = "told", "She was told, and did not object"
    AGREED = "agreed", "She was told, and agreed"
    OBJECTED = "objected", "She objects to this use"


class DisposalKind(Worded):
    """How an offence of hers was dealt with, as far as the Lab asks; or that there is none."""

    NONE = "none", "No conviction and no caution"
    CAUTION = "caution", "Caution or conditional caution"
    DISCHARGE_OR_FINE = "discharge_or_fine", "Discharge or fine"
    COMMUNITY = "community", "Community order"
    SUSPENDED = "suspended", "Suspended sentence"
    CUSTODY = "custody", "Custody"


class DisposalSource(Worded):
    """Where what is known of it comes from."""

    COURT = "court", "A paper of the court"
    PROBATION = "probation", "Probation"
    POLICE = "police", "The police point of contact"
    HERSELF = "herself", "She said so"


class Reason(Worded):
    """Why a woman cannot be in the submission, in the order in which one reason is given for her."""

    ERASED = "erased", "Her record was erased, or erasing it was asked for"
    KEPT_OUT = "kept_out", "The recipient is kept from her record"
    OBJECTED = "objected", "She objects to this use, or to being counted"
    NOT_TOLD = "not_told", "She was given no privacy notice that names this use"
    NOT_AGREED = "not_agreed", "She was told and has not agreed, and the submission rests on agreement"
    NO_NAME = "no_name", "Her surname or forename is missing"
    NO_BIRTH = "no_birth", "Her date of birth is missing"
    NO_START = "no_start", "No day on which support began"
    UNDER_AGE = "under_age", "She was under 18 when support began"
    NOT_FOLLOWED = "not_followed", "A year and six months have not passed since support began"
    NOT_COLLECTED = "not_collected", "Not collected: whether she has a conviction or caution"
    NO_DISPOSAL = "no_disposal", "No conviction or caution dated before support began"


@dataclass(frozen=True, slots=True)
class Disposal:
    """One disposal: the day of the conviction or caution, and for custody the day of release."""

    kind: DisposalKind
    convicted_date: date | None = None
    released_date: date | None = None

    @property
    def index_date(self) -> date | None:
        """The day from which she could have reoffended in the community; None while in custody."""
        return self.released_date if self.kind is DisposalKind.CUSTODY else self.convicted_date


@dataclass(frozen=True, slots=True)
class Told:
    """One answer of hers. `is_named` says whether the notice that she was given names this use."""

    answer: Heard
    on: date
    recorded_at: datetime
    is_named: bool
    version: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What all her answers come to: how she was told, and whether she agrees or objects."""

    told: Told | None = None
    is_agreed: bool = False
    is_objected: bool = False


def standing(answers: Iterable[Told]) -> Standing:
    """Her answers in the order of their days.

    An objection holds whatever she is given afterwards, until she herself agrees.
    """
    now = Standing()
    for one in sorted(answers, key=lambda each: (each.on, each.recorded_at)):
        if one.answer is Heard.OBJECTED:
            now = Standing(now.told, is_objected=True)
        elif one.is_named:
            agreed = one.answer is Heard.AGREED
            now = Standing(one, now.is_agreed or agreed, now.is_objected and not agreed)
    return now


@dataclass(frozen=True, slots=True)
class Woman:
    """What the rules look at of one woman. `disposals` are those recorded, one of kind NONE among them."""

    has_names: bool
    born: date | None
    began: date | None
    disposals: tuple[Disposal, ...] = ()
    standing: Standing = Standing()
    is_counting_refused: bool = False
    is_erased: bool = False
    is_kept_out: bool = False


def followed_up_by(began: date) -> date:
    """The day on which her year and the waiting time after it have passed."""
    return clocks.months_after(began, FOLLOW_UP_MONTHS + WAITING_MONTHS)


def index_of(woman: Woman) -> Disposal | None:
    """The newest disposal dated on or before the day on which support began; None where there is none."""
    began = woman.began
    if began is None:
        return None
    before = [
        (one.convicted_date, one)
        for one in woman.disposals
        if one.convicted_date is not None and one.convicted_date <= began
    ]
    return max(before, key=lambda each: each[0])[1] if before else None


def reasons(woman: Woman, *, today: date, rests_on: ConfidenceBasis) -> tuple[Reason, ...]:
    """Every reason why she cannot be in it, in the order of `Reason`; none where she is eligible."""
    if woman.is_erased:
        return (Reason.ERASED,)
    now, began = woman.standing, woman.began
    needs_agreement = rests_on is ConfidenceBasis.HER_AGREEMENT
    found = {
        Reason.KEPT_OUT: woman.is_kept_out,
        Reason.OBJECTED: now.is_objected or woman.is_counting_refused,
        Reason.NOT_TOLD: now.told is None,
        Reason.NOT_AGREED: now.told is not None and needs_agreement and not now.is_agreed,
        Reason.NO_NAME: not woman.has_names,
        Reason.NO_BIRTH: woman.born is None,
        Reason.NO_START: began is None,
        Reason.UNDER_AGE: bool(
            woman.born and began and demographics.age(woman.born, on=began) < LEAST_AGE
        ),
        Reason.NOT_FOLLOWED: began is not None and followed_up_by(began) > today,
        Reason.NOT_COLLECTED: not woman.disposals,
        Reason.NO_DISPOSAL: bool(woman.disposals) and began is not None and index_of(woman) is None,
    }
    return tuple(one for one in Reason if found.get(one))


def may_keep(disposal: Disposal, *, today: date) -> Decision:
    """Whether a disposal can be recorded as it was typed."""
    if disposal.kind is DisposalKind.NONE:
        if disposal.convicted_date or disposal.released_date:
            return decision.no("Where there is no conviction and no caution there is no day either.")
        return decision.yes()
    if disposal.convicted_date is None:
        return decision.no("Enter the day of the conviction or caution.")
    if max(filter(None, (disposal.convicted_date, disposal.released_date))) > today:
        return decision.no("A day that has not come yet cannot be recorded.")
    if disposal.released_date is not None:
        if disposal.kind is not DisposalKind.CUSTODY:
            return decision.no("Only somebody who was in custody is released: leave that day empty.")
        if disposal.released_date < disposal.convicted_date:
            return decision.no("She cannot have been released before she was convicted: check the two days.")
    return decision.yes()


#: The headings of the file, in its order.
COLUMNS = (
    "Surname",
    "Forename",
    "Date of birth",
    "Gender",
    "PNC ID",
    "Index date",
    "Conviction date",
    "Sentence type",
    "Intervention start date",
    "Intervention end date",
)
#: What of her it tells, as codes for the record of the disclosure. The PNC number is not held on this side.
FIELDS = (
    "surname",
    "given_names",
    "born",
    "gender",
    "index_date",
    "conviction_date",
    "sentence_type",
    "support_began",
    "support_ended",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One eligible woman as the file has her."""

    surname: str
    forename: str
    born: date
    index: Disposal
    began: date
    ended: date | None

    def cells(self) -> tuple[str, ...]:
        """One cell a column; days as DD/MM/YYYY, and nothing for what is not held."""
        return (
            self.surname,
            self.forename,
            _day(self.born),
            "Female",
            "",
            _day(self.index.index_date),
            _day(self.index.convicted_date),
            self.index.kind.label,
            _day(self.began),
            _day(self.ended),
        )


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


# --- how it is approved ----------------------------------------------------------------------------------


class Status(Worded):
    """Where a submission stands."""

    DRAWN_UP = "drawn_up", "Drawn up"
    IN_REVIEW = "in_review", "Before two others"
    RETURNED = "returned", "Returned to be changed"
    APPROVED = "approved", "Approved: not yet taken out"
    TAKEN_OUT = "taken_out", "Taken out"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Action(Worded):
    """What can be done with a submission."""

    DRAW_AGAIN = "draw_again", "Draw it up again"
    PROPOSE = "propose", "Put it forward"
    AGREE = "agree", "Agree, as the first of two"
    APPROVE = "approve", "Agree, as the second of two"
    REFUSE = "refuse", "Say no"
    TAKE_OUT = "take_out", "Take the file out, once"
    WITHDRAW = "withdraw", "Withdraw it"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a gate may look at. `is_lead` says that this person, or one who agreed, is a governance lead."""

    eligible: int = 0
    #: this person drew it up or put it forward
    is_maker: bool = False
    #: this person has said yes or no to it as it stands
    has_spoken: bool = False
    #: others who agreed to it as it stands
    agreed: int = 0
    is_lead: bool = False
    #: the file as it would be made now is the one that was drawn up
    is_same: bool = True


def may_propose(facts: Facts) -> Decision:
    """No fewer than the Lab takes: fewer would be told of for nothing."""
    if facts.eligible < LEAST:
        return decision.no(
            f"{facts.eligible} are eligible, and the Lab takes no fewer than {LEAST}. Sending fewer would "
            "tell of these women for nothing. Widen the period, or wait."
        )
    return decision.yes()


def may_refuse(facts: Facts) -> Decision:
    """A second person, once."""
    if facts.is_maker:
        return decision.no("You drew it up or put it forward: others approve it.")
    if facts.has_spoken:
        return decision.no("You have said what you think of it.")
    return decision.yes()


def may_agree(facts: Facts) -> Decision:
    """The first of two."""
    if facts.agreed >= APPROVERS - 1:
        return decision.no("Somebody has agreed already: yours is the second yes.")
    return decision.every(may_refuse(facts), may_propose(facts))


def may_approve(facts: Facts) -> Decision:
    """The second of two, and one of them answers for information."""
    if facts.agreed < APPROVERS - 1:
        return decision.no("Two people who did not draw it up have to agree.")
    if not facts.is_lead:
        return decision.no(
            "One of the two has to be the information-governance lead.", ask="the information-governance lead"
        )
    return decision.every(may_refuse(facts), may_propose(facts))


def may_take_out(facts: Facts) -> Decision:
    """Whoever did not approve it, and only the very file that was approved."""
    if facts.has_spoken and not facts.is_maker:
        return decision.no("You approved it: whoever drew it up takes it out.")
    if facts.agreed < APPROVERS:
        return decision.no("Two people who did not draw it up have to agree to it as it stands.")
    if not facts.is_same:
        return decision.no(
            "What is recorded of these women has changed since it was drawn up, so the file would be another "
            "than the one that was approved. Draw it up again, and have it approved anew."
        )
    return may_propose(facts)


#: Who draws it up, for it names women; and who may approve it.
MAKERS = actors(Role.COORDINATOR)
READERS = actors(Role.COORDINATOR, Role.SUPERVISOR, Role.GOVERNANCE_LEAD)
_IN_REVIEW = sources(Status.IN_REVIEW)
_OPEN = sources(Status.DRAWN_UP, Status.IN_REVIEW, Status.RETURNED, Status.APPROVED)

WORKFLOW: Workflow[Status, Action, Role] = Workflow(
    name="Submission to the Justice Data Lab",
    statuses=Status,
    start=Status.DRAWN_UP,
    final=sources(Status.WITHDRAWN),
    moves=(
        Move(Action.DRAW_AGAIN, _OPEN, Status.DRAWN_UP, MAKERS, "Draw it up again"),
        Move(
            Action.PROPOSE, sources(Status.DRAWN_UP), Status.IN_REVIEW, MAKERS, "Put it forward", may_propose
        ),
        Move(Action.AGREE, _IN_REVIEW, Status.IN_REVIEW, READERS, "Agree", may_agree),
        Move(Action.APPROVE, _IN_REVIEW, Status.APPROVED, READERS, "Agree and approve it", may_approve),
        Move(Action.REFUSE, _IN_REVIEW, Status.RETURNED, READERS, "Say no", may_refuse),
        Move(
            Action.TAKE_OUT,
            sources(Status.APPROVED),
            Status.TAKEN_OUT,
            MAKERS,
            "Take the file out",
            may_take_out,
        ),
        Move(Action.WITHDRAW, sources(*_OPEN, Status.TAKEN_OUT), Status.WITHDRAWN, READERS, "Withdraw it"),
    ),
)
