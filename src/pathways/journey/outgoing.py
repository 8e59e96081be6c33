"""Everything that could reach her passes here: the one gate, and messages written for her.

No text, telephone or mail gateway is connected: a worker sends by hand what the gate has let through, and
ticks it off. The gate is asked again at that tick.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action as Do
from pathways.domain.governance.policy import Resource
from pathways.domain.reach import plan, reaching
from pathways.domain.terms.contact import Channel, Purpose
from pathways.domain.terms.events import EventKind
from pathways.journey import gate, identity, ledger, sight
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import Client, OutgoingMessage

#: Words that are the programme's own and would give it away.
OUR_WORDS = ("soc pathways", "pathways", "organised crime", "constabulary")


def may_reach(client_id: UUID, channel: Channel, purpose: Purpose, at: datetime, by: Actor) -> Decision:
    """Whether she may be reached by this channel, for this, at this moment. Every page and verb asks this."""
    if sight.one(Client, client_id, by) is None:
        return sight.NOT_THERE
    return gate.may_reach(client_id, channel=channel, purpose=purpose, at=at, by=by)


def may_say(
    client_id: UUID, channel: Channel, purpose: Purpose, text: str, at: datetime, by: Actor
) -> Decision:
    """The same, for these words: where somebody must not know, they give nothing away."""
    if sight.one(Client, client_id, by) is None:
        return sight.NOT_THERE
    return _may_send(gate.standing(client_id, by), channel, purpose, text, at)


def _may_send(
    standing: gate.Standing, channel: Channel, purpose: Purpose, text: str, at: datetime
) -> Decision:
    return reaching.may_send(
        standing.facts(), channel=channel, at=at, purpose=purpose, text=text, also=OUR_WORDS
    )


def what_to_do(client_id: UUID, at: datetime, by: Actor) -> str:
    """What would open the gate again, in words."""
    standing = gate.standing(client_id, by)
    facts = standing.plan_facts
    if standing.stop is not None:
        return "Wait until she gets in touch herself. Only at her wish can contact start again."
    if facts is None or facts.status is plan.Status.NOT_SAFE:
        return "Do not contact her. Talk with your supervisor or the coordinator about a safe way."
    if plan.has_lapsed(facts, at=at):
        return (
            "Confirm the plan with her the next time that you meet or that she gets in touch, then try again."
        )
    if facts.status is plan.Status.PROVISIONAL:
        return "Confirm the safe-contact plan with her first."
    return "Choose a way and a time that are in her plan."


def write(
    *, client_id: UUID, channel: Channel, purpose: Purpose, body: str, by: Actor, at: datetime
) -> Outcome:
    """Writes a message to her. Let through, it waits to be sent by hand; blocked, the attempt is kept."""
    with transaction.atomic():
        client = sight.one(Client, client_id, by)
        if client is None:
            return refusal(sight.NOT_THERE)
        if not body.strip():
            return refusal(decision.no("Enter the words of the message."))
        standing = gate.standing(client_id, by)
        answer = _may_send(standing, channel, purpose, body, at)
        row = OutgoingMessage(
            client_id=client_id,
            organisation_id=by.organisation_id,
            channel=channel.value,
            purpose=purpose.value,
            body=body.strip() if answer else "",
            asked_at=at,
            asked_by_id=by.account_id,
            plan_id=standing.plan.id if standing.plan else None,
            was_allowed=answer.allowed,
            why=answer.reason[:300] if not answer else "",
        )
        if not (allowed := sight.may(by, Do.CREATE, row)):
            return refusal(allowed)
        row.save(force_insert=True)
        if not answer:
            return Outcome(False, answer.reason, answer.ask, data={"id": row.id})
        return done(row.id, next=("Send it by hand now, then tick it off.",))


def mark_sent(*, message_id: UUID, by: Actor, at: datetime) -> Outcome:
    """It has been sent by hand. The gate is asked again: her plan may have changed since it was written."""
    with transaction.atomic():
        row = sight.one(OutgoingMessage, message_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if row.sent_at is not None:
            return done(row.id, client_id=row.client_id)
        if not row.was_allowed:
            answer = decision.no(f"This message was not let through. {row.why}")
            return Outcome(False, answer.reason, data={"client_id": row.client_id})
        channel, purpose = Channel(row.channel), Purpose(row.purpose)
        standing = gate.standing(row.client_id, by)
        if not (answer := _may_send(standing, channel, purpose, row.body, at)):
            return Outcome(False, answer.reason, answer.ask, data={"client_id": row.client_id})
        row.sent_at = at
        row.save(update_fields=["sent_at"])
        ledger.record(
            EventKind.MESSAGE_SENT,
            by=by,
            at=at,
            client_id=row.client_id,
            case_id=standing.episode.case_id if standing.episode else None,
            episode_id=standing.episode.id if standing.episode else None,
            detail={"channel": channel.value, "kind": purpose.value},
        )
        return done(row.id, client_id=row.client_id)


@dataclass(frozen=True, slots=True)
class Written:
    """One message to her as a page shows it."""

    id: UUID
    channel: Channel
    purpose: Purpose
    body: str
    asked_at: datetime
    asked_by: str
    was_allowed: bool
    why: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Way:
    """One way to reach her, and whether it is open at this moment."""

    channel: Channel
    answer: Decision
    to: str


def written(*, client_id: UUID, by: Actor, at: datetime) -> list[Written]:
    """What was written to her by the reader's organisation, newest first."""
    rows = list(sight.visible(OutgoingMessage, by).filter(client_id=client_id)[:50])
    ledger.read(by=by, at=at, resource=Resource.OUTGOING, subjects=[client_id], route="reach:messages")
    names = identity.names_of({row.asked_by_id for row in rows})
    return [
        Written(
            row.id,
            Channel(row.channel),
            Purpose(row.purpose),
            row.body,
            row.asked_at,
            names.get(row.asked_by_id, "a colleague"),
            row.was_allowed,
            row.why,
            row.sent_at,
        )
        for row in rows
    ]


def ways(*, client_id: UUID, purpose: Purpose, by: Actor, at: datetime) -> list[Way]:
    """Each channel with its answer for this moment, so that a worker sees before she tries."""
    standing = gate.standing(client_id, by)
    details = (standing.plan.details if standing.plan else None) or {}  # none in a plan that was erased
    to = {
        Channel.TEXT: details.get("telephone", ""),
        Channel.CALL: details.get("telephone", ""),
        Channel.VOICEMAIL: details.get("telephone", ""),
        Channel.EMAIL: details.get("email", ""),
        Channel.CALENDAR: details.get("email", ""),
        Channel.LETTER: details.get("letters_to", ""),
        Channel.VIA_SOMEONE: details.get("safe_person", ""),
    }
    facts = standing.facts()
    return [
        Way(
            channel,
            reaching.may_reach(facts, channel=channel, at=at, purpose=purpose),
            str(to.get(channel, "")),
        )
        for channel in Channel
    ]
