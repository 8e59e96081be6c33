"""Police contact before and after, drawn by the force from its own sealed extracts, as lines without names.

Only what the force knows goes into it: whom it handed to the programme, and when. The file is kept nowhere.
It is made when somebody takes it out, and each woman's disclosure is recorded as it is made.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from pathways.analysis import police_contact
from pathways.analysis import police_records as drawing
from pathways.analysis.police_records import Drawn, Person
from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.evaluation import police_records
from pathways.domain.evaluation.police_records import COLUMNS, READERS, TAKERS, LeftOut
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.identification.consideration import Status
from pathways.domain.terms import clocks
from pathways.domain.terms.law import CrossingKind, CrossingPurpose, LawfulBasis
from pathways.domain.terms.people import Role, Sector
from pathways.journey import bringing, extracts, identity, ledger, second_readings, sight, under_agreement
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import Appointment, Consideration, Disclosure, Nominal, Organisation

__all__ = ["COLUMNS", "READERS", "TAKERS", "WINDOWS", "LeftOut"]

#: the months that can be asked for on either side
WINDOWS = tuple(police_contact.WINDOWS)
_NOBODY = decision.no(
    "No organisation that evaluates has a sharing agreement from your force, so nothing can be given.",
    ask="the information-governance lead",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which extract, whole over which days, how many months on either side, and for whom."""

    extract_id: UUID
    whole_from: date
    whole_to: date
    months: int
    to_organisation_id: UUID


# --- the verb ---------------------------------------------------------------------------------------


def take_out(*, wanted: Wanted, by: Actor, at: datetime) -> Outcome:
    """Makes the file and records each woman's disclosure. `data` has its name and content."""
    if by.role not in TAKERS or not by.is_police:
        return refusal(decision.no("The single point of contact takes it out.", ask=Role.POLICE_SPOC.label))
    with transaction.atomic():
        found = _drawn(wanted, by, at)
        if isinstance(found, Decision):
            return refusal(found)
        made, women = found
        if not (answer := police_records.may_leave(made.counted)):
            return refusal(answer)
        agreed = under_agreement.between(by.organisation_id, wanted.to_organisation_id, at)
        assert agreed is not None  # asked before
        for nominal_id in women:
            Disclosure(
                kind=CrossingKind.EVALUATION.value,
                person_id=nominal_id,
                from_organisation_id=by.organisation_id,
                to_organisation_id=wanted.to_organisation_id,
                basis=LawfulBasis.AUTHORISED_BY_LAW.value,
                purpose=CrossingPurpose.EVALUATE.value,
                fields=list(COLUMNS[1:]),
                agreement_id=agreed.id,
                made_at=at,
                made_by_id=by.account_id,
                made_by_name=by.name,
            ).save(force_insert=True)
        ledger.disclosed(
            by=by,
            at=at,
            resource=Resource.DISCLOSURE,
            subjects=list(women),
            recipient_id=wanted.to_organisation_id,
            reason="police records without names, for the evaluation",
        )
        return done(
            name=f"police-records-{wanted.months}-months-{clocks.local(at).date()}.csv",
            content=drawing.written(made.lines),
        )


# --- reads ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Start:
    """What can be chosen: extracts and recipients as (id, words). `reason` says why nothing can be made."""

    extracts: tuple[tuple[UUID, str], ...]
    recipients: tuple[tuple[UUID, str], ...]
    reason: str
    may_take: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What the file would hold, in the force's own figures, for the force alone."""

    women: int
    counted: int
    left_out: tuple[tuple[str, int], ...]
    suspect: int
    victim: int
    not_shared: int
    undated: int
    handling: str
    to: str
    agreement: str
    may_leave: Decision


def start(*, by: Actor, at: datetime) -> Start | Decision:
    """What can be chosen from; or why this page is not for this person."""
    if not (answer := may_open(by)):
        return answer
    there = tuple((one.id, one.words) for one in extracts.extracts(by=by, at=at))
    to = recipients(by=by, at=at)
    reason = ""
    if not to:
        reason = _NOBODY.reason
    elif not there:
        reason = "No extract of police records is held. Take one in first."
    return Start(there, to, reason, by.role in TAKERS)


def may_open(by: Actor) -> Decision:
    """Whether this person may see what the file would hold."""
    if by.role not in READERS or not by.is_police:
        return decision.no("Police records are drawn up by police.", ask=Role.POLICE_SPOC.label)
    if second_readings.hidden_from(by=by):
        return decision.no("It would tell you what was decided on a woman whom you read a second time. "
                           "Finish your second readings first.")  # fmt: skip
    return decision.yes()


