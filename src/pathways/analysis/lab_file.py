"""The file for the Justice Data Lab, as bytes, and how many are eligible, through disclosure control."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from pathways.analysis import sheets
from pathways.analysis.disclosure import AtRisk, Rule, System, overlaid, protect
from pathways.analysis.disclosure import system as systems
from pathways.analysis.disclosure.system import Key
from pathways.analysis.measured import Value
from pathways.domain.evaluation import justice_lab
from pathways.domain.evaluation.counts import HIDDEN, RawCount, ReleasedCount
from pathways.domain.evaluation.justice_lab import COLUMNS, Line, Reason

#: In which forms it can be taken out.
ENDINGS = ("csv", "xlsx")
_TABLE = "justice data lab"
#: So often more is held back because of what was shown before; then nothing is shown.
_ROUNDS = 4


def written(lines: Sequence[Line], ending: str) -> bytes:
    """The file, its lines in the order of surname, forename and date of birth. No cell runs as a formula."""
    ordered = sorted(line.cells() for line in lines)
    frame = pl.DataFrame(ordered, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    return sheets.to_bytes(frame, f".{ending}")


def mark(lines: Sequence[Line]) -> str:
    """The hash (SHA-256) of the file as CSV: the same women with the same facts give the same."""
    return hashlib.sha256(written(lines, "csv")).hexdigest()


@dataclass(frozen=True)
class Counted:
    """One submission's counts, raw: each woman once, under the first reason that holds or as eligible."""

    eligible: int
    reasons: Mapping[str, int]
    start: date | None = None
    end: date | None = None

    @property
    def considered(self) -> int:
        return self.eligible + sum(self.reasons.values())


@dataclass(frozen=True)
class Shown:
    """What may be shown of it: released counts, and the days on which support began."""

    considered: ReleasedCount
    eligible: ReleasedCount
    reasons: tuple[tuple[Reason, ReleasedCount], ...]
    rule: Rule
    start: date | None = None
    end: date | None = None

    @property
    def days(self) -> str:
        """“support began 1 January 2024 to 31 December 2024”."""
        if self.start is None or self.end is None:
            return "support began in the period of the submission"
        return f"support began {self.start:%-d %B %Y} to {self.end:%-d %B %Y}"


def shown(newest: Counted, earlier: Sequence[Counted], rule: Rule) -> Shown | None:
    """The newest counts, protected and laid over those shown before; None where nothing of them may leave.

    `earlier` are the others that could be seen at some time, the oldest first.
    """
    before: list[overlaid.Published] = []
    for one in earlier:
        made = _protected(one, before, rule)
        if made is not None:
            before.append(made[1])
    found = _protected(newest, before, rule)
    if found is None:
        return None
    cells = found[0]
    return Shown(
        cells["considered"],
        cells["eligible"],
        tuple((one, cells[one.value]) for one in Reason if newest.reasons.get(one.value)),
        rule,
        newest.start,
        newest.end,
    )


def _protected(
    one: Counted, before: Sequence[overlaid.Published], rule: Rule
) -> tuple[Mapping[Key, ReleasedCount], overlaid.Published] | None:
    system = _system(one)
    held: frozenset[Key] = frozenset()
    for _ in range(_ROUNDS):
        try:
            cells = protect(system, rule, hidden=held).cells
        except AtRisk:
            return None
        made = overlaid.published({_TABLE: system}, cells, rule)
        given = overlaid.against(made, before)
        if not given:
            return cells, made
        more = overlaid.to_hold_back(given, {_TABLE: system}, cells)
        if more <= held:
            return None
        held |= more
    return None


def _system(one: Counted) -> System:
    system = System()
    # how many are eligible is what everybody asks: it is the last to be hidden
    system.add("eligible", RawCount(one.eligible), systems.GRAND)
    system.add("considered", RawCount(one.considered), systems.MARGIN)
    system.add("not eligible", RawCount(sum(one.reasons.values())), systems.MARGIN)
    for reason in Reason:
        system.add(reason.value, RawCount(one.reasons.get(reason.value, 0)))
    system.sums("considered", ["eligible", "not eligible"])
    system.sums("not eligible", [reason.value for reason in Reason])
    return system


def of_all(submissions: Sequence[Counted], rule: Rule) -> Shown | None:
    """The newest of these, the oldest first; None where there is none or nothing of it may leave."""
    return shown(submissions[-1], submissions[:-1], rule) if submissions else None


def value(found: Shown, entered: Value | None = None) -> Value:
    """Measure M42: how many are eligible and why not, beside the Lab’s own result where it was entered."""
    whole = (("Eligible", found.eligible.shown), ("Looked at", found.considered.shown))
    parts = (*whole, *((f"Not eligible: {one.label}", count.shown) for one, count in found.reasons))
    if entered is not None:
        return replace(entered, parts=(*entered.parts, *parts))
    return Value(
        HIDDEN if found.eligible.is_hidden else f"{found.eligible.shown} eligible",
        f"of {found.considered.shown} women whose {found.days}",
        parts,
        note=in_words(found),
    )


def in_words(found: Shown) -> str:
    """What the number of eligible women means, in one or two sentences."""
    least, eligible = justice_lab.LEAST, found.eligible.value
    few = eligible is None or eligible < least
    reached = f"Fewer than the {least} that the Justice Data Lab takes. " if few else ""
    return (
        f"{reached}Whether they reoffended beside women like them is for the Lab to compare, once at least "
        f"{justice_lab.LEAST_MATCHED} of them are matched."
    )
