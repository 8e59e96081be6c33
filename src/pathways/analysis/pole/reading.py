"""An agency's files under its mapping, as POLE tables: every row either comes in or is named with its reason.

Each row of a table says which file and row it came from, and keeps beside every value that was brought to one
form the value that was written (`date_of_birth` and `date_of_birth_raw`). Columns that no table knows are
kept under their own headings, and files that no mapping names are kept whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePath

import polars as pl

from pathways.analysis import sheets
from pathways.analysis.pole import meanings, others, spec, standard
from pathways.analysis.pole.mapping import Feed, Mapping, MappingError, is_named
from pathways.domain.terms.demographics import NoAnswer

FILE, ROW = "source_file", "source_row"
_NOT_CARRIED = "_"
_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with one cell or row: where, what stood there, why, and how to mend it.

    A rejected row does not come in. Otherwise the value alone stays empty, and what was written is kept.
    """

    file: str
    row: int
    column: str
    value: str
    why: str
    mend: str
    is_rejected: bool = True

    def __str__(self) -> str:
        return f"{self.file}, row {self.row}, column {self.column}: {self.why}; {self.mend}"


@dataclass(slots=True)
class Extract:
    """What was read: tables by name, the problems, and what was kept beside."""

    mapping: Mapping
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    #: whole files that fed no table, by name
    others: dict[str, pl.DataFrame] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    #: headings of immigration status that were left out, by file
    left_out: dict[str, list[str]] = field(default_factory=dict)
    #: headings that no table knows, kept as they are, by file
    unknown: dict[str, list[str]] = field(default_factory=dict)
    #: every value of the columns of codes, with what it was read as
    values: list[meanings.Value] = field(default_factory=list)
    #: what a person should look at before anything else
    warnings: list[str] = field(default_factory=list)
    #: how many rows each file had
    read: dict[str, int] = field(default_factory=dict)

    @property
    def rejected(self) -> list[Problem]:
        return [each for each in self.problems if each.is_rejected]

    def count(self, table: str) -> int:
        found = self.tables.get(table)
        return 0 if found is None else found.height


@dataclass(slots=True)
class _Named:
    """A sheet under the name by which its rows are told apart."""

    name: str
    file: str
    sheet: sheets.Sheet


def read(path: Path, mapping: Mapping, *, received: date) -> Extract:
    """Reads a file or a folder under a mapping. Raises UnreadableError, MappingError."""
    return read_sheets(sheets_of(path), mapping, received=received)


def sheets_of(path: Path) -> list[sheets.Sheet]:
    """Every table of a file or a folder. Raises UnreadableError."""
    if not path.exists():
        raise sheets.UnreadableError(path, "there is no such file or folder")
    files = sheets.files_in(path) if path.is_dir() else [path]
    if not files:
        raise sheets.UnreadableError(path, f"holds no table; wanted is one of {', '.join(sheets.ENDINGS)}")
    return [one for each in files for one in sheets.read_all(each)]


def named(found: Sequence[sheets.Sheet]) -> dict[str, sheets.Sheet]:
    """The sheets by the name under which problems speak of them: file, or file and sheet."""
    return {each.name: each.sheet for each in _named(found)}


def _named(found: Sequence[sheets.Sheet]) -> list[_Named]:
    how_many: dict[str, int] = {}
    for one in found:
        how_many[one.path.name] = how_many.get(one.path.name, 0) + 1
    return [
        _Named(
            one.path.name if how_many[one.path.name] == 1 else f"{one.path.name} [{one.name}]",
            one.path.name,
            one,
        )
        for one in found
    ]


