"""What is hidden: the small counts, then the cheapest others that keep anyone from working them out.

A small count is safe when there are two tables, both in keeping with everything shown and with the
rule, in which it differs by the threshold or more. Such a pair is a *route*: what the count would gain
is taken from other hidden cells and given back elsewhere, so that every shown total still holds. The
work is to choose hidden cells so that every small count has a route, at least cost:

1. for each small count that the attack exposes, the cheapest route by linear programming;
2. routes are drawn again through fewer cells, and a cell that no route needs is shown again;
3. where the system is small, an integer programme looks for the best pattern outright;
4. the attack runs again on the result, and whatever it still exposes goes back to 1.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy import optimize, sparse

from pathways.analysis.disclosure.attack import Attack, Audit, audit
from pathways.analysis.disclosure.linear import NEAR, Program
from pathways.analysis.disclosure.rule import Rule, Zeros
from pathways.analysis.disclosure.system import Key, System
from pathways.domain.evaluation.counts import ReleasedCount

#: Above this many columns the integer programme is left out; the routes alone are then near enough.
LARGEST_EXACT: Final = 6000
#: The search for the best pattern stops here, at the best yet found: a number of nodes, not of
#: seconds, so that the same table always gives the same answer.
NODES: Final = 400


class AtRisk(ArithmeticError):
    """What would be released still gives a small count away."""


@dataclass(frozen=True)
class Protected:
    """What may leave, and what the attack on it found."""

    cells: dict[Key, ReleasedCount]
    rule: Rule
    primary: int
    secondary: int
    audit: Audit

    def __getitem__(self, key: Key) -> ReleasedCount:
        return self.cells[key]


def protect(
    system: System,
    rule: Rule,
    *,
    shown: Collection[Key] = (),
    hidden: Collection[Key] = (),
    is_mending: bool = False,
) -> Protected:
    """Hide what must be hidden, attack it, and release it.

    `shown` and `hidden` are cells that another table, protected before this one, has shown or hidden
    already: they stay so. Raises AtRisk if the attack still finds something, which can happen only
    where `shown` gives it away. `is_mending` only adds to `hidden` what is still wanted, and does not
    look for what could be shown again: for a large system of which the parts were protected well.
    """
    chosen = choose(system, rule, shown=shown, hidden=hidden, is_mending=is_mending)
    return released(system, rule, np.array([key in chosen for key in system.keys], dtype=bool))


def choose(
    system: System,
    rule: Rule,
    *,
    shown: Collection[Key] = (),
    hidden: Collection[Key] = (),
    is_mending: bool = False,
) -> set[Key]:
    """The cells to hide, as `protect` does but without releasing: for a part of a larger release."""
    small = np.array([rule.is_small(int(n)) for n in system.values], dtype=bool)
    is_shown = np.array([key in shown for key in system.keys], dtype=bool)
    may_hide = ((system.values > 0) | (rule.zeros is Zeros.HIDE)) & ~is_shown
    work = _Work(system, rule, small, small | [key in hidden for key in system.keys], may_hide)
    chosen = work.kept.copy()
    _protect_routes(work, chosen, is_mending=is_mending)
    if not is_mending:
        chosen = _exact(work, chosen)
    if exposed := _exposed(work, chosen):
        raise AtRisk(f"{len(exposed)} small counts cannot be protected beside what is shown")
    return {key for key, is_hidden in zip(system.keys, chosen, strict=True) if is_hidden}


def released(system: System, rule: Rule, hidden: np.ndarray) -> Protected:
    """The release with these cells hidden, once it has been attacked. Raises AtRisk as `protect` does."""
    small = np.array([rule.is_small(int(n)) for n in system.values], dtype=bool)
    found = audit(system, hidden, rule)
    if not found.has_passed:
        raise AtRisk(f"{len(found.at_risk)} small counts are still at risk")
    cells = {
        key: ReleasedCount(None, "small" if small[i] else "protects")
        if hidden[i]
        else ReleasedCount(rule.rounded(int(system.values[i])))
        for i, key in enumerate(system.keys)
    }
    secondary = int(hidden.sum() - small.sum())
    return Protected(cells, rule, int(small.sum()), secondary, found)


@dataclass(frozen=True)
class _Work:
    """One system to protect: what is small, what stays hidden whatever comes, and what may be hidden."""

    system: System
    rule: Rule
    small: np.ndarray
    kept: np.ndarray
    may_hide: np.ndarray


def _protect_routes(work: _Work, hidden: np.ndarray, *, is_mending: bool) -> None:
    """Hide, in place, until the attack exposes nothing."""
    exposed = _exposed(work, hidden)
    if not exposed:
        return
    routes = Routes(work)
    wanted = dict.fromkeys(map(int, np.flatnonzero(work.small)), work.rule.threshold)
    while exposed:
        before = hidden.copy()
        for cell in sorted(exposed, key=lambda cell: (-int(work.system.values[cell]), cell)):
            hidden |= routes.cheapest(cell, hidden, width=wanted[cell])
        if not (hidden & ~before).any():  # there is no route, or one in fractions only: hide around it
            near = np.zeros_like(hidden)
            for cell in exposed:
                wanted[cell] += work.rule.threshold
                near |= _neighbours(work, cell)
            if not (near & ~hidden).any():
                hidden |= work.may_hide
                return
            hidden |= near
            work = replace(work, kept=work.kept | near)
        if not is_mending:
            _show_again(work, hidden)
        exposed = _exposed(work, hidden)


def _exposed(work: _Work, hidden: np.ndarray) -> list[int]:
    attack = Attack(work.system, hidden, floor=work.rule.floor)
    width = work.rule.threshold
    return [int(cell) for cell in np.flatnonzero(work.small) if attack.is_narrower(int(cell), width)]


def _neighbours(work: _Work, cell: int) -> np.ndarray:
    """Every cell that shares a relation with this one and may be hidden."""
    matrix = work.system.matrix
    near = np.zeros(matrix.shape[1], dtype=bool)
    near[sparse.csr_matrix(matrix)[matrix[:, [cell]].indices].indices] = True
    return near & work.may_hide


def _show_again(work: _Work, hidden: np.ndarray) -> None:
    """Show, in place, every cell that some choice of routes can do without.

    Only where the system is a network are routes whole numbers, so that a route proves its cell safe;
    elsewhere the attack that follows decides, and hides again what it must.
    """
    system, small, kept = work.system, work.small, work.kept
    routes = Routes(work, hidden)
    used: dict[int, np.ndarray] = {}
    for cell in map(int, np.flatnonzero(small)):
        route = routes.within(cell, hidden)
        if route is None:
            return
        used[cell] = route
    needed = kept.copy()
    for route in used.values():
        needed |= route
    hidden &= needed
    spare = np.flatnonzero(hidden & ~kept)
    for candidate in sorted(map(int, spare), key=lambda i: (-system.costs[i], i)):
        hidden[candidate] = False
        detours: dict[int, np.ndarray] = {}
        for cell, route in used.items():
            if route[candidate]:
                detour = routes.within(cell, hidden)
                if detour is None:
                    break
                detours[cell] = detour
        else:
            used.update(detours)
            continue
        hidden[candidate] = True


class Routes:
    """Cheapest routes through one system. Columns: what the upper table gains and loses, then the lower.

    The upper table is the truth + gain - loss, the lower the truth - gain' + loss'; both keep every
    relation. The cell itself gains g in the upper and loses g' in the lower with g + g' = width.
    """

    def __init__(self, work: _Work, cells: np.ndarray | None = None) -> None:
        """Routes that may use any cell, or only those given (one boolean a cell): far fewer columns."""
        system, rule = work.system, work.rule
        self._all = len(system.keys)
        self._cells = np.arange(self._all) if cells is None else np.flatnonzero(cells)
        self._place = {int(cell): place for place, cell in enumerate(self._cells)}
        self._costs, self._kept, self._rule = system.costs[self._cells], work.kept[self._cells], rule
        matrix = sparse.csr_matrix(system.matrix[:, self._cells])
        matrix = matrix[np.flatnonzero(np.diff(matrix.indptr))]
        n = matrix.shape[1]
        self._n = n
        may_change = (work.may_hide | work.kept)[self._cells]
        slack = np.maximum(system.values[self._cells] - rule.floor, 0)
        self._room = np.where(may_change, np.inf, 0.0)
        self._slack = np.where(may_change, slack, 0.0)
        split = sparse.bmat([[matrix, -matrix, None, None], [None, None, matrix, -matrix]], format="csc")
        upper = self._upper(np.ones(n, dtype=bool))
        self._program = Program(split, np.zeros(split.shape[0]), np.zeros(4 * n), upper)

    def cheapest(self, cell: int, hidden: np.ndarray, *, width: int) -> np.ndarray:
        """The cells on the cheapest route for this one, whatever is hidden so far; True on the route."""
        costs = np.where(hidden[self._cells], 0.001, self._costs)
        place = self._place[cell]
        first = self._route(place, self._upper(np.ones(self._n, dtype=bool)), costs, width)
        if first is None:
            return np.zeros(self._all, dtype=bool)
        if not (first[~hidden[self._cells]] > NEAR).any():
            return self._everywhere(first > NEAR)  # hidden cells are enough
        # once more with what little it took weighing more: fewer cells rather than smaller changes
        again = self._route(place, self._upper(first > NEAR), costs / np.maximum(first, 0.1), width)
        return self._everywhere((first if again is None else again) > NEAR)

    def within(self, cell: int, hidden: np.ndarray) -> np.ndarray | None:
        """The cells on a route that keeps to what is hidden; None where there is no such route."""
        costs = np.where(self._kept, 0.001, self._costs)
        allowed = self._upper(hidden[self._cells])
        route = self._route(self._place[cell], allowed, costs, self._rule.threshold, is_any=True)
        return None if route is None else self._everywhere(route > NEAR)

    def _everywhere(self, here: np.ndarray) -> np.ndarray:
        found = np.zeros(self._all, dtype=bool)
        found[self._cells] = here
        return found

    def _upper(self, allowed: np.ndarray) -> np.ndarray:
        gain = np.where(allowed, self._room, 0.0)
        loss = np.where(allowed, self._slack, 0.0)
        return np.concatenate([gain, loss, loss, gain])

    def _route(
        self, cell: int, upper: np.ndarray, costs: np.ndarray, width: int, *, is_any: bool = False
    ) -> np.ndarray | None:
        """How much each cell changes over both tables, on the best of a few ways to part the width.

        With `is_any`, the first way that there is; else the first that takes hidden cells alone.
        """
        n, best, least = self._n, None, np.inf
        most_lost = int(min(self._slack[cell], width))
        lower = np.zeros(4 * n)
        self._program.costs(np.tile(costs, 4))
        for lost in dict.fromkeys((most_lost, most_lost // 2, 0)):
            upper_here = upper.copy()
            lower[:] = 0.0
            lower[cell] = upper_here[cell] = width - lost
            lower[2 * n + cell] = upper_here[2 * n + cell] = lost
            upper_here[n + cell] = upper_here[3 * n + cell] = 0.0
            self._program.bounds(lower, upper_here)
            x = self._program.solve()
            if x is None:
                continue
            change = x[:n] + x[n : 2 * n] + x[2 * n : 3 * n] + x[3 * n :]
            cost = float(change @ costs)
            if cost < least - NEAR:
                best, least = change, cost
            if is_any or not (change[costs >= 1] > NEAR).any():
                break
        return best


def _exact(work: _Work, hidden: np.ndarray) -> np.ndarray:
    """The cheapest pattern outright where the system is small, else the pattern given.

    Small counts enter the integer programme only once the attack exposes them: most are safe as soon
    as a few are. Source of the model: Fischetti and Salazar (2000), cell suppression in linear systems.
    """
    if not (hidden & ~work.kept).any():
        return hidden
    costs = work.system.costs
    counted: list[int] = []
    pattern = work.kept.copy()
    for _ in range(12):
        exposed = _exposed(work, pattern)
        if not exposed:
            return pattern if float(costs @ pattern) < float(costs @ hidden) - NEAR else hidden
        counted = sorted({*counted, *exposed})
        if 5 * len(work.system.keys) * len(counted) > LARGEST_EXACT:
            return hidden
        better = _best_pattern(work, counted)
        if better is None or (better == pattern).all():
            return hidden
        pattern = better
    return hidden


def _best_pattern(work: _Work, counted: Sequence[int]) -> np.ndarray | None:
    """The cheapest pattern in which each of the counted cells has a route; None if none was found."""
    system, rule = work.system, work.rule
    n = len(system.keys)
    reach = float(rule.threshold)  # a network's route never moves a cell by more than the width
    may_change = work.may_hide | work.kept
    gain = np.where(may_change, reach, 0.0)
    loss = np.where(may_change, np.minimum(np.maximum(system.values - rule.floor, 0), reach), 0.0)
    limits = np.concatenate([gain, loss, loss, gain])
    matrix, one = system.matrix, sparse.identity(n, format="csc")
    wide = 4 * n
    blocks: list[sparse.spmatrix] = []
    lows: list[np.ndarray] = []
    highs: list[np.ndarray] = []
    columns = n + wide * len(counted)
    for order, cell in enumerate(counted):
        before = sparse.csc_matrix((2 * matrix.shape[0], n + wide * order))
        after_width = columns - n - wide * (order + 1)
        flow = sparse.bmat([[matrix, -matrix, None, None], [None, None, matrix, -matrix]])
        blocks.append(sparse.hstack([before, flow, sparse.csc_matrix((2 * matrix.shape[0], after_width))]))
        lows.append(np.zeros(2 * matrix.shape[0]))
        highs.append(np.zeros(2 * matrix.shape[0]))
        # nothing moves in a cell that is shown: change <= limit x hidden
        tie = sparse.vstack([-sparse.diags(limits[i * n : (i + 1) * n]) @ one for i in range(4)])
        middle = sparse.csc_matrix((wide, wide * order))
        blocks.append(
            sparse.hstack([tie, middle, sparse.identity(wide), sparse.csc_matrix((wide, after_width))])
        )
        lows.append(np.full(wide, -np.inf))
        highs.append(np.zeros(wide))
        width = sparse.lil_matrix((1, columns))
        width[0, n + wide * order + cell] = 1.0
        width[0, n + wide * order + 2 * n + cell] = 1.0
        blocks.append(width)
        lows.append(np.array([reach]))
        highs.append(np.array([np.inf]))
    lower = np.zeros(columns)
    upper = np.concatenate([np.where(may_change, 1.0, 0.0), np.tile(limits, len(counted))])
    lower[:n] = work.kept
    for order, cell in enumerate(counted):
        start = n + wide * order
        upper[start + n + cell] = upper[start + 3 * n + cell] = 0.0
    found = optimize.milp(
        np.concatenate([system.costs, np.zeros(wide * len(counted))]),
        integrality=np.concatenate([np.ones(n), np.zeros(wide * len(counted))]),
        bounds=optimize.Bounds(lower, upper),
        constraints=optimize.LinearConstraint(
            sparse.vstack(blocks, format="csc"), np.concatenate(lows), np.concatenate(highs)
        ),
        options={"node_limit": NODES},
    )
    return None if found.x is None else np.round(found.x[:n]).astype(bool) | work.kept
