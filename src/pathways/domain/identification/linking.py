"""One person from many records: what a run proposes of two records, and what a person decides of them.

A run only weighs. Records of women in the programme are never joined by it: a person decides. Records that
police received may be joined by it where it is near certain; nothing in them changes, and it can be undone.
What a person decided binds every later run.
"""

from __future__ import annotations

from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded
from pathways.domain.workflow import Move, Workflow, sources

#: A pair at least so likely is near certain; one less likely than the other is not put before anybody.
NEAR_CERTAIN = 0.999
DOUBTFUL_FROM = 0.5
#: What a pair of records that shares nothing counts, in doublings of the odds, when groups are weighed.
NOTHING_SHARED = -10.0


class Of(Worded):
    """Whose records a run goes through, always within one organisation."""

    NOMINALS = "nominal", "People in the force’s own records"
    CLIENTS = "client", "Women in the programme"


class Status(Worded):
    """What is held of two records that may be of one person."""

    PROPOSED = "proposed", "May be one person"
    JOINED = "joined", "One person"
    APART = "apart", "Two people"
    UNKNOWN = "unknown", "Cannot be known yet"
    PARTED = "parted", "Parted again"


class Action(Worded):
    """What can be done with a pair."""

    JOIN = "join", "They are one person"
    KEEP_APART = "keep_apart", "They are two people"
    LEAVE_OPEN = "leave_open", "I do not know"
    PART = "part", "Part them again"


#: Those who judge a force's own records, and those who judge women's.
OF_POLICE = frozenset({Role.POLICE_SPOC, Role.POLICE_ANALYST})
OF_SUPPORT = frozenset({Role.COORDINATOR})
JUDGES = OF_POLICE | OF_SUPPORT


def _of_pairs(name: str, judges: frozenset[Role]) -> Workflow[Status, Action, Role]:
    one, two = Action.JOIN, Action.KEEP_APART
    open_again = sources(Status.PROPOSED, Status.UNKNOWN, Status.APART, Status.PARTED)
    undecided = sources(Status.PROPOSED, Status.UNKNOWN)
    return Workflow(
        name=name,
        statuses=Status,
        start=Status.PROPOSED,
        moves=(
            Move(one, open_again, Status.JOINED, judges, one.label),
            Move(two, undecided, Status.APART, judges, two.label),
            Move(
                Action.LEAVE_OPEN,
                sources(Status.PROPOSED),
                Status.UNKNOWN,
                judges,
                Action.LEAVE_OPEN.label,
            ),
            Move(Action.PART, sources(Status.JOINED), Status.PARTED, judges, Action.PART.label),
        ),
    )


POLICE_WORKFLOW = _of_pairs("Two records of one person", OF_POLICE)
SUPPORT_WORKFLOW = _of_pairs("Two records of one woman", OF_SUPPORT)


class RunStatus(Worded):
    """How far a run is."""

    WAITING = "waiting", "Waiting to begin"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Did not finish"


class Trouble(Worded):
    """Why a run did not finish."""

    ASKER_LEFT = "asker_left", "Whoever asked for it does not work here any more."
    BROKE = "broke", "Something went wrong. No pair was changed; start it again."


class RunAction(Worded):
    """What happens to a run."""

    BEGIN = "begin", "Begin"
    FINISH = "finish", "Finish"
    FAIL = "fail", "Give up"


_CLERK = frozenset({Role.CLERK})

RUN_WORKFLOW: Workflow[RunStatus, RunAction, Role] = Workflow(
    name="Linking run",
    statuses=RunStatus,
    start=RunStatus.WAITING,
    moves=(
        Move(
            RunAction.BEGIN,
            sources(RunStatus.WAITING, RunStatus.RUNNING),
            RunStatus.RUNNING,
            _CLERK,
            "Begin, or begin again where it was broken off",
        ),
        Move(RunAction.FINISH, sources(RunStatus.RUNNING), RunStatus.DONE, _CLERK, "Finish"),
        Move(
            RunAction.FAIL,
            sources(RunStatus.WAITING, RunStatus.RUNNING),
            RunStatus.FAILED,
            _CLERK,
            "Give up",
        ),
    ),
    final=frozenset({RunStatus.DONE, RunStatus.FAILED}),
)
