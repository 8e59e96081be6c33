"""Files as nobody should send them, made from good ones by a seed."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pathways.analysis.pole import mapping

COLUMNS = [
    "person_id",
    "first_name",
    "surname",
    "date_of_birth",
    "sex",
    "ethnicity_code",
    "phone",
    "shoe size",
]
ROWS = [
    ["1", "Ann", "Smith", "24/08/1990", "F", "W1", "07700 900123", "5"],
    ["2", "Zoë", "O'Brien, née Łuk", "1985-02-03", "Female", "A4", "+44 7700 900456", ""],
    ["3", "Bea", 'says "hi"', "3 Mar 1979", "M", "NS", "", "6"],
    ["4", "", "", "", "", "", "", ""],
    ["5", "Cy", "Über", "01/02/62", "not asked", "IC3", "0", "7"],
    ["6", "Dee", "two\nlines", "unknown", "U", "M9", "n/a", "8"],
]
#: what no cell should hold, and some cells do
HOSTILE = [
    "=cmd|'/c calc'!A1", "+1+1", "-2", "@SUM(A1)", "'; drop table persons; --", "<script>x</script>",
    "\x00", "\x1b[31m", "\u202egnp.exe", "\ufeff", "\ud7ff", "🙂" * 40, "A" * 40_000, "31/02/1990",
    "99/99/9999", "12/31/1999", "0000-00-00", "NaN", "inf", "1e999", "-0", "٣٤", "NULL", "None", " ", "\t",
    "\r", '"', '""',
    ",", ";;;;", "\n\n", "1\n2", "%s%s%n", "../../etc/passwd", "{{7*7}}", "2147483648", "1.5", "TRUE",
    "#REF!",
]  # fmt: skip
CSV_KINDS = (
    "bytes", "cut", "encoding", "separator", "quotes", "ragged", "cells", "headings", "swapped", "nul",
    "lines", "repeated", "empty",
)  # fmt: skip
XLSX_KINDS = (
    "bytes",
    "cut",
    "member",
    "xml",
    "strings",
    "bomb",
    "cells",
    "headings",
    "merged",
    "formula",
    "types",
)


@dataclass(frozen=True)
class Mutant:
    """One bad file, and how it came about."""

    name: str
    kind: str
    content: bytes


MAPPED = mapping.from_dict(
    {
        "name": "people",
        "tables": [
            {
                "table": "persons",
                "file": "people.*",
                "columns": {name: name for name in COLUMNS if name != "shoe size"},
            }
        ],
    }
)


def mutants(ending: str, many: int, *, seed: int) -> Iterator[Mutant]:
    """So many bad files of one ending, each kind of damage in turn, the same for the same seed."""
    rng = random.Random(f"{ending}{seed}")
    kinds, make = (CSV_KINDS, _csv) if ending == "csv" else (XLSX_KINDS, _xlsx)
    for number in range(many):
        kind = kinds[number % len(kinds)]
        yield Mutant(f"people.{ending}", kind, make(kind, rng))


def _table(rng: random.Random) -> list[list[str]]:
    """The good table with a few of its rows, in any order."""
    rows = [list(row) for row in rng.sample(ROWS, rng.randint(1, len(ROWS)))]
    return [list(COLUMNS), *rows]


def _spoilt(table: list[list[str]], rng: random.Random) -> list[list[str]]:
    for _ in range(rng.randint(1, 6)):
        row = rng.randrange(1, len(table))
        table[row][rng.randrange(len(COLUMNS))] = rng.choice(HOSTILE)
    return table


def _headed(table: list[list[str]], rng: random.Random) -> list[list[str]]:
    """Headings that stand twice, are empty, very long, in another order or another language."""
    head, place = table[0], rng.randrange(len(COLUMNS))
    match rng.randrange(6):
        case 0:
            head[place] = head[rng.randrange(len(COLUMNS))]
        case 1:
            head[place] = ""
        case 2:
            head[place] = rng.choice(HOSTILE)
        case 3:
            rng.shuffle(head)
        case 4:
            head[place] = head[place].upper() + rng.choice((":string", " ", "?", "_"))
        case 5:
            del table[0]
    return table


def _text(table: list[list[str]], separator: str = ",", *, quote: bool = True) -> str:
    def cell(value: str) -> str:
        if quote and any(sign in value for sign in (separator, '"', "\n", "\r")):
            return '"' + value.replace('"', '""') + '"'
        return value

    return "\n".join(separator.join(cell(value) for value in row) for row in table) + "\n"


def _csv(kind: str, rng: random.Random) -> bytes:
    table = _table(rng)
    match kind:
        case "bytes":
            return _flipped(_text(table).encode(), rng)
        case "cut":
            whole = _text(table).encode()
            return whole[: rng.randrange(len(whole))]
        case "encoding":
            text = _text(table)
            encoding = rng.choice(
                ("utf-16", "utf-16-le", "utf-32", "cp1252", "utf-8-sig", "cp037", "mac-roman")
            )
            return text.encode(encoding, "replace")
        case "separator":
            return _text(table, rng.choice(";\t|:^ ")).encode()
        case "quotes":
            text = list(_text(table))
            for _ in range(rng.randint(1, 5)):
                text.insert(rng.randrange(len(text)), rng.choice("\"'“"))
            return "".join(text).encode()
        case "ragged":
            for row in table[1:]:
                if rng.random() < 0.5:
                    row += [rng.choice(HOSTILE)] * rng.randint(1, 3)
                else:
                    del row[rng.randrange(len(row)) :]
            return _text(table).encode("utf-8", "replace")
        case "cells":
            return _text(_spoilt(table, rng)).encode("utf-8", "replace")
        case "headings":
            return _text(_headed(table, rng)).encode("utf-8", "replace")
        case "swapped":
            for row in table[1:]:
                one, other = rng.sample(range(len(row)), 2)
                row[one], row[other] = row[other], row[one]
            return _text(table).encode()
        case "nul":
            whole = bytearray(_text(table).encode())
            for _ in range(rng.randint(1, 3)):
                whole.insert(rng.randrange(len(whole)), 0)
            return bytes(whole)
        case "lines":
            return _text(table).replace("\n", rng.choice(("\r", "\r\n", "\n\n", "\n,,,\n", "\x0b"))).encode()
        case "repeated":
            table += [list(row) for row in rng.choices(table[1:], k=rng.randint(1, 4))]
            return _text(_spoilt(table, rng) if rng.random() < 0.5 else table).encode("utf-8", "replace")
    return rng.choice((b"", b"\n", b"\xef\xbb\xbf", b",,,\n", b" ", b"person_id", b"\xff\xfe", b"\r\n\r\n"))


def _flipped(whole: bytes, rng: random.Random) -> bytes:
    changed = bytearray(whole)
    for _ in range(rng.randint(1, 8)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


# --- workbooks ------------------------------------------------------------------------------------------


@cache
def _book(seed: int, kind: str) -> bytes:
    """A workbook by the writer that we ship; a few dozen differ, and the damage does the rest."""
    import xlsxwriter

    rng, content = random.Random(f"{seed}{kind}"), io.BytesIO()
    table = _table(rng)
    if kind == "cells":
        table = _spoilt(table, rng)
    if kind == "headings":
        table = _headed(table, rng)
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("People")
        for place, row in enumerate(table):
            for column, value in enumerate(row):
                text = "".join(sign for sign in value if sign >= " " or sign in "\t\n")[:32_000]
                if kind == "types" and rng.random() < 0.4:
                    _typed(sheet, place, column, rng)
                else:
                    sheet.write_string(place, column, text)
        if kind == "merged":
            for _ in range(2):
                top, left = rng.randrange(1, 8), rng.randrange(5)
                try:
                    sheet.merge_range(top, left, top + rng.randrange(1, 3), left + rng.randrange(2), "merged")
                except Exception:  # two areas that overlap: the one before is enough
                    continue
        if kind == "formula":
            for _ in range(3):
                sheet.write_formula(
                    rng.randrange(1, 6), rng.randrange(6), rng.choice(("=1/0", "=A1", "=NOW()")), None,
                    rng.choice(("", "#DIV/0!", 42, "x")),
                )  # fmt: skip
    return content.getvalue()


def _typed(sheet: object, place: int, column: int, rng: random.Random) -> None:
    import datetime

    value = rng.choice((True, 1.5, -1, 10**15, 0, 36_500, datetime.date(1990, 8, 24), datetime.time(10, 5)))
    sheet.write(place, column, value)  # type: ignore[attr-defined]


def _xlsx(kind: str, rng: random.Random) -> bytes:
    whole = _book(
        rng.randrange(40), kind if kind in ("cells", "headings", "merged", "formula", "types") else ""
    )
    match kind:
        case "bytes":
            return _flipped(whole, rng)
        case "cut":
            return whole[: rng.randrange(len(whole))]
        case "member":
            return _rezipped(whole, rng, drop=True)
        case "xml" | "strings" | "merged" | "formula" | "types" | "cells" | "headings":
            if kind in ("xml", "strings") or rng.random() < 0.5:
                return _rezipped(whole, rng, only="sharedStrings" if kind == "strings" else "")
            return whole
        case "bomb":
            return _bomb(whole, rng)
    return whole


def _rezipped(whole: bytes, rng: random.Random, *, only: str = "", drop: bool = False) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as read, zipfile.ZipFile(made, "w") as written:
        names = read.namelist()
        chosen = next((name for name in names if only and only in name), rng.choice(names))
        for name in names:
            content = read.read(name)
            if name == chosen:
                if drop:
                    continue
                content = _bad_xml(content, rng)
            written.writestr(name, content)
    return made.getvalue()


def _bad_xml(content: bytes, rng: random.Random) -> bytes:
    match rng.randrange(6):
        case 0:
            return _flipped(content, rng)
        case 1:
            return content[: rng.randrange(len(content))]
        case 2:
            return content.replace(b'r="', b'r="' + rng.choice((b"ZZZ", b"-", b"A0", b"")), 1)
        case 3:
            return content.replace(b"<v>", b"<v>" + rng.choice((b"-1", b"9999999", b"1e400", b"x")), 1)
        case 4:
            entity = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
            return content.replace(b"?>", b"?>" + entity, 1).replace(b"<t>", b"<t>&b;", 1)
    return content.replace(b't="s"', b't="' + rng.choice((b"d", b"n", b"b", b"e", b"q")) + b'"')


def _bomb(whole: bytes, rng: random.Random) -> bytes:
    """A member that says it unpacks to gigabytes, or a sheet whose last cell is a million rows away."""
    if rng.random() < 0.5:
        made = bytearray(whole)
        place = made.find(b"PK\x01\x02")
        made[place + 24 : place + 28] = (0xF0000000 + rng.randrange(10**6)).to_bytes(4, "little")
        return bytes(made)
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(whole)) as read,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        for name in read.namelist():
            content = read.read(name)
            if "sheet1.xml" in name:
                # a sheet of a million rows is lawful and takes seconds: it comes now and then
                far = b"1048576" if rng.random() < 0.004 else b"9000"
                content = content.replace(
                    b"</sheetData>",
                    b'<row r="%b"><c r="B%b"><v>1</v></c></row></sheetData>' % (far, far),
                )
            written.writestr(name, content)
    return made.getvalue()
