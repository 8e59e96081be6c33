"""What a difference may have spared others in money, in ranges; and when nothing may be said of it.

Prices come from the site's own table: a low, a central and a high figure, with their year and source. The
range of the result takes the lesser end of everything that is uncertain (the difference's interval, the
price, what would have happened anyway, what other services did), and the greater end of everything. Costs
avoided are not cash: nobody is paid them.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.evaluation.beside_group import GroupKind
from pathways.domain.terms.words import Worded

#: fewer women than this in either group give no costs avoided and no ratio (domain dossier, 6)
FEWEST: Final = 30
#: costs avoided are told for so many women, so that no figure follows one woman
FOR: Final = 100
Span = tuple[float, float, float]

NO_COMPARISON: Final = (
    "No costs avoided and no ratio are given: there is no comparison. Nobody knows what would have happened "
    "without the programme."
)
TOO_FEW: Final = (
    f"No costs avoided and no ratio are given: fewer than {FEWEST} women are in one of the two groups, too "
    "few for a finding."
)


#: which of the two it is stays unsaid: whoever is told could set about undoing it
HIDDEN_COST: Final = (
    "how many women’s support began is hidden by disclosure control, because it or a count beside it is too "
    "small to be shown, so what each woman’s support cost is hidden too."
)


class FindingFrom(Worded):
    """Where a comparison comes from."""

    GROUP = "group", "A comparison group from a file"
    PUBLISHED = "published", "A published comparison"


@dataclass(frozen=True, slots=True)
class Price:
    """One price as it is used, in pounds of its year for one `per`."""

    item: str
    central: float
    low: float
    high: float
    year: str
    source: str = ""
    per: str = "per incident"

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.central <= self.high:
            raise ValueError(f"the prices of {self.item} are not in rising order: low, central, high")

    @property
    def span(self) -> Span:
        return (self.low, self.central, self.high)


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference that a comparison found, as it was shown when it was kept.

    `fewer` are women fewer with the outcome, as a share of all (least, likely, most; below 0: more).
    `treated` and `comparison` are the women behind it, None where that count is hidden; `is_enough` says
    whether FEWEST or more are in each. `threshold` is the strictest rule of disclosure control under which
    the finding is told.
    """

    code: str
    outcome: str
    origin: FindingFrom
    source: str
    kept_on: date
    treated: int | None
    comparison: int | None
    is_enough: bool
    fewer: Span
    evidence: str
    caution: str
    threshold: int
    kind: GroupKind | None = None

    @property
    def women(self) -> str:
        """`40 women beside 80`, with “c” for a hidden count."""
        one, other = ("c" if n is None else str(n) for n in (self.treated, self.comparison))
        return f"{one} women of the programme beside {other}"


def is_enough(treated: int, comparison: int) -> bool:
    """Whether both groups have so many women that a price may be put to their difference."""
    return min(treated, comparison) >= FEWEST


@dataclass(frozen=True, slots=True)
class Priced:
    """A finding at one price. Shares lie from 0 to 1, each as least, likely and most."""

    code: str
    finding: str
    price: str
    #: how many units of the price each woman with the outcome has
    units: float
    #: of the difference, what would have come about anyway and the comparison does not hold
    deadweight: Span
    #: of what is left, what the programme may claim beside others who helped her
    attribution: Span


@dataclass(frozen=True, slots=True)
class Valuation:
    """Everything that is said of costs avoided: findings that were kept, and the prices put to them."""

    findings: tuple[Finding, ...] = ()
    priced: tuple[Priced, ...] = ()

    def finding(self, code: str) -> Finding | None:
        return next((one for one in self.findings if one.code == code), None)

    def one(self, code: str) -> Priced | None:
        return next((each for each in self.priced if each.code == code), None)

    def next_code(self, letter: str) -> str:
        codes = [*(one.code for one in self.findings), *(one.code for one in self.priced)]
        used = [code for code in codes if code.startswith(letter)]
        return f"{letter}{max((int(code[1:]) for code in used), default=0) + 1}"

    def without_finding(self, code: str) -> Valuation:
        return replace(
            self,
            findings=tuple(one for one in self.findings if one.code != code),
            priced=tuple(one for one in self.priced if one.finding != code),
        )

    def without_priced(self, code: str) -> Valuation:
        return replace(self, priced=tuple(one for one in self.priced if one.code != code))


@dataclass(frozen=True, slots=True)
class Avoided:
    """Pounds for a hundred women, and beside what the programme cost; None where neither may be said."""

    span: Span | None
    ratio: Span | None
    why: str


