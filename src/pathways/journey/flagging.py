"""Flagged by police: an officer or custody names a woman, and from then on sees one of two words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.identification import linking, listing
from pathways.domain.reach.police_view import PoliceView
from pathways.domain.terms import clocks, demographics, indicators
from pathways.domain.terms.demographics import EthnicityScheme
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.indicators import Confidence, Source
from pathways.domain.terms.law import FactOrOpinion, SubjectCategory
from pathways.domain.terms.people import Role
from pathways.domain.terms.routes import Door, Route
from pathways.journey import (
    findable,
    ledger,
    numbering,
    of_age,
    pairing,
    programme,
    sight,
    tasks,
)
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import Consideration, FlagReceipt, Nominal

#: The work that a flag puts before the single point of contact.
TASK = "screen_flag"
CHILD = of_age.CHILD
_SAID_SO = "Whoever flagged her said that this record is hers."


@dataclass(frozen=True, slots=True)
class Named:
    """Who she is, as police hold it."""

    given_names: str
    surname: str
    other_names: str = ""
    born: date | None = None
    is_adult: bool | None = None
    telephone: str = ""
    address: str = ""
    police_reference: str = ""
    ethnicity_code: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """Signs that prompted the flag, where they were seen and how sure the person is. Never added up."""

    codes: tuple[str, ...] = ()
    source: Source | None = None
    confidence: Confidence | None = None
    seen_on: date | None = None


def flag(
    *,
    who: Named,
    route: Route,
    why: str,
    seen: Seen,
    fact_or_opinion: FactOrOpinion,
    subject_category: SubjectCategory,
    flagged_by_name: str = "",
    nominal_id: UUID | None = None,
    same_as: UUID | None = None,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Receives a flag. A girl under 18 is not for this programme, and nothing at all is kept of her.

    `same_as` is a record of the force that the person said is hers: what is typed now stays a record of its
    own, and the two are joined.
    """
    if not (answer := _may_flag(who, route, why, seen, subject_category, by, at)):
        return refusal(answer)
    if same_as is not None and sight.one(Nominal, same_as, by) is None:
        return refusal(sight.NOT_THERE)
    with transaction.atomic():
        nominal: Nominal | None
        if nominal_id is not None:
            nominal = sight.one(Nominal, nominal_id, by)
            if nominal is None:
                return refusal(sight.NOT_THERE)
        else:
            nominal = _nominal(who, subject_category, by, at)
            nominal.save(force_insert=True)
        row = Consideration(
            organisation_id=by.organisation_id,
            nominal=nominal,
            route=route.value,
            flagged_at=at,
            flagged_by_id=by.account_id,
            flagged_by_name=flagged_by_name.strip() or by.name,
            why=why.strip(),
            headings=_headings(seen.codes),
            indicators=[_sign(code, seen) for code in seen.codes],
            fact_or_opinion=fact_or_opinion.value,
            is_adult=True if who.born else who.is_adult,
            evidence_at=at,
            first_evidence_on=seen.seen_on,
            latest_evidence_on=seen.seen_on,
            police_view=PoliceView.RECEIVED.value,
            police_view_at=at,
        )
        count_as(row, nominal, at)
        numbering.insert(row)
        FlagReceipt(
            organisation_id=by.organisation_id,
            consideration_id=row.id,
            reference=row.reference,
            flagged_by_id=by.account_id,
            flagged_at=at,
        ).save(force_insert=True)
        ledger.record(EventKind.FLAGGED, by=by, at=at, case_id=row.case_id, detail={"route": route.value})
        ledger.collected(by=by, at=at, resource=Resource.NOMINAL, subjects=[nominal.id])
        if nominal_id is None:
            findable.nominal(nominal, by=by)
        if same_as is not None:
            pair = pairing.of_police(nominal.id, same_as, by=by, at=at)
            pairing.decide(pair, linking.Status.JOINED, why=_SAID_SO, by=by, at=at)
            ledger.combined(
                by=by,
                at=at,
                resource=Resource.NOMINAL,
                subjects=[nominal.id, same_as],
                reason="Two records of one person",
            )
        to_screen(row, by=by, at=at)
        return done(
            row.id,
            reference=row.reference,
            next=(
                "Your force’s single point of contact screens it.",
                "Nobody contacts her before that. Please do not tell her, or anyone near her.",
                "You will see here that it was received, and when it is closed. Nothing more is told.",
            ),
        )


def to_screen(row: Consideration, *, by: Actor, at: datetime) -> None:
    """Puts a flag before the single point of contact, with the clock that screening has."""
    tasks.set_task(
        TASK,
        "Screen a flag",
        organisation_id=row.organisation_id,
        role=Role.POLICE_SPOC,
        route="police:consideration",
        object_id=row.id,
        by=by,
        at=at,
        due_at=due(row.flagged_at),
    )


def due(flagged_at: datetime) -> datetime:
    """By when a flag is to be screened."""
    return programme.screening_clock()(flagged_at)