def read_sheets(found: Sequence[sheets.Sheet], mapping: Mapping, *, received: date) -> Extract:
    """Reads tables that are open already. Raises MappingError where a file or a column is not there."""
    extract = Extract(mapping)
    every = _named(found)
    extract.read = {each.name: each.sheet.frame.height for each in every}
    used: set[str] = set()
    parts: dict[str, list[pl.DataFrame]] = {}
    for feed in mapping.feeds:
        for one in _fitting(feed, every):
            used.add(one.name)
            used.update(_place(every, join.file).name for join in feed.joins)
            parts.setdefault(feed.table, []).append(_feed(extract, feed, one, every, mapping, received))
    extract.values = meanings.together(extract.values)
    for name, frames in parts.items():
        whole = pl.concat(frames, how="diagonal")
        extract.tables[name] = _one_row_each(extract, others.EVERY[name], whole)
    for one in every:
        if one.name not in used:
            frame = _without_immigration(extract, one)
            extract.others[one.name] = frame.with_columns(one.sheet.rows.alias(ROW))
            extract.notes.append(
                f"{one.name}: no table is fed by it; its {frame.height:,} rows are kept as they are"
            )
    for table in ("persons", "events", "links"):
        if table not in extract.tables and any(name in spec.TABLES for name in extract.tables):
            extract.notes.append(f"no file feeds {table}: not recorded")
    _hanging(extract)
    return extract


def _fitting(feed: Feed, every: list[_Named]) -> list[_Named]:
    fit = [
        each
        for each in every
        if is_named(feed.file, each.file)
        and (not feed.sheet or each.sheet.name.casefold() == feed.sheet.casefold())
    ]
    if not fit:
        there = ", ".join(sorted({each.file for each in every})[:20])
        what = f"{feed.file}, sheet {feed.sheet}" if feed.sheet else feed.file
        raise MappingError(
            f"the mapping names {what} for {feed.table}, which is not there; there are: {there}"
        )
    return fit


def _place(every: list[_Named], file: str) -> _Named:
    for each in every:
        if is_named(file, each.file) or each.name.casefold() == file.casefold():
            return each
    raise MappingError(f"the mapping joins {file}, which is not there")


def _without_immigration(extract: Extract, one: _Named) -> pl.DataFrame:
    of_it = [name for name in one.sheet.frame.columns if spec.is_of_immigration(name)]
    if of_it:
        extract.left_out[one.name] = of_it
    return one.sheet.frame.drop(of_it)


def _feed(
    extract: Extract, feed: Feed, one: _Named, every: list[_Named], mapping: Mapping, received: date
) -> pl.DataFrame:
    table = others.EVERY[feed.table]
    own = _without_immigration(extract, one)
    # the sign that keeps a spreadsheet from running a cell as a formula, in a sheet that came back from us
    own = own.with_columns(pl.all().str.replace(r"^'([=+\-@])", "$1"))
    frame = own.with_columns(one.sheet.rows.alias(f"{_NOT_CARRIED}row"))
    for name, values in feed.where.items():
        _need(frame, name, one, "where")
        frame = frame.filter(pl.col(name).is_in(list(values)))
    for join in feed.joins:
        frame = _joined(
            extract, frame, join.name, _place(every, join.file), join.on, join.to, one, bool(table.key)
        )
    made: list[pl.Series] = []
    taken: set[str] = set()
    for column in table.columns:
        given = feed.columns.get(column.name, ())
        for heading in given:
            _need(frame, heading, one, column.name)
        taken.update(given)
        written = _written(frame, given, feed.constants.get(column.name))
        if written is None:
            continue
        read_as = _mapped(written, feed.values.get(column.name))
        if column.kind in (spec.TEXT, spec.ID):
            made.append(read_as.alias(column.name))
            continue
        made.append(written.alias(f"{column.name}_raw"))
        made += _standard(extract, column, written, read_as, frame, one, given, feed, mapping, received)
    # what was fetched only to fetch something else by it is kept too: it is nowhere else in this table
    between = [join.on for join in feed.joins if join.on not in own.columns]
    kept = [name for name in (*own.columns, *dict.fromkeys(between)) if name not in taken]
    if kept:
        extract.unknown.setdefault(one.name, []).extend(
            each for each in kept if each not in extract.unknown.get(one.name, [])
        )
    names = {series.name for series in made}
    made += [
        frame[name].alias(name if name not in names and name not in table.names else f"{name} (as sent)")
        for name in kept
    ]
    result = pl.DataFrame(made) if made else pl.DataFrame()
    if not frame.height:
        result = result.clear()
    missing = [
        pl.lit(None, _kind(each)).alias(each.name)
        for each in table.columns
        if each.name not in result.columns
    ]
    result = result.with_columns(
        *missing, pl.lit(one.name).alias(FILE), frame[f"{_NOT_CARRIED}row"].cast(pl.UInt32).alias(ROW)
    )
    if table.name in ("persons",) and "sex_missing" not in result.columns:
        result = result.with_columns(pl.lit(None, pl.String).alias("sex_missing"))
    if table is spec.TABLES["events"]:
        default = pl.when(pl.col("kind") == "intelligence").then(pl.lit("opinion")).otherwise(pl.lit("fact"))
    else:
        default = pl.lit("fact")
    if "fact_or_opinion" in result.columns:
        result = result.with_columns(pl.col("fact_or_opinion").fill_null(default))
    if table.name == "persons":
        result = _ethnicities(extract, result, one, feed)
    return _whole_rows(extract, table, result, one, feed)


