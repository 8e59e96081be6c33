"""Where each person is drawn: distances on the page as near as can be to those along the ties.

Stress majorisation (Gansner, Koren and North 2004) from a start by classical scaling, part by part; then
whoever would lie on another is moved apart. No chance in it: the same ties are drawn alike.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

_ROUNDS: Final = 200
_GAP: Final = 60.0


def places(near: sparse.csr_matrix, part: np.ndarray, boxes: np.ndarray, *, apart: float) -> np.ndarray:
    """The middle of every box (width and height a row of `boxes`), from nought up; no two boxes overlap.

    `near` says who is tied to whom, `part` which of the unconnected parts each is in, `apart` how long a
    tie is drawn.
    """
    drawn = []
    for number in np.unique(part):
        members = np.flatnonzero(part == number)
        drawn.append((members, _one_part(near[members][:, members], boxes[members], apart)))
    drawn.sort(key=lambda each: (-len(each[0]), int(each[0][0])))
    return _packed(drawn, boxes)


def _one_part(near: sparse.csr_matrix, boxes: np.ndarray, apart: float) -> np.ndarray:
    n = near.shape[0]
    if n == 1:
        return np.zeros((1, 2))
    ways = csgraph.shortest_path(near, directed=False, unweighted=True)
    at = _majorised(_scaled(ways), ways) * apart
    at = _turned(at)
    for _ in range(60):
        if _moved_apart(at, boxes):
            return at
        at *= 1.1
    return at


def _scaled(ways: np.ndarray) -> np.ndarray:
    """Classical scaling; everybody a little aside by a fixed spiral, so that no two begin at one point."""
    n = len(ways)
    middle = np.eye(n) - 1 / n
    value, vector = np.linalg.eigh(-middle @ (ways**2) @ middle / 2)
    at = vector[:, [-1, -2]] * np.sqrt(np.maximum(value[[-1, -2]], 0))
    at *= np.where(at[np.abs(at).argmax(axis=0), [0, 1]] < 0, -1, 1)
    turn = np.arange(n) * 2.399963
    aside = np.stack([np.cos(turn), np.sin(turn)], axis=1) * np.sqrt(np.arange(1, n + 1) / n)[:, None]
    return np.asarray(at + 0.05 * aside)


def _majorised(at: np.ndarray, ways: np.ndarray) -> np.ndarray:
    n = len(ways)
    with np.errstate(divide="ignore"):
        weight = np.where(ways > 0, ways**-2.0, 0.0)
    total = np.diag(weight.sum(axis=1)) - weight
    inverse = np.linalg.pinv(total)
    pull = weight * ways
    before = np.inf
    for _ in range(_ROUNDS):
        apart = np.linalg.norm(at[:, None] - at[None], axis=2)
        stress = float((weight * (apart - ways) ** 2).sum())
        if before - stress < 1e-5 * stress:
            break
        before = stress
        ratio = -pull / np.maximum(apart, 1e-9)
        np.fill_diagonal(ratio, 0)
        ratio[np.arange(n), np.arange(n)] = -ratio.sum(axis=1)
        at = inverse @ (ratio @ at)
    return at


def _turned(at: np.ndarray) -> np.ndarray:
    """The longer way across lies along the page."""
    at = at - at.mean(axis=0)
    _, _, axes = np.linalg.svd(at, full_matrices=False)
    axes = axes * np.where(axes[np.arange(2), np.abs(axes).argmax(axis=1)] < 0, -1, 1)[:, None]
    return at @ axes.T


def _moved_apart(at: np.ndarray, boxes: np.ndarray) -> bool:
    """Moves overlapping boxes apart, in place, along the shorter way; False where that does not end."""
    wide = (boxes[:, None, 0] + boxes[None, :, 0]) / 2
    high = (boxes[:, None, 1] + boxes[None, :, 1]) / 2
    for _ in range(150):
        across = at[:, None, 0] - at[None, :, 0]
        down = at[:, None, 1] - at[None, :, 1]
        over_x, over_y = wide - np.abs(across), high - np.abs(down)
        meets = (over_x > 1e-6) & (over_y > 1e-6)
        np.fill_diagonal(meets, False)
        if not meets.any():
            return True
        along = np.where(over_x < over_y, over_x, 0.0) * meets
        aside = np.where(over_x < over_y, 0.0, over_y) * meets
        upper = np.triu(np.ones(at.shape[0:1] * 2, dtype=bool), 1)
        sign_x = np.where(across != 0, np.sign(across), np.where(upper, 1, -1))
        sign_y = np.where(down != 0, np.sign(down), np.where(upper, 1, -1))
        at[:, 0] += ((along + 0.2 * (along > 0)) * sign_x).sum(axis=1) * 0.3
        at[:, 1] += ((aside + 0.2 * (aside > 0)) * sign_y).sum(axis=1) * 0.3
    return False


def _packed(drawn: list[tuple[np.ndarray, np.ndarray]], boxes: np.ndarray) -> np.ndarray:
    """The parts in rows below the first, none on another."""
    at = np.zeros((len(boxes), 2))
    left = top = row_height = 0.0
    width = 0.0
    for members, inside in drawn:
        low = (inside - boxes[members] / 2).min(axis=0)
        size = (inside + boxes[members] / 2).max(axis=0) - low
        width = width or max(float(size[0]), 900.0)
        if left and left + size[0] > width:
            left, top, row_height = 0.0, top + row_height + _GAP, 0.0
        at[members] = inside - low + [left, top]
        left += float(size[0]) + _GAP
        row_height = max(row_height, float(size[1]))
    return at
