"""What a protected table gives away beside those that were released before it.

Only what was published is known here: no true count. The attacker lays the tables over one another. Where the
women of one are among those of another, as when a quarter is added, no count can have fallen, and the change
of each cell is a count of women too; so are the totals of all changes. Every table, every change and all sums
are one linear system, and two linear programmes a cell say within what limits it must lie.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path
from typing import Final

import numpy as np
from scipy import optimize, sparse
from scipy.sparse import csgraph

from pathways.analysis.disclosure import suppression
from pathways.analysis.disclosure.attack import FAR
from pathways.analysis.disclosure.linear import NEAR, Program
from pathways.analysis.disclosure.rule import Rule, Zeros
from pathways.analysis.disclosure.system import Key, System
from pathways.analysis.disclosure.tables import TOTAL
from pathways.analysis.sheets import Sheet, UnreadableError
from pathways.domain.evaluation.counts import HIDDEN

Cell = tuple[str, str]
_NODES: Final = 2000
#: so many ways to look far and wide in a part before any limit is asked for
_LOOKS: Final = 12


class Women:
    """How the women of a later table go with those of an earlier one, as far as the numbers allow."""

    MORE: Final = "the same and more"
    FEWER: Final = "some of them"
    NEARLY: Final = "nearly the same"
    OTHER: Final = "others"


@dataclass(frozen=True)
class Release:
    """A published table: what each cell shows, None where it is hidden."""

    path: Path
    shown: dict[Cell, int | None]

    @property
    def rows(self) -> list[str]:
        return list(dict.fromkeys(row for row, _ in self.shown if row != TOTAL))

    @property
    def columns(self) -> list[str]:
        return list(dict.fromkeys(column for _, column in self.shown if column != TOTAL))


@dataclass(frozen=True)
class GivenAway:
    """A count that is known too well: of a table itself, or of the change between two of them.

    `alone` is what the table says by itself; for a change there is no such thing.
    """

    what: str
    release: str
    beside: str
    row: str
    column: str
    low: int
    high: int
    alone: tuple[int, int | None] | None
    #: the cells of the new table by which it is known, where that was asked
    known_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Held:
    """The outcome: which cells could be compared, how the tables go together, what is given away."""

    compared: int
    relations: list[tuple[str, str, str]]
    given_away: list[GivenAway]


def read(sheet: Sheet) -> Release:
    """A table as `pathways disclose` writes it: row, column, value. Raises UnreadableError."""
    sheet.need("row", "column", "value")
    shown: dict[Cell, int | None] = {}
    for place, (row, column, value) in enumerate(sheet.frame.select("row", "column", "value").iter_rows()):
        at = sheet.row_of(place)
        if row is None or column is None:
            name = "row" if row is None else "column"
            raise UnreadableError(sheet.path, "a cell needs its row and its column", row=at, column=name)
        if (row, column) in shown:
            raise UnreadableError(sheet.path, f"{row}, {column} stands here for the second time", row=at)
        if value != HIDDEN and not (value or "").isdecimal():
            said = "a blank" if value is None else f"“{value}”"
            why = f"{said} is neither a whole number nor {HIDDEN}: give a protected table"
            raise UnreadableError(sheet.path, why, row=at, column="value")
        shown[row, column] = None if value == HIDDEN else int(value)
    if not shown:
        raise UnreadableError(sheet.path, "has no line below its headings")
    return Release(sheet.path, shown)


def against(
    new: Release,
    earlier: Sequence[Release],
    rule: Rule,
    progress: Callable[[int, int], None] = lambda done, whole: None,
) -> Held:
    """Hold a new release against earlier ones, the oldest first.

    A hidden count is given away when all tables together leave it less than the threshold open, it may be a
    small one, and the tables one by one leave more. A change is given away when it may be 1 to the threshold
    and less than that is open. What may be small is taken to be. Raises UnreadableError where the numbers of
    a table cannot be one table's.
    """
    tables = [*earlier, new]
    alone = [_Joint([table], rule) for table in tables]
    for table, by_itself in zip(tables, alone, strict=True):
        if not by_itself.is_possible():
            why = "its numbers do not add up: was it rounded (--round), or are noughts hidden (--zeros hide)?"
            raise UnreadableError(table.path, why)
    together = _Joint(tables, rule)
    relations: list[tuple[str, str, str]] = []
    nearly: list[GivenAway] = []
    compared = 0
    for late in range(len(tables)):
        for early in range(late):
            shared = [cell for cell in tables[late].shown if cell in tables[early].shown]
            if late == len(tables) - 1:
                compared += len(shared)
            if shared:
                how = together.relate(early, late, shared)
                if how == Women.OTHER and late == len(tables) - 1:
                    moved = _moved(tables[early], new, shared, rule)
                    nearly += moved
                    how = Women.NEARLY if moved else how
                relations.append((str(tables[early].path), str(tables[late].path), how))
    found = nearly
    whole = sum(value is None for table in tables for value in table.shown.values()) + len(together.changes)
    done = 0
    for number, table in enumerate(tables):
        for cell, value in table.shown.items():
            if value is None and together.is_joined(number):
                found += _of_count(together, alone[number], number, cell, table, new, rule)
            done += value is None
            progress(done, whole)
    for early, late, cell, variable in together.changes:
        found += _of_change(together, variable, tables[early], tables[late], cell, rule)
        done += 1
        progress(done, whole)
    return Held(compared, relations, found)


def choose(system: System, rule: Rule, earlier: Sequence[Release]) -> set[Key]:
    """The cells of a two-way table to hide so that it gives nothing away beside earlier releases.

    As `suppression.choose`, and then whatever the tables laid over one another give away is hidden as well,
    or what stands in line with it, until nothing is. Raises AtRisk where hiding all that may be hidden is not
    enough: the noughts, which are shown, or the earlier releases among themselves give it away.
    """
    values = {(str(row), str(column)): int(n) for (row, column), n in _cells(system)}
    chosen = suppression.choose(system, rule)
    while True:
        shown = {cell: None if cell in chosen else rule.rounded(n) for cell, n in values.items()}
        held = against(Release(Path("the new table"), shown), earlier, rule)
        if not held.given_away:
            return chosen
        may_hide = {cell for cell, n in values.items() if n or rule.zeros is Zeros.HIDE} - chosen
        more = {(each.row, each.column) for each in held.given_away} & may_hide
        for each in held.given_away:
            if (each.row, each.column) not in more:
                for axis, name in enumerate((each.row, each.column)):
                    line = [cell for cell in may_hide if cell[axis] == name]
                    more |= set(sorted(line, key=lambda cell: (cell.count(TOTAL), values[cell], cell))[:1])
        if not more:
            raise suppression.AtRisk(
                f"{len(held.given_away)} counts would be given away beside the earlier releases whatever is "
                "hidden; join categories, or do not release it"
            )
        chosen = suppression.choose(system, rule, hidden=chosen | more)


def _cells(system: System) -> Iterable[tuple[tuple[object, object], int]]:
    for key, n in zip(system.keys, system.values.tolist(), strict=True):
        assert isinstance(key, tuple)
        yield (key[0], key[1]), n


def _of_count(
    together: _Joint, alone: _Joint, number: int, cell: Cell, table: Release, new: Release, rule: Rule
) -> Iterable[GivenAway]:
    variable = together.cell(number, cell)
    if together.seen(variable) >= rule.threshold:
        return
    low, high = together.limits(variable)
    if high is None or high - low >= rule.threshold or low > rule.threshold:
        return
    by_itself = alone.limits(alone.cell(0, cell))
    if by_itself == (low, high) and (high > rule.threshold or table is not new):
        return  # the table itself leaves it so: a larger count, hidden to protect another
    yield GivenAway("count", str(table.path), "", *cell, low, high, by_itself)


def _of_change(
    together: _Joint, variable: int, early: Release, late: Release, cell: Cell, rule: Rule
) -> Iterable[GivenAway]:
    if together.seen(variable) >= rule.threshold:
        return
    low, high = together.limits(variable)
    if high is None or high - low >= rule.threshold:
        return
    may_be_few_more = high >= 1 and low <= rule.threshold
    may_be_few_less = low <= -1 and high >= -rule.threshold
    if not (may_be_few_more or may_be_few_less):
        return
    yield GivenAway("change", str(late.path), str(early.path), *cell, low, high, None)


def _moved(early: Release, late: Release, shared: Sequence[Cell], rule: Rule) -> list[GivenAway]:
    """Where counts went up and down by no more than a few, they are the same women but for those few."""
    changes = {}
    for cell in shared:
        before, after = early.shown[cell], late.shown[cell]
        if before is not None and after is not None and TOTAL not in cell:
            changes[cell] = abs(after - before)
    if rule.rounding or not 0 < sum(changes.values()) <= 2 * rule.threshold:
        return []
    return [
        GivenAway("change", str(late.path), str(early.path), *cell, change, change, None)
        for cell, change in changes.items()
        if change
    ]


class _Joint:
    """Published tables laid over one another: what each count can be, given all of them."""

    def __init__(self, tables: Sequence[Release], rule: Rule) -> None:
        self._rule, self._tables = rule, tables
        self._lower: list[float] = []
        self._upper: list[float] = []
        self._sums: list[list[tuple[int, float]]] = []
        self._place: dict[tuple[int, Cell], int] = {}
        self._joined = {len(tables) - 1}
        self._built: _Parts | None = None
        #: early table, late table, cell, and the variable that is the change
        self.changes: list[tuple[int, int, Cell, int]] = []
        for number, table in enumerate(tables):
            self._take(number, table)

    def cell(self, number: int, cell: Cell) -> int:
        return self._place[number, cell]

    def is_joined(self, number: int) -> bool:
        """Whether another table says anything of this one, or it is the new one."""
        return number in self._joined

    def is_possible(self) -> bool:
        return self._parts().is_possible()

    def relate(self, early: int, late: int, shared: Sequence[Cell], *, is_watched: bool = False) -> str:
        """Find how the women of two tables go together, and from then on hold them to it.

        Changes up to the newest table are watched, and others where `is_watched` says so.
        """
        for how, sign in ((Women.MORE, 1.0), (Women.FEWER, -1.0)):
            if self._is_plainly_against(early, late, shared, sign):
                continue
            before = len(self._lower), len(self._sums)
            made = []
            for cell in shared:
                made.append((early, late, cell, self._change(early, late, cell, sign, 0.0)))
            self._built = None
            if self.is_possible():
                self._joined |= {early, late}
                if is_watched or late == len(self._tables) - 1:
                    self.changes += made
                return how
            del self._lower[before[0] :], self._upper[before[0] :], self._sums[before[1] :]
            self._built = None
        return Women.OTHER

    def differ(self, early: int, late: int, shared: Sequence[Cell]) -> None:
        """Watch the changes between two tables whose women go together in no plain way: up or down."""
        for cell in shared:
            self.changes.append((early, late, cell, self._change(early, late, cell, 1.0, -2.0 * FAR)))
        self._built = None

    def _change(self, early: int, late: int, cell: Cell, sign: float, low: float) -> int:
        """The variable that is the change of a cell; what two shown counts say needs no programme."""
        one, other = self._place[early, cell], self._place[late, cell]
        if self._lower[one] == self._upper[one] and self._lower[other] == self._upper[other]:
            known = sign * (self._lower[other] - self._lower[one])
            return self._variable(known, known)
        change = self._variable(low, 2.0 * FAR)
        self._sums.append([(other, sign), (one, -sign), (change, -1.0)])
        return change

    def seen(self, variable: int) -> float:
        """How wide a range of values is known to be possible so far."""
        return self._parts().seen(variable)

    def limits(self, variable: int) -> tuple[int, int | None]:
        """The least and the most that it can be; None where nothing limits it from above."""
        return self._parts().limits(variable)

    def known_by(self, number: int, variable: int) -> tuple[str, ...]:
        """The cells of one table by which the limits of a variable are known."""
        pressed = self._parts().pressed(variable)
        places = self._place.items()
        return tuple(cell[0] for (which, cell), at in places if which == number and at in pressed)

    def _parts(self) -> _Parts:
        if self._built is None:
            self._built = _Parts(np.array(self._lower), np.array(self._upper), self._sums)
        return self._built

    def _take(self, number: int, table: Release) -> None:
        rows, columns = table.rows, table.columns
        for row in [*rows, TOTAL]:
            for column in [*columns, TOTAL]:
                low, high = self._published(table, (row, column))
                self._place[number, (row, column)] = self._variable(low, high)
        at = {cell: self._place[number, cell] for (which, cell) in self._place if which == number}
        for row in [*rows, TOTAL]:
            self._adds_up(at[row, TOTAL], [at[row, column] for column in columns])
        for column in [*columns, TOTAL]:
            self._adds_up(at[TOTAL, column], [at[row, column] for row in rows])

    def _published(self, table: Release, cell: Cell) -> tuple[float, float]:
        if cell not in table.shown:
            return 0.0, 2.0 * FAR
        value = table.shown[cell]
        if value is None:
            return float(self._rule.floor), 2.0 * FAR
        base = self._rule.rounding or 1
        if base == 1 or value == 0:
            return float(value), float(value)
        low = ceil(value - base / 2) if value > base else 1  # the least multiple stands for all below it, too
        least = max(low, self._rule.threshold + 1)
        return float(least), float(max(ceil(value + base / 2) - 1, least))

    def _may_be(self, number: int, cell: Cell) -> tuple[float, float]:
        variable = self._place[number, cell]
        return self._lower[variable], self._upper[variable]

    def _is_plainly_against(self, early: int, late: int, shared: Sequence[Cell], sign: float) -> bool:
        """Whether some shown count went the other way."""
        for cell in shared:
            (low, high), (least, most) = self._may_be(early, cell), self._may_be(late, cell)
            if (sign > 0 and most < low) or (sign < 0 and least > high):
                return True
        return False

    def _variable(self, low: float, high: float) -> int:
        self._lower.append(low)
        self._upper.append(high)
        return len(self._lower) - 1

    def _adds_up(self, total: int, parts: list[int]) -> None:
        self._sums.append([(total, -1.0), *((part, 1.0) for part in parts)])


class _Parts:
    """A linear system in the parts that have nothing to do with one another, each solved by itself."""

    def __init__(
        self, lower: np.ndarray, upper: np.ndarray, sums: Sequence[Sequence[tuple[int, float]]]
    ) -> None:
        self._lower, self._upper = lower, upper
        n = len(lower)
        rows = np.array([row for row, terms in enumerate(sums) for _ in terms], dtype=np.int64)
        columns = np.array([variable for terms in sums for variable, _ in terms], dtype=np.int64)
        data = np.array([factor for terms in sums for _, factor in terms])
        matrix = sparse.csc_matrix((data, (rows, columns)), shape=(len(sums), n))
        self._is_fixed = lower == upper
        self._rhs = -(matrix @ np.where(self._is_fixed, lower, 0.0))
        free = np.flatnonzero(~self._is_fixed)
        self._matrix = matrix[:, free]
        touches = sparse.csr_matrix(abs(self._matrix))
        self._is_empty = np.diff(touches.indptr) == 0
        count, label = csgraph.connected_components(touches.T @ touches, directed=False)
        self._free = free
        self._label = label
        self._at = {int(variable): place for place, variable in enumerate(free)}
        self._members = [np.flatnonzero(label == part) for part in range(count)]
        self._programs: dict[int, tuple[Program, sparse.csr_matrix, np.ndarray]] = {}
        self._low: dict[int, np.ndarray] = {}
        self._high: dict[int, np.ndarray] = {}

    def is_possible(self) -> bool:
        if np.any(np.abs(self._rhs[self._is_empty]) > NEAR):
            return False
        return all(self._open(part) for part in range(len(self._members)))

    def seen(self, variable: int) -> float:
        if self._is_fixed[variable]:
            return 0.0
        part, place = self._where(variable)
        self._open(part)
        return float(self._high[part][place] - self._low[part][place])

    def limits(self, variable: int) -> tuple[int, int | None]:
        if self._is_fixed[variable]:
            return int(self._lower[variable]), int(self._lower[variable])
        part, place = self._where(variable)
        self._open(part)
        low, high = self._limit(part, place, 1.0), self._limit(part, place, -1.0)
        return low, None if high >= FAR else high

    def pressed(self, variable: int) -> set[int]:
        """The variables whose own limits keep this one from being less, or more."""
        if self._is_fixed[variable]:
            return {variable}
        part, place = self._where(variable)
        self._open(part)
        program, found = self._programs[part][0], set[int]()
        for sense in (1.0, -1.0):
            program.cost(place, sense)
            if program.solve() is not None:
                found |= set(map(int, self._free[self._members[part]][program.pressed()]))
            program.cost(place, 0.0)
        return found

    def _where(self, variable: int) -> tuple[int, int]:
        at = self._at[variable]
        part = int(self._label[at])
        return part, int(np.searchsorted(self._members[part], at))

    def _open(self, part: int) -> bool:
        """Makes the programme of a part, and looks far and wide in it; False where nothing satisfies it."""
        if part in self._programs:
            return True
        members = self._members[part]
        matrix = sparse.csr_matrix(self._matrix[:, members])
        used = np.flatnonzero(np.diff(matrix.indptr))
        matrix, rhs = matrix[used], self._rhs[used]
        lower, upper = self._lower[self._free[members]], self._upper[self._free[members]]
        program = Program(matrix, rhs, lower, upper)
        program.costs(np.ones(len(members)))
        first = program.solve()
        if first is None:
            return False
        self._programs[part] = program, matrix, rhs
        self._low[part], self._high[part] = np.full(len(members), np.inf), np.full(len(members), -np.inf)
        self._note(part, first)
        chance = np.random.default_rng(0)
        for _ in range(_LOOKS if 2 * len(members) > _LOOKS else 0):  # of a few each limit is found as quickly
            program.costs(chance.choice([-1.0, 1.0], len(members)) * chance.uniform(0.5, 1.5, len(members)))
            point = program.solve()
            if point is not None:
                self._note(part, point)
        program.costs(np.zeros(len(members)))
        return True

    def _note(self, part: int, point: np.ndarray) -> bool:
        """Keeps what was seen to be possible; only whole counts are."""
        if not np.all(np.abs(point - np.round(point)) < NEAR):
            return False
        np.minimum(self._low[part], np.round(point), out=self._low[part])
        np.maximum(self._high[part], np.round(point), out=self._high[part])
        return True

    def _limit(self, part: int, place: int, sense: float) -> int:
        program, matrix, rhs = self._programs[part]
        program.cost(place, sense)
        point = program.solve()
        program.cost(place, 0.0)
        if point is None:
            raise ArithmeticError("what was possible before must still be so")
        if self._note(part, point):
            return round(point[place])
        cost = np.zeros(matrix.shape[1])
        cost[place] = sense
        members = self._free[self._members[part]]
        found = optimize.milp(
            cost,
            integrality=np.ones(len(cost)),
            bounds=optimize.Bounds(self._lower[members], self._upper[members]),
            constraints=optimize.LinearConstraint(matrix, rhs, rhs),
            options={"node_limit": _NODES},
        )
        # whole numbers reach no further than fractions do; what is found errs towards being known
        if found.x is not None:
            return round(found.x[place])
        return ceil(point[place] - NEAR) if sense > 0 else floor(point[place] + NEAR)