def _kind(column: spec.Column) -> type[pl.DataType]:
    return {spec.DATE: pl.Date, spec.NUMBER: pl.Float64, others.WHOLE: pl.Int64}.get(column.kind, pl.String)  # type: ignore[return-value]


def _need(frame: pl.DataFrame, heading: str, one: _Named, what: str) -> None:
    if heading in frame.columns and not heading.startswith(_NOT_CARRIED):
        return
    there = ", ".join(name for name in frame.columns if not name.startswith(_NOT_CARRIED))
    raise MappingError(
        f"{one.name} has no column {heading!r}, which the mapping names for {what}; it has: {there}"
    )


def _joined(
    extract: Extract, frame: pl.DataFrame, name: str, other: _Named, on: str, to: str, one: _Named, once: bool
) -> pl.DataFrame:
    _need(frame, on, one, f"the join {name}")
    _need(other.sheet.frame, to, other, f"the join {name}")
    right = _without_immigration(extract, other)
    right = right.rename({each: f"{name}/{each}" for each in right.columns})
    key = f"{name}/{to}"
    right = right.filter(pl.col(key).is_not_null())
    if once:
        single = right.unique(subset=key, keep="first", maintain_order=True)
        if single.height < right.height:
            extract.notes.append(
                f"{other.name}: {right.height - single.height:,} further rows for the same {to};"
                f" {one.name} takes the first of each"
            )
        right = single
    right = right.with_columns(pl.col(key).alias(f"{_NOT_CARRIED}{key}"))
    return frame.join(right, left_on=on, right_on=f"{_NOT_CARRIED}{key}", how="left", maintain_order="left")


def _written(frame: pl.DataFrame, given: Sequence[str], constant: str | None) -> pl.Series | None:
    """The cells as they were written, or the constant where nothing was."""
    if not given and constant is None:
        return None
    if not given:
        return pl.Series("_", [constant], dtype=pl.String).new_from_index(0, frame.height)
    if len(given) == 1:
        found = frame[given[0]]
    else:
        found = frame.select(
            pl.concat_str([pl.col(each) for each in given], separator=" ", ignore_nulls=True)
            .str.strip_chars()
            .replace("", None)
            .alias("_")
        ).to_series()
    return found.fill_null(constant) if constant is not None else found


def _mapped(written: pl.Series, known: object) -> pl.Series:
    if not known:
        return written
    meant: dict[str, str] = dict(known)  # type: ignore[call-overload]
    return _each(written, lambda text: meant.get(text.casefold(), text))


def _each(
    series: pl.Series, reader: Callable[[str], object], kind: type[pl.DataType] = pl.String
) -> pl.Series:
    """Reads each different value once. A reader that raises is for `_read`."""
    different = series.drop_nulls().unique()
    read_as = pl.Series("new", [reader(text) for text in different.to_list()], dtype=kind)
    lookup = pl.DataFrame([different.alias("old"), read_as])
    return pl.DataFrame([series.alias("old")]).join(lookup, on="old", how="left", maintain_order="left")[
        "new"
    ]


