"""An agency's own form from an XLSForm spreadsheet: its sheets survey, choices and settings as a definition.

A subset that a paper questionnaire needs (xlsform.org, pyxform): the types below, `relevant`, `constraint`,
`required`, `calculation`, and begin/end group for headings. Whatever else stands in the file is refused, by
sheet, row and column, so that nobody learns in front of a woman that a question was left out.

What XLSForm has no column for is ours: in choices `points` (what an answer adds), in survey `reversed` (yes),
`alert` (from how many points, or from which value, an answer signals danger) and `alert_message`, in settings
`score` (the calculate that is the score), `better` (higher or lower) and `about`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

import polars as pl

from pathways.analysis import sheets
from pathways.domain.outcomes import expression
from pathways.domain.outcomes.instrument import (
    DECLINED,
    LONGEST_ANSWER,
    LONGEST_QUESTION,
    Kind,
    Licence,
    longer_than,
)

MOST_QUESTIONS: Final = 300
WORKBOOKS: Final = (".xlsx", ".xlsm", ".ods")
MOST_PROBLEMS: Final = 40
_ALERTING = frozenset({"select_one", "integer", "decimal", "calculate"})
_PLAIN = frozenset({"integer", "decimal", "text", "date", "note", "calculate"})
_SURVEY = frozenset(
    {"type", "name", "label", "hint", "required", "relevant", "constraint", "constraint_message",
     "calculation",
     "reversed", "alert", "alert_message"}
)  # fmt: skip
_CHOICES = frozenset({"list_name", "name", "label", "points"})
_SETTINGS = frozenset(
    {"form_title", "form_id", "version", "default_language", "score", "better", "about", "licence", "source"}
)
#: for each sheet the columns that are needed, and all that are known
COLUMNS: Final[Mapping[str, tuple[tuple[str, ...], frozenset[str]]]] = MappingProxyType(
    {
        "survey": (("type", "name", "label"), _SURVEY),
        "choices": (("list_name", "name", "label"), _CHOICES),
        "settings": (("form_title", "form_id"), _SETTINGS),
    }
)
#: other spellings of the same, as other tools write them
_SAME = {
    "list name": "list_name", "constraint message": "constraint_message", "relevance": "relevant",
    "value": "name", "title": "form_title", "id_string": "form_id",
}  # fmt: skip
_NAME = re.compile(r"^[a-z_][a-z0-9_]{0,39}$")
_VERSION = re.compile(r"^[A-Za-z0-9_.-]{1,40}$")
_YES = frozenset({"yes", "true", "true()", "1"})
_NO = frozenset({"", "no", "false", "false()", "0"})


@dataclass(frozen=True, slots=True)
class Problem:
    """One cell that is not supported, and what to do about it."""

    sheet: str
    row: int | None
    column: str
    why: str

    def __str__(self) -> str:
        if not self.sheet:
            return f"{self.why}."
        where = [f"Sheet {self.sheet}", *([f"row {self.row}"] if self.row else []),
                 *([f"column {self.column}"] if self.column else [])]  # fmt: skip
        return f"{', '.join(where)}: {self.why}."


class FormError(Exception):
    """A spreadsheet is not a form that can be used here: every reason, one line each."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        more = len(problems) - MOST_PROBLEMS
        self.lines = (*(str(one) for one in problems[:MOST_PROBLEMS]),
                      *((f"And {more} more.",) if more > 0 else ()))  # fmt: skip
        super().__init__(" ".join(self.lines))


@dataclass(slots=True)
class _Table:
    """One sheet by our names of its columns."""

    name: str
    rows: list[tuple[int, dict[str, str]]]
    columns: dict[str, str]


@dataclass(slots=True)
class _Read:
    """What was read so far, and what was wrong."""

    problems: list[Problem] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    alerts: list[dict[str, Any]] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def wrong(self, sheet: str, row: int | None, column: str, why: str) -> None:
        self.problems.append(Problem(sheet, row, column, why))


def template() -> bytes:
    """A small form that can be brought as it stands, as an .xlsx workbook: to be opened and changed."""
    content = io.BytesIO()
    sheets.write_several(
        {
            "survey": pl.DataFrame(
                [
                    ("select_one often", "safe", "I feel safe at home", "", "yes", ""),
                    ("text", "words", "Anything you want to add?", "", "", ""),
                    ("integer", "nights", "Nights away in the last month", "", "", ". >= 0 and . <= 31"),
                ],
                schema=["type", "name", "label", "hint", "required", "constraint"],
                orient="row",
            ),
            "choices": pl.DataFrame(
                [("often", "0", "Never"), ("often", "1", "Sometimes"), ("often", "2", "Always")],
                schema=["list_name", "name", "label"],
                orient="row",
            ),
            "settings": pl.DataFrame(
                [("A form of our own", "our_form", "1")],
                schema=["form_title", "form_id", "version"],
                orient="row",
            ),
        },
        content,
        ".xlsx",
    )
    return content.getvalue()


