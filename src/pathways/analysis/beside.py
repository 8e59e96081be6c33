"""Who the women are beside whom they come from: stages against each other, residents, and people police know.

Everything here is made of released tables: per cents, tests, standardised differences and ratios stand only
where every count that they need is shown, so that none of them says more than the counts beside it. Tests are
those of the baseline table (`impact.differences`), and stand between groups that share nobody.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from pathways.analysis import overlap
from pathways.analysis.demographics import CharacteristicTable, Line
from pathways.analysis.impact import differences
from pathways.analysis.impact.proportions import wilson
from pathways.analysis.pole import standard
from pathways.domain.evaluation.milestones import CohortStage
from pathways.domain.terms import demographics as d

Row = Mapping[str, Any]

#: Characteristics for which residents or people known to police can be had.
COMPARED: Final = ("age_band", "ethnicity", "area")
#: Bands for adults only: the programme is for women of 18 and over, so children are in neither share.
_ADULTS: Final = tuple(band for band in d.AgeBand if band is not d.AgeBand.UNDER_18)


@dataclass(frozen=True)
class Share:
    """One row of one group: its count, the recorded answers it is of, and its share; None where hidden."""

    count: int | None
    of: int | None

    @property
    def share(self) -> float | None:
        return self.count / self.of if self.count is not None and self.of else None

    @property
    def words(self) -> str:
        if self.count is None:
            return "c"
        return f"{self.count}" if self.share is None else f"{self.count} ({100 * self.share:.0f}%)"


@dataclass(frozen=True)
class GroupTest:
    """A stage held against the women identified who are not in it: the test, or why there is none."""

    stage: CohortStage
    test: str | None
    p: float | None
    difference: float | None
    why: str = ""

    @property
    def words(self) -> str:
        if self.test is None:
            return f"No test: {self.why}."
        p = "p < 0.001" if self.p is not None and self.p < 0.001 else f"p = {self.p:.3f}"
        size = "" if self.difference is None else f"; standardised difference {self.difference:.2f}"
        return f"{self.test}, {p}{size}."


@dataclass(frozen=True)
class Profile:
    """One characteristic: n and missing by group, each row's share, and the tests."""

    code: str
    label: str
    groups: tuple[tuple[str, str], ...]
    n: Mapping[str, str]
    missing: Mapping[str, str]
    rows: tuple[tuple[str, Mapping[str, Share]], ...]
    tests: tuple[GroupTest, ...]

    @property
    def heads(self) -> tuple[str, ...]:
        return tuple(words for _, words in self.groups)

    @property
    def table(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Rows in words: n, missing, then each row's count and per cent."""
        codes = [code for code, _ in self.groups]
        return (
            ("Women (n)", tuple(self.n[code] for code in codes)),
            ("Missing", tuple(self.missing[code] for code in codes)),
            *((label, tuple(shares[code].words for code in codes)) for label, shares in self.rows),
        )


@dataclass(frozen=True)
class Represented:
    """One row of a stage beside a population: its shares, and how many times as often it is among the women.

    `times` is (ratio, low, high), 95%: the women's share has Wilson's interval, and the population's is taken
    as known. None where a count is hidden or the population has nobody.
    """

    label: str
    share: float | None
    population: float | None
    times: tuple[float, float, float] | None

    @property
    def words(self) -> str:
        return "c" if self.times is None else "{:.1f} ({:.1f} to {:.1f})".format(*self.times)


@dataclass(frozen=True)
class Representation:
    """One characteristic of each stage beside one population, with its source and what to know of it."""

    code: str
    label: str
    beside: str
    source: str
    lines: tuple[tuple[CohortStage, tuple[Represented, ...]], ...]
    why: str = ""

    @property
    def chart(self) -> str:
        """The name of its picture."""
        return f"beside-{self.beside}-{self.code}".replace(" ", "-").replace("_", "-").lower()

    @property
    def table(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Rows: label, the population's share, and of each stage its share and the ratio in words."""
        by_row = zip(*(rows for _, rows in self.lines), strict=True)
        return tuple(
            (
                rows[0].label,
                (_percent(rows[0].population), *(w for r in rows for w in (_percent(r.share), r.words))),
            )
            for rows in by_row
        )


def _percent(share: float | None) -> str:
    return "c" if share is None else f"{100 * share:.0f}%"


# --- stages beside each other -------------------------------------------------------------------------------


def profile(table: CharacteristicTable) -> Profile:
    """The groups side by side, and each later stage tested against those identified who are not in it."""
    codes = [*(stage.value for stage in CohortStage), *(overlap.without_code(s) for s in overlap.TESTED)]
    groups = tuple((code, words) for code, words in table.columns if code in codes)
    lines = _answers(table)
    missing = next(line for line in table.lines if line.code == "missing").counts
    recorded = {code: _minus(table.n[code].value, missing[code].value) for code, _ in groups}
    return Profile(
        table.code,
        table.label,
        groups,
        {code: table.n[code].shown for code, _ in groups},
        {code: missing[code].shown for code, _ in groups},
        tuple(
            (line.label, {code: Share(line.counts[code].value, recorded[code]) for code, _ in groups})
            for line in lines
        ),
        tuple(_test(stage, lines, {code for code, _ in groups}) for stage in overlap.TESTED),
    )


def _answers(table: CharacteristicTable) -> list[Line]:
    """The broad groups where there are any, else the rows; missing answers in neither."""
    groups = [line for line in table.lines if line.kind == "group" and line.code != "missing"]
    return groups or [line for line in table.lines if line.kind == "row"]


def _minus(whole: int | None, part: int | None) -> int | None:
    return None if whole is None or part is None else whole - part


def _test(stage: CohortStage, lines: Sequence[Line], there: set[str]) -> GroupTest:
    pair = (stage.value, overlap.without_code(stage))
    if not set(pair) <= there or not lines:
        return GroupTest(stage, None, None, None, "nobody is identified without being in it")
    counts = [[line.counts[code].value for code in pair] for line in lines]
    if any(n is None for row in counts for n in row):
        return GroupTest(stage, None, None, None, "counts of this characteristic are hidden")
    known = np.array(counts, dtype=np.int64)
    tested = differences.of_counts(known)
    size = differences.standardised_of_counts(known[:, 0], known[:, 1])
    return GroupTest(stage, tested.name, tested.p, size, tested.why or "")


# --- stages beside a population -----------------------------------------------------------------------------


def all_represented(
    tables: Sequence[CharacteristicTable], residents: Sequence[Row], police_known: Sequence[Row]
) -> tuple[Representation, ...]:
    """Every characteristic that there are figures for, beside residents and beside women known to police."""
    made = (
        represented(table, rows, beside=words)
        for table in tables
        if table.code in COMPARED
        for words, rows in (("residents", residents), ("women known to police", police_known))
    )
    return tuple(each for each in made if each is not None)


def represented(
    table: CharacteristicTable, population: Sequence[Row], *, beside: str
) -> Representation | None:
    """Each stage beside a population's rows of this characteristic; None where it has none.

    `population`: rows of characteristic, row, count (None where hidden), source, and where the figures cannot
    be used `why`.
    """
    rows = [row for row in population if row["characteristic"] == table.code]
    if not rows:
        return None
    source = str(rows[0]["source"])
    if why := next((str(row["why"]) for row in rows if row.get("why")), ""):
        return Representation(table.code, table.label, beside, source, (), why)
    there = {str(row["row"]).casefold(): row["count"] for row in rows}
    lines = [line for line in _answers(table) if line.code != d.AgeBand.UNDER_18.value]
    codes = [(line.code.removeprefix("group:"), line) for line in lines]
    if lines and not {code.casefold() for code, _ in codes} & set(there):
        why = "no group of these figures is one that the women are counted in; look at the names"
        return Representation(table.code, table.label, beside, source, (), why)
    whole = None if any(n is None for n in there.values()) else sum(there.values())
    made = []
    for stage in CohortStage:
        counts = [line.counts[stage.value].value for line in lines]
        of = None if any(n is None for n in counts) else sum(n or 0 for n in counts)
        found = [
            _represented(line, line.counts[stage.value].value, of, there.get(code.casefold(), 0), whole)
            for code, line in codes
        ]
        if table.code == "area":  # one in which no woman lives has no row of its own, and is the finding
            absent = sorted({str(row["row"]) for row in rows} - _known(codes, rows))
            found += [
                Represented(name, 0.0 if of else None, _share(there[name.casefold()], whole), _none(of))
                for name in absent
            ]
        made.append((stage, tuple(found)))
    return Representation(table.code, table.label, beside, source, tuple(made))


def _none(of: int | None) -> tuple[float, float, float] | None:
    return (0.0, 0.0, 0.0) if of else None


def _known(codes: Sequence[tuple[str, Line]], rows: Sequence[Row]) -> set[str]:
    named = {code.casefold() for code, _ in codes}
    return {str(row["row"]) for row in rows if str(row["row"]).casefold() in named}


def _share(count: int | None, of: int | None) -> float | None:
    return count / of if count is not None and of else None


def _represented(
    line: Line, count: int | None, of: int | None, there: int | None, whole: int | None
) -> Represented:
    hers, theirs = _share(count, of), _share(there, whole)
    times = None
    if count is not None and of and theirs:
        low, high = wilson(count, of) or (0.0, 1.0)
        times = (count / of / theirs, low / theirs, high / theirs)
    return Represented(line.label, hers, theirs, times)


# --- what was taken in, as rows -----------------------------------------------------------------------------


def residents(sets: Iterable[tuple[str, Sequence[Row]]]) -> list[dict[str, Any]]:
    """Rows of residents from reference figures (`population`), the newest first, each (source, rows).

    Of each characteristic the first set that has it is used; in it women where the sexes are told apart, and
    adults where the ages are. Figures that cannot be brought to the programme's groups say why.
    """
    found: list[dict[str, Any]] = []
    done: set[str] = set()
    only_whole: dict[str, list[dict[str, Any]]] = {}
    for source, body in sets:
        for name, column in (("age_band", "age_band"), ("ethnicity", "ethnicity"), ("area", "area_code")):
            if name in done:
                continue
            rows = [row for row in body if row.get(column)]
            if name in ("age_band", "ethnicity") and not rows:
                continue
            try:
                made = _of_one(name, rows, source)
            except _NotToldError as error:  # an older set may tell them apart
                only_whole.setdefault(name, [_row(name, "", None, source, error.why)])
                continue
            except _CannotError as error:
                made = [_row(name, "", None, source, error.why)]
            if made:
                found += made
                done.add(name)
    return [*found, *(row for name, rows in only_whole.items() if name not in done for row in rows)]


_OTHER: Final = ("age_band", "ethnicity", "sex")


class _CannotError(Exception):
    """These figures cannot be brought to the programme's groups, for a reason that can be said."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _NotToldError(_CannotError):
    """The set does not tell the groups apart: it holds nothing of this characteristic."""


def _of_one(name: str, rows: Sequence[Row], source: str) -> list[dict[str, Any]]:
    """One characteristic's rows from the part of a set that tells women and adults apart, least crossed."""
    parts: dict[tuple[bool, ...], list[Row]] = {}
    for row in rows:
        parts.setdefault(tuple(bool(row.get(key)) for key in _OTHER), []).append(row)
    own = _OTHER.index(name) if name in _OTHER else -1
    order = sorted(parts, key=lambda p: (not p[2], not p[0], sum(p[k] for k in (0, 1) if k != own)))
    refused: _CannotError | None = None
    for pattern in order:
        if pattern[2] != order[0][2]:
            break  # women are told apart in another part: never both sexes in their place
        try:
            return _of_part(name, parts[pattern], pattern, source)
        except _CannotError as error:
            refused = refused or error
    if refused is not None:
        raise refused
    return []


def _of_part(
    name: str, rows: Sequence[Row], pattern: tuple[bool, ...], source: str
) -> list[dict[str, Any]]:
    has_ages, has_groups, has_sexes = pattern
    if has_sexes:
        rows = [row for row in rows if _is_female(str(row["sex"]))]
    if has_groups:
        rows = _groups_once(rows)
    if has_ages and name != "age_band":  # “All ages” alone is no more than no age at all
        has_ages = any(_ages(str(row["age_band"])) != _EVERYBODY for row in rows)
    notes = ["women" if has_sexes else "both sexes", "18 and over" if has_ages else "all ages"]
    if has_ages:
        rows, is_one = _adults(rows, _BANDS if name == "age_band" else (_ADULT,))
        notes += ["as one figure, because its bands leave a gap"] if is_one else []
    count: dict[str, float] = {}
    for row in rows:
        if name == "age_band":
            low, _ = _ages(str(row["age_band"])) or _EVERYBODY
            key = d.band_of(low).value
        elif name == "ethnicity":
            group = _ethnic(str(row["ethnicity"]))
            if group is None and _is_whole(str(row["ethnicity"])):
                raise _NotToldError(f"ethnic groups are told as one figure, “{row['ethnicity']}”")
            if group is None:
                raise _CannotError(f"“{row['ethnicity']}” is no census group known here")
            if not group:
                continue
            key = group
        else:
            key = str(row.get("area_name") or row["area_code"])
        count[key] = count.get(key, 0) + float(row["count"])
    said = f"{source}: {', '.join(notes)}" if source else f"Residents: {', '.join(notes)}"
    return [_row(name, key, round(n), said) for key, n in sorted(count.items())]


def _groups_once(rows: Sequence[Row]) -> list[Row]:
    """The rows that hold each ethnic group once: a broad group goes before its parts, both before a total."""
    broad: dict[tuple[str, ...], list[Row]] = {}
    parts: list[tuple[tuple[str, ...], Row]] = []
    totals: list[Row] = []
    for row in rows:
        said = str(row["ethnicity"])
        place = tuple(str(row.get(key) or "") for key in ("area_code", "area_name", "age_band", "sex"))
        whole = _is_whole(said)
        if whole and (group := _ethnic(said)):
            same = broad.setdefault((*place, group), [])
            if not same or same[0]["ethnicity"] == said:  # named in two ways is no second count
                same.append(row)
        elif whole:
            totals.append(row)
        else:
            parts.append(((*place, _ethnic(said) or said), row))
    kept = [*itertools.chain(*broad.values()), *(row for key, row in parts if key not in broad)]
    return kept or totals


def _is_whole(said: str) -> bool:
    """Whether these words name a broad ethnic group as a whole, or all of them together."""
    group, _, part = (each.strip().casefold() for each in said.partition(":"))
    if part:
        return bool(re.match(r"(all|total)\b(?!.*\bother\b)", part)) or group in ("total", "all categories")
    if re.match(r"(all|total)\b(?!.*\bother\b)", group):
        return True
    names = {name for each in d.EthnicGroup for name in (each.value, each.label.casefold())}
    return group in names or group.startswith(
        (*(f"{each.value}, " for each in d.EthnicGroup), "mixed or multiple")
    )


# --- ages in words: every adult once ------------------------------------------------------------------------

_OLDEST: Final = 120
_EVERYBODY: Final = (0, _OLDEST)
_ADULT: Final = (18, _OLDEST)
_BANDS: Final = tuple(
    (min(years), max(years))
    for band in _ADULTS
    if (years := [age for age in range(18, _OLDEST + 1) if d.band_of(age) is band])
)
_Ages = tuple[int, int]


def _adults(rows: Sequence[Row], spans: Sequence[_Ages]) -> tuple[list[Row], bool]:
    """The rows that hold every adult once, of each span the finest that make it up whole.

    Totals that stand beside them are not used; a total of all adults is used where what is finer leaves a
    gap, and then the second answer is True. Raises _CannotError where adults cannot be told from others.
    """
    groups: dict[tuple[str, ...], dict[_Ages, list[Row]]] = {}
    for row in rows:
        ages = _ages(str(row["age_band"]))
        if ages is None:
            raise _CannotError(f"“{row['age_band']}” does not say from which age to which")
        key = tuple(str(row.get(name) or "") for name in ("area_code", "area_name", "ethnicity", "sex"))
        groups.setdefault(key, {}).setdefault(ages, []).append(row)
    found: list[Row] = []
    is_one = False
    for by_ages in groups.values():
        for span in spans:
            within = [each for each in by_ages if span[0] <= each[0] and each[1] <= span[1]]
            made = _whole(within, span)
            if made is None:
                _check(by_ages, spans, within)
                made = within
            is_one = is_one or (made == [_ADULT] and len(within) > 1)
            found += [row for each in made for row in by_ages[each]]
    return found, is_one


def _whole(within: Sequence[_Ages], span: _Ages) -> list[_Ages] | None:
    """The most ranges that follow one another from the first age of the span to its last; None if none do."""
    best: dict[int, list[_Ages]] = {span[1] + 1: []}
    for low, high in sorted(within, reverse=True):
        rest = best.get(high + 1)
        if rest is not None and (low not in best or len(rest) >= len(best[low])):
            best[low] = [(low, high), *rest]
    return best.get(span[0])


def _check(by_ages: Mapping[_Ages, Sequence[Row]], spans: Sequence[_Ages], within: Sequence[_Ages]) -> None:
    """Whether ranges that do not make a span whole can stand for what there is of it. Raises _CannotError."""

    def said(ages: _Ages) -> str:
        return f"“{by_ages[ages][0]['age_band']}”"

    def is_in_one(ages: _Ages) -> bool:
        return any(low <= ages[0] and ages[1] <= high for low, high in spans)

    across = [each for each in by_ages if each[1] >= _ADULT[0] and not is_in_one(each)]
    narrowest = min(across, key=lambda each: each[1] - each[0], default=_EVERYBODY)
    if across and narrowest in (_ADULT, _EVERYBODY):
        if len(spans) > 1 and not any(map(is_in_one, by_ages)):
            raise _NotToldError(f"ages are told as one figure, {said(narrowest)}, and not by band")
        raise _CannotError(f"beside {said(narrowest)} bands are missing, so that the others are not whole")
    if across and len(spans) > 1:
        raise _CannotError(f"the age {said(narrowest)} crosses the programme’s bands")
    if across:
        raise _CannotError(
            f"the age {said(narrowest)} holds children under 18 too, and the programme is for women of 18 "
            "and over"
        )
    for one, other in pairwise(sorted(within)):
        if other[0] <= one[1]:
            raise _CannotError(f"the ages {said(one)} and {said(other)} overlap")


def police_known(
    body: Mapping[str, Sequence[Row]], *, source: str, areas: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Rows of the women in a police extract, from its frozen denominators; what is hidden there stays hidden.

    `areas` are the names of areas by their codes.
    """
    found = []
    for theirs, name in (("age", "age_band"), ("ethnicity", "ethnicity"), ("area", "area")):
        for row in body.get(theirs, ()):
            if str(row["sex"]) != "female" or row[theirs] in ("not recorded", d.AgeBand.UNDER_18.value):
                continue
            if str(row[theirs]) in {answer.value for answer in d.NoAnswer}:
                continue
            said = str(row["count"])
            group = areas.get(str(row[theirs]), str(row[theirs])) if name == "area" else str(row[theirs])
            found.append(_row(name, group, int(said) if said.isdecimal() else None, source))
    return found


def _row(name: str, row: str, count: int | None, source: str, why: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {"characteristic": name, "row": row, "count": count, "source": source}
    return made | ({"why": why} if why else {})


def _is_female(said: str) -> bool:
    return said.strip().casefold() in ("f", "female", "females", "woman", "women")


def _ages(said: str) -> _Ages | None:
    """The first and the last age of a band in words, as a census words it; None where it does not say.

    “All adults” says nothing: many tables begin them at 16.
    """
    numbers = [int(n) for n in re.findall(r"\d+", said)]
    words = said.casefold()
    if not numbers:
        return _EVERYBODY if re.search(r"\b(all|total)\b", words) and "adult" not in words else None
    if len(numbers) > 2:
        return None
    if len(numbers) == 2:
        low, high = numbers
    elif re.search(r"\b(and|or) (under|below|less|younger)\b", words):
        low, high = 0, numbers[0]
    elif re.search(r"under|below|less|younger", words):
        low, high = 0, numbers[0] - 1
    elif re.search(r"\+|over|older|above|plus|upwards", words):
        low, high = numbers[0], _OLDEST
    else:
        low = high = numbers[0]
    high = _OLDEST if high >= d.MOST_YEARS else high
    return (low, high) if low <= high else None


def _ethnic(said: str) -> str | None:
    """The broad group of a census group in words; "" for not stated, None where it is not known here."""
    bare = said.split(":")[0].strip().casefold()
    for group in d.EthnicGroup:
        if bare in (group.value, group.label.casefold()) or bare.startswith(f"{group.value}, "):
            return group.value
        if ":" in said and bare.split()[0].rstrip(",") == group.value:
            return group.value
    if bare.startswith("mixed or multiple"):
        return d.EthnicGroup.MIXED.value
    if "not state" in bare or "does not apply" in bare:
        return ""
    try:
        return standard.ethnic(said, "gss_19").group or ""
    except standard.NotUnderstoodError:
        return None