def shown(*, wanted: Wanted, by: Actor, at: datetime) -> Shown | Decision:
    """What the file would hold. Nothing leaves; that the extract was opened, and for what, is logged."""
    with transaction.atomic():
        found = _drawn(wanted, by, at)
    if isinstance(found, Decision):
        return found
    made, _ = found
    agreed = under_agreement.between(by.organisation_id, wanted.to_organisation_id, at)
    names = dict(recipients(by=by, at=at))
    handled = {one.id: one.handling for one in extracts.extracts(by=by, at=at)}
    return Shown(
        made.women, made.counted,
        tuple((one.label, n) for one, n in made.left_out.items() if n),
        made.suspect, made.victim, made.not_shared, made.undated,
        handled.get(wanted.extract_id, ""),
        names.get(wanted.to_organisation_id, ""), agreed.name if agreed else "",
        police_records.may_leave(made.counted),
    )  # fmt: skip


def recipients(*, by: Actor, at: datetime) -> tuple[tuple[UUID, str], ...]:
    """Organisations that evaluate and that the force may tell something today, police left out."""
    within = under_agreement.reached(by.organisation_id, at) - {by.organisation_id}
    with identity.clerk(by):
        evaluating = set(
            Appointment.objects.filter(
                organisation_id__in=within, role=Role.EVALUATOR.value, until_at__isnull=True
            ).values_list("organisation_id", flat=True)
        )
    rows = Organisation.objects.filter(id__in=evaluating, until_date__isnull=True)
    return tuple(rows.exclude(sector=Sector.POLICE.value).order_by("name").values_list("id", "name"))


def _drawn(wanted: Wanted, by: Actor, at: datetime) -> tuple[Drawn, list[UUID]] | Decision:
    """The lines, and whose they are (the nominals, in no order that the lines have)."""
    if not (answer := may_open(by)):
        return answer
    if wanted.to_organisation_id not in dict(recipients(by=by, at=at)):
        return _NOBODY
    if wanted.months not in police_contact.WINDOWS:
        return decision.no("Choose how many months on either side.")
    women = _handed_over(by)
    if not women:
        return decision.no("Your force has handed no woman to the programme yet.")
    tables = extracts.opened(wanted.extract_id, by=by, at=at, why="police contact, for the evaluation")
    if tables is None:
        return extracts.NOT_THERE
    if not (answer := _is_whole(drawing.span(tables), wanted)):
        return answer
    people = list(women.values())
    secrets.SystemRandom().shuffle(people)  # or the lines would stand in the order of handing over
    made = drawing.drawn(
        tables, people, whole_from=wanted.whole_from, whole_to=wanted.whole_to, months=wanted.months,
        offences=frozenset(bringing.harm_weights()),
    )  # fmt: skip
    return made, list(women)


def _is_whole(span: tuple[date, date] | None, wanted: Wanted) -> Decision:
    """Whether the extract can be whole over these days: never beyond its first and its last record."""
    if span is None:
        return decision.no("The extract holds no dated crime or incident.")
    first, last = span
    if wanted.whole_from > wanted.whole_to:
        return decision.no("The extract cannot be whole from a day after the one to which it is whole.")
    if wanted.whole_from < first:
        return decision.no(f"The extract’s first record is of {first:%-d %B %Y}: it is not whole before.")
    if wanted.whole_to > last:
        return decision.no(f"The extract’s last record is of {last:%-d %B %Y}: it is not whole after.")
    return decision.yes()


def _handed_over(by: Actor) -> Mapping[UUID, Person]:
    """Each woman whom the force handed to the programme, by her nominal, from the first time."""
    given = (
        sight.visible(Disclosure, by)
        .filter(kind=CrossingKind.PROGRAMME_ENTRY.value, from_organisation_id=by.organisation_id)
        .order_by("made_at")
        .values_list("case_id", "made_at")
    )
    days: dict[UUID | None, date] = {}
    for case_id, made_at in given:
        days.setdefault(case_id, clocks.local(made_at).date())
    rows = sight.visible(Consideration, by).filter(case_id__in=[key for key in days if key])
    confirmed = rows.filter(status=Status.CONFIRMED.value).values_list("nominal_id", "case_id")
    first: dict[UUID, date] = {}
    for nominal_id, case_id in confirmed:
        first[nominal_id] = min(days[case_id], first.get(nominal_id, days[case_id]))
    return {
        one.id: Person(
            one.police_reference or "", one.given_names or "", one.surname or "", one.date_of_birth,
            first[one.id],
        )
        for one in sight.visible(Nominal, by).filter(id__in=list(first))
    }  # fmt: skip
