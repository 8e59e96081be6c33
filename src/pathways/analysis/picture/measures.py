"""Where people stand in the recorded ties, and which groups the ties fall into.

Betweenness: Freeman (1977), unnormalised, each pair of people counted once, over undirected shortest paths.
Core: the largest k such that a person has k ties within a group of people who all have (Seidman 1983).
Communities: the Louvain method with a refinement (Blondel and others 2008), of ties without their weights.
Transitivity: three times the triangles over the paths of two ties.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import networkit as nk
import numpy as np
import polars as pl
from scipy import sparse
from scipy.sparse import csgraph

from pathways.analysis.picture.ties import Known, Ties

#: People times ties up to which every shortest path is followed; above, those from a sample of people are.
MOST_FOR_EVERY_PATH: Final = 2_000_000_000
SAMPLE: Final = 500
_SEED: Final = 20_260_901


@dataclass(frozen=True)
class Positions:
    """One value a person, in the order of the people; the groups numbered from 1, the largest first."""

    degree: np.ndarray
    strength: np.ndarray
    given: np.ndarray
    taken: np.ndarray
    betweenness: np.ndarray
    is_betweenness_exact: bool
    core: np.ndarray
    component: np.ndarray
    community: np.ndarray
    diameter: int
    transitivity: float
    modularity: float


def positions(ties: Ties, step: Callable[[str], None] = lambda words: None) -> Positions:
    """All measures of these ties. The same ties give the same answer, whatever their order in the file."""
    one, other, weight = ties.pairs()
    n = len(ties.people)
    step("degrees and parts")
    ones = np.ones(len(one))
    half = sparse.csr_matrix((ones, (one, other)), shape=(n, n))
    near = half + half.T
    heavy = sparse.csr_matrix((weight, (one, other)), shape=(n, n))
    degree = np.diff(near.indptr)
    strength = np.asarray((heavy + heavy.T).sum(axis=1)).ravel()
    _, part = csgraph.connected_components(near, directed=False)
    component = _numbered(part)
    # one thread: sums in another order would end in other last digits
    nk.setNumberOfThreads(1)
    nk.setSeed(_SEED, False)
    graph = nk.GraphFromCoo((one.astype(np.uint64), other.astype(np.uint64)), n=n)
    step("cores and communities")
    core = np.array(nk.centrality.CoreDecomposition(graph).run().scores()).astype(np.int64)
    found = nk.community.PLM(graph, refine=True).run().getPartition()
    community = _numbered(np.array(found.getVector()))
    modularity = float(nk.community.Modularity().getQuality(found, graph))
    step("the longest way across")
    largest = nk.components.ConnectedComponents.extractLargestConnectedComponent(graph)
    across = nk.distance.Diameter(largest, algo=nk.distance.DiameterAlgo.EXACT).run().getDiameter()[0]
    step("shortest paths")
    is_exact = n * len(one) <= MOST_FOR_EVERY_PATH
    how: Any = (
        nk.centrality.Betweenness(graph, normalized=False)
        if is_exact
        else nk.centrality.EstimateBetweenness(graph, min(n, SAMPLE), normalized=False)
    )
    between = np.array(how.run().scores()) / 2  # networkit counts each pair from both its ends
    return Positions(
        degree, strength, *_directed(ties, n), between, is_exact, core, component, community, int(across),
        _transitivity(one, other, degree), modularity,
    )  # fmt: skip


def people_frame(ties: Ties, found: Positions, known: Known) -> pl.DataFrame:
    """A line a person: `id,degree,strength,betweenness,core,component,community`, then what else is known."""
    columns: dict[str, Any] = {
        "id": list(ties.people),
        "degree": found.degree,
        "strength": _plain(found.strength),
        "betweenness": found.betweenness,
        "core": found.core,
        "component": found.component,
        "community": found.community,
    }
    if ties.is_directed:
        columns |= {"ties_out": found.given, "ties_in": found.taken}
    frame = pl.DataFrame(columns)
    if known.groups:
        of: dict[str, list[str]] = {name: [] for name in ties.people}
        for group, members in known.groups.items():
            for who in members:
                of.get(who, []).append(group)
        said = ["; ".join(of[name]) or None for name in ties.people]
        frame = frame.with_columns(pl.Series("groups", said, dtype=pl.String))
    if known.attributes is None:
        return frame
    taken = set(frame.columns)
    new = {name: f"recorded {name}" for name in known.attributes.columns if name in taken}
    return pl.concat([frame, known.attributes.rename(new)], how="horizontal")


def groups_frame(ties: Ties, found: Positions, known: Known) -> pl.DataFrame:
    """A line a group: communities and components that the ties make, and groups as they are recorded.

    `density` is the ties inside as a part of those there could be; `communities` how many the members are
    spread over; `without_ties` how many members of a recorded group are not in the ties.
    """
    one, other, _ = ties.pairs()
    place = {name: at for at, name in enumerate(ties.people)}
    lines = []

    def line(kind: str, name: str, inside: np.ndarray, without: int = 0) -> None:
        ends = inside[one].astype(np.int64) + inside[other]
        n, within = int(inside.sum()), int((ends == 2).sum())
        lines.append({
            "kind": kind, "group": name, "people": n + without, "without_ties": without,
            "ties_inside": within, "ties_outside": int((ends == 1).sum()),
            "density": 2 * within / (n * (n - 1)) if n > 1 else None,
            "communities": len(np.unique(found.community[inside])),
        })  # fmt: skip

    for kind, of in (("community", found.community), ("component", found.component)):
        for number in range(1, int(of.max()) + 1):
            line(kind, str(number), of == number)
    for name, members in known.groups.items():
        inside = np.zeros(len(ties.people), dtype=bool)
        inside[[place[who] for who in members if who in place]] = True
        line("recorded", name, inside, sum(who not in place for who in members))
    return pl.DataFrame(lines, infer_schema_length=None)


def _numbered(label: np.ndarray) -> np.ndarray:
    """Groups numbered from 1: the largest first, of equals the one whose first member comes first."""
    _, first, which, count = np.unique(label, return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.lexsort((first, -count))] = np.arange(1, len(first) + 1)
    return rank[which.ravel()]


def _directed(ties: Ties, n: int) -> tuple[np.ndarray, np.ndarray]:
    return np.bincount(ties.source, minlength=n), np.bincount(ties.target, minlength=n)


def _transitivity(one: np.ndarray, other: np.ndarray, degree: np.ndarray) -> float:
    """Each tie points to the better tied, so that no person points to many and a triangle is met once."""
    n = len(degree)
    paths = float((degree.astype(float) * (degree - 1)).sum() / 2)
    if not paths:
        return 0.0
    is_up = (degree[one] < degree[other]) | ((degree[one] == degree[other]) & (one < other))
    low, high = np.where(is_up, one, other), np.where(is_up, other, one)
    up = sparse.csr_matrix((np.ones(len(low)), (low, high)), shape=(n, n))
    return float(3 * (up @ up).multiply(up).sum() / paths)


def _plain(numbers: np.ndarray) -> np.ndarray:
    """Whole numbers as such."""
    return numbers.astype(np.int64) if np.all(numbers == np.round(numbers)) else numbers