def _standard(
    extract: Extract,
    column: spec.Column,
    written: pl.Series,
    read_as: pl.Series,
    frame: pl.DataFrame,
    one: _Named,
    given: Sequence[str],
    feed: Feed,
    mapping: Mapping,
    received: date,
) -> list[pl.Series]:
    """The column in one form, and whatever goes with it."""
    heading = given[0] if given else column.name
    note = _Noting(extract, one, frame[f"{_NOT_CARRIED}row"], heading, read_as)
    match column.kind:
        case spec.DATE:
            latest = received.replace(year=received.year + 50, day=1) if column.is_ahead else received
            found = note.read(
                lambda text: standard.day(text, order=mapping.dates, latest=latest), pl.Date, what="a date"
            )
            return [found.alias(column.name)]
        case spec.NUMBER:
            return [note.read(standard.number, pl.Float64, what="a number").alias(column.name)]
        case spec.POSTCODE:
            found = note.read(
                lambda text: standard.postcode(text) or None, pl.String, rejects=False, what="a postcode"
            )
            return [found.alias(column.name)]
        case spec.PHONE:
            return [note.read(lambda text: standard.phone(text) or None, pl.String).alias(column.name)]
        case others.TIME:
            return [note.read(standard.clock, pl.String, what="a time of day").alias(column.name)]
        case others.WHOLE:
            return [note.read(standard.whole, pl.Int64, what="a whole number").alias(column.name)]
        case others.REFERENCE:
            return [
                note.read(standard.reference, pl.String, what="one of our references").alias(column.name)
            ]
        case spec.SEX:
            code = note.read(lambda text: str(standard.sex(text)), pl.String, rejects=False)
            if given:
                _put_down(note, column, feed, written, code)
            known = pl.col("c").is_in([answer.value for answer in NoAnswer])
            two = pl.DataFrame([code.alias("c")]).select(
                pl.when(~known).then("c").alias(column.name),
                pl.when(known)
                .then("c")
                .when(pl.col("c").is_null())
                .then(pl.lit(NoAnswer.UNKNOWN.value))
                .alias(f"{column.name}_missing"),
            )
            return two.get_columns()
        case spec.CODE:
            return [_coded(column, written, note, feed).alias(column.name)]
    return [read_as.alias(column.name)]


def _put_down(note: _Noting, column: spec.Column, feed: Feed, written: pl.Series, code: pl.Series) -> None:
    """Each value of a column of codes, with what became of it."""
    found = (
        pl.DataFrame([written.alias("value"), note.series.alias("meant"), code.alias("code")])
        .drop_nulls("value")
        .group_by("value", maintain_order=True)
        .agg(pl.len(), pl.first("meant", "code"))
    )
    place = _place_of(note.extract.mapping, feed)
    note.extract.values += [
        meanings.Value(
            place, note.one.name, feed.table, column.name, note.heading, value[:_MOST_SHOWN], count,
            "" if meant in note.wrong else words or "",
        )
        for value, count, meant, words in found.iter_rows()
    ]  # fmt: skip


def _place_of(mapping: Mapping, feed: Feed) -> int:
    return next(place for place, each in enumerate(mapping.feeds) if each is feed)


def _coded(column: spec.Column, written: pl.Series, note: _Noting, feed: Feed) -> pl.Series:
    known = {name: name for name in column.codes or {}}
    for name, words in (column.codes or {}).items():
        for word in words:
            known.setdefault(word, name)
    decides = column.is_needed

    def read_one(text: str) -> str:
        found = standard.code(text, known)
        if found is None:
            raise standard.NotUnderstoodError(
                f"{text[:40]!r} is none of {', '.join(column.codes or ())}",
                f"say in the mapping, under values, {column.name}, which of these it is",
            )
        return found

    found = note.read(read_one, pl.String, rejects=decides)
    if feed.columns.get(column.name):
        _put_down(note, column, feed, written, found)
    if column.name == "kind" and column.codes is not None and "other" in column.codes:
        found = found.fill_null("other")
    return found


