"""Tables as others send them: CSV, XLSX, ODS, Parquet and JSON, as words, with the row that each stood in.

Nothing is guessed here. A cell is text or nothing; what it means (a date, a code, a number) is said by
whoever reads it, who can then name the row and the column. Rows are numbered as a spreadsheet numbers them:
the headings are row 1, wherever nothing stands above them.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import secrets
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

#: what is taken for a table where it lies in a folder: JSON there may be anything
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".ods", ".parquet")
READABLE = (*ENDINGS, ".json")
#: a workbook is a zip: what it may grow to when it is opened, in bytes
MOST_UNPACKED = 2 * 1024**3
MOST_COLUMNS = 2_000
MOST_IN_A_CELL = 1_000_000
_BLOCK = 100_000
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2})[ T]00:00:00(?:\.0+)?$"
_TIME_OF_DAY = r"^1899-12-3[01][ T](\d{2}:\d{2}:\d{2})$"
_SAID_TO_BE_UNREADABLE = re.compile(r"\s*Context:.*", re.DOTALL)


class UnreadableError(Exception):
    """A file cannot be read, or a cell of it. The text is one line: which file, row and column, and why."""

    def __init__(self, path: Path | str, why: str, *, row: int | None = None, column: str = "") -> None:
        self.path, self.why, self.row, self.column = Path(path), why, row, column
        where = [str(path), *([f"row {row}"] if row else []), *([f"column {column}"] if column else [])]
        super().__init__(f"{', '.join(where)}: {why}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file.

    `frame` has every column as text, in the order of the file: surrounding blanks are gone and an empty cell
    is null. `rows` says for each line of the frame the row of the file that it stood in; rows with nothing in
    them are left out.
    """

    path: Path
    name: str
    frame: pl.DataFrame
    rows: pl.Series
    #: other tables of the same file that hold anything and were not read, by name
    unread: tuple[str, ...] = ()
    #: columns of numbers and the words in them that were taken for a blank
    blanked: tuple[tuple[str, str], ...] = ()
    #: columns with values and no heading, which the frame does not have: their places, from 1
    nameless: tuple[int, ...] = ()
    #: headings of several columns, and what each of these is called in the frame
    doubled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: why it is refused where every column is wanted
    wrong: UnreadableError | None = None

    @property
    def columns(self) -> list[str]:
        return self.frame.columns

    def __len__(self) -> int:
        return self.frame.height

    def row_of(self, index: int) -> int:
        """The row of the file in which this line of the frame stood."""
        return int(self.rows[index])

    def need(self, *columns: str) -> None:
        """Refuses a table without one of these columns, and says which there are."""
        for column in columns:
            if names := self.doubled.get(column):
                several = " or ".join(f"“{name}”" for name in names)
                why = f"{len(names)} columns have this heading: say {several}, or name them anew"
                raise UnreadableError(self.path, why, column=column)
            if column not in self.frame.columns:
                known = ", ".join(self.frame.columns[:30]) or "none"
                why = f"there is no such column; there are: {known}"
                raise UnreadableError(self.path, why, column=column)


def read(path: Path | str, *, sheet: str | None = None, is_whole: bool = False) -> Sheet:
    """The only table of a file, or the sheet of this name; of several, the first, which names the others.

    For who asks for columns by their name: one without a name, as programs write the names of rows, is left
    out, and of two with one name neither is meant by it. With `is_whole` both are refused, as the other
    readers here refuse them: there no value may be lost.
    """
    found = _open(Path(path), sheet)[0]
    return _whole(found) if is_whole else found


def read_all(path: Path | str) -> list[Sheet]:
    """Every table of a file: each sheet of a workbook that holds anything, one of anything else."""
    return [_whole(each) for each in _open(Path(path), None, every=True) if each.columns]


def read_bytes(content: bytes, name: str, *, sheet: str | None = None) -> list[Sheet]:
    """The same of a file that was sent: its ending says what it is."""
    return [_whole(each) for each in _tables(content, Path(name), sheet, every=sheet is None)]


