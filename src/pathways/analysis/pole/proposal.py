"""A mapping that nobody said: guessed, or remembered of other files; with what could not be found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pathways.analysis.pole import others
from pathways.analysis.pole.mapping import Feed, Mapping

_MOST_LISTED = 30


@dataclass(frozen=True, slots=True)
class Missing:
    """A column that a table cannot do without, and that no heading of the file was taken for."""

    file: str
    table: str
    column: str


@dataclass(frozen=True, slots=True)
class Looked:
    """One file that was looked at: what it was taken for, and its own headings."""

    name: str
    feed: Feed
    headings: tuple[str, ...]

    def missing(self) -> tuple[Missing, ...]:
        return tuple(Missing(self.name, self.feed.table, each) for each in lacking(self.feed))

    def __str__(self) -> str:
        """What was recognised in it, what is missing and under which names that was looked for."""
        table = others.EVERY[self.feed.table]
        known = [f"{' + '.join(given)} as {name}" for name, given in self.feed.columns.items()]
        lost = [table.column(each) for each in lacking(self.feed)]
        wanted = "; ".join(
            f"{each.name} (looked for as {listed((each.name, *each.also))})" if each.also else each.name
            for each in lost
        )
        return (
            f"{self.name}, taken for {table.name}: recognised {', '.join(known) or 'no column'};"
            f" not found: {wanted}; the columns of the file are: {listed(self.headings)}"
        )


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping to look at. It can be used only where nothing is missing."""

    mapping: Mapping
    #: the files in which something needed was not found
    looked: tuple[Looked, ...] = ()
    #: what is other than it was remembered
    changes: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[Missing, ...]:
        return tuple(each for one in self.looked for each in one.missing())

    @property
    def is_whole(self) -> bool:
        return bool(self.mapping.feeds) and not self.missing

    @property
    def why(self) -> str:
        """Why it cannot be used as it is, in one line."""
        return f"{'. '.join(str(each) for each in self.looked)}. Say in a mapping which columns these are"


def lacking(feed: Feed) -> tuple[str, ...]:
    """The columns that the table of a feed needs, and that it does not have."""
    return tuple(
        each.name
        for each in others.EVERY[feed.table].columns
        if each.is_needed and each.name not in feed.columns and each.name not in feed.constants
    )


def listed(names: Sequence[str]) -> str:
    """So many names, and that there are more."""
    more = len(names) - _MOST_LISTED
    return ", ".join([*names[:_MOST_LISTED], *([f"and {more} more"] if more > 0 else [])])
