"""Figures of police contact that were kept for measures M36 and M41: as they were shown, nothing of the file.

They are reckoned once for each rule of disclosure control under which anything of the programme is told, so
that every reader is given what the page of police contact would have given to an audience like hers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from pathways.domain.evaluation.counts import ReleasedCount

#: The measures that these figures are of, and the months on either side that both ask for.
MEASURES: Final = ("M36", "M41")
MONTHS: Final = 12
_COUNTS: Final = ("any_before", "any_after", "both", "neither")


@dataclass(frozen=True, slots=True)
class Side:
    """One kind of contact, as suspect or as victim. `rates` are whole records a hundred women."""

    kind: str
    label: str
    any_before: ReleasedCount
    any_after: ReleasedCount
    both: ReleasedCount
    neither: ReleasedCount
    figures: tuple[tuple[str, str], ...]
    rates: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Told:
    """What leaves under one rule: its threshold and its base of rounding."""

    threshold: int
    rounding: int | None
    n: ReleasedCount
    too_short: ReleasedCount
    sides: tuple[Side, ...]
    disclosure: str

    def side(self, kind: str) -> Side:
        return next(one for one in self.sides if one.kind == kind)


@dataclass(frozen=True, slots=True)
class Kept:
    """The figures with where they are from. A rule under which nothing may leave has no entry in `told`."""

    source: str
    kept_on: date
    months: int
    evidence: str
    cautions: tuple[str, ...]
    harm: str
    told: tuple[Told, ...]

    def under(self, threshold: int, rounding: int | None) -> Told | None:
        """What is told under this rule and no other; None where nothing may be."""
        wanted = (threshold, rounding)
        return next((one for one in self.told if (one.threshold, one.rounding) == wanted), None)

    def says_what(self, other: Kept) -> bool:
        """Whether the two say the same but for what is said of disclosure control."""
        return _bare(self) == _bare(other)


def _bare(kept: Kept) -> Kept:
    return replace(kept, told=tuple(replace(one, disclosure="") for one in kept.told))


def as_json(kept: Kept) -> dict[str, Any]:
    return {
        "source": kept.source,
        "kept_on": str(kept.kept_on),
        "months": kept.months,
        "evidence": kept.evidence,
        "cautions": list(kept.cautions),
        "harm": kept.harm,
        "told": [
            {
                "threshold": one.threshold,
                "rounding": one.rounding,
                "n": one.n.value,
                "too_short": one.too_short.value,
                "sides": [
                    {
                        "kind": side.kind,
                        "label": side.label,
                        **{name: getattr(side, name).value for name in _COUNTS},
                        "figures": [list(line) for line in side.figures],
                        "rates": list(side.rates) if side.rates else None,
                    }
                    for side in one.sides
                ],
                "disclosure": one.disclosure,
            }
            for one in kept.told
        ],
    }


def from_json(body: Mapping[str, Any]) -> Kept:
    return Kept(
        str(body["source"]),
        date.fromisoformat(body["kept_on"]),
        int(body["months"]),
        str(body["evidence"]),
        tuple(map(str, body["cautions"])),
        str(body["harm"]),
        tuple(
            Told(
                int(one["threshold"]), one["rounding"], ReleasedCount(one["n"]),
                ReleasedCount(one["too_short"]), tuple(map(_side, one["sides"])), str(one["disclosure"]),
            )
            for one in body["told"]
        ),
    )  # fmt: skip


def _side(body: Mapping[str, Any]) -> Side:
    counts = {name: ReleasedCount(body[name]) for name in _COUNTS}
    rates = body["rates"]
    return Side(
        kind=str(body["kind"]),
        label=str(body["label"]),
        **counts,
        figures=tuple((str(label), str(words)) for label, words in body["figures"]),
        rates=(int(rates[0]), int(rates[1])) if rates else None,
    )
