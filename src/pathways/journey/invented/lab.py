"""What the demonstration's women were told of the Justice Data Lab, their disposals, and one submission."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from pathways.domain.evaluation.justice_lab import Disposal, DisposalKind, DisposalSource, Heard
from pathways.domain.governance.actors import Actor
from pathways.domain.terms.clocks import local
from pathways.domain.terms.law import ConfidenceBasis, LawfulBasis
from pathways.domain.terms.people import Role
from pathways.journey import identity, justice_lab, told
from pathways.journey.invented.world import World
from pathways.records.models import LabSubmission, PrivacyNotice

#: the organisation that women's names would go to
PLACE = "justice-lab"
#: the first notice did not name this use; so many days in, the second did
_SECOND_NOTICE = 14
_SENTENCE = (
    "We may give your name, your date of birth and the day your support began to the Justice Data Lab, which "
    "tells us only whether fewer women offend again. You can object at any time, and nothing else changes."
)
#: how her offence was dealt with, in hundredths; None where nobody has asked yet
_DISPOSALS = (
    (None, 16), (DisposalKind.NONE, 22), (DisposalKind.CAUTION, 20), (DisposalKind.DISCHARGE_OR_FINE, 14),
    (DisposalKind.COMMUNITY, 16), (DisposalKind.SUSPENDED, 7), (DisposalKind.CUSTODY, 5),
)  # fmt: skip


def notices(world: World, *, began: datetime) -> None:
    """Two versions of the privacy notice, of which the second names this use."""
    lead = world.one(Role.GOVERNANCE_LEAD, "pathways-hub")
    _say(
        told.keep_notice, lead, began, version="1.0", from_date=local(began).date(), names_lab=False,
        sentence="",
    )  # fmt: skip
    second = began + timedelta(days=_SECOND_NOTICE)
    _say(
        told.keep_notice, lead, second, version="2.0", from_date=local(second).date(), names_lab=True,
        sentence=_SENTENCE,
    )  # fmt: skip


def told_her(number: int, client_id: UUID, worker: Actor, hub: Actor, at: datetime) -> None:
    """What she was told on the day on which she agreed to take part, and what is known of a disposal."""
    rng = random.Random(9000 + number)  # noqa: S311 - a story, not a secret, and apart from the rest of hers
    notice = PrivacyNotice.objects.filter(from_date__lte=local(at).date()).order_by("-from_date").first()
    if notice is not None and rng.random() < 0.92:
        answer = rng.choices((Heard.TOLD, Heard.AGREED, Heard.OBJECTED), (64, 30, 6))[0]
        _say(
            told.tell, worker, at, client_id=client_id, answer=answer, notice_id=notice.id,
            on_date=local(at).date(),
        )  # fmt: skip
    kind = rng.choices([one for one, _ in _DISPOSALS], [share for _, share in _DISPOSALS])[0]
    if kind is not None:
        _say(
            told.keep_disposal, hub, at, client_id=client_id, disposal=_disposal(kind, local(at).date(), rng),
            source=rng.choice(tuple(DisposalSource)),
        )  # fmt: skip


def _disposal(kind: DisposalKind, on: date, rng: random.Random) -> Disposal:
    if kind is DisposalKind.NONE:
        return Disposal(kind)
    convicted = on - timedelta(days=rng.randrange(20, 700))
    if kind is not DisposalKind.CUSTODY:
        return Disposal(kind, convicted)
    return Disposal(kind, convicted, min(on, convicted + timedelta(days=rng.randrange(30, 200))))


def submission(world: World, *, began: datetime, until: datetime) -> None:
    """Draws one up over the whole programme, or draws it up again once more women stand.

    In two years few have been followed for long enough, so it stays drawn up, as it would anywhere.
    """
    coordinator = world.one(Role.COORDINATOR, "pathways-hub")
    wanted = justice_lab.Wanted(
        start=local(began).date(),
        end=local(until).date(),
        to_organisation_id=world.places[PLACE],
        basis=LawfulBasis.PUBLIC_TASK,
        confidence_basis=ConfidenceBasis.PUBLIC_INTEREST,
        because="To learn whether women who were supported are convicted again less often.",
    )
    with identity.acting(coordinator):
        drawn = LabSubmission.objects.order_by("number").values_list("id", flat=True).first()
    if drawn is None:
        _say(justice_lab.draw_up, coordinator, until, wanted=wanted)
    elif _may_draw_again(coordinator, drawn, until):
        _say(justice_lab.draw_again, coordinator, until, submission_id=drawn, wanted=wanted)


def _may_draw_again(by: Actor, submission_id: UUID, at: datetime) -> bool:
    """Whether it can be drawn up again: a visitor may have withdrawn it meanwhile."""
    with identity.acting(by):
        found = justice_lab.page(submission_id, by=by, at=at)
    return found is not None and justice_lab.Action.DRAW_AGAIN in found.moves


def _say(verb: Any, by: Actor, at: datetime, **said: Any) -> None:
    """Raises RuntimeError where the verb refuses, which is a fault of the demonstration."""
    with identity.acting(by):
        answer = verb(**said, by=by, at=at)
    if not answer:
        raise RuntimeError(f"the demonstration’s {verb.__name__} was refused: {answer.reason}")
