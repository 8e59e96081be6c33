"""The public record of triage: generated from the policy in force and what the programme has chosen."""

from __future__ import annotations

from datetime import datetime

from pathways.analysis import triage_record as record
from pathways.domain.terms import clocks
from pathways.domain.triage.policy import Policy
from pathways.journey import identity, triage_choices, triage_policy
from pathways.records.models import Setting

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
        urgent_hours=choices.urgent_hours,
        drawn=tuple(choices.drawn.items()),
    )


Table = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]


def shown(at: datetime) -> tuple[tuple[record.Section, ...], Table]:
    """The parts of the record, and the table of rules (heads, rows). It names no woman."""
    using, so = _now(at)
    return record.sections(using, so), record.rules(using)


def as_file(kind: str, at: datetime) -> bytes:
    """The record as a file: html or md. Raises KeyError for another kind."""
    using, so = _now(at)
    return {"html": record.html, "md": record.markdown}[kind](using, so).encode()
