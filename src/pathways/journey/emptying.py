"""Emptying what one organisation holds of her: the end of the verb that erases, and what finishes it.

Not a verb. Everything here can run again without harm. The order matters: within the transaction her rows are
emptied and the keys to destroy are put down; only when that has surely been committed are the keys destroyed,
and only then is that put down as well. Whatever fails between two of these steps, the clockwork takes up. The
other way round, a transaction that is rolled back would leave a record that nobody can read any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import Case, Q, Value, When

from pathways.domain.governance import erasure, policy
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.reach import plan, stop
from pathways.domain.support import closure, joining
from pathways.domain.terms import references
from pathways.domain.terms.privacy import Privacy
from pathways.journey import history, identity, ledger, naming, numbering
from pathways.records import keys, walls
from pathways.records.models import (
    Client,
    Disclosure,
    Draft,
    Episode,
    Erasure,
    ErasureKey,
    FormEdition,
    Involvement,
    Joining,
    Message,
    MessageKind,
    NameToken,
    Organisation,
    ReferralIn,
    SafeContactPlan,
    Spine,
    Stop,
    Task,
)
from pathways.records.sealed import EMPTIED, SealedField

#: After this long no transaction of before a change of her key can be running any more.
SETTLED = timedelta(hours=1)

#: What is there of her is not told by these: they are the organisation's own workings.
_NOT_COUNTED = (Resource.INVOLVEMENT, Resource.TASK, Resource.ERASURE, Resource.LEGAL_HOLD)

_CLASSED = (Privacy.IDENTIFIES, Privacy.SENSITIVE)


@dataclass(frozen=True, slots=True)
class Subject:
    """One woman at one organisation: with a record of her own, or only brought to the open door."""

    organisation_id: UUID
    client_id: UUID | None = None
    referral_in_id: UUID | None = None

    @property
    def id(self) -> UUID:
        found = self.client_id or self.referral_in_id
        assert found is not None
        return found


def of(row: Any) -> Subject:
    """Whom an erasure or a hold is about."""
    return Subject(row.organisation_id, row.client_id, row.referral_in_id)


def is_kept(field: Any) -> bool:
    """Whether a plain column stays: it neither identifies nor is sensitive."""
    classed: dict[str, Privacy] = getattr(field.model, "privacy", {})
    return not isinstance(field, SealedField) and classed.get(field.name) not in _CLASSED


def nothing_in(field: Any) -> Any:
    """What stands in an emptied column: for words that were sealed a mark that there were some."""
    if not isinstance(field, SealedField):
        return field.get_default()
    there = When(**{f"{field.attname}__isnull": False}, then=Value(EMPTIED, models.BinaryField()))
    return Case(there, default=None, output_field=models.BinaryField())


def tables() -> Iterator[type[models.Model]]:
    """Every table that erasing reaches, and that holds something to empty."""
    for resource in policy.OF_HER:
        model = walls.model_of(resource)
        if not all(is_kept(field) for field in model._meta.concrete_fields):
            yield model


def hers(model: type[models.Model], subject: Subject) -> models.QuerySet[Any]:
    """Her rows in one table, of those that the organisation controls."""
    rows = model._default_manager.filter(organisation_id=subject.organisation_id)
    table = model._meta.db_table
    if subject.client_id is None:
        if table == Resource.REFERRAL_IN.value:
            return rows.filter(id=subject.referral_in_id)
        named = any(field.attname == "referral_in_id" for field in model._meta.concrete_fields)
        return rows.filter(referral_in_id=subject.referral_in_id) if named else rows.none()
    if table == Resource.EARLIER_DECISION_IN.value:  # by way of the door at which it was taken
        return rows.filter(referral_in__client_id=subject.client_id)
    return rows.filter(**{"id" if table == Resource.CLIENT.value else "client_id": subject.client_id})


def count(subject: Subject, *, by: Actor) -> dict[str, int]:
    """How much there is of each kind, by the name of its table."""
    with identity.keeper(by, subject.organisation_id):
        kinds = (walls.model_of(resource) for resource in policy.OF_HER if resource not in _NOT_COUNTED)
        found = Counter({model._meta.db_table: hers(model, subject).count() for model in kinds})
        found["message"] = _messages(subject).count()
        found["draft"] = sum(not draft.key.startswith("governance:") for draft in _drafts(subject))
    return {table: number for table, number in found.items() if number}


def empty(subject: Subject, *, by: Actor, at: datetime) -> set[UUID]:
    """Takes out of the database what the organisation holds of her. Answers whose data keys are to go.

    What was sealed is overwritten, what identifies or is sensitive in the clear is set back; codes for
    counting stay. Search tokens and unfinished forms go. Sight of her ends. In the caller's transaction.
    """
    hand = replace(by, organisation_id=subject.organisation_id)
    with identity.keeper(by, subject.organisation_id):
        doors = set(hers(ReferralIn, subject).values_list("id", flat=True))
        going = {subject.id} | doors | _silence(subject, hand) | _keys_of_joined(subject)
        folded = _folded_into(subject)
        Draft.objects.filter(id__in=[draft.id for draft in _drafts(subject)]).delete()
        naming.alone(*going)
        NameToken.objects.filter(record_id__in=going).delete()
        hers(Task, subject).filter(done_at__isnull=True).update(done_at=at, done_by_id=by.account_id)
        for model in tables():
            changes = {
                field.attname: nothing_in(field)
                for field in model._meta.concrete_fields
                if not is_kept(field)
            }
            hers(model, subject).update(**changes)
        hers(SafeContactPlan, subject).exclude(
            status__in=[plan.Status.REPLACED.value, plan.Status.LAPSED.value]
        ).update(status=plan.Status.LAPSED.value, lapsed_at=at, lapsed_because="erased")
        hers(Involvement, subject).filter(until_at__isnull=True).update(until_at=at)
        for row in (*hers(Client, subject), *hers(ReferralIn, subject)):
            # the reference stands on letters and in other people's books: from here on it leads nowhere
            numbering.renew(row)
        owned = hers(Client, subject).exists() if subject.client_id else False
    if owned and subject.client_id is not None:
        _part(subject.client_id, hand, at)
    for other in folded:
        going |= empty(replace(subject, client_id=other, referral_in_id=None), by=by, at=at)
    _forget_what_was(subject, doors, hand)
    return going


def _keys_of_joined(subject: Subject) -> set[UUID]:
    """Whose keys seal the rows that came to her from another record of hers."""
    found: set[UUID] = set()
    for model in tables():
        if any(field.attname == "sealed_for_id" for field in model._meta.concrete_fields):
            sealed = hers(model, subject).filter(sealed_for_id__isnull=False)
            found |= set(sealed.values_list("sealed_for_id", flat=True))
    return found


def _folded_into(subject: Subject) -> list[UUID]:
    """The records of the organisation that were joined into this one."""
    rows = hers(Joining, subject).filter(status=joining.Status.JOINED.value)
    return list(rows.values_list("other_id", flat=True))


def _forget_what_was(subject: Subject, doors: set[UUID], by: Actor) -> None:
    """What her rows were before, this emptying included, and what a form last changed, go as well."""
    with identity.clerk(by):
        FormEdition.objects.filter(organisation_id=subject.organisation_id, client_id=subject.id).delete()
    there = subject.organisation_id
    history.forget(client_id=subject.client_id, row_ids=doors, organisation_id=there, by=by)


def _part(client_id: UUID, by: Actor, at: datetime) -> None:
    """Her name and her safe-contact plan are gone: nobody can work with her by this record any more.

    The join to what police hold goes too, unless she asked us to stop: then it is what keeps her from being
    approached when police name her again.
    """
    naming.forget(client_id, None, by=by)
    with identity.clerk(by):
        Involvement.objects.filter(client_id=client_id, until_at__isnull=True).update(until_at=at)
        said_no = [closure.Outcome.DECLINED.value, closure.Outcome.WITHDRAWN_CONSENT.value]
        last = Episode.objects.filter(client_id=client_id).order_by("-number").first()
        stopped = Stop.objects.filter(client_id=client_id, status=stop.Status.IN_FORCE.value).exists()
        if not (stopped and last is not None and last.outcome in said_no):
            Spine.objects.filter(client_id=client_id).update(client_id=None, episode_id=None, ended_at=at)


def _messages(subject: Subject) -> models.QuerySet[Message]:
    """What was written to the organisation about her."""
    to_us = Message.objects.filter(to_organisation_id=subject.organisation_id)
    cases = set(hers(ReferralIn, subject).values_list("case_id", flat=True))
    if subject.client_id is None:
        return to_us.filter(case_id__in=cases)
    cases |= set(hers(Episode, subject).values_list("case_id", flat=True))
    return to_us.filter(Q(client_id=subject.client_id) | Q(case_id__in=cases))


def _silence(subject: Subject, by: Actor) -> set[UUID]:
    """Empties messages to the organisation about her. Answers under whose keys they were sealed.

    What police wrote is police material: their words go back under the force's own key, to be read by the
    force alone, before the organisation's key goes.
    """
    going: set[UUID] = set()
    for row in _messages(subject).select_for_update():
        going.add(row.case_id or row.id)
        if row.kind == MessageKind.POLICE.value and row.to_organisation_id != row.from_organisation_id:
            words = row.body
            row.to_organisation_id, row.to_account_id, row.client_id = row.from_organisation_id, None, None
            row.body = words if keys.store().holds(row.case_id or row.id, subject.organisation_id) else ""
            with identity.clerk(by):
                row.save(update_fields=["to_organisation_id", "to_account_id", "client_id", "body"])
        else:
            Message.objects.filter(pk=row.pk).update(
                body=nothing_in(Message._meta.get_field("body")), reference=""
            )
    return going


def _drafts(subject: Subject) -> list[Draft]:
    """Unfinished forms about her: those that say so, and those whose page is about a thing of hers."""
    things = {str(subject.id)}
    for resource in policy.OF_HER:
        things |= {str(key) for key in hers(walls.model_of(resource), subject).values_list("id", flat=True)}
    things |= {str(key) for key in _messages(subject).values_list("id", flat=True)}
    rows = Draft.objects.filter(organisation_id=subject.organisation_id).defer("answers")
    return [
        draft
        for draft in rows
        if (draft.client_id is not None and draft.client_id == subject.client_id)
        or any(part in things for part in draft.key.replace("/", ":").split(":"))
    ]


# --- the keys ----------------------------------------------------------------------------------------


def put_down(row: Erasure, persons: Iterable[UUID], *, by: Actor) -> None:
    """Writes in the same transaction which keys are to be destroyed."""
    with identity.keeper(by, row.organisation_id):
        there = set(row.keys.values_list("person_id", flat=True))
        ErasureKey.objects.bulk_create(
            ErasureKey(erasure=row, organisation_id=row.organisation_id, person_id=person)
            for person in sorted(set(persons) - there)
        )


def destroy_keys(*, at: datetime, by: Actor = identity.MACHINE) -> int:
    """Destroys every key that was put down and is not yet known to be destroyed. How many.

    The key goes first and the note that it has gone after it, so that a failure between the two destroys a
    key twice, which changes nothing. What was being written about her while she was erased is emptied now.
    """
    with transaction.atomic():
        with identity.clerk(by):
            waiting = list(
                ErasureKey.objects.filter(destroyed_at__isnull=True).select_for_update(skip_locked=True)
            )
            erasures = {row.id: row for row in Erasure.objects.filter(id__in={k.erasure_id for k in waiting})}
        for row in waiting:
            keys.store().destroy(row.person_id, row.organisation_id, at=at)
        for one in erasures.values():
            put_down(one, empty(of(one), by=by, at=at), by=by)
        with identity.clerk(by):
            ErasureKey.objects.filter(id__in=[row.id for row in waiting]).update(destroyed_at=at)
    return len(waiting)


def again(*, at: datetime) -> int:
    """After a restore: empties whatever the copy brought back of those whose key is destroyed. How many.

    Who had been erased before the copy was made is empty in it already.
    """
    store, by = keys.store(), identity.MACHINE
    done = 0
    with transaction.atomic():
        with identity.clerk(by):
            links = Involvement.objects.values_list("client_id", "organisation_id").distinct()
            found = {Subject(place, client_id=client) for client, place in links}
            found |= {
                Subject(place, client_id=key)
                for key, place in Client.objects.values_list("id", "organisation_id")
            }
            found |= {
                Subject(place, referral_in_id=key)
                for key, place in ReferralIn.objects.values_list("id", "organisation_id")
            }
            known = {of(row) for row in Erasure.objects.filter(status=erasure.Status.ERASED.value)}
        gone = [one for one in found - known if store.is_destroyed(one.id, one.organisation_id)]
        for subject in sorted(gone, key=lambda one: str(one.id)):
            for person in empty(subject, by=by, at=at):
                store.destroy(person, subject.organisation_id, at=at)
            record(subject, "Erased again after a copy was restored", by=by, at=at)
            done += 1
    return done


def record(subject: Subject, reason: str, *, by: Actor, at: datetime) -> None:
    """The event that stays: that something was erased, by whom and when, and of which random number."""
    with identity.keeper(by, subject.organisation_id) as hand:
        ledger.erased(
            by=replace(hand, role=by.role),
            at=at,
            resource=Resource.CLIENT if subject.client_id else Resource.REFERRAL_IN,
            subjects=[subject.id],
            reason=reason,
        )


# --- sealing again --------------------------------------------------------------------------------------


def seal_again(subject: Subject, *, by: Actor, at: datetime) -> int:
    """Gives her a new data key at one organisation and seals every value of hers with it. How many rows.

    What was sealed with the key before goes on opening, until `forget_formers` has seen that none is left.
    """
    if not keys.store().renew(subject.id, subject.organisation_id, at=at):
        return 0
    return _seal_again(subject, by=by)


def _seal_again(subject: Subject, *, by: Actor) -> int:
    touched = 0
    with transaction.atomic(), identity.keeper(by, subject.organisation_id):
        models_of_her: list[type[models.Model]] = [*tables(), Draft]
        for model in models_of_her:
            sealed = [f.attname for f in model._meta.concrete_fields if isinstance(f, SealedField)]
            rows = hers(model, subject).select_for_update()
            for row in rows.iterator(chunk_size=500) if sealed else ():
                if row.sealed_for() != (subject.id, subject.organisation_id):
                    continue
                held = [name for name in sealed if not _is_empty(row.__dict__[name])]
                for name in held:
                    getattr(row, name)
                if held:
                    row.save(update_fields=held)
                    touched += 1
    return touched


def _is_empty(value: Any) -> bool:
    return value is None or value.blob == EMPTIED


def forget_formers(*, at: datetime) -> int:
    """Destroys keys that were left behind long enough ago that nothing can still be sealed with them.

    The reason of an emergency disclosure is never changed, so the key that it was sealed with has to stay.
    """
    store, done = keys.store(), 0
    for person, place, since in store.formers():
        if at < since + SETTLED:
            continue
        with transaction.atomic(), identity.clerk():
            known = Client.objects.filter(id=UUID(person)).exists()
            pinned = Disclosure.objects.filter(
                person_id=UUID(person), from_organisation_id=UUID(place), emergency_reason__isnull=False
            ).exists()
        if pinned:
            continue
        who = {"client_id": UUID(person)} if known else {"referral_in_id": UUID(person)}
        _seal_again(Subject(UUID(place), **who), by=identity.MACHINE)
        store.forget_former(person, place)
        done += 1
    return done


def subject_named(reference: str, organisation_code: str) -> Subject | None:
    """The woman with this reference at this organisation, for the operator's commands."""
    place = Organisation.objects.filter(code=organisation_code).values_list("id", flat=True).first()
    read = references.read(reference)
    if place is None or read is None:
        return None
    with transaction.atomic(), identity.clerk():
        client = Client.objects.filter(reference=read).values_list("id", flat=True).first()
        if client is None:
            return None
        theirs = Involvement.objects.filter(client_id=client, organisation_id=place).exists()
    return Subject(place, client_id=client) if theirs else None

