"""A mapping proposed from the headings of an extract, for a person to look at and change.

Two shapes are known: one file a table, told by its name or its headings; and the export of a graph, one file
a kind of node (`:ID`, `:LABEL`) and a kind of relation (`:START_ID`, `:END_ID`, `:TYPE`).
"""

from __future__ import annotations

import collections.abc
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from pathways.analysis import sheets
from pathways.analysis.pole import others, reading, spec
from pathways.analysis.pole.mapping import Feed, Join, Mapping, MappingError
from pathways.analysis.pole.proposal import Looked, Proposal, lacking, listed

Tables = collections.abc.Mapping[str, spec.Table]

#: fewer columns than these say nothing of what a file is, where something that it needs is missing
_FEWEST = 2

_ID, _LABEL, _START, _END, _TYPE = ":ID", ":LABEL", ":START_ID", ":END_ID", ":TYPE"


def guess(found: Sequence[sheets.Sheet], *, name: str = "guessed", kind: str = "pole") -> Mapping:
    """A mapping for these tables. Raises MappingError when none of them looks like a table of an extract."""
    said = propose(found, name=name, kind=kind)
    feeds = tuple(feed for feed in said.mapping.feeds if not lacking(feed))
    if not feeds:
        raise MappingError(said.why if said.looked else _nothing(found, kind))
    return Mapping(name, feeds)


def propose(found: Sequence[sheets.Sheet], *, name: str = "guessed", kind: str = "pole") -> Proposal:
    """What can be recognised. A file that lacks something needed is proposed with the rest of its columns,
    where no other file feeds the same table. Raises MappingError when nothing at all is recognised.
    """
    tables = others.FOR_KIND[kind]
    nodes = [each for each in found if _ID in each.columns]
    ties = [each for each in found if _START in each.columns and _END in each.columns]
    if kind == "pole" and nodes and ties and (feeds := _Graph(nodes, ties).feeds()):
        return Proposal(Mapping(name, tuple(feeds)))
    every = [
        Looked(called, feed, tuple(sheet.columns))
        for called, sheet in reading.named(found).items()
        if (feed := _flat(sheet, found, tables)) is not None
    ]
    fed = {one.feed.table for one in every if not one.missing()}
    looked = tuple(one for one in every if one.missing() and one.feed.table not in fed)
    kept = [one.feed for one in every if not one.missing() or one in looked]
    if not kept:
        raise MappingError(_nothing(found, kind))
    return Proposal(Mapping(name, tuple(kept)), looked)


def _nothing(found: Sequence[sheets.Sheet], kind: str) -> str:
    wanted = "; ".join(
        f"{table.name} needs {', '.join(c.name for c in table.columns if c.is_needed)}"
        for table in others.FOR_KIND[kind].values()
    )
    there = "; ".join(
        f"{name} has {listed(sheet.columns) or 'none'}" for name, sheet in reading.named(found).items()
    )
    return (
        f"none of the files looks like what is needed: {wanted}. The columns looked at: {there}. Say in a"
        " mapping which columns are which"
    )


# --- one file a table ---------------------------------------------------------------------------------------


