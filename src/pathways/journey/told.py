"""What she was told of how her record may be used, what she answered, and what is known of a disposal.

A version of the privacy notice is kept once and never changed; each woman's answer names the version that she
was given. An objection is kept the moment it is made, by whoever hears it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from pathways.domain import decision
from pathways.domain.evaluation import justice_lab
from pathways.domain.evaluation.justice_lab import Disposal, DisposalKind, DisposalSource, Heard, Standing
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action as Do
from pathways.domain.governance.policy import Resource, could
from pathways.domain.terms import clocks
from pathways.domain.terms.people import Role
from pathways.journey import her, identity, ledger, sight
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import Client, IndexDisposal, PrivacyNotice, ToldOfUse

#: Who keeps the versions of the privacy notice, and who may look them up.
MAY_KEEP_NOTICES = frozenset({Role.COORDINATOR, Role.GOVERNANCE_LEAD})


# --- verbs --------------------------------------------------------------------------------------------


def keep_notice(
    *, version: str, from_date: date, names_lab: bool, sentence: str, by: Actor, at: datetime
) -> Outcome:
    """Keeps a version of the privacy notice, and the words with which it names the Justice Data Lab."""
    if by.role not in MAY_KEEP_NOTICES or by.is_police:
        return refusal(
            decision.no("A coordinator or the information-governance lead keeps the privacy notices.")
        )
    if not version.strip():
        return refusal(decision.no("Enter the version as it is printed on the notice."))
    if names_lab and not sentence.strip():
        return refusal(decision.no("Copy the sentence in which the notice names this use."))
    if from_date > clocks.local(at).date():
        return refusal(decision.no("Keep it once it is given to women: this day has not come yet."))
    row = PrivacyNotice(
        version=version.strip(),
        from_date=from_date,
        names_lab=names_lab,
        sentence=sentence.strip() if names_lab else "",
        made_at=at,
        made_by_id=by.account_id,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return refusal(decision.no("There is a version of this name already. A version is never changed."))
    ledger.kept_up(by=by, at=at, what=f"privacy notice {row.version} kept", route="evaluate:notices")
    return done(row.id, reference=f"Version {row.version}")


def tell(
    *,
    client_id: UUID,
    answer: Heard,
    notice_id: UUID | None,
    on_date: date,
    words: str = "",
    by: Actor,
    at: datetime,
) -> Outcome:
    """She was given a notice on a day and answered; or she objects, which needs none."""
    with transaction.atomic():
        client = sight.one(Client, client_id, by)
        if client is None:
            return refusal(sight.NOT_THERE)
        notice = PrivacyNotice.objects.filter(id=notice_id).first() if notice_id else None
        if answer is not Heard.OBJECTED and notice is None:
            return refusal(decision.no("Choose the version of the privacy notice that she was given."))
        if on_date > clocks.local(at).date():
            return refusal(decision.no("This day has not come yet: enter the day on which it happened."))
        if notice is not None and on_date < notice.from_date:
            return refusal(
                decision.no(
                    f"Version {notice.version} was first given to women on {notice.from_date:%-d %B %Y}: "
                    "check the day, or choose the version that she was given."
                )
            )
        row = ToldOfUse(
            client_id=client_id,
            organisation_id=client.organisation_id,
            notice=notice,
            answer=answer.value,
            on_date=on_date,
            words=words.strip(),
            recorded_at=at,
            recorded_by_id=by.account_id,
        )
        if not (may := sight.may(by, Do.CREATE, row)):
            return refusal(may)
        row.save(force_insert=True)
        ledger.collected(by=by, at=at, resource=Resource.TOLD, subjects=[client_id])
    after = {
        Heard.OBJECTED: ("From now on she is in no submission. What was sent before cannot be called back.",),
        Heard.TOLD: (),
        Heard.AGREED: (),
    }
    return done(row.id, reference=client.reference, next=after[answer])


def keep_disposal(
    *, client_id: UUID, disposal: Disposal, source: DisposalSource, by: Actor, at: datetime
) -> Outcome:
    """Keeps a conviction or caution with its days, or that there is none."""
    with transaction.atomic():
        client = sight.one(Client, client_id, by)
        if client is None:
            return refusal(sight.NOT_THERE)
        if not (answer := justice_lab.may_keep(disposal, today=clocks.local(at).date())):
            return refusal(answer)
        row = IndexDisposal(
            client_id=client_id,
            organisation_id=client.organisation_id,
            kind=disposal.kind.value,
            convicted_date=disposal.convicted_date,
            released_date=disposal.released_date,
            source=source.value,
            recorded_at=at,
            recorded_by_id=by.account_id,
        )
        if not (answer := sight.may(by, Do.CREATE, row)):
            return refusal(answer)
        row.save(force_insert=True)
        ledger.collected(by=by, at=at, resource=Resource.DISPOSAL, subjects=[client_id])
    return done(row.id, reference=client.reference)


def take_out_disposal(*, disposal_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Takes out one that was recorded wrongly. It stays to be read and counts no more."""
    with transaction.atomic():
        row = sight.one(IndexDisposal, disposal_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if row.withdrawn_at is None:
            row.withdrawn_at, row.withdrawn_by_id = at, by.account_id
            row.save(update_fields=["withdrawn_at", "withdrawn_by_id"])
            ledger.altered(by=by, at=at, resource=Resource.DISPOSAL, subjects=[row.client_id])
    return done(row.id, client_id=row.client_id)


# --- reads --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Notice:
    """One version of the privacy notice."""

    id: UUID
    version: str
    from_date: date
    names_lab: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One thing that she was told or said."""

    answer: Heard
    version: str
    on_date: date
    words: str
    by: str
    is_named: bool


@dataclass(frozen=True, slots=True)
class Known:
    """One disposal as it was recorded. `is_out` where it was taken out."""

    id: UUID
    disposal: Disposal
    source: DisposalSource
    at: datetime
    by: str
    is_out: bool


@dataclass(frozen=True, slots=True)
class Page:
    """All of it for one woman; `disposals` is None where this person may keep none."""

    person: her.Banner
    now: Standing
    answers: tuple[Answered, ...]
    disposals: tuple[Known, ...] | None


def notices() -> tuple[Notice, ...]:
    """Every version, the newest first."""
    return tuple(
        Notice(row.id, row.version, row.from_date, row.names_lab, row.sentence)
        for row in PrivacyNotice.objects.all()
    )


def page(*, client_id: UUID, by: Actor, at: datetime) -> Page | None:
    person = her.banner(client_id=client_id, by=by, at=at)
    if person is None:
        return None
    rows = [
        row
        for row in sight.visible(ToldOfUse, by).filter(client_id=client_id).select_related("notice")
        if row.answer
    ]
    keeps = could(by, Do.CREATE, Resource.DISPOSAL)
    known = sight.visible(IndexDisposal, by).filter(client_id=client_id).exclude(kind="") if keeps else ()
    names = identity.names_of({one.recorded_by_id for one in (*rows, *known)})
    ledger.read(by=by, at=at, resource=Resource.TOLD, subjects=[client_id], route="reach:told")
    return Page(
        person=person,
        now=justice_lab.standing(answers_of(rows)),
        answers=tuple(
            Answered(
                Heard(row.answer),
                row.notice.version if row.notice else "",
                row.on_date,
                row.words or "",
                names.get(row.recorded_by_id, "a colleague"),
                bool(row.notice and row.notice.names_lab),
            )
            for row in rows
        ),
        disposals=tuple(
            Known(
                row.id,
                disposal_of(row),
                DisposalSource(row.source),
                row.recorded_at,
                names.get(row.recorded_by_id, "a colleague"),
                row.withdrawn_at is not None,
            )
            for row in known
        )
        if keeps
        else None,
    )


def answers_of(rows: Iterable[ToldOfUse]) -> list[justice_lab.Told]:
    """The rows as the rules look at them."""
    return [
        justice_lab.Told(
            Heard(row.answer),
            row.on_date,
            row.recorded_at,
            bool(row.notice and row.notice.names_lab),
            row.notice.version if row.notice else "",
        )
        for row in rows
        if row.answer
    ]


def disposal_of(row: IndexDisposal) -> Disposal:
    return Disposal(DisposalKind(row.kind), row.convicted_date, row.released_date)