def _may_flag(
    who: Named,
    route: Route,
    why: str,
    seen: Seen,
    subject_category: SubjectCategory,
    by: Actor,
    at: datetime,
) -> Decision:
    today = clocks.local(at).date()
    if not by.is_police:
        return decision.no("This door is for police. Bring her to the open door.", ask="the coordinator")
    if route.door is not Door.POLICE:
        return decision.no("Choose how police came to know of her.")
    if who.born is not None and (fault := demographics.fault_in_birth(who.born, on=today)):
        return decision.no(f"{fault}.")
    if under_age(who, today=today):
        return decision.no(CHILD, ask="children’s services")
    if not who.given_names.strip() or not who.surname.strip():
        return decision.no("Enter her name as police hold it.")
    if not why.strip():
        return decision.no("Say why she may need this programme.")
    signs = _observed(seen.codes, subject_category)
    if listing.has_risk(signs) and not (answer := listing.may_list(signs)):
        return answer
    if unknown := [code for code in seen.codes if code not in indicators.BY_CODE]:
        return decision.no(f"{len(unknown)} of the signs are not in the catalogue.")
    if seen.codes and (seen.source is None or seen.confidence is None):
        return decision.no("Say where the signs were seen, and how sure you are.")
    if seen.seen_on is not None and seen.seen_on > today:
        return decision.no("The day on which the signs were last seen lies in the future.")
    if who.ethnicity_code and who.ethnicity_code not in demographics.CODES[EthnicityScheme.SDE_18]:
        return decision.no("This is not a code of self-defined ethnicity.")
    return decision.yes()


def _observed(codes: Iterable[str], category: SubjectCategory) -> list[listing.Observed]:
    """What was ticked, as the rule on listing takes it. That she was a victim is the record of a victim."""
    is_victim = category is SubjectCategory.VICTIM
    return [
        listing.Observed(
            code, indicators.BY_CODE[code].heading, is_victim and code in indicators.REPORTED_AS_VICTIM
        )
        for code in codes
        if code in indicators.BY_CODE
    ]


def count_as(row: Consideration, her: Nominal, at: datetime) -> None:
    """The codes by which she is counted among those considered: age band and group, never a name."""
    today = clocks.local(at).date()
    born = her.date_of_birth
    row.age_band = demographics.age_band(born, on=today).value if born and born <= today else ""
    scheme, group = her.ethnicity_scheme, None
    if her.ethnicity_code and scheme:
        try:
            group = demographics.ethnicity(her.ethnicity_code, EthnicityScheme(scheme))
        except ValueError:
            group = None
    if isinstance(group, demographics.Ethnicity):
        row.ethnic_group = group.group.value
    else:
        row.ethnic_group = group.value if group is not None else ""


def under_age(who: Named, *, today: date) -> bool:
    """Whether she is a child, by her date of birth or by what was said of her age."""
    if who.born is not None and who.born <= today:
        return demographics.age(who.born, on=today) < 18
    return who.is_adult is False


def _nominal(who: Named, category: SubjectCategory, by: Actor, at: datetime) -> Nominal:
    return Nominal(
        organisation_id=by.organisation_id,
        given_names=who.given_names.strip(),
        surname=who.surname.strip(),
        other_names=who.other_names.strip(),
        date_of_birth=who.born,
        telephone=who.telephone.strip(),
        address=who.address.strip(),
        police_reference=who.police_reference.strip(),
        ethnicity_code=who.ethnicity_code,
        ethnicity_scheme=EthnicityScheme.SDE_18.value if who.ethnicity_code else "",
        subject_category=category.value,
        created_at=at,
        created_by_id=by.account_id,
    )


def _headings(codes: Iterable[str]) -> list[str]:
    seen = {indicators.BY_CODE[code].heading for code in codes}
    return [heading.value for heading in indicators.Heading if heading in seen]


def _sign(code: str, seen: Seen) -> dict[str, str]:
    return {
        "code": code,
        "source": seen.source.value if seen.source else "",
        "confidence": seen.confidence.value if seen.confidence else "",
        "seen_on": seen.seen_on.isoformat() if seen.seen_on else "",
    }


@dataclass(frozen=True, slots=True)
class Receipt:
    """All that the officer who flagged her may know."""

    reference: str
    flagged_at: datetime
    is_closed: bool
    closed_on: date | None


def count_my_flags(*, by: Actor) -> int:
    return sight.visible(FlagReceipt, by).filter(flagged_by_id=by.account_id).count()


def my_flags(*, by: Actor, at: datetime, offset: int = 0, limit: int = 200) -> list[Receipt]:
    """The flags that this person made, newest first: received or closed, and nothing else."""
    mine = sight.visible(FlagReceipt, by).filter(flagged_by_id=by.account_id)
    rows = list(mine[offset : offset + limit])
    ledger.read(
        by=by,
        at=at,
        resource=Resource.FLAG_RECEIPT,
        subjects=[row.consideration_id for row in rows],
        route="police:mine",
    )
    return [Receipt(row.reference, row.flagged_at, row.is_closed, row.closed_on) for row in rows]