def _whole(found: Sheet) -> Sheet:
    if found.wrong is not None:
        raise found.wrong
    return found


def said_of_nameless(found: Sheet) -> str:
    """That columns without a heading were left out, and which; nothing where there was none."""
    if not found.nameless:
        return ""
    places = ", ".join(f"{place:,}" for place in found.nameless)
    if len(found.nameless) == 1:
        return f"Column {places} of {found.path.name} has no heading and is left out."
    return f"Columns {places} of {found.path.name} have no heading and are left out."


def said_of_unread(found: Sheet) -> str:
    """That only the first of several tables was read, and which were not; nothing where there was one."""
    if not found.unread:
        return ""
    others = ", ".join(f"“{name}”" for name in found.unread)
    return f"Only the first sheet, “{found.name}”, of {found.path.name} is read. Not read: {others}."


def files_in(folder: Path, endings: Sequence[str] = ENDINGS) -> list[Path]:
    """Every file of a folder that can be read as a table, in the order of the names."""
    return sorted(each for each in folder.iterdir() if each.is_file() and each.suffix.lower() in endings)


def _open(path: Path, sheet: str | None, *, every: bool = False) -> list[Sheet]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableError(path, (error.strerror or "cannot be opened").lower()) from None
    return _tables(content, path, sheet, every=every)


def _tables(content: bytes, path: Path, sheet: str | None, *, every: bool) -> list[Sheet]:
    ending = path.suffix.lower()
    if ending not in READABLE:
        raise UnreadableError(path, f"is none of {', '.join(READABLE)}")
    if ending in (".xlsx", ".xlsm", ".ods"):
        return _workbook(content, path, sheet, every=every)
    if ending == ".json":
        return _json(content, path, sheet, every=every)
    if sheet is not None:
        raise UnreadableError(path, "only a workbook, or JSON, has sheets")
    return [_parquet(content, path) if ending == ".parquet" else _csv(content, path)]


# --- text with separators ------------------------------------------------------------------------------


def _text(content: bytes, path: Path) -> str:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-16":
            raise UnreadableError(path, "is not whole: its last character is cut off") from None
        row = content.count(b"\n", 0, error.start) + 1
    try:
        return content.decode("cp1252")  # what a spreadsheet on Windows saves as plain CSV
    except UnicodeDecodeError:
        raise UnreadableError(path, "holds a character that is neither UTF-8 nor Windows-1252; save it as "
                              "CSV UTF-8", row=row) from None  # fmt: skip


def _separator(head: str) -> str:
    line = next((each for each in head.splitlines() if each.strip()), "")
    counts = Counter({sign: line.count(sign) for sign in (",", ";", "\t", "|")})
    sign, count = counts.most_common(1)[0]
    return sign if count else ","


def _csv(content: bytes, path: Path) -> Sheet:
    text = _text(content, path)
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise UnreadableError(path, "holds a NUL character: this is not a table of text", row=row)
    csv.field_size_limit(MOST_IN_A_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text[:65_536]), strict=True)
    headings: list[str] | None = None
    blocks, lines, rows, numbers = [], [], [], []
    number = 0
    try:
        for line in reader:
            number += 1
            if headings is None:
                if any(cell.strip() for cell in line):
                    headings = line
                continue
            if len(line) != len(headings):
                line = _fitted(line, headings, path, number)
            if any(line):
                lines.append(line)
                rows.append(number)
            if len(lines) == _BLOCK:
                blocks.append(_block(lines, len(headings)))
                numbers += rows
                lines, rows = [], []
    except csv.Error as error:
        raise UnreadableError(path, f"{_plain(error)}; look at the quotation marks", row=number + 1) from None
    blocks.append(_block(lines, len(headings or ())))
    return _sheet(path, "", headings or [], pl.concat(blocks), numbers + rows)


