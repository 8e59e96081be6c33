"""A remembered mapping laid upon an agency's next files: by the names of their columns, not of the files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import PurePath

from pathways.analysis import sheets
from pathways.analysis.pole import reading, spec
from pathways.analysis.pole.mapping import Feed, Join, Mapping, is_named
from pathways.analysis.pole.proposal import Looked, Proposal, lacking, listed

#: so much of the columns that a mapping names must be in a file, for the file to be of that kind
_ENOUGH = 0.5
_MONTH = re.compile(
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)


def laid_upon(said: Mapping, found: Sequence[sheets.Sheet]) -> Proposal | None:
    """The mapping for these files, with what is new or gone; None where it is not for files like them."""
    files = [_File(name, sheet) for name, sheet in reading.named(found).items()]
    groups: dict[tuple[str, str], list[Feed]] = {}
    for feed in said.feeds:
        groups.setdefault((feed.file, feed.sheet), []).append(feed)
    placed = _placed(groups, files)
    feeds: list[Feed] = []
    looked: list[Looked] = []
    changes: list[str] = []
    for key, group in groups.items():
        if not placed[key]:
            tables = " and ".join(dict.fromkeys(feed.table for feed in group))
            changes.append(f"no file has the columns of {key[0]}, which was read for {tables}")
            continue
        if all(one.is_called(*key) and one.has_all(group) for one in placed[key]) and not _joins_lost(
            group, files
        ):
            feeds += group
            changes += [each for one in placed[key] for each in _new(one, group)]
            continue
        for one in placed[key]:
            if not one.is_called(*key) and one.likeness(*key) < 1:
                changes.append(f"{one.name} is read as {key[0]} was, because its columns are like that one’s")
            for feed in group:
                made, gone = _moved(feed, one, files)
                feeds.append(made)
                changes += gone
                if lacking(made):
                    looked.append(Looked(one.name, made, tuple(one.sheet.columns)))
            changes += _new(one, group)
    if not feeds:
        return None
    return Proposal(replace(said, feeds=tuple(feeds)), tuple(looked), tuple(dict.fromkeys(changes)))


def with_headings(said: Mapping, found: Sequence[sheets.Sheet]) -> Mapping:
    """The mapping with the headings that its files had, so that next time a new one is seen."""
    every = list(found)

    def seen(feed: Feed) -> tuple[str, ...]:
        fit = [one for one in every if is_named(feed.file, one.path.name)
               and feed.sheet.casefold() in ("", one.name.casefold())]  # fmt: skip
        return tuple(
            dict.fromkeys(
                each for one in fit for each in one.columns if each and not spec.is_of_immigration(each)
            )
        )

    return replace(said, feeds=tuple(replace(feed, headings=seen(feed)) for feed in said.feeds))


@dataclass(slots=True)
class _File:
    """One table that was sent, asked for its headings however they are spelt."""

    name: str
    sheet: sheets.Sheet

    def heading(self, wanted: str) -> str | None:
        if wanted in self.sheet.columns:
            return wanted
        return next((each for each in self.sheet.columns if spec.plain(each) == spec.plain(wanted)), None)

    def is_called(self, file: str, sheet: str) -> bool:
        return is_named(file, self.sheet.path.name) and sheet.casefold() in ("", self.sheet.name.casefold())

    def share(self, group: Sequence[Feed]) -> float:
        """How much of what these feeds read is here; nothing where a row could not be told to belong."""
        if any(self.heading(each) is None for feed in group for each in feed.where):
            return 0.0
        wanted = {each for feed in group for each in _own(feed)}
        return sum(self.heading(each) is not None for each in wanted) / len(wanted) if wanted else 0.0

    def has_all(self, group: Sequence[Feed]) -> bool:
        return all(each in self.sheet.columns for feed in group for each in (*_own(feed), *feed.where))

    def likeness(self, file: str, sheet: str) -> float:
        """How like the names are, months and numbers apart."""
        ours = _bare(f"{self.sheet.path.stem} {self.sheet.name if sheet else ''}")
        theirs = _bare(f"{PurePath(file).stem} {sheet}")
        return 1.0 if ours == theirs else SequenceMatcher(None, ours, theirs).ratio()


def _bare(name: str) -> str:
    return " ".join(each for each in re.findall(r"[a-z]+", name.casefold()) if not _MONTH.fullmatch(each))


def _own(feed: Feed) -> list[str]:
    """The headings of its own file that a feed names."""
    fetched = tuple(f"{join.name}/" for join in feed.joins)
    named = [each for given in feed.columns.values() for each in given] + [join.on for join in feed.joins]
    return [each for each in dict.fromkeys(named) if not each.startswith(fetched)] if fetched else named


def _placed(
    groups: dict[tuple[str, str], list[Feed]], files: list[_File]
) -> dict[tuple[str, str], list[_File]]:
    """Which files each part of a mapping reads: those of its name first, then those most like it."""
    placed = {
        key: [one for one in files if one.is_called(*key) and one.share(group) >= _ENOUGH]
        for key, group in groups.items()
    }
    free = [one for one in files if not any(one in taken for taken in placed.values())]
    likely = sorted(
        (
            (one.share(groups[key]), one.likeness(*key), place, key)
            for place, one in enumerate(free)
            for key, taken in placed.items()
            if not taken and one.share(groups[key]) >= _ENOUGH
        ),
        key=lambda each: (each[0], each[1]),
        reverse=True,
    )
    used: set[int] = set()
    for _, _, place, key in likely:
        if place not in used and not placed[key]:
            used.add(place)
            placed[key] = [free[place]]
    return placed


def _joins_lost(group: Sequence[Feed], files: list[_File]) -> bool:
    return any(not _is_there(join, files) for feed in group for join in feed.joins)


def _is_there(join: Join, files: list[_File]) -> bool:
    return any(
        (is_named(join.file, one.sheet.path.name) or join.file.casefold() == one.name.casefold())
        and join.to in one.sheet.columns
        for one in files
    )


def _moved(feed: Feed, one: _File, files: list[_File]) -> tuple[Feed, list[str]]:
    """The feed as it reads this file, and which of its columns are gone."""
    joins: list[Join] = []
    changes: list[str] = []
    others: dict[str, _File] = {}
    lost: tuple[str, ...] = ()
    for join in feed.joins:
        where = _joined(join, feed, files)
        on = join.on if "/" in join.on and join.on.split("/")[0] in others else one.heading(join.on)
        to = where.heading(join.to) if where is not None else None
        if where is None or to is None or on is None or join.on.startswith(lost or ("\0",)):
            lost = (*lost, f"{join.name}/")
            changes.append(f"{one.name}: {join.file} cannot be joined to it any more")
            continue
        others[join.name] = where
        joins.append(Join(join.name, where.name, on, to))

    def now(heading: str) -> str | None:
        name, sign, rest = heading.partition("/")
        if sign and f"{name}/" in lost:
            return None
        if sign and name in others:
            there = others[name].heading(rest)
            return None if there is None else f"{name}/{there}"
        return one.heading(heading)

    columns: dict[str, tuple[str, ...]] = {}
    for column, given in feed.columns.items():
        kept = tuple(there for each in given if (there := now(each)) is not None)
        changes += [
            f"{one.name}: the column {each}, read as {column}, is gone" for each in given if now(each) is None
        ]
        if kept:
            columns[column] = kept
    is_one_of_several = one.name != one.sheet.path.name
    made = replace(
        feed,
        file=one.sheet.path.name,
        sheet=one.sheet.name if is_one_of_several else "",
        where={one.heading(each) or each: values for each, values in feed.where.items()},
        joins=tuple(joins),
        columns=columns,
        values={name: known for name, known in feed.values.items() if name in columns},
    )
    return made, changes


def _joined(join: Join, feed: Feed, files: list[_File]) -> _File | None:
    """The file that a join fetches from: of its name, or else the one most like it that has its columns."""
    wanted = [join.to, *(
        each.removeprefix(f"{join.name}/") for given in feed.columns.values() for each in given
        if each.startswith(f"{join.name}/")
    )]  # fmt: skip
    fit = [one for one in files if one.heading(join.to) is not None]
    for one in fit:
        if is_named(join.file, one.sheet.path.name) or join.file.casefold() == one.name.casefold():
            return one
    whole = [one for one in fit if all(one.heading(each) is not None for each in wanted)]
    file, _, sheet = join.file.partition(" [")
    return max(whole, key=lambda one: one.likeness(file, sheet.rstrip("]")), default=None)


def _new(one: _File, group: Sequence[Feed]) -> list[str]:
    """The columns that were not there when the mapping was kept."""
    before = {spec.plain(each) for feed in group for each in (*feed.headings, *_own(feed), *feed.where)}
    if not any(feed.headings for feed in group):
        return []
    new = [
        each
        for each in one.sheet.columns
        if spec.plain(each) not in before and not spec.is_of_immigration(each)
    ]
    many = "columns that are new" if len(new) > 1 else "a column that is new"
    return [f"{one.name} has {many}: {listed(new)}"] if new else []