@dataclass(slots=True)
class _Noting:
    """Reads a column and puts down each cell that could not be."""

    extract: Extract
    one: _Named
    rows: pl.Series
    heading: str
    series: pl.Series
    wrong: dict[str, standard.NotUnderstoodError] = field(default_factory=dict)

    def read(
        self,
        reader: Callable[[str], object],
        kind: type[pl.DataType],
        *,
        rejects: bool = True,
        what: str = "",
    ) -> pl.Series:
        """The column as `kind`. `what` it should hold is said where nothing at all in it could be read."""
        wrong = self.wrong

        def careful(text: str) -> object:
            try:
                return reader(text)
            except standard.NotUnderstoodError as error:
                wrong[text] = error
                return None

        found = _each(self.series, careful, kind)
        there = len(self.series) - self.series.null_count()
        if what and there > 1 and found.null_count() == len(found):
            self.extract.warnings.append(
                f"{self.one.name}: none of the {there:,} values in {self.heading} could be read as {what};"
                " look whether it is the right column, and how it is written"
            )
        if wrong:
            at = self.series.is_in(list(wrong)).fill_null(False).arg_true()
            for place in at.to_list():
                text = self.series[place]
                self.extract.problems.append(
                    Problem(
                        self.one.name,
                        int(self.rows[place]),
                        self.heading,
                        text[:_MOST_SHOWN],
                        wrong[text].why,
                        wrong[text].mend,
                        rejects,
                    )
                )
        return found


def _ethnicities(extract: Extract, frame: pl.DataFrame, one: _Named, feed: Feed) -> pl.DataFrame:
    """Code and scheme read together: the census group, the broad group, and which kind of no answer."""
    names = ("ethnicity_code", "ethnicity_scheme", "ethnicity", "ethnicity_group", "ethnicity_missing")
    if "ethnicity_code_raw" not in frame.columns:
        return frame.with_columns(
            pl.lit(None, pl.String).alias(name) for name in names if name not in frame.columns
        )
    code = frame["ethnicity_code"].fill_null("")
    scheme = frame["ethnicity_scheme"].fill_null("")
    pairs = pl.DataFrame([code.alias("code"), scheme.alias("scheme")])
    read_as: list[tuple[str, str, str | None, str | None, str | None, str | None]] = []
    wrong: dict[tuple[str, str], standard.NotUnderstoodError] = {}
    for said_code, said_scheme in pairs.unique().iter_rows():
        try:
            found = standard.ethnic(said_code, said_scheme)
            values = (found.code, found.scheme, found.ethnicity, found.group, found.missing)
        except standard.NotUnderstoodError as error:
            wrong[said_code, said_scheme] = error
            values = (said_code, said_scheme, "", "", NoAnswer.UNKNOWN.value)
        read_as.append((said_code, said_scheme, *(value or None for value in values)))  # type: ignore[arg-type]
    table = pl.DataFrame(read_as, schema=dict.fromkeys(("code", "scheme", *names), pl.String), orient="row")
    done = pairs.join(table, on=["code", "scheme"], how="left", maintain_order="left")
    heading = (feed.columns.get("ethnicity_code") or ("ethnicity_code",))[0]
    if feed.columns.get("ethnicity_code"):
        said = frame["ethnicity_scheme_raw"] if "ethnicity_scheme_raw" in frame.columns else scheme
        became = done.select(pl.coalesce("ethnicity", "ethnicity_missing").alias("became")).to_series()
        raw = [frame["ethnicity_code_raw"].alias("raw"), said.alias("said"), became]
        _put_down_ethnicities(extract, pairs.with_columns(raw), wrong, one, feed)
    if wrong:
        for place, pair in enumerate(pairs.iter_rows()):
            if (fault := wrong.get(pair)) is not None:
                extract.problems.append(
                    Problem(
                        one.name,
                        int(frame[ROW][place]),
                        heading,
                        pair[0][:_MOST_SHOWN],
                        fault.why,
                        fault.mend,
                        is_rejected=False,
                    )
                )
    return frame.with_columns(done[name] for name in names)


