"""What the programme chooses for itself: its name and its clocks, its holidays, its sharing agreements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from pathways.analysis import holidays as reading
from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance import retention
from pathways.domain.governance.actors import Actor
from pathways.domain.terms import clocks
from pathways.journey import ledger, programme, sight
from pathways.journey.administer import MAY_ADMINISTER
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import BankHoliday, Organisation, Setting, SharingAgreement

_NAME = "programme.name"
_NOT_YOURS = decision.no("Only a system administrator does this.", ask="the system administrator")


def _may(by: Actor) -> Decision:
    return decision.yes() if by.role in MAY_ADMINISTER else _NOT_YOURS


# --- choices -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choices:
    """What holds now."""

    name: str
    lapses_after_weeks: int
    least_attempts: int
    first_attempt_days: int
    draft_days: int
    supported_months: int
    never_took_part_months: int
    not_taken_on_months: int


def choices() -> Choices:
    name = Setting.objects.filter(key=_NAME).values_list("value", flat=True).first()
    return Choices(
        name=name if isinstance(name, str) else "",
        lapses_after_weeks=programme.plan_lapses_after_weeks(),
        least_attempts=programme.least_attempts(),
        first_attempt_days=programme.approach_days(),
        draft_days=programme.draft_days(),
        supported_months=programme.retention_months(retention.Kind.SUPPORTED),
        never_took_part_months=programme.retention_months(retention.Kind.NEVER_TOOK_PART),
        not_taken_on_months=programme.retention_months(retention.Kind.NOT_TAKEN_ON),
    )


def choose(*, wanted: Choices, by: Actor, at: datetime) -> Outcome:
    """Sets the programme’s name and clocks. What has begun already keeps the clock it began with."""
    if not (answer := _may(by)):
        return refusal(answer)
    before = choices()
    words = []
    with transaction.atomic():
        for key, what, old, new in (
            (_NAME, "name", before.name, wanted.name.strip()),
            (
                "safe_contact.lapses_after_weeks",
                "weeks",
                before.lapses_after_weeks,
                wanted.lapses_after_weeks,
            ),
            ("approach.least_attempts", "attempts", before.least_attempts, wanted.least_attempts),
            ("approach.first_attempt_days", "days", before.first_attempt_days, wanted.first_attempt_days),
            ("draft.kept_days", "draft days", before.draft_days, wanted.draft_days),
            *(
                (
                    retention.SETTING[kind],
                    f"months kept ({kind.value.replace('_', ' ')})",
                    getattr(before, f"{kind.value}_months"),
                    getattr(wanted, f"{kind.value}_months"),
                )
                for kind in retention.Kind
            ),
        ):
            if old == new:
                continue
            if isinstance(new, int) and new < 1:
                return refusal(decision.no("Each of these numbers must be at least 1."))
            Setting.objects.update_or_create(
                key=key, defaults={"value": new, "changed_at": at, "changed_by_id": by.account_id}
            )
            words.append(f"{what} from {old or 'none'} to {new or 'none'}")
        if words:
            ledger.kept_up(by=by, at=at, route="administer", what=f"Settings: {'; '.join(words)}")
    return done()


# --- bank holidays -----------------------------------------------------------------------------------


def holidays() -> list[tuple[date, str]]:
    return list(BankHoliday.objects.values_list("date", "name"))


def read_holidays(text: str) -> tuple[list[tuple[date, str]], list[str]]:
    """The days in what somebody typed or a file held, and what is wrong with the other lines."""
    return reading.read(text)


def add_holidays(*, days: Sequence[tuple[date, str]], by: Actor, at: datetime) -> Outcome:
    """Days on which no working clock counts. Adding one again changes its name only."""
    if not (answer := _may(by)):
        return refusal(answer)
    if not days:
        return refusal(decision.no("There is no day in this list."))
    with transaction.atomic():
        known = set(BankHoliday.objects.values_list("date", flat=True))
        for day, name in days:
            BankHoliday.objects.update_or_create(date=day, defaults={"name": name[:120]})
        new = len({day for day, _ in days} - known)
        ledger.kept_up(
            by=by, at=at, route="administer", what=f"Bank holidays: {len(days)} given, {new} of them new"
        )
    return done(new=new)


def remove_holiday(*, day: date, by: Actor, at: datetime) -> Outcome:
    """This day counts as a working day again."""
    if not (answer := _may(by)):
        return refusal(answer)
    with transaction.atomic():
        gone, _ = BankHoliday.objects.filter(date=day).delete()
        if not gone:
            return refusal(sight.NOT_THERE)
        ledger.kept_up(by=by, at=at, route="administer", what=f"Bank holiday removed: {day:%-d %B %Y}")
    return done()


# --- sharing agreements ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Agreement:
    id: UUID
    name: str
    from_organisation: str
    to_organisation: str
    purpose: str
    from_date: date
    review_date: date
    until_date: date | None
    state: str
    colour: str


def agreements(*, at: datetime) -> list[Agreement]:
    """Every agreement, those in force first."""
    today = clocks.local(at).date()
    found = []
    for row in SharingAgreement.objects.select_related("from_organisation", "to_organisation"):
        if row.until_date is not None and row.until_date < today:
            state, colour = "Ended", "grey"
        elif row.from_date > today:
            state, colour = "Not in force yet", "blue"
        elif row.review_date < today:
            state, colour = "Review overdue", "orange"
        else:
            state, colour = "In force", "green"
        found.append(
            Agreement(
                id=row.id,
                name=row.name,
                from_organisation=row.from_organisation.name,
                to_organisation=row.to_organisation.name,
                purpose=row.purpose,
                from_date=row.from_date,
                review_date=row.review_date,
                until_date=row.until_date,
                state=state,
                colour=colour,
            )
        )
    return sorted(found, key=lambda one: (one.state == "Ended", one.name))


def add_agreement(
    *,
    name: str,
    from_organisation_id: UUID,
    to_organisation_id: UUID,
    purpose: str,
    from_date: date,
    review_date: date,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Records an information-sharing agreement that two organisations have signed."""
    if not (answer := _may(by)):
        return refusal(answer)
    if from_organisation_id == to_organisation_id:
        return refusal(decision.no("An agreement is between two different organisations."))
    if review_date <= from_date:
        return refusal(decision.no("The review must be after the first day."))
    with transaction.atomic():
        pair = Organisation.objects.filter(id__in=(from_organisation_id, to_organisation_id))
        if pair.count() != 2:
            return refusal(sight.NOT_THERE)
        row = SharingAgreement.objects.create(
            name=name.strip(),
            from_organisation_id=from_organisation_id,
            to_organisation_id=to_organisation_id,
            purpose=purpose.strip(),
            from_date=from_date,
            review_date=review_date,
        )
        ledger.kept_up(
            by=by,
            at=at,
            route="administer",
            what=f"Added the sharing agreement {row.name}",
            subjects=[row.id],
        )
    return done(row.id)


def end_agreement(*, agreement_id: UUID, last_day: date, by: Actor, at: datetime) -> Outcome:
    """Says the last day of an agreement. What crossed under it stays as it was recorded."""
    if not (answer := _may(by)):
        return refusal(answer)
    with transaction.atomic():
        row = SharingAgreement.objects.select_for_update().filter(id=agreement_id).first()
        if row is None:
            return refusal(sight.NOT_THERE)
        if last_day < row.from_date:
            return refusal(decision.no("The last day must not be before the first."))
        row.until_date = last_day
        row.save(update_fields=["until_date"])
        ledger.kept_up(
            by=by,
            at=at,
            route="administer",
            what=f"Ended the sharing agreement {row.name} after {last_day:%-d %B %Y}",
            subjects=[row.id],
        )
    return done(row.id)
