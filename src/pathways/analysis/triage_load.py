"""What a policy asks of each provider: caseload and waiting, by a calculation that is stated and simple.

Women come at each level at the rate at which they came in the past, and go to providers in the shares in
which they went. A woman stays as long as women at her level have stayed. Caseload is then arrivals times stay
(J. D. C. Little, Operations Research 9 (1961), 383-387). Places are the provider's own; waiting is that of a
queue with so many places and chance arrivals and stays (M/M/c; A. K. Erlang, 1917). It says which way and
about how far, not what will be.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt

from pathways.analysis import charts
from pathways.analysis.charts import Chart

#: weeks that a woman stays, where nobody has left yet
USUAL_STAY: Final = 26.0

ASSUMPTIONS: Final = (
    "Women come at the same rate as in the past, and only their levels differ.",
    "At each level the same share goes to each provider as in the past; at a level at which nobody was "
    "referred before, as over all levels.",
    "At each level a woman stays as long as women at that level have stayed: the mean of those who have "
    "left. "
    "Where nobody has left, the mean over all levels, or half a year.",
    "Caseload is women coming in a week times weeks that they stay (Little’s law).",
    "Places are those in the directory of services. Where it says none, no waiting is worked out.",
    "Arrivals and stays vary by chance, and whoever waits is taken in turn (a queue with so many places, "
    "M/M/c). "
    "Where more women come than places become free, the queue grows without end, and it is said how fast.",
    "A provider that hurries, hires or refuses is not foreseen.",
)


@dataclass(frozen=True, slots=True)
class Provider:
    """`places` is None where the directory does not say. `accepted` is referrals by level in the past."""

    name: str
    places: int | None
    accepted: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Load:
    """Caseload in women, and the mean wait in weeks, None where it cannot be said. `growth` is women a month
    by which the queue grows where there is no end to it."""

    caseload: float
    arrivals: float
    wait: float | None
    growth: float


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    places: int | None
    before: Load
    after: Load


def loads(
    providers: Sequence[Provider],
    arrivals: Mapping[str, float],
    arrivals_after: Mapping[str, float],
    stays: Mapping[str, float],
) -> tuple[Line, ...]:
    """For each provider before and after: `arrivals` in women a week, `stays` in mean weeks, by level."""
    return tuple(
        Line(
            one.name,
            one.places,
            _load(one, providers, arrivals, stays),
            _load(one, providers, arrivals_after, stays),
        )
        for one in providers
    )


def _load(
    one: Provider,
    providers: Sequence[Provider],
    arrivals: Mapping[str, float],
    stays: Mapping[str, float],
) -> Load:
    coming, caseload = 0.0, 0.0
    for level, rate in arrivals.items():
        here = rate * _share(one, providers, level)
        coming += here
        caseload += here * stays.get(level, USUAL_STAY)
    if not one.places or coming <= 0:
        return Load(caseload, coming, None if not one.places else 0.0, 0.0)
    stay = caseload / coming
    if caseload >= one.places:
        return Load(caseload, coming, None, (caseload - one.places) / stay * 52 / 12)
    wait = erlang_c(one.places, caseload) * stay / (one.places - caseload)
    return Load(caseload, coming, wait, 0.0)


def _share(one: Provider, providers: Sequence[Provider], level: str) -> float:
    """The share of this level's women who come to this provider; of all levels where nobody came at this."""
    total = sum(other.accepted.get(level, 0) for other in providers)
    if total:
        return one.accepted.get(level, 0) / total
    every = sum(sum(other.accepted.values()) for other in providers)
    return sum(one.accepted.values()) / every if every else 0.0


def erlang_c(places: int, load: float) -> float:
    """The probability of having to wait in a queue with so many places, for a load below the places.

    By the recursion of Erlang's B, which does not overflow. Raises ValueError for a load that is not below.
    """
    if not 0 <= load < places:
        raise ValueError(f"a load of {load:g} is not below {places} places")
    blocked = 1.0
    for n in range(1, places + 1):
        blocked = load * blocked / (n + load * blocked)
    used = load / places
    return blocked / (1 - used + used * blocked)


def wait_words(load: Load, places: int | None) -> str:
    """“about 2 weeks”, or that the queue grows, or that nobody can say."""
    if load.growth > 0:
        return f"the queue grows by {load.growth:.1f} women a month"
    if load.wait is None:
        return "not known: no places in the directory" if places is None else "not known"
    if load.wait < 1 / 7:
        return "less than a day"
    if load.wait < 2:
        return f"about {math.ceil(load.wait * 7)} days"
    return f"about {load.wait:.0f} weeks"


def chart(lines: Sequence[Line], source: str) -> Chart:
    """Caseload before and after at each provider, with its places as a mark."""
    rows: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    for line in lines:
        name = charts.two_lines(line.name, 28)
        for which, load, place in (("Before", line.before, -7), ("After", line.after, 7)):
            rows.append({"name": name, "which": which, "n": round(load.caseload, 1), "offset": place})
        if line.places is not None:
            marks.append({"name": name, "places": line.places})
    order = list(dict.fromkeys(str(row["name"]) for row in rows))
    y = alt.Y("name:N", sort=order, scale=alt.Scale(domain=order), axis=charts.labels(order, 12))
    x = alt.X("n:Q", axis=alt.Axis(title="Women at one time; the line is places"))
    layers = [
        alt.Chart(charts.data([row for row in rows if row["which"] == which]))
        .mark_bar(height=11, color=colour, yOffset=offset)
        .encode(x=x, y=y)
        for which, colour, offset in (("Before", charts.PALE, -7), ("After", charts.TEAL, 7))
    ]
    if marks:
        layers.append(
            alt.Chart(charts.data(marks))
            .mark_tick(color=charts.ACCENT, thickness=3, size=32)
            .encode(x="places:Q", y=y)
        )
    full = [line for line in lines if line.after.growth > 0]
    if all(line.places is None for line in lines):
        headline = "Caseload at each provider; how many places there are is not in the directory"
    elif full:
        headline = f"{len(full)} provider{'s' if len(full) > 1 else ''} would be asked for more than there is"
    else:
        headline = "Every provider whose places are known would have room"
    return charts.draw(
        "load",
        headline,
        "Caseload that the policy now (upper bar) and the other (lower, dark) would lead to, and places.",
        "; ".join(
            f"{line.name}: {line.before.caseload:.1f} before, {line.after.caseload:.1f} after, "
            f"{line.places if line.places is not None else 'unknown'} places"
            for line in lines
        )
        + ".",
        source,
        (
            ("Provider", "Places", "Caseload before", "After", "Waiting before", "After"),
            *(
                (
                    line.name,
                    str(line.places) if line.places is not None else "–",
                    f"{line.before.caseload:.1f}",
                    f"{line.after.caseload:.1f}",
                    wait_words(line.before, line.places),
                    wait_words(line.after, line.places),
                )
                for line in lines
            ),
        ),
        alt.layer(*layers).properties(width=420, height=44 * max(1, len(order))),
    )
