"""What is known of each woman beforehand, as columns of numbers for a regression and a balance table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pathways.analysis.impact import reading
from pathways.analysis.impact.answers import UnanswerableError
from pathways.analysis.sheets import Sheet

#: words with more levels than this are taken for numbers with a mistake in them
MOST_LEVELS: Final = 50


@dataclass(frozen=True, slots=True)
class Design:
    """Covariates as numbers, a column a name; a blank is NaN.

    `reference` is the level of each covariate of words that its others are held to, and `is_reference` marks
    the columns of such levels, where they were asked for.
    """

    names: list[str]
    values: np.ndarray
    reference: dict[str, str]
    is_reference: np.ndarray


def design(sheet: Sheet, covariates: Sequence[str], *, every_level: bool = False) -> Design:
    """Numbers as they are, yes and no as 1 and 0, other words as a column for each level but the first.

    A level's column is named `race=white`. `every_level` gives the first level a column too, as a balance
    table wants. Raises UnanswerableError for words that say one thing only, and for a covariate named twice.
    """
    if len(set(covariates)) < len(covariates):
        raise UnanswerableError("a covariate is named twice")
    names: list[str] = []
    columns: list[np.ndarray] = []
    reference: dict[str, str] = {}
    is_reference: list[bool] = []
    for covariate in covariates:
        if reading.is_numeric(sheet, covariate) or reading.is_yes_no(sheet, covariate):
            names.append(covariate)
            columns.append(reading.outcome(sheet, covariate))
            is_reference.append(False)
            continue
        levels, place = reading.groups(sheet, covariate)
        if len(levels) > MOST_LEVELS:
            reading.numbers(sheet, covariate)  # says which cell is not the number that was meant
        if not levels:
            raise UnanswerableError(f"{covariate} is blank in every row")
        if len(levels) < 2:
            raise UnanswerableError(f"{covariate} says one thing only, so nothing can be said of it")
        reference[covariate] = levels[0]
        for at, level in enumerate(levels):
            if at or every_level:
                names.append(f"{covariate}={level}")
                columns.append(np.where(place < 0, np.nan, (place == at).astype(float)))
                is_reference.append(at == 0)
    return Design(names, np.column_stack(columns), reference, np.array(is_reference))


def telling(
    x: np.ndarray, middle: np.ndarray, scale: np.ndarray, names: Sequence[str]
) -> tuple[list[int], list[str]]:
    """The columns that say something that those before them do not, and the names of the rest."""
    there = [k for k in range(x.shape[1]) if scale[k] > 1e-12 * max(1.0, abs(float(middle[k])))]
    gram = (x[:, there] - middle[there]) / scale[there] if there else x[:, :0]
    product = gram.T @ gram / len(x)
    kept: list[int] = []
    for place in range(len(there)):
        if kept:
            inner, outer = product[np.ix_(kept, kept)], product[kept, place]
            left = float(product[place, place] - outer @ np.linalg.solve(inner, outer))
        else:
            left = float(product[place, place])
        if left > 1e-9:
            kept.append(place)
    columns = [there[place] for place in kept]
    return columns, [name for k, name in enumerate(names) if k not in columns]
