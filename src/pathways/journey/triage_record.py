"""The public record of triage: generated from the policy in force and what the programme has chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from pathways.analysis import triage_record as record
from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.terms import clocks
from pathways.domain.terms.people import Role
from pathways.domain.triage.policy import Policy
from pathways.journey import identity, ledger, triage_choices, triage_policy
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import Setting

_FILLED = "triage.public_record"
#: who answers for what is published
MAY_FILL = frozenset({Role.GOVERNANCE_LEAD})
FIELDS, incomplete = record.FIELDS, record.incomplete
KINDS = {"html": "text/html; charset=utf-8", "md": "text/markdown; charset=utf-8"}


def _now(at: datetime) -> tuple[Policy, record.Circumstances]:
    row = triage_policy.install(at)
    using = triage_policy.in_force(at)
    name = Setting.objects.filter(key="programme.name").values_list("value", flat=True).first()
    people = [key for key in (row.proposed_by_id, row.approved_by_id) if key is not None]
    names = identity.names_of(set(people))
    approved = (
        "It came with the software."
        if row.is_default
        else f"Put forward by {names.get(people[0], 'one person')} and approved by "
        f"{names.get(people[-1], 'another')}."
    )
    since = f"{clocks.local(row.from_at):%-d %B %Y}" if row.from_at else "the beginning"
    choices = triage_choices.choices()
    return using, record.Circumstances(
        programme=name if isinstance(name, str) else "",
        in_force_since=since,
        approved_by=approved,
        is_hidden=choices.is_hidden,
        urgent=choices.urgent,
        drawn=tuple(choices.drawn.items()),
        filled={one.key: one.words for one in filled()},
    )


@dataclass(frozen=True, slots=True)
class Filled:
    """One field that the programme filled in, when and by whom."""

    key: str
    words: str
    at: datetime
    by: str


def filled() -> tuple[Filled, ...]:
    """What the programme has filled in of its public record."""
    kept = _kept()
    names = identity.names_of({UUID(one["by"]) for one in kept.values()})
    return tuple(
        Filled(
            key, one["words"], datetime.fromisoformat(one["at"]), names.get(UUID(one["by"]), "a colleague")
        )
        for key, one in kept.items()
    )


def _kept() -> dict[str, dict[str, str]]:
    value = Setting.objects.filter(key=_FILLED).values_list("value", flat=True).first()
    known = {key for key, _, _ in record.FIELDS}
    return {key: one for key, one in value.items() if key in known} if isinstance(value, dict) else {}


def may_fill(by: Actor) -> Decision:
    if by.role in MAY_FILL:
        return decision.yes()
    return decision.no(
        "The public record is filled in by the information-governance lead.", ask="the governance lead"
    )


def fill(*, words: Mapping[str, str], by: Actor, at: datetime) -> Outcome:
    """Keeps what only the programme knows of its public record, each field with when and by whom."""
    if not (answer := may_fill(by)):
        return refusal(answer)
    with transaction.atomic():
        Setting.objects.get_or_create(key=_FILLED, defaults={"value": {}, "changed_at": at})
        Setting.objects.select_for_update().get(key=_FILLED)
        kept, changed = _kept(), []
        for key, label, _ in record.FIELDS:
            said = words.get(key, "").strip()
            if said == kept.get(key, {}).get("words", ""):
                continue
            changed.append(label)
            kept[key] = {"words": said, "at": at.isoformat(), "by": str(by.account_id)}
        if changed:
            Setting.objects.filter(key=_FILLED).update(
                value={key: one for key, one in kept.items() if one["words"]},
                changed_at=at,
                changed_by_id=by.account_id,
            )
            ledger.kept_up(
                by=by, at=at, route="triage:record", what=f"Public record of triage: {', '.join(changed)}"
            )
    left = record.missing(shown(at)[0])
    return done(next=(f"Still to be filled in: {', '.join(left)}." if left else "The record is complete.",))


Table = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]


def shown(at: datetime) -> tuple[tuple[record.Section, ...], Table]:
    """The parts of the record, and the table of rules (heads, rows). It names no woman."""
    using, so = _now(at)
    return record.sections(using, so), record.rules(using)


def as_file(kind: str, at: datetime) -> bytes:
    """The record as a file: html or md. Raises KeyError for another kind."""
    using, so = _now(at)
    return {"html": record.html, "md": record.markdown}[kind](using, so).encode()
