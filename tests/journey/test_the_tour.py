"""The guided tour can be followed from the provider's yes to the follow-ups, in its own order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pathways.domain.reach.stop import AskedBy, Kind
from pathways.domain.referral.sharing import ShareField
from pathways.domain.support import closure
from pathways.domain.support.reasons import EndReason
from pathways.domain.terms.contact import Attendance, ContactMode
from pathways.domain.terms.needs import Domain
from pathways.journey import closing, contacts, follow_up, identity, refer, stopping, tasks
from pathways.records.models import Episode
from tests.journey import agreed as made
from tests.journey import people

NOW = people.NOW


@pytest.mark.django_db
def test_the_closure_that_is_signed_off_is_proposed_by_a_step_before():
    cast = people.cast()
    her = made.agreed(cast)
    made.triaged(cast, her)
    with identity.clerk():  # as it is where her worker records her agreement: she leads until another does
        Episode.objects.update(
            lead_account_id=cast.worker.account_id, lead_organisation_id=cast.worker.organisation_id
        )
    service = made.service(cast.provider.organisation_id)
    at = NOW

    def step(verb, by, **said):
        nonlocal at
        at += timedelta(minutes=5)
        with identity.acting(by):
            answer = verb(**said, by=by, at=at)
        assert answer, f"{verb.__name__}: {answer.reason}"
        return answer

    sent = step(
        refer.send,
        cast.coordinator,
        client_id=her.client_id,
        service_id=service.id,
        needs=(Domain.HOUSING,),
        why="A way into work.",
        fields=(ShareField.NAME, ShareField.SAFE_CONTACT),
    )
    step(refer.accept, cast.provider, referral_id=sent.id)
    step(
        contacts.record,
        cast.provider,
        client_id=her.client_id,
        happened_at=at,
        is_held=True,
        attendance=Attendance.YES,
        mode=ContactMode.FACE_TO_FACE,
        minutes=30,
    )
    step(stopping.stop_all, cast.worker, client_id=her.client_id, kind=Kind.PAUSE, asked_by=AskedBy.HER)
    step(stopping.lift, cast.worker, client_id=her.client_id, she_asked=True)
    with identity.acting(cast.worker) as by:
        before = closing.before(client_id=her.client_id, by=by, at=at)
        assert before.may and before.still_with == ("Brightpath Training",)
    proposed = step(
        closing.propose,
        cast.worker,
        client_id=her.client_id,
        outcome=closure.Outcome.COMPLETED_PLANNED,
        reason=EndReason.GOALS_MET,
        summary="She has what she came for.",
        step_down="The drop-in.",
        is_exit_talk_offered=True,
    )
    with identity.acting(cast.supervisor) as by:
        assert [one.id for one in closing.waiting(by=by, at=at)] == [proposed.id]
    step(closing.sign_off, cast.supervisor, closure_id=proposed.id)
    with identity.acting(cast.worker) as by:
        assert len(follow_up.due(by=by, at=at, everything=True)) == 3
    with identity.acting(cast.provider) as by:
        assert closing.ENDED in {task.kind for task in tasks.waiting(by=by)}