def _put_down_ethnicities(
    extract: Extract,
    frame: pl.DataFrame,
    wrong: dict[tuple[str, str], standard.NotUnderstoodError],
    one: _Named,
    feed: Feed,
) -> None:
    """Each ethnicity code as it was written; where its list is not known, that list instead."""
    place = _place_of(extract.mapping, feed)
    for raw, said, code, scheme, count, became in (
        frame.group_by("raw", "said", "code", "scheme", maintain_order=True)
        .agg(pl.len(), pl.first("became"))
        .iter_rows()
    ):
        is_known = (code, scheme) not in wrong
        is_of_scheme = not is_known and bool(scheme) and not standard.is_scheme(scheme)
        column, value = ("ethnicity_scheme", said) if is_of_scheme else ("ethnicity_code", raw)
        given = feed.columns.get(column)
        if given and value:
            shown, read_as = value[:_MOST_SHOWN], (became or "") if is_known else ""
            extract.values.append(
                meanings.Value(place, one.name, feed.table, column, given[0], shown, count, read_as, scheme)
            )


def _whole_rows(
    extract: Extract, table: spec.Table, frame: pl.DataFrame, one: _Named, feed: Feed
) -> pl.DataFrame:
    """The rows that have what every row needs; the others are named."""
    rejected = {each.row for each in extract.problems if each.is_rejected and each.file == one.name}
    here = set(frame[ROW].to_list()) & rejected
    if here:
        frame = frame.filter(~pl.col(ROW).is_in(list(here)))
    for column in table.columns:
        if not column.is_needed or not frame[column.name].null_count():
            continue
        heading = (feed.columns.get(column.name) or (column.name,))[0]
        for row in frame.filter(pl.col(column.name).is_null())[ROW].to_list():
            extract.problems.append(
                Problem(
                    one.name,
                    row,
                    heading,
                    "",
                    "this is empty, and a row cannot do without it",
                    f"fill in {heading}",
                )
            )
        frame = frame.filter(pl.col(column.name).is_not_null())
    if table.name == "links" and frame.height:
        frame = _fitting_ends(extract, frame, one, feed)
    return frame


def _fitting_ends(extract: Extract, frame: pl.DataFrame, one: _Named, feed: Feed) -> pl.DataFrame:
    allowed = pl.DataFrame(
        [
            (name, start, end, True)
            for name, (starts, ends, _) in spec.RELATIONS.items()
            for start in starts
            for end in ends
        ],
        schema=["relation", "from_kind", "to_kind", "fits"],
        orient="row",
    )
    joined = frame.join(allowed, on=["relation", "from_kind", "to_kind"], how="left", maintain_order="left")
    heading = (feed.columns.get("relation") or ("relation",))[0]
    for row, relation, start, end in (
        joined.filter(pl.col("fits").is_null()).select(ROW, "relation", "from_kind", "to_kind").iter_rows()
    ):
        starts, ends, _ = spec.RELATIONS[relation]
        extract.problems.append(
            Problem(
                one.name,
                row,
                heading,
                relation,
                f"{relation} goes from {' or '.join(starts)} to {' or '.join(ends)}, not {start} to {end}",
                "check the kinds of both ends, or which way round they stand",
            )
        )
    return joined.filter(pl.col("fits").is_not_null()).drop("fits")


def _one_row_each(extract: Extract, table: spec.Table, frame: pl.DataFrame) -> pl.DataFrame:
    """A row for each key: what several files say of one is put together, and a contradiction is named."""
    if not table.key or not frame[table.key].is_duplicated().any():
        return frame
    twice = frame[table.key].is_duplicated()
    merged: dict[str, dict[str, object]] = {}
    compared = [
        name for name in table.names if name not in (table.key, "fact_or_opinion") and name in frame.columns
    ]
    same = 0
    for row in frame.filter(twice).iter_rows(named=True):
        first = merged.setdefault(row[table.key], row)
        if first is row:
            continue
        unlike = next(
            (n for n in compared if row[n] is not None and first[n] is not None and row[n] != first[n]), None
        )
        if unlike is not None:
            raw = row.get(f"{unlike}_raw", row[unlike])
            extract.problems.append(
                Problem(
                    str(row[FILE]),
                    int(row[ROW]),
                    unlike,
                    str(raw)[:_MOST_SHOWN],
                    f"row {first[ROW]} of {first[FILE]} has the same {table.key} and says otherwise",
                    "leave the row that is right, or give one of them another key",
                )
            )
            continue
        same += 1
        for name, value in row.items():
            if first[name] is None:
                first[name] = value
    if same:
        extract.notes.append(
            f"{table.name}: {same:,} rows were of a {table.key} that had a row already; put together"
        )
    return pl.concat([frame.filter(~twice), pl.DataFrame(list(merged.values()), schema=frame.schema)])


