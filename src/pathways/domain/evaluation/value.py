"""What a difference may have spared others in money, in ranges; and when nothing may be said of it.

Prices come from a table that the site loads: a low, a central and a high figure, with their year and source.
The range of the result takes the lesser end of both the difference's interval and the price, and the greater
end of both. Costs avoided are not cash: nobody is paid them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: fewer women than this give no ratio of costs (domain dossier, 6)
FEWEST: Final = 30


@dataclass(frozen=True, slots=True)
class Price:
    """One line of the table of prices, in pounds of its year for one event."""

    item: str
    central: float
    low: float
    high: float
    year: str
    source: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.central <= self.high:
            raise ValueError(f"the prices of {self.item} are not in rising order: low, central, high")


@dataclass(frozen=True, slots=True)
class Avoided:
    """Pounds for a hundred women: the central figure and its range; `ratio` to what the programme cost."""

    low: float
    central: float
    high: float
    ratio: tuple[float, float, float] | None
    why_no_ratio: str


def avoided(
    price: Price, *, fewer: tuple[float, float, float], n: int, cost: float | None
) -> Avoided:
    """`fewer` events a woman (least, central, most; below 0 where there were more), of `n` matched women.

    `cost` is what the programme spent on each woman, in pounds. Below FEWEST women, or where the interval
    holds no difference, there is no ratio.
    """
    least, middle, most = fewer
    ends = [100 * number * each for number in (least, most) for each in (price.low, price.high)]
    made = (min(ends), 100 * middle * price.central, max(ends))
    if n < FEWEST:
        return Avoided(*made, None, f"There is no ratio: it would rest on fewer than {FEWEST} women.")
    if least <= 0 <= most:
        return Avoided(*made, None, "There is no ratio: the numbers cannot say that there were fewer events.")
    if most < 0:
        return Avoided(*made, None, "There is no ratio: there were more events, and nothing was avoided.")
    if not cost:
        return Avoided(*made, None, "There is no ratio: what each woman’s support cost was not given.")
    low, central, high = (each / (100 * cost) for each in made)
    return Avoided(*made, (low, central, high), "")