def read(content: bytes, name: str) -> dict[str, Any]:
    """The definition for `domain.outcomes.instrument.of`. Raises FormError, or sheets.UnreadableError.

    A form without a version has an empty `edition`: whoever takes it in says which day stands for it.
    """
    if not name.lower().endswith(WORKBOOKS):
        raise FormError([Problem("", None, "", "This is not an .xlsx or .ods file: save it as one of these")])
    given = {each.name.strip().lower(): each for each in sheets.read_bytes(content, name)}
    state = _Read()
    for wanted in ("survey", "settings"):
        if wanted not in given:
            state.wrong(wanted, None, "", "the workbook has no such sheet")
    if "settings" not in given:
        state.problems[-1] = replace(
            state.problems[-1],
            why="the workbook has no such sheet. Its columns are form_title and form_id, with one line under "
            "them; version may be there too",
        )
    for strange in sorted(set(given) - {"survey", "choices", "settings"}):
        state.wrong(strange, None, "", "this sheet is not supported; leave it out")
    if state.problems:
        raise FormError(state.problems)
    survey = _table(given["survey"], "survey", _SURVEY, state)
    choices = _table(given["choices"], "choices", _CHOICES, state) if "choices" in given else None
    settings = _settings(_table(given["settings"], "settings", _SETTINGS, state), state)
    lists = _lists(choices, state)
    _survey(survey, lists, state)
    _names(survey, settings, state)
    if state.problems:
        raise FormError(state.problems)
    definition: dict[str, Any] = {
        "code": settings["form_id"],
        "name": settings["form_title"],
        "edition": settings.get("version", ""),
        "about": settings.get("about", ""),
        "licence": Licence.OWN.value,
        "licence_words": settings.get("licence", ""),
        "source": settings.get("source", ""),
        "is_lower_better": settings.get("better", "lower").lower() == "lower",
        "options": {key: lists[key] for key in sorted(state.used)},
        "items": state.items,
        "alerts": state.alerts,
    }
    if settings.get("score"):
        definition["score_item"] = settings["score"]
    return definition


def _heading(said: str) -> str:
    """A heading by our name: `label::English (en)` is a label."""
    plain = said.strip().lower().partition("::")[0].strip()
    return _SAME.get(plain, plain.replace(" ", "_"))


def _table(sheet: sheets.Sheet, name: str, known: frozenset[str], state: _Read) -> _Table:
    columns: dict[str, str] = {}
    for said in sheet.columns:
        ours = _heading(said)
        if ours not in known:
            state.wrong(name, 1, said, f"this column is not supported; there are {', '.join(sorted(known))}")
        elif ours in columns:
            state.wrong(
                name, 1, said, f"this stands twice (“{columns[ours]}”): a form is in one language here"
            )
        else:
            columns[ours] = said
    for wanted in {"survey": ("type", "name"), "choices": ("list_name", "name", "label")}.get(name, ()):
        if wanted not in columns:
            state.wrong(name, 1, wanted, "there is no such column")
    rows = [
        (sheet.row_of(index), {ours: str(line[said] or "").strip() for ours, said in columns.items()})
        for index, line in enumerate(sheet.frame.iter_rows(named=True))
    ]
    return _Table(name, rows, columns)


def _settings(table: _Table, state: _Read) -> dict[str, str]:
    if not table.rows:
        state.wrong("settings", 2, "", "there is no line with the form’s form_title and form_id")
        return {}
    row, said = table.rows[0]
    if len(table.rows) > 1:
        state.wrong("settings", table.rows[1][0], "", "there is one line of settings and no more")
    for wanted in ("form_title", "form_id"):
        if not said.get(wanted):
            state.wrong("settings", row, wanted, "this is needed")
    if said.get("form_id") and not _NAME.match(said["form_id"]):
        state.wrong(
            "settings", row, "form_id", "small letters, digits and underscores, beginning with a letter"
        )
    if said.get("version") and not _VERSION.match(said["version"]):
        state.wrong("settings", row, "version", "letters, digits, dots and hyphens, at most 40")
    if said.get("better", "").lower() not in ("", "higher", "lower"):
        state.wrong("settings", row, "better", "say higher or lower")
    return {key: value for key, value in said.items() if value}


def _lists(table: _Table | None, state: _Read) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row, said in table.rows if table else ():
        key, name, label = said.get("list_name", ""), said.get("name", ""), said.get("label", "")
        for column, value in (("list_name", key), ("name", name), ("label", label)):
            if not value:
                state.wrong("choices", row, column, "this is needed")
        if name == DECLINED:
            state.wrong("choices", row, "name", "this name is kept for “she did not want to answer”")
        if re.search(r"\s", name):
            state.wrong("choices", row, "name", "a name has no blank in it")
        if name in {one["value"] for one in found.get(key, ())}:
            state.wrong("choices", row, "name", f"“{name}” stands twice in the list “{key}”")
        if fault := longer_than(LONGEST_ANSWER, label, "an answer"):
            state.wrong("choices", row, "label", fault)
        option: dict[str, Any] = {"value": name, "label": label}
        if (points := said.get("points", "")) != "":
            if (figure := expression.number(points)) is None:
                state.wrong("choices", row, "points", f"“{points}” is not a number")
            option["points"] = figure
        found.setdefault(key, []).append(option)
    return found


