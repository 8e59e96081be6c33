"""The file for the Justice Data Lab, as bytes, and how many are eligible, through disclosure control."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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

    @property
    def considered(self) -> int:
        return self.eligible + sum(self.reasons.values())


@dataclass(frozen=True)
class Shown:
    """What may be shown of it: released counts. `hidden_whole` where nothing of it may leave."""

    considered: ReleasedCount
    eligible: ReleasedCount
    reasons: tuple[tuple[Reason, ReleasedCount], ...]
    rule: Rule


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


def value(found: Shown) -> Value:
    """Measure M42: how many are eligible and why not; the comparison itself is the Lab's to make."""
    parts = tuple((f"Not eligible: {one.label}", count.shown) for one, count in found.reasons)
    over = f"of {found.considered.shown} women whose support began in the period"
    if found.eligible.is_hidden:
        return Value(HIDDEN, over, parts, note=_words(found))
    return Value(f"{found.eligible.shown} eligible", over, parts, note=_words(found),
                 figure=float(found.eligible.value or 0))  # fmt: skip


def _words(found: Shown) -> str:
    least = justice_lab.LEAST
    few = found.eligible.value is None or found.eligible.value < least
    reached = f"Fewer than the {least} that the Justice Data Lab takes. " if few else ""
    return (
        f"{reached}Whether they reoffended beside women like them is not collected here: the Lab compares, "
        f"once at least {justice_lab.LEAST_MATCHED} of them are matched."
    )
