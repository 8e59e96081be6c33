"""The pack of a referral: each field that she agreed to share, in words, and nothing besides."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from pathways.domain.governance.actors import Actor
from pathways.domain.reach import plan
from pathways.domain.referral.sharing import ShareField
from pathways.domain.support import goal
from pathways.domain.terms import demographics as d
from pathways.domain.terms.needs import Domain
from pathways.domain.triage.levels import Level
from pathways.journey import gate, sight
from pathways.records.models import Assessment, Client, Demographics, Episode, Goal, Identity

#: What the referrer writes for this one service, because it is kept nowhere else.
WRITTEN = (ShareField.LANGUAGE, ShareField.ACCESS_NEEDS, ShareField.HEALTH)


def contents(
    *,
    client: Client,
    episode: Episode,
    fields: Collection[ShareField],
    needs: Sequence[Domain],
    words: Mapping[ShareField, str],
    contact_note: str,
    by: Actor,
    at: datetime,
) -> dict[str, str]:
    """The chosen fields with their values, in order. What is not chosen is not even looked up."""
    found = {}
    for item in ShareField:
        if item in fields:
            found[item.value] = _value(item, client, episode, needs, words, contact_note, by, at)
    return found


def _value(
    item: ShareField,
    client: Client,
    episode: Episode,
    needs: Sequence[Domain],
    words: Mapping[ShareField, str],
    contact_note: str,
    by: Actor,
    at: datetime,
) -> str:
    match item:
        case ShareField.NAME:
            return client.called
        case ShareField.SAFE_CONTACT:
            return "\n".join(part for part in (safe_contact(client.id, by, at), contact_note) if part)
        case ShareField.DATE_OF_BIRTH:
            paper = _paper(client.id, by)
            born = paper.date_of_birth if paper else None
            return f"{born:%-d %B %Y}" if born else ""
        case ShareField.ADDRESS:
            paper = _paper(client.id, by)
            return paper.address if paper else ""
        case ShareField.WORKER_RISK:
            paper = _paper(client.id, by)
            return (paper.risk_to_worker if paper else "") or "Nothing is known."
        case ShareField.LANGUAGE | ShareField.ACCESS_NEEDS | ShareField.HEALTH:
            return words.get(item, "")
        case ShareField.NEEDS:
            return "\n".join(need.label for need in needs)
        case ShareField.LEVEL:
            return Level(episode.level).label if episode.level is not None else ""
        case ShareField.GOALS:
            rows = sight.visible(Goal, by).filter(episode=episode, status=goal.Status.OPEN.value)
            return "\n".join(row.words for row in rows) or "None set yet."
        case ShareField.CHILDREN:
            return _children(client.id, by)
        case ShareField.ASSESSMENT_SUMMARY:
            row = _assessment(episode, by)
            return row.conclusion if row else ""
        case ShareField.SAFETY_PLAN:
            row = _assessment(episode, by)
            return row.management_plan if row else ""


def safe_contact(client_id: UUID, by: Actor, at: datetime) -> str:
    """How she may be reached, in one line, with a warning when it can no longer be trusted."""
    facts = gate.standing(client_id, by).plan_facts
    if facts is None:
        return "No safe way to reach her is known: ask the coordinator."
    lapsed = plan.why_lapsed(facts, at=at)
    return f"Ask the coordinator before any contact. {lapsed}" if lapsed else plan.line(facts)


def _paper(client_id: UUID, by: Actor) -> Identity | None:
    return sight.visible(Identity, by).filter(client_id=client_id).first()


def _assessment(episode: Episode, by: Actor) -> Assessment | None:
    return sight.visible(Assessment, by).filter(episode=episode).order_by("-number").first()


def _children(client_id: UUID, by: Actor) -> str:
    row = sight.visible(Demographics, by).filter(client_id=client_id).first()
    answer = row.has_children if row else d.NoAnswer.NOT_ASKED.value
    known = {member.value: member.label for member in (*d.YesNo, *d.NoAnswer)}
    return known.get(answer, "Unknown")
