"""What a named person writes down when she decides at either door: the same record at both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeAlias

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.identification import consideration, eligibility, judgement, referral_in
from pathways.domain.identification.judgement import Heading
from pathways.domain.identification.reasons import DeferReason, ElsewhereReason, RejectReason
from pathways.domain.terms import clocks
from pathways.domain.terms.events import ScreeningOutcome
from pathways.domain.terms.law import SocInvolvement, VictimOfSoc
from pathways.domain.terms.people import Role
from pathways.domain.workflow import Move
from pathways.journey import identity, sight
from pathways.records.models import Consideration, EarlierDecision, EarlierDecisionIn, ReferralIn

Brought: TypeAlias = Consideration | ReferralIn

#: The move that each outcome makes; both doors know these moves by the same names.
MOVES: Mapping[ScreeningOutcome, str] = {
    ScreeningOutcome.CONFIRMED: "confirm",
    ScreeningOutcome.REJECTED: "reject",
    ScreeningOutcome.DEFERRED: "defer",
    ScreeningOutcome.SAFEGUARDING_FIRST: "safeguard_first",
    ScreeningOutcome.DUPLICATE: "mark_duplicate",
    ScreeningOutcome.NOT_THIS_PROGRAMME: "send_elsewhere",
}
REASONS: Mapping[ScreeningOutcome, type[RejectReason] | type[DeferReason] | type[ElsewhereReason]] = {
    ScreeningOutcome.REJECTED: RejectReason,
    ScreeningOutcome.DEFERRED: DeferReason,
    ScreeningOutcome.NOT_THIS_PROGRAMME: ElsewhereReason,
}
#: Columns of the record, one for each heading of the National Decision Model.
COLUMNS = tuple(heading.value for heading in Heading)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The decision, its reasons and everything that had to be looked at to reach it.

    How close she stands to organised crime and whether she is a victim of it are two answers: she may be
    both. `look_again_on` goes with a deferral only.
    """

    outcome: ScreeningOutcome
    record: Mapping[Heading, str]
    involvement: SocInvolvement | None
    victim: VictimOfSoc | None
    risk_to_worker: str
    is_woman: bool | None
    is_adult: bool | None
    reason: str = ""
    look_again_on: date | None = None


def same_outcome(row: Brought, said: Judgement) -> Judgement:
    """What is said now, with the outcome, the reason and the day of the decision that stands."""
    return replace(
        said,
        outcome=ScreeningOutcome(row.status),
        reason=row.reason_code,
        look_again_on=row.look_again_on,
    )


def whole(said: Judgement, *, today: date) -> Decision:
    """Whether nothing is missing from the record of this decision."""
    return decision.every(
        judgement.complete(said.record, said.outcome), _answers(said), _reason(said, today)
    )


def _answers(said: Judgement) -> Decision:
    if said.outcome not in judgement.JUDGED:
        return decision.yes()
    if said.involvement is None:
        return decision.no("Say how close she stands to organised crime, or that it is not established.")
    if said.victim is None:
        return decision.no("Say whether she is a victim of organised crime, or that it is not known.")
    if said.outcome is ScreeningOutcome.CONFIRMED and not said.risk_to_worker.strip():
        return decision.no("Say what a worker who meets her should know, or that no risk is known.")
    return decision.yes()


def _reason(said: Judgement, today: date) -> Decision:
    reasons = REASONS.get(said.outcome)
    if reasons is not None and said.reason not in [reason.value for reason in reasons]:
        return decision.no("Choose the reason.")
    if said.outcome is ScreeningOutcome.DEFERRED and (
        said.look_again_on is None or said.look_again_on <= today
    ):
        return decision.no("Say on which day, after today, this is looked at again.")
    return decision.yes()


def person(row: Brought, said: Judgement, born: date | None, at: datetime) -> eligibility.Person:
    """What is known of her for the question whether the programme is for her."""
    return eligibility.Person(
        today=clocks.local(at).date(),
        born=born,
        is_adult=said.is_adult,
        meets_definition=said.is_woman,
    )


def may(
    row: Brought,
    said: Judgement,
    born: date | None,
    by: Actor,
    at: datetime,
    *,
    has_opened_evidence: bool = False,
) -> Decision:
    """Whether this person can record this decision now: complete, open to her role, and she is eligible.

    At the police door it is recorded by somebody who has opened the evidence, and by nobody else.
    """
    about = person(row, said, born, at)
    answer: Decision
    if isinstance(row, Consideration):
        answer = consideration.WORKFLOW.may(
            consideration.Action(MOVES[said.outcome]),
            status=consideration.Status(row.status),
            role=by.role,
            facts=consideration.Facts(about, has_opened_evidence=has_opened_evidence),
        )
    else:
        answer = referral_in.WORKFLOW.may(
            referral_in.Action(MOVES[said.outcome]),
            status=referral_in.Status(row.status),
            role=by.role,
            facts=referral_in.Facts(about),
        )
    return decision.every(whole(said, today=about.today), answer)