def avoided(
    price: Price,
    *,
    fewer: Span,
    treated: int,
    comparison: int,
    cost: Span | None,
    is_cost_hidden: bool = False,
    units: float = 1.0,
    deadweight: Span = (0.0, 0.0, 0.0),
    attribution: Span = (1.0, 1.0, 1.0),
) -> Avoided:
    """`fewer` outcomes a woman (below 0 where there were more), found of `treated` and `comparison` women.

    `cost` is what the programme spent on each woman, in pounds of the price's year; `is_cost_hidden` says
    that it is None only because the number of women is not told. Below FEWEST women in either group nothing
    is given; where the interval holds no difference there is no ratio.
    """
    if not is_enough(treated, comparison):
        return Avoided(None, None, TOO_FEW)
    span = _ends(fewer, price.span, tuple(1 - one for one in reversed(deadweight)), attribution)
    low, central, high = (FOR * units * one for one in span)
    made = (low, central, high)
    least, _, most = fewer
    if least <= 0 <= most:
        return Avoided(made, None, "There is no ratio: the numbers cannot say that there were fewer events.")
    if most < 0:
        return Avoided(made, None, "There is no ratio: there were more events, and nothing was avoided.")
    if is_cost_hidden:
        return Avoided(made, None, f"There is no ratio: {HIDDEN_COST}")
    if cost is None or cost[0] <= 0:
        return Avoided(
            made, None, f"There is no ratio: what each woman’s support cost is not known in prices of "
            f"{price.year}.",
        )  # fmt: skip
    return Avoided(made, (low / (FOR * cost[2]), central / (FOR * cost[1]), high / (FOR * cost[0])), "")


def _ends(*spans: Sequence[float]) -> Span:
    """The least and the greatest product of one end of each, and the product of the middles."""
    ends = []
    for chosen in itertools.product(*((one[0], one[2]) for one in spans)):
        product = 1.0
        for each in chosen:
            product *= each
        ends.append(product)
    middle = 1.0
    for one in spans:
        middle *= one[1]
    return (min(ends), middle, max(ends))


def may_price(valuation: Valuation, one: Priced) -> Decision:
    """Whether this price may be put to this finding."""
    if valuation.finding(one.finding) is None:
        return decision.no("That finding is no longer kept. Choose another.")
    for words, span in (("Deadweight", one.deadweight), ("Attribution", one.attribution)):
        if not 0 <= span[0] <= span[1] <= span[2] <= 1:
            return decision.no(f"{words}: least, likely and most must rise and lie from 0 to 100 per cent.")
    if not 0 < one.units <= 10_000:
        return decision.no("How many of the unit each woman has must be above nought, and 10,000 at most.")
    if any((each.finding, each.price) == (one.finding, one.price) for each in valuation.priced):
        return decision.no("That price is put to that finding already. Take it out first to say it anew.")
    return decision.yes()


# --- as a document, and back --------------------------------------------------------------------------------


def as_json(valuation: Valuation) -> dict[str, Any]:
    return {
        "findings": [
            {
                "code": one.code, "outcome": one.outcome, "origin": one.origin.value, "source": one.source,
                "kept_on": str(one.kept_on), "treated": one.treated, "comparison": one.comparison,
                "is_enough": one.is_enough, "fewer": list(one.fewer), "evidence": one.evidence,
                "caution": one.caution,
                "threshold": one.threshold, "kind": one.kind.value if one.kind else None,
            }
            for one in valuation.findings
        ],
        "priced": [
            {
                "code": one.code, "finding": one.finding, "price": one.price, "units": one.units,
                "deadweight": list(one.deadweight), "attribution": list(one.attribution),
            }
            for one in valuation.priced
        ],
    }  # fmt: skip


def from_json(body: Mapping[str, Any]) -> Valuation:
    return Valuation(
        tuple(
            Finding(
                str(one["code"]), str(one["outcome"]), FindingFrom(one["origin"]), str(one["source"]),
                date.fromisoformat(one["kept_on"]), one["treated"], one["comparison"],
                bool(one["is_enough"]), _span(one["fewer"]), str(one["evidence"]), str(one["caution"]),
                int(one["threshold"]),
                GroupKind(one["kind"]) if one.get("kind") else None,
            )
            for one in body.get("findings") or ()
        ),
        tuple(
            Priced(
                str(one["code"]), str(one["finding"]), str(one["price"]), float(one["units"]),
                _span(one["deadweight"]), _span(one["attribution"]),
            )
            for one in body.get("priced") or ()
        ),
    )  # fmt: skip


def _span(said: Sequence[float]) -> Span:
    low, middle, high = (float(one) for one in said)
    return (low, middle, high)