def columns_for(table: spec.Table, headings: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Which heading is which column: its own name first, then other words for it, each heading once."""
    left = {spec.plain(each): each for each in reversed(headings) if not spec.is_of_immigration(each)}
    found: dict[str, tuple[str, ...]] = {}
    for column in table.columns:
        if column.name in left:
            found[column.name] = (left.pop(column.name),)
    for column in table.columns:
        if column.name in found:
            continue
        word = next((word for word in column.also if word in left), None)
        if word is not None:
            found[column.name] = (left.pop(word),)
    return {name: found[name] for name in table.names if name in found}


def _flat(sheet: sheets.Sheet, every: Sequence[sheets.Sheet], tables: Tables) -> Feed | None:
    """What one file feeds, with the columns that are recognised; None where it looks like no table."""
    is_alone = sum(each.path == sheet.path for each in every) == 1
    names = (
        [spec.plain(sheet.path.stem)] if is_alone else [spec.plain(sheet.name), spec.plain(sheet.path.stem)]
    )
    table = _by_name(names, tables) or _by_headings(sheet, tables) or _by_likeness(sheet, tables)
    if len(tables) == 1:
        table = next(iter(tables.values()))
    if table is None:
        return None
    columns = columns_for(table, sheet.columns)
    if (
        len(tables) > 1
        and len(columns) < _FEWEST
        and any(each.is_needed and each.name not in columns for each in table.columns)
    ):
        return None  # a list of codes, say, that has the name of a table and nothing else of it
    constants: dict[str, str] = {}
    if table.name == "events" and "kind" not in columns:
        kind = next(
            (
                k
                for name in names
                for k, words in spec.EVENT_KINDS.items()
                if any(_is_word(word, name) for word in (k, *words))
            ),
            "other",
        )
        constants["kind"] = kind
    if table.name == "objects" and "kind" not in columns:
        kind = next(
            (
                k
                for name in names
                for k, words in spec.OBJECT_KINDS.items()
                if any(_is_word(word, name) for word in (k, *words))
            ),
            "other",
        )
        constants["kind"] = kind
    if table.name == "links":
        for side, default in (("from_kind", "person"), ("to_kind", "event")):
            if side not in columns:
                constants[side] = default
    return Feed(
        table.name, sheet.path.name, "" if is_alone else sheet.name, columns=columns, constants=constants
    )


def _is_word(word: str, name: str) -> bool:
    parts = name.split("_")
    return word in (name, name.rstrip("s")) or word in parts or f"{word}s" in parts


def _by_name(names: Sequence[str], tables: Tables) -> spec.Table | None:
    for name in names:
        for table in tables.values():
            if name == table.name or name in table.also:
                return table
    for name in names:
        for table in tables.values():
            if any(_is_word(word, name) for word in (table.name, *table.also)):
                return table
    return None


def _by_headings(sheet: sheets.Sheet, tables: Tables) -> spec.Table | None:
    """The table most of whose own columns are there, its key among them."""
    best: tuple[int, spec.Table] | None = None
    for table in tables.values():
        columns = columns_for(table, sheet.columns)
        if all(
            each.name in columns
            for each in table.columns
            if each.is_needed and each.name not in ("from_kind", "to_kind")
        ):
            score = len(columns)
            if score >= min(3, len(table.columns)) and (best is None or score > best[0]):
                best = (score, table)
    return best[1] if best else None


def _by_likeness(sheet: sheets.Sheet, tables: Tables) -> spec.Table | None:
    """The table of which most columns are there, although something is missing that it needs."""
    scored = [(len(columns_for(table, sheet.columns)), table) for table in tables.values()]
    best, table = max(scored, key=lambda each: each[0])
    return table if best > _FEWEST else None


# --- the export of a graph ----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Kind:
    sheet: sheets.Sheet
    label: str
    table: spec.Table | None
    constants: dict[str, str]


class _Graph:
    """Files of nodes and of relations, told apart by their headings; a tie is known by the keys it joins."""

    def __init__(self, nodes: Sequence[sheets.Sheet], ties: Sequence[sheets.Sheet]) -> None:
        self.nodes = [self._node(each) for each in nodes]
        self.ties = ties
        self.ids = {id(each): each.sheet.frame[_ID].drop_nulls().implode() for each in self.nodes}

    def _node(self, sheet: sheets.Sheet) -> _Kind:
        labels = sheet.frame[_LABEL].drop_nulls() if _LABEL in sheet.columns else pl.Series([""])
        label = spec.plain(str(labels[0])) if len(labels) else ""
        if "call" in label:
            return _Kind(sheet, label, None, {})
        for name, codes in (("objects", spec.OBJECT_KINDS), ("events", spec.EVENT_KINDS)):
            for kind, words in codes.items():
                if label in (kind, *words) and label not in ("address", "premises"):
                    return _Kind(sheet, label, spec.TABLES[name], {"kind": kind})
        table = _by_name([label], spec.TABLES) if label else None
        if table is not None and table.name == "links":
            table = None
        constants = {"kind": "other"} if table is not None and table.name in ("objects", "events") else {}
        return _Kind(sheet, label, table, constants)

    def feeds(self) -> list[Feed]:
        made: list[Feed] = []
        for node in self.nodes:
            if node.table is not None:
                made.append(self._fed(node))
        for tie in self.ties:
            made += self._tied(tie)
        made += [feed for node in self.nodes if node.table is None for feed in self._between(node)]
        return made

    def _fed(self, node: _Kind) -> Feed:
        assert node.table is not None
        key = node.table.key
        headings = [each for each in node.sheet.columns if each not in (_ID, _LABEL)]
        columns = columns_for(node.table, headings)
        columns.pop(key, None)
        columns = {key: (_ID,), **columns}
        feed = Feed(node.table.name, node.sheet.path.name, columns=columns, constants=node.constants)
        if node.table.name == "persons":
            feed = self._reached(feed, node, "phone", "phone", "phone_no")
            feed = self._reached(feed, node, "email", "email", "email_address")
        if node.table.name == "events" and (tie := self._tie(node, "locations")) is not None:
            join = Join("where", tie.path.name, _ID, _START)
            feed = replace(feed, joins=(join,), columns={**columns, "location_id": (f"where/{_END}",)})
        if node.table.name == "locations" and "area_code" not in columns:
            feed = self._area(feed, node)
        return feed

    def _tie(self, node: _Kind, to_table: str) -> sheets.Sheet | None:
        """The relation that leads from this kind of node to one of the table."""
        for tie in self.ties:
            start, end = self._ends(tie, _START), self._ends(tie, _END)
            if node in start and end and all(each.table is spec.TABLES[to_table] for each in end):
                return tie
        return None

    def _ends(self, tie: sheets.Sheet, side: str) -> list[_Kind]:
        keys = tie.frame[side].drop_nulls().head(2_000)
        return [each for each in self.nodes if len(keys) and keys.is_in(self.ids[id(each)]).any()]

    def _reached(self, feed: Feed, node: _Kind, column: str, label: str, heading: str) -> Feed:
        """A telephone or an address for mail that hangs on a person as a node of its own."""
        if column in feed.columns:
            return feed
        for tie in self.ties:
            start, end = self._ends(tie, _START), self._ends(tie, _END)
            if start != [node] or len(end) != 1 or end[0].label not in (label, f"{label}s"):
                continue
            value = next((h for h in end[0].sheet.columns if spec.plain(h) == heading), None)
            value = value or next((h for h in end[0].sheet.columns if h not in (_ID, _LABEL)), None)
            if value is None:
                continue
            joins = (
                *feed.joins,
                Join(f"has_{label}", tie.path.name, _ID, _START),
                Join(label, end[0].sheet.path.name, f"has_{label}/{_END}", _ID),
            )
            return replace(feed, joins=joins, columns={**feed.columns, column: (f"{label}/{value}",)})
        return feed

    def _area(self, feed: Feed, node: _Kind) -> Feed:
        for tie in self.ties:
            end = self._ends(tie, _END)
            if node in self._ends(tie, _START) and len(end) == 1 and end[0].label == "area":
                value = next((h for h in end[0].sheet.columns if "code" in spec.plain(h)), _ID)
                joins = (
                    Join("in_area", tie.path.name, _ID, _START),
                    Join("area", end[0].sheet.path.name, f"in_area/{_END}", _ID),
                )
                return replace(feed, joins=joins, columns={**feed.columns, "area_code": (f"area/{value}",)})
        return feed

    def _tied(self, tie: sheets.Sheet) -> list[Feed]:
        """A relation between two kinds of one table each, with the word for it or the nearest there is."""
        start, end = self._ends(tie, _START), self._ends(tie, _END)
        froms = {each.table.name if each.table else "" for each in start}
        tos = {each.table.name if each.table else "" for each in end}
        if len(froms) != 1 or len(tos) != 1 or "" in froms | tos:
            return []
        from_kind, to_kind = froms.pop().removesuffix("s"), tos.pop().removesuffix("s")
        if (from_kind, to_kind) == ("event", "location"):
            return []  # the place of an event is a column of it
        kinds = tie.frame[_TYPE].drop_nulls() if _TYPE in tie.columns else pl.Series([""])
        word = spec.plain(str(kinds[0])) if len(kinds) else ""
        from_column, to_column = _START, _END
        if (from_kind, to_kind) == ("object", "event"):
            from_kind, to_kind, from_column, to_column = "event", "object", _END, _START
        relation = _relation(word, from_kind, to_kind)
        if relation is None:
            return []
        columns = {"from_id": (from_column,), "to_id": (to_column,)}
        constants = {"from_kind": from_kind, "to_kind": to_kind, "relation": relation}
        more = next((h for h in tie.columns if spec.plain(h) in ("rel_type", "relationship", "role")), None)
        if more is not None:
            columns["relation"] = (more,)
        constants["source"] = str(kinds[0]) if len(kinds) else ""
        date_column = next((h for h in tie.columns if spec.plain(h) in ("date", "from_date", "since")), None)
        if date_column is not None:
            columns["from_date"] = (date_column,)
        return [Feed("links", tie.path.name, columns=columns, constants=constants)]

    def _between(self, node: _Kind) -> list[Feed]:
        """A node that is itself a tie: a call from one telephone to another, each with its owner."""
        if "call" not in node.label:
            return []
        caller = self._one_called(node, ("caller", "called_by", "from"))
        called = self._one_called(node, ("called", "to"))
        if caller is None or called is None:
            return []
        owner = next((tie for tie in self.ties if self._persons_to_phones(tie)), None)
        joins = [Join("caller", caller.path.name, _ID, _START), Join("called", called.path.name, _ID, _START)]
        from_id, to_id, kinds = f"caller/{_END}", f"called/{_END}", "object"
        if owner is not None:
            joins += [
                Join("caller_owner", owner.path.name, from_id, _END),
                Join("called_owner", owner.path.name, to_id, _END),
            ]
            from_id, to_id, kinds = f"caller_owner/{_START}", f"called_owner/{_START}", "person"
        elif not self._is_of_persons(caller):
            return []
        else:
            kinds = "person"
        day = next((h for h in node.sheet.columns if "date" in spec.plain(h)), None)
        columns = {"from_id": (from_id,), "to_id": (to_id,)} | ({"from_date": (day,)} if day else {})
        constants = {"from_kind": kinds, "to_kind": kinds, "relation": "called", "source": "call record"}
        return [Feed("links", node.sheet.path.name, joins=tuple(joins), columns=columns, constants=constants)]

    def _one_called(self, node: _Kind, words: Sequence[str]) -> sheets.Sheet | None:
        for tie in self.ties:
            kinds = tie.frame[_TYPE].drop_nulls() if _TYPE in tie.columns else pl.Series([""])
            if node in self._ends(tie, _START) and len(kinds) and spec.plain(str(kinds[0])) in words:
                return tie
        return None

    def _persons_to_phones(self, tie: sheets.Sheet) -> bool:
        start, end = self._ends(tie, _START), self._ends(tie, _END)
        return (
            bool(start and end)
            and all(each.table is spec.TABLES["persons"] for each in start)
            and all(each.constants.get("kind") == "phone" for each in end)
        )

    def _is_of_persons(self, tie: sheets.Sheet) -> bool:
        return all(each.table is spec.TABLES["persons"] for each in self._ends(tie, _END))


def _relation(word: str, from_kind: str, to_kind: str) -> str | None:
    fitting = {
        name: words
        for name, (starts, ends, words) in spec.RELATIONS.items()
        if from_kind in starts and to_kind in ends
    }
    for name, words in fitting.items():
        if word == name or word in words:
            return name
    for name, words in fitting.items():
        if any(word.startswith(known) for known in (name, *words)):
            return name
    default = {"event": "subject_of", "person": "associate_of", "group": "linked_to", "object": "uses"}
    if from_kind == "event":
        return "involves" if to_kind == "object" else None
    return default.get(to_kind) if fitting else None