def _hanging(extract: Extract) -> None:
    """Ties to somebody or something that the extract does not hold are kept, and counted."""
    links = extract.tables.get("links")
    if links is None or not links.height:
        return
    ids = {
        table.name.removesuffix("s"): extract.tables[table.name][table.key]
        for table in spec.TABLES.values()
        if table.key and table.name in extract.tables
    }
    for side in ("from", "to"):
        for kind, known in ids.items():
            ends = links.filter(pl.col(f"{side}_kind") == kind)[f"{side}_id"]
            if lost := int((~ends.is_in(known.implode())).sum()):
                extract.notes.append(
                    f"links: {lost:,} go {side} a {kind} that the extract does not hold; they are kept"
                )


def sheets_to_mend(
    found: Sequence[sheets.Sheet], problems: Iterable[Problem]
) -> list[tuple[str, sheets.Sheet, pl.DataFrame]]:
    """The user's own rows that need mending, as (file name, sheet, rows): those that were left out, with why
    and how to mend it; and beside them those that come in with a value left empty, with what it was.
    """
    by_sheet: dict[str, dict[int, list[Problem]]] = {}
    for each in problems:
        by_sheet.setdefault(each.file, {}).setdefault(each.row, []).append(each)
    made: list[tuple[str, sheets.Sheet, pl.DataFrame]] = []
    for name, sheet in named(found).items():
        rows = by_sheet.get(name, {})
        out = {row: every for row, every in rows.items() if any(each.is_rejected for each in every)}
        empty = {row: every for row, every in rows.items() if row not in out}
        if out:
            made.append((_file_name(name, _OUT), sheet, _to_mend(sheet, out)))
        if empty:
            made.append((_file_name(name, _EMPTY), sheet, _to_mend(sheet, empty)))
    return made


_OUT, _EMPTY = "-rejected", "-not-understood"


def is_left_empty(file_name: str) -> bool:
    """Whether a sheet of rows to mend is of rows that come in with a value left empty."""
    return PurePath(file_name).stem.endswith(_EMPTY)


def _to_mend(sheet: sheets.Sheet, rows: dict[int, list[Problem]]) -> pl.DataFrame:
    at = sheet.rows.cast(pl.UInt32)
    frame = sheet.frame.with_columns(at.alias(f"{_NOT_CARRIED}row")).filter(
        pl.col(f"{_NOT_CARRIED}row").is_in(list(rows))
    )
    numbers = frame[f"{_NOT_CARRIED}row"].to_list()

    def said(out: bool) -> list[str]:
        return [
            "; ".join(f"{each.column}: {each.why}" for each in rows[number] if each.is_rejected == out)
            for number in numbers
        ]

    why, empty = said(True), said(False)
    mend = ["; ".join(dict.fromkeys(each.mend for each in rows[number])) for number in numbers]
    more = [pl.Series("row in the file", numbers, dtype=pl.UInt32)]
    if any(why):
        more.append(pl.Series("why it was left out", why, dtype=pl.String))
    if any(empty):
        more.append(pl.Series("what was not understood and is left empty", empty, dtype=pl.String))
    more.append(pl.Series("how to mend it", mend, dtype=pl.String))
    return frame.drop(f"{_NOT_CARRIED}row").with_columns(more)


def _file_name(name: str, end: str) -> str:
    """The name of the file of rows to mend that goes with a sheet, in the same form."""
    bare = PurePath(name.split(" [")[0])
    sheet = f"-{name.split(' [')[1].rstrip(']')}" if " [" in name else ""
    return f"{bare.stem}{sheet}{end}{bare.suffix if bare.suffix.lower() != '.xlsm' else '.xlsx'}"