def keep_earlier(row: Brought, why: str, by: Actor, at: datetime) -> None:
    """Keeps the decision on the row as it was made, before a later one takes its place."""
    if row.screened_at is None or row.screened_by_id is None:
        return
    before = written(row, "")
    assert before is not None
    content = [
        ["Decision", ScreeningOutcome(_decided(row)).label if _decided(row) else ""],
        *[list(line) for line in before.record],
        ["How close she stands to organised crime", before.involvement],
        ["Whether she is a victim of it", before.victim],
        ["What a worker should know", before.risk_to_worker],
        ["Reason", before.reason],
    ]
    shared: dict[str, Any] = {
        "organisation_id": row.organisation_id,
        "outcome": _decided(row),
        "content": content,
        "why_again": why.strip(),
        "decided_at": row.screened_at,
        "decided_by_id": row.screened_by_id,
        "replaced_at": at,
        "replaced_by_id": by.account_id,
    }
    if isinstance(row, Consideration):
        number = sight.visible(EarlierDecision, by).filter(consideration=row).count() + 1
        EarlierDecision(
            consideration=row,
            nominal_id=row.nominal_id,
            number=number,
            blind_to_id=row.blind_to_id,
            **shared,
        ).save(force_insert=True)
    else:
        number = sight.visible(EarlierDecisionIn, by).filter(referral_in=row).count() + 1
        EarlierDecisionIn(referral_in=row, number=number, **shared).save(force_insert=True)


def _decided(row: Brought) -> str:
    """The outcome that the row's decision had, while it stands."""
    return row.status if row.status in set(ScreeningOutcome) else ""


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier decision as a page shows it."""

    number: int
    lines: tuple[tuple[str, str], ...]
    why_again: str
    at: datetime
    by: str


def earlier(row: Brought, by: Actor) -> tuple[Before, ...]:
    """The decisions that later ones replaced, newest first."""
    rows: list[Any]
    if isinstance(row, Consideration):
        rows = list(sight.visible(EarlierDecision, by).filter(consideration=row))
    else:
        rows = list(sight.visible(EarlierDecisionIn, by).filter(referral_in=row))
    names = identity.names_of({one.decided_by_id for one in rows})
    return tuple(
        Before(
            one.number,
            tuple((line[0], line[1]) for line in one.content or [] if line[1]),
            str(one.why_again),
            one.decided_at,
            names.get(one.decided_by_id, "a colleague"),
        )
        for one in rows
    )


def may_say_again(row: Brought, said: Judgement, why: str, by: Actor) -> Decision:
    """Whether a decision that stands may be put in other words: the same outcome, and the reason."""
    if row.screened_at is None or row.status not in set(ScreeningOutcome):
        return decision.no("Nothing has been decided yet.")
    if by.role not in (Role.POLICE_SPOC, Role.COORDINATOR):
        return decision.no("Whoever may decide corrects a decision.", ask="the coordinator")
    if not why.strip():
        return decision.no("Say why the decision is corrected.")
    said = same_outcome(row, said)
    return decision.every(judgement.complete(said.record, said.outcome), _answers(said))


def write(row: Brought, said: Judgement, by: Actor, at: datetime) -> None:
    """Puts the decision on the row. The outcome's name is the status it leads to."""
    for heading in Heading:
        setattr(row, heading.value, said.record.get(heading, "").strip())
    row.status = said.outcome.value
    row.soc_involvement = said.involvement.value if said.involvement else ""
    row.victim_of_soc = said.victim.value if said.victim else ""
    row.risk_to_worker = said.risk_to_worker.strip()
    if said.outcome is ScreeningOutcome.CONFIRMED:  # asked then only; else what was known stays
        row.is_woman, row.is_adult = said.is_woman, said.is_adult
    row.reason_code = said.reason if said.outcome in REASONS else ""
    row.look_again_on = said.look_again_on if said.outcome is ScreeningOutcome.DEFERRED else None
    row.screened_at, row.screened_by_id = at, by.account_id


def codes(row: Brought) -> dict[str, Any]:
    """What the event of the decision carries."""
    return {
        "route": row.route,
        "outcome": row.status,
        "reason": row.reason_code,
        "involvement": row.soc_involvement,
    }


@dataclass(frozen=True, slots=True)
class Written:
    """A recorded decision as a page shows it: (heading, words) pairs, then the answers in words."""

    record: tuple[tuple[str, str], ...]
    involvement: str
    victim: str
    risk_to_worker: str
    is_woman: bool | None
    is_adult: bool | None
    reason: str
    look_again_on: date | None
    at: datetime | None
    by: str


def written(row: Brought, by_name: str) -> Written | None:
    """The decision on a row, or None while nobody has decided."""
    if row.screened_at is None:
        return None
    reasons = REASONS.get(ScreeningOutcome(row.status)) if row.status in set(ScreeningOutcome) else None
    return Written(
        record=tuple((heading.label, getattr(row, heading.value)) for heading in Heading),
        involvement=SocInvolvement(row.soc_involvement).label if row.soc_involvement else "",
        victim=VictimOfSoc(row.victim_of_soc).label if row.victim_of_soc else "",
        risk_to_worker=str(row.risk_to_worker),
        is_woman=row.is_woman,
        is_adult=row.is_adult,
        reason=reasons(row.reason_code).label if reasons and row.reason_code else "",
        look_again_on=row.look_again_on,
        at=row.screened_at,
        by=by_name,
    )


def starting(row: Brought) -> dict[str, Any]:
    """What was written the last time, for a form that decides again."""
    return {
        **{column: getattr(row, column) for column in COLUMNS},
        "involvement": row.soc_involvement,
        "victim": row.victim_of_soc,
        "risk_to_worker": row.risk_to_worker,
        "is_woman": {True: "yes", False: "no", None: ""}[row.is_woman],
        "is_adult": {True: "yes", False: "no", None: ""}[row.is_adult],
    }


def labels(moves: tuple[Move[Any, Any, Any], ...]) -> dict[str, str]:
    return {move.action.value: move.label for move in moves}