def _fitted(line: list[str], headings: list[str], path: Path, number: int) -> list[str]:
    """A short row ends in nothing; a long one may only have nothing beyond the headings."""
    width = len(headings)
    if any(cell.strip() for cell in line[width:]):
        why = f"has {len(line)} cells where the headings have {width}"
        why += "; a value with a separator in it needs quotation marks"
        raise UnreadableError(path, why, row=number)
    return (line + [""] * width)[:width]


def _block(lines: list[list[str]], width: int) -> pl.DataFrame:
    names = [f"{place}" for place in range(width)]
    columns = zip(*lines, strict=True) if lines else ([] for _ in range(width))
    return pl.DataFrame(
        [pl.Series(name, list(cells), dtype=pl.String) for name, cells in zip(names, columns, strict=True)]
    )


def _plain(error: Exception) -> str:
    text = str(error)
    if "unexpected end" in text:
        return "a quotation mark is opened and never closed"
    if "expected after" in text:
        return "a quotation mark stands inside a value"
    if "field larger" in text:
        return f"a cell holds more than {MOST_IN_A_CELL:,} characters"
    return text


# --- workbooks and Parquet -----------------------------------------------------------------------------


def _workbook(content: bytes, path: Path, sheet: str | None, *, every: bool) -> list[Sheet]:
    import fastexcel

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(each.file_size for each in packed.infolist()) > MOST_UNPACKED:
                raise UnreadableError(path, f"unpacks to more than {MOST_UNPACKED // 1024**3} GiB")
        book = fastexcel.read_excel(content)
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise UnreadableError(path, f"has no sheet {sheet!r}; it has: {', '.join(names)}")
        wanted = [sheet] if sheet is not None else names if every else names[:1]
        found = [_one_sheet(book, path, name) for name in wanted if name is not None]
        if sheet is None and not every and found:
            unread = tuple(name for name in names[1:] if _holds_anything(book, name))
            found = [replace(found[0], unread=unread)]
        return found
    except zipfile.BadZipFile:
        raise UnreadableError(path, "is not a workbook, or is damaged; open it and save it anew") from None
    except UnreadableError:
        raise
    except BaseException as error:  # the reader is not Python: its panics are no Exception
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        said = _SAID_TO_BE_UNREADABLE.sub("", str(error)).splitlines()
        why = said[0] if said else type(error).__name__
        raise UnreadableError(path, f"cannot be read as a workbook ({why}); save it anew") from None


def _one_sheet(book: object, path: Path, name: str) -> Sheet:
    drawn = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")  # type: ignore[attr-defined]
    whole: pl.DataFrame = drawn.to_polars()
    if whole.width > MOST_COLUMNS:
        raise UnreadableError(path, f"sheet {name!r} has more than {MOST_COLUMNS:,} columns")
    whole = whole.rename({old: f"{place}" for place, old in enumerate(whole.columns)})
    whole = whole.with_columns(
        pl.all().cast(pl.String).str.replace(_MIDNIGHT, "$1").str.replace(_TIME_OF_DAY, "$1")
    )
    filled = _filled(whole)
    if not filled.any():
        return Sheet(path, name, pl.DataFrame(), pl.Series("row", [], dtype=pl.UInt32))
    first = filled.arg_true()[0]
    headings = [cell or "" for cell in whole.row(first)]
    below = whole.slice(first + 1)
    return _sheet(path, name, headings, below, list(range(first + 2, first + 2 + below.height)))


def _holds_anything(book: object, name: str) -> bool:
    drawn = book.load_sheet(name, header_row=None, n_rows=1, dtypes="string")  # type: ignore[attr-defined]
    return bool(drawn.total_height)