def _survey(table: _Table, lists: Mapping[str, list[dict[str, Any]]], state: _Read) -> None:
    groups: list[tuple[int, str]] = []
    if len(table.rows) > MOST_QUESTIONS:
        state.wrong("survey", table.rows[MOST_QUESTIONS][0], "", f"a form has at most {MOST_QUESTIONS} lines")
        return
    for row, said in table.rows:
        words = " ".join(said.get("type", "").replace("_", " ").split()).lower()
        if words == "begin group":
            if groups:
                state.wrong("survey", row, "type", "a group inside a group is not supported")
            if said.get("relevant"):
                state.wrong("survey", row, "relevant", "say it at each question of the group instead")
            groups.append((row, said.get("label", "")))
            continue
        if words == "end group":
            if not groups:
                state.wrong("survey", row, "type", "no group is open here")
            else:
                groups.pop()
            continue
        _question(row, said, groups[-1][1] if groups else "", lists, state)
    for row, _ in groups:
        state.wrong("survey", row, "type", "this group is not closed by an end group")
    if not state.items and not state.problems:
        state.wrong("survey", None, "", "the form asks nothing")


def _question(
    row: int, said: Mapping[str, str], section: str, lists: Mapping[str, list[dict[str, Any]]], state: _Read
) -> None:
    kind, _, of = said.get("type", "").strip().partition(" ")
    kind, of = kind.lower(), of.strip()
    name, label = said.get("name", ""), said.get("label", "")
    item: dict[str, Any] = {"code": name, "label": label, "section": section}
    if kind in ("select_one", "select_multiple"):
        if of not in lists:
            state.wrong("survey", row, "type", f"there is no list “{of}” in the sheet choices")
        state.used |= {of} & set(lists)
        item["options"] = of
    elif kind not in _PLAIN or of:
        there = ", ".join(sorted({*_PLAIN, "select_one", "select_multiple", "begin group", "end group"}))
        state.wrong("survey", row, "type", f"“{said.get('type', '')}” is not supported; there are {there}")
        return
    item["kind"] = kind
    if not _NAME.match(name):
        state.wrong("survey", row, "name", "small letters, digits and underscores, beginning with a letter")
    if name in {one["code"] for one in state.items}:
        state.wrong("survey", row, "name", f"“{name}” stands twice")
    if not label and kind != Kind.RECKONED.value:
        state.wrong("survey", row, "label", "this is needed: nobody can answer a question without words")
    for column in ("label", "hint", "constraint_message", "alert_message"):
        what = "a question" if column == "label" else "this"
        if fault := longer_than(LONGEST_QUESTION, said.get(column, ""), what):
            state.wrong("survey", row, column, fault)
    item["hint"] = said.get("hint", "")
    item["constraint_message"] = said.get("constraint_message", "")
    item["is_required"] = _yes(said.get("required", ""), row, "required", state)
    item["is_reversed"] = _yes(said.get("reversed", ""), row, "reversed", state)
    for column in ("relevant", "constraint", "calculation"):
        if rule := said.get(column, ""):
            try:
                expression.parse(rule)
            except expression.ExpressionError as error:
                state.wrong("survey", row, column, str(error))
            item[column] = rule
    if (kind == Kind.RECKONED.value) is not bool(said.get("calculation")):
        why = (
            "a calculate needs its rule here"
            if kind == Kind.RECKONED.value
            else "only a calculate has a rule here"
        )
        state.wrong("survey", row, "calculation", why)
    if said.get("alert"):
        if (least := expression.number(said["alert"])) is None:
            state.wrong("survey", row, "alert", f"“{said['alert']}” is not a number")
        elif kind not in _ALERTING:
            state.wrong("survey", row, "alert", f"a {kind} has no number that could signal danger")
        elif not said.get("alert_message"):
            state.wrong("survey", row, "alert_message", "say in words what the worker is told")
        else:
            state.alerts.append({"item": name, "least": least, "words": said["alert_message"]})
    item["row"] = row
    state.items.append(item)


def _yes(said: str, row: int, column: str, state: _Read) -> bool:
    if said.lower() in _YES:
        return True
    if said.lower() not in _NO:
        state.wrong("survey", row, column, f"“{said}” is neither yes nor no; a rule is not supported here")
    return False


def _names(table: _Table, settings: Mapping[str, str], state: _Read) -> None:
    """A rule may look only at what was asked before it, so that no answers depend on each other in a ring."""
    before: set[str] = set()
    every = {one["code"]: one for one in state.items}
    for item in state.items:
        row = item.pop("row")
        for column in ("relevant", "calculation", "constraint"):
            if column not in item:
                continue
            try:
                names = expression.parse(item[column]).names
            except expression.ExpressionError:
                continue
            for name in sorted(names - before - ({item["code"]} if column == "constraint" else set())):
                why = "comes later in the form" if name in every else "is not asked"
                state.wrong("survey", row, column, f"“{name}” {why}")
        before.add(item["code"])
    if (score := settings.get("score")) and every.get(score, {}).get("kind") != Kind.RECKONED.value:
        state.wrong("settings", 2, "score", f"“{score}” is no calculate of the form")