def _parquet(content: bytes, path: Path) -> Sheet:
    try:
        found = pl.read_parquet(io.BytesIO(content))
    except BaseException as error:  # the reader is not Python: its panics are no Exception
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        raise UnreadableError(path, "cannot be read as Parquet: it is damaged or something else") from None
    nested = next((name for name, kind in found.schema.items() if kind.is_nested()), None)
    if nested is not None:
        why = "holds lists or structures; a table of plain values is wanted"
        raise UnreadableError(path, why, column=nested)
    binary = [name for name, kind in found.schema.items() if kind == pl.Binary]
    if binary:
        raise UnreadableError(path, "holds bytes; text is wanted", column=binary[0])
    words = found.with_columns(
        pl.col(pl.Boolean).cast(pl.String), pl.col(pl.Date).dt.to_string("%Y-%m-%d")
    ).with_columns(pl.all().cast(pl.String).str.replace(_MIDNIGHT, "$1"))
    names = words.columns
    plain = words.rename({old: f"{place}" for place, old in enumerate(names)})
    return _sheet(path, "", names, plain, list(range(2, words.height + 2)))


# --- JSON ----------------------------------------------------------------------------------------------


class _TwiceError(ValueError):
    """One object names a value twice: nobody knows which is meant."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise _TwiceError(twice)
    return found


def _no_number(said: str) -> Any:
    raise ValueError(f"{said} is no number")


def _json(content: bytes, path: Path, sheet: str | None, *, every: bool) -> list[Sheet]:
    """One table, as a list of objects; or several, as an object of such lists by their names.

    Numbers keep the digits that stand in the file. Rows are the entries of a list, counted from 1.
    """
    try:
        found = json.loads(
            _text(content, path),
            object_pairs_hook=_object, parse_int=str, parse_float=str, parse_constant=_no_number,
        )  # fmt: skip
    except json.JSONDecodeError as error:
        raise UnreadableError(path, f"is no JSON: {error.msg.lower()}", row=error.lineno) from None
    except _TwiceError as error:
        raise UnreadableError(path, "one entry has this name twice", column=str(error)) from None
    except ValueError as error:
        raise UnreadableError(path, f"is no JSON: {error}") from None
    except RecursionError:
        raise UnreadableError(path, "is nested too deeply; a list of plain objects is wanted") from None
    tables = {"": found} if isinstance(found, list) else found
    if not isinstance(tables, dict) or not all(isinstance(each, list) for each in tables.values()):
        why = "is no table: wanted is a list of objects, or an object of such lists by name"
        raise UnreadableError(path, why)
    if sheet is not None and sheet not in tables:
        named = ", ".join(name for name in tables if name) or "none with a name"
        raise UnreadableError(path, f"has no list “{sheet}”; there are: {named}")
    chosen = {sheet: tables[sheet]} if sheet is not None else tables
    read_ = [_entries(path, name, lines) for name, lines in chosen.items()]
    if every or not read_:
        return read_ if every else [_entries(path, "", [])]
    unread = tuple(each.name for each in read_[1:] if len(each)) if sheet is None else ()
    return [replace(read_[0], unread=unread)]


def _entries(path: Path, name: str, lines: list[Any]) -> Sheet:
    headings: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not isinstance(line, dict):
            raise UnreadableError(path, "this entry is no object with named values", row=number)
        for heading in line:
            headings.setdefault(heading, len(headings))
        if len(headings) > MOST_COLUMNS:
            raise UnreadableError(path, f"has more than {MOST_COLUMNS:,} columns")
    columns: list[list[str]] = [[] for _ in headings]
    for number, line in enumerate(lines, 1):
        for heading, place in headings.items():
            columns[place].append(_value(line.get(heading), path, number, heading))
    try:
        body = pl.DataFrame(
            [pl.Series(f"{place}", cells, dtype=pl.String) for place, cells in enumerate(columns)]
        )
    except UnicodeEncodeError:
        raise UnreadableError(path, "holds half a character (a lone surrogate)") from None
    return _sheet(path, name, list(headings), body, list(range(1, len(lines) + 1)))


def _value(found: Any, path: Path, row: int, column: str) -> str:
    if found is None:
        return ""
    if isinstance(found, bool):
        return "true" if found else "false"
    if not isinstance(found, str):
        why = "holds a list or an object; a plain value is wanted"
    elif "\0" in found:
        why = "holds a NUL character"
    elif len(found) > MOST_IN_A_CELL:
        why = f"holds more than {MOST_IN_A_CELL:,} characters"
    else:
        return found
    raise UnreadableError(path, why, row=row, column=column)


# --- what every kind comes to --------------------------------------------------------------------------


def _filled(frame: pl.DataFrame) -> pl.Series:
    """Which lines have anything in them."""
    if not frame.width:
        return pl.Series("any", [], dtype=pl.Boolean)
    return frame.select(
        pl.any_horizontal(pl.all().str.strip_chars().fill_null("").str.len_bytes() > 0).alias("any")
    )["any"]


def _sheet(path: Path, name: str, headings: Sequence[str], body: pl.DataFrame, rows: list[int]) -> Sheet:
    """Named columns, cells without blanks around them, no line without a cell."""
    if len(headings) > MOST_COLUMNS:
        raise UnreadableError(path, f"has more than {MOST_COLUMNS:,} columns")
    body = body.with_columns(pl.all().str.strip_chars().replace("", None)) if body.width else body
    said = [" ".join(heading.split()) for heading in headings]
    times = Counter(said)
    columns, nameless, wrong = {}, {}, None
    doubled: dict[str, tuple[str, ...]] = {}
    for place, heading in enumerate(said):
        values = body[f"{place}"]
        if not heading:
            if values.null_count() == len(values):
                continue
            row = rows[int(values.is_not_null().arg_true()[0])]
            why = "has values and no heading above them"
            wrong = wrong or UnreadableError(path, why, row=row, column=f"{place + 1}")
            nameless[place + 1] = values.alias(f"\n{place + 1}")  # as no heading can be called
            continue
        if heading in doubled:
            why = "two columns have this heading; name one of them anew"
            wrong = wrong or UnreadableError(path, why, column=heading)
        called = heading
        if times[heading] > 1:
            called = f"{heading} (column {place + 1})"
            doubled[heading] = (*doubled.get(heading, ()), called)
            if called in times:
                raise UnreadableError(path, "this heading is wanted for another; name it anew", column=called)
        columns[called] = values.alias(called)
    if wrong is not None and len(nameless) > len(columns):
        raise wrong  # these are no headings: a title, or the first row of values
    frame, numbers = pl.DataFrame(list(columns.values())), pl.Series("row", rows, dtype=pl.UInt32)
    if columns:
        # a row of which only the name is there is a row: everything is missing of it
        is_filled = _filled(pl.DataFrame([*columns.values(), *(nameless.values())]))
        frame, numbers = frame.filter(is_filled), numbers.filter(is_filled)
    return Sheet(path, name, frame, numbers, nameless=tuple(nameless), doubled=doubled, wrong=wrong)


# --- writing -------------------------------------------------------------------------------------------


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """A folder to write into beside this one's files: they take their places when all is written, or never.

    Raises UnreadableError, naming the folder, when it cannot be written.
    """
    part = folder / f".part-{secrets.token_hex(6)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.mkdir()
    except OSError as error:
        raise UnreadableError(folder, f"cannot be written: {(error.strerror or '').lower()}") from None
    try:
        yield part
        for each in sorted(part.iterdir()):
            os.replace(each, folder / each.name)
    except OSError as error:
        raise UnreadableError(folder, f"cannot be written: {(error.strerror or '').lower()}") from None
    finally:
        for each in part.iterdir():
            each.unlink()
        part.rmdir()


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """The same for one file: a path to write to, which becomes the target when all is written."""
    with whole(target.parent) as part:
        yield part / target.name


def write(frame: pl.DataFrame, target: Path) -> None:
    """A frame as the ending of the target says: CSV, XLSX, ODS, Parquet or JSON. No cell is made a formula.

    To be called inside `whole` or `whole_file`.
    """
    ending = target.suffix.lower()
    if ending == ".parquet":
        frame.write_parquet(target)
    elif ending == ".xlsx":
        _write_xlsx(frame, target)
    elif ending == ".ods":
        _write_ods(frame, target)
    elif ending == ".json":
        target.write_bytes(to_bytes(frame, ending))
    elif ending in (".csv", ".tsv", ".txt"):
        frame.write_csv(target, separator="\t" if ending == ".tsv" else ",")
    else:
        # written in a folder of our own: only the name is the caller’s
        named = Path(target.name)
        raise UnreadableError(named, "can be written as .csv, .tsv, .xlsx, .ods, .parquet or .json")


def to_bytes(frame: pl.DataFrame, ending: str) -> bytes:
    """The same in memory alone, for what may not touch the disk in plain text.

    CSV is written so that a spreadsheet runs no cell of it as a formula and reads it as UTF-8.
    """
    content = io.BytesIO()
    if ending == ".parquet":
        frame.write_parquet(content)
    elif ending in (".xlsx", ".xlsm"):
        _write_xlsx(frame, content)
    elif ending == ".ods":
        _write_ods(frame, content)
    elif ending == ".json":
        content.write(json.dumps(frame.to_dicts(), ensure_ascii=False, indent=1, default=str).encode())
    else:
        content.write(b"\xef\xbb\xbf")
        text = pl.col(pl.String).str.replace(r"^([=+\-@\t\r])", "'$1")
        names = {name: f"'{name}" for name in frame.columns if name[:1] in "=+-@\t\r"}
        safe = frame.with_columns(text).rename(names)
        safe.write_csv(content, separator="\t" if ending == ".tsv" else ",")
    return content.getvalue()


def write_several(several: Mapping[str, pl.DataFrame], target: io.BytesIO, ending: str) -> None:
    """Several frames as the named sheets of one workbook, XLSX or ODS, in memory."""
    if ending == ".ods":
        _write_ods(several, target)
    else:
        _write_xlsx(several, target)


def _write_xlsx(frames: pl.DataFrame | Mapping[str, pl.DataFrame], target: Path | io.BytesIO) -> None:
    import xlsxwriter

    how = "in_memory" if isinstance(target, io.BytesIO) else "constant_memory"
    several = {None: frames} if isinstance(frames, pl.DataFrame) else frames
    with xlsxwriter.Workbook(
        target, {"strings_to_formulas": False, "strings_to_urls": False, how: True}
    ) as book:
        for name, frame in several.items():
            sheet = book.add_worksheet(name)
            for place, line in enumerate(_lines(frame)):
                for column, cell in enumerate(line):
                    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
                        sheet.write_number(place, column, cell)
                    elif cell is not None:
                        sheet.write_string(place, column, str(cell))


def _write_ods(frames: pl.DataFrame | Mapping[str, pl.DataFrame], target: Path | io.BytesIO) -> None:
    from odf.opendocument import OpenDocumentSpreadsheet

    book = OpenDocumentSpreadsheet()
    several = {"Sheet1": frames} if isinstance(frames, pl.DataFrame) else frames
    for name, frame in several.items():
        book.spreadsheet.addElement(_ods_table(name, frame))
    if isinstance(target, io.BytesIO):
        book.write(target)
    else:
        book.save(str(target))


def _ods_table(name: str, frame: pl.DataFrame) -> Any:
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    table = Table(name=name)
    for line in _lines(frame):
        row = TableRow()
        for cell in line:
            if isinstance(cell, (int, float)) and not isinstance(cell, bool):
                placed = TableCell(valuetype="float", value=str(cell))
            else:
                placed = TableCell(valuetype="string")
            if cell is not None:
                placed.addElement(P(text=str(cell)))
            row.addElement(placed)
        table.addElement(row)
    return table


def _lines(frame: pl.DataFrame) -> Iterable[Sequence[object]]:
    yield frame.columns
    yield from frame.iter_rows()
