"""The source itself: no way round the walls, no SQL made of a person's words, nothing unescaped.

Each rule is a small function over a module's syntax tree, and has bad code of its own that it must find.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.apps import apps

from pathways.domain.governance.policy import Resource
from tests.postgres import ROOT

SOURCE = ROOT / "src" / "pathways"
Found = tuple[str, int, str]

#: Who may make SQL of parts: the walls and the installation, from names that are our own.
MAKES_SQL = {
    "records/walls.py": "compiles the matrix to row security, as the owner, from its own names",
    "records/keys.py": "the key store beside the database",
    "cli/doctor.py": "reads the catalogue as whoever runs the machine",
    "records/guards.py": "sets the triggers with the walls, as the owner, from its own names",
}
#: Engines in memory over tables that were handed to them. The programme's database is out of their reach: the
#: floors keep its driver from `analysis`, and `test_analysis_reaches_no_database` says so again.
ENGINES_OF_THEIR_OWN = ("analysis/linkage/", "analysis/screening/")
#: Single calls elsewhere that are not written out whole, by what they are given.
MADE_OF_OUR_NAMES = {
    ("cli/backing.py", "query"): "counts each table of the catalogue, its name quoted by the driver",
    ("journey/auditing.py", "statement"): "called in this module alone, with settings that are written there",
    ("journey/auditing.py", "query"): "called in this module alone: the names of the two streams' tables",
    (
        "journey/sealing.py",
        "f'insert into event_unsealed (event_id, stream) select e.id, %s from {table} e w",
    ): "the names of the two streams' tables",
    ("records/composed.py", "self._sql"): "what Django compiled of a queryset; values go beside it",
    ("records/composed.py", "query"): "a cursor that prepares what it is given and adds nothing",
    ("journey/copying.py", "copy"): "copies a file of keys: `keys.copy`, no statement",
    ("journey/copying.py", "store"): "copies a file of keys: `keys.copy`, no statement",
}
#: The key store is SQLite, which knows no roles and whose settings are of other names.
NO_SETTING = {("records/keys.py", "set wrapped = ? where person = ? and organisation = ?")}
#: Who may mark words as safe to draw, and why.
DRAWS = {
    "web/forms.py": "a field's own template, drawn by the form's renderer, which escapes",
    "web/lists.py": "the same of a filter form: each question's own template, which escapes",
}
#: Reads of the records without `sight` and outside the clerk's lines: after a row was found by `sight`, or in
#: a function that is called within the clerk's lines alone. Row security holds them all the same.
BEYOND_SIGHT = {
    ("extracts.py", "emptied", "TakeInPart"): "the parts of a take-in that its caller holds",
    ("learning.py", "_readings", "SecondDraw"): "inside the clerk's part of its caller, own force only",
    ("learning.py", "_readings", "SecondReading"): "inside the clerk's part of its caller, own force only",
    ("taken.py", "write", "TakenRow"): "the rows that the organisation took in before, named by it",
    ("taking_in.py", "_checked", "TakeInPart"): "of a take-in that sight has found",
    ("taking_in.py", "_remember", "ColumnMapping"): "the organisation's own, named by it",
    ("taking_in.py", "_taken_back", "TakenRow"): "of a take-in that sight has found",
    ("taking_in.py", "_taken_in", "TakeInPart"): "of a take-in that sight has found",
    ("taking_in.py", "_worked_on", "TakenRow"): "of a take-in that sight has found",
    ("approach.py", "_facts", "ApproachAttempt"): "of an approach that sight has found",
    ("approach.py", "attempt", "ApproachAttempt"): "counts the attempts of an approach that sight has found",
    ("assess.py", "complete", "Episode"): "of an assessment that sight has found",
    ("assess.py", "reopen", "Episode"): "of an assessment that sight has found",
    ("assess.py", "_monitor", "Demographics"): "of an assessment that sight has found",
    ("assess.py", "_rate", "NeedRating"): "of an assessment that sight has found",
    ("case_list.py", "_last_of_hers", "Episode"): "a part of a query that sight has narrowed",
    ("case_list.py", "_nobodys", "Involvement"): "a part of a query that sight has narrowed",
    ("case_list.py", "_plan_is", "SafeContactPlan"): "a part of a query that sight has narrowed",
    ("caseload.py", "end_cover", "Involvement"): "of the actor's own organisation",
    ("caseload.py", "_is_with", "Involvement"): "of the actor's own organisation",
    ("clockwork.py", "_ask", "Task"): "called by the machine as the clerk",
    ("clockwork.py", "_works_at", "Involvement"): "called by the machine as the clerk",
    ("closing.py", "_who_follows_up", "Involvement"): "of a closure that sight has found",
    ("contact_plan.py", "_live", "SafeContactPlan"): "of a woman that sight has found",
    ("contacts.py", "mine", "Involvement"): "the actor's own work, by organisation and account",
    ("contacts.py", "correct_note", "CaseNote"): "of a note that sight has found",
    ("contacts.py", "run_group", "GroupSession"): "of the actor's own organisation",
    ("held.py", "_kinds", "model"): "called within the clerk's lines, own organisation only",
    ("messages.py", "pass_on", "Client"): "of a message that sight has found",
    ("police_sight.py", "_flags", "Spine"): "called within the clerk's lines",
    ("police_sight.py", "_flags", "Consideration"): "called within the clerk's lines",
    ("police_sight.py", "_flags", "Episode"): "called within the clerk's lines",
    ("police_sight.py", "_is_running", "Spine"): "called within the clerk's lines",
    ("police_sight.py", "_is_running", "Episode"): "called within the clerk's lines",
    ("police_sight.py", "_show", "FlagReceipt"): "called within the clerk's lines",
    ("sight.py", "visible", "model"): "this is the first wall",
    ("stopping.py", "_withdraw_referrals", "Referral"): "called within the clerk's lines",
    ("stopping.py", "_withdraw_referrals", "Engagement"): "called within the clerk's lines",
    ("stopping.py", "_follow", "Contact"): "called within the clerk's lines",
    ("stopping.py", "_follow", "FollowUp"): "called within the clerk's lines",
    ("stopping.py", "_follow", "Approach"): "called within the clerk's lines",
    ("stopping.py", "_follow", "Engagement"): "called within the clerk's lines",
    ("stopping.py", "_follow", "ParticipationAgreement"): "called within the clerk's lines",
    ("stopping.py", "_follow", "Closure"): "called within the clerk's lines",
    ("triage_watching.py", "groups_of_everybody", "Demographics"): "inside the counting part of its callers",
    ("triage_watching.py", "_first_contacts", "JourneyEvent"): "inside the counting part of its caller",
    ("evaluate.py", "_answers", "Demographics"): "inside the counting part of its caller",
    ("evaluate.py", "_measured", "GoalRating"): "inside the counting part of its caller",
    ("evaluate.py", "_measured", "InstrumentScore"): "inside the counting part of its caller",
    ("evaluate.py", "_measured", "NeedRating"): "inside the counting part of its caller",
    ("triage_what_if.py", "_providers", "JourneyEvent"): "inside the counting part of its caller",
    ("triage.py", "send_back", "Episode"): "of a triage that sight has found",
    ("triage.py", "again", "Episode"): "of a triage that sight has found",
    ("assess.py", "_as_it_stands", "Demographics"): "of an assessment that sight has found",
    ("emergency.py", "_named", "Identity"): "called within the clerk's lines",
    ("emergency.py", "_named", "NameToken"): "called within the clerk's lines",
    ("emptying.py", "_drafts", "Draft"): "called within the keeper's lines, of one organisation",
    ("emptying.py", "_messages", "Message"): "called within the keeper's lines, of one organisation",
    ("emptying.py", "_silence", "Message"): "called within the keeper's lines, of one organisation",
    ("emptying.py", "hers", "model"): "called within the keeper's lines, of one organisation",
    ("police_sight.py", "_is_kept_out", "Spine"): "called within the clerk's lines",
    ("restored.py", "_values", "model"): "called within the keeper's lines, and answers counts alone",
    ("retaining.py", "_ended", "Episode"): "called within the clerk's lines",
    ("retaining.py", "_ended", "ParticipationAgreement"): "called within the clerk's lines",
    ("sight.py", "about", "model"): "this is the first wall",
    ("way.py", "happened", "JourneyEvent"): "of episodes that sight has found",
    **{
        ("joining.py", function, model): "called within the registrar's lines, for two records of sight"
        for function, model in (
            ("_change", "model"),
            ("_ended_since", "Episode"),
            ("_episodes", "Episode"),
            ("_give", "model"),
            ("_give_back", "Episode"),
            ("_give_back", "SafeContactPlan"),
            ("_give_back", "model"),
            ("_move", "Episode"),
            ("_move", "model"),
            ("_new_rows", "model"),
            ("_papers", "Client"),
            ("_papers", "Identity"),
            ("_restore", "SafeContactPlan"),
            ("_restore", "model"),
            ("_restore_paper", "Client"),
            ("_restore_paper", "Identity"),
            ("_settle_what_runs", "Approach"),
            ("_settle_what_runs", "Involvement"),
            ("_settle_what_runs", "ParticipationAgreement"),
            ("_settle_what_runs", "Spine"),
            ("_settle_what_runs", "Task"),
            ("_since", "model"),
            ("_stricter_plan", "SafeContactPlan"),
        )
    },
}


def modules(under: str = "") -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((SOURCE / under).rglob("*.py")):
        if "migrations" not in path.parts:
            yield str(path.relative_to(SOURCE)), ast.parse(path.read_text())


def _parents(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    return {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}


def _within(node: ast.AST, parents: dict[ast.AST, ast.AST], kind: type) -> Iterator[ast.AST]:
    while (node := parents.get(node)) is not None:  # type: ignore[assignment]
        if isinstance(node, kind):
            yield node


def sql_of_parts(name: str, tree: ast.Module) -> Iterator[Found]:
    """A statement that is not written out whole: made by an f-string, a sum, a format or a call."""
    whole = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    parents = _parents(tree)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        if node.func.attr not in ("execute", "executemany", "copy"):
            continue
        said = node.args[0]
        is_whole = isinstance(said, ast.Constant) or (isinstance(said, ast.Name) and said.id in whole)
        if not is_whole and isinstance(said, ast.Name):
            # a parameter of a function whose every caller in this module writes the statement out whole
            function = next(_within(node, parents, ast.FunctionDef), None)
            is_whole = isinstance(function, ast.FunctionDef) and _is_called_with_whole(function, said, tree)
        if not is_whole:
            yield name, node.lineno, ast.unparse(said)[:80]


def _is_called_with_whole(function: ast.FunctionDef, argument: ast.Name, tree: ast.Module) -> bool:
    names = [each.arg for each in function.args.args]
    if argument.id not in names:
        return False
    place = names.index(argument.id)
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function.name
    ]
    return bool(calls) and all(
        len(call.args) > place and isinstance(call.args[place], ast.Constant) for call in calls
    )


def query_by_hand(name: str, tree: ast.Module) -> Iterator[Found]:
    """`.extra(…)`, `.raw(…)`, `RawSQL(…)`: SQL inside a queryset."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("extra", "raw", "RawSQL"):
                yield name, node.lineno, called


def marked_safe(name: str, tree: ast.Module) -> Iterator[Found]:
    """`mark_safe(…)` or `SafeString(…)` of anything but the empty string."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            is_empty = bool(node.args) and isinstance(node.args[0], ast.Constant) and node.args[0].value == ""
            if called in ("mark_safe", "SafeString", "SafeText") and not is_empty:
                yield name, node.lineno, called


def setting_of_the_session(name: str, tree: ast.Module) -> Iterator[Found]:
    """A setting that outlives its transaction: `SET`, `SET ROLE`, `set_config(…, false)`."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            continue
        said = " ".join(node.value.split()).lower()
        if re.match(r"(reset|set) (?!local\b)(session |role|pathways|row_security|\w+ (=|to) )", said):
            yield name, node.lineno, said[:80]
        calls = re.findall(r"set_config\((?:[^()]|\([^()]*\))*\)", said)
        if any(not re.search(r",\s*true\s*\)$", call) for call in calls):
            yield name, node.lineno, said[:80]


def identity_from_elsewhere(name: str, tree: ast.Module) -> Iterator[Found]:
    """`set_config` anywhere but in `journey/identity.py`: nobody else says who acts."""
    for node in ast.walk(tree):
        is_words = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_words and "set_config(" in node.value and "select" in node.value.lower():  # type: ignore[union-attr]
            yield name, node.lineno, "set_config"


def records_beyond_sight(name: str, tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """`Model.objects.filter/get/all…` of a walled table, outside `with identity.…` and without `sight`."""
    walled = {
        model.__name__
        for model in apps.get_app_config("records").get_models()
        if model._meta.db_table in {each.value for each in Resource}
    }
    parents = _parents(tree)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)):
            continue
        if not (
            (node.attr == "objects" and node.value.id in walled)
            or node.attr in ("_default_manager", "_base_manager")
        ):
            continue
        used = parents.get(node)
        if isinstance(used, ast.Attribute) and used.attr in ("create", "bulk_create"):
            continue  # what is written is judged by row security, and by `sight.may` before it
        lines = [ast.unparse(item.context_expr) for each in _within(node, parents, ast.With)
                 for item in each.items]  # type: ignore[attr-defined] # fmt: skip
        if any(line.startswith("identity.") for line in lines):
            continue
        function = next(_within(node, parents, ast.FunctionDef), None)
        yield Path(name).name, getattr(function, "name", ""), node.value.id


BAD: list[tuple[Callable[[str, ast.Module], Iterator[object]], str]] = [
    (sql_of_parts, 'cursor.execute(f"select * from client where name = \'{typed}\'")'),
    (sql_of_parts, 'cursor.execute("select 1 where a = \'%s\'" % typed)'),
    (sql_of_parts, "cursor.execute(statement)"),
    (sql_of_parts, 'def run(q):\n    cursor.execute(q)\nrun("select 1")\nrun(typed)'),
    (query_by_hand, 'Client.objects.extra(where=["1=1"])'),
    (query_by_hand, 'Client.objects.raw("select 1")'),
    (query_by_hand, 'qs.annotate(a=RawSQL("x", []))'),
    (marked_safe, "mark_safe(typed)"),
    (marked_safe, "SafeString(typed)"),
    (setting_of_the_session, "\"set role pathways_owner\""),
    (setting_of_the_session, "\"SET pathways.role = 'clerk'\""),
    (setting_of_the_session, "\"select set_config('pathways.role', %s, false)\""),
    (setting_of_the_session, "\"set row_security = off\""),
    (identity_from_elsewhere, "\"select set_config('pathways.role', %s, true)\""),
    (records_beyond_sight, "def f():\n    return CaseNote.objects.filter(id=1)"),
    (records_beyond_sight, "def f():\n    return CaseNote.objects.get(id=1)"),
]
GOOD: list[tuple[Callable[[str, ast.Module], Iterator[object]], str]] = [
    (sql_of_parts, 'cursor.execute("select 1 where a = %s", [typed])'),
    (sql_of_parts, 'QUERY = "select 1"\ncursor.execute(QUERY)'),
    (setting_of_the_session, "\"select set_config('pathways.role', %s, true)\""),
    (setting_of_the_session, '"Set a goal with her"'),
    (marked_safe, 'SafeString("")'),
    (records_beyond_sight, "def f():\n    with identity.clerk(by):\n        CaseNote.objects.get(id=1)"),
    (records_beyond_sight, "def f():\n    return Organisation.objects.get(id=1)"),
]


@pytest.mark.parametrize(("rule", "code"), BAD, ids=lambda v: getattr(v, "__name__", ""))
def test_each_rule_finds_its_own_bad_example(rule, code):
    assert list(rule("bad.py", ast.parse(code)))


@pytest.mark.parametrize(("rule", "code"), GOOD, ids=lambda v: getattr(v, "__name__", ""))
def test_and_leaves_what_is_good_alone(rule, code):
    assert not list(rule("good.py", ast.parse(code)))


def test_no_sql_is_made_of_parts_but_by_the_walls_and_the_installation():
    found = [
        each
        for name, tree in modules()
        if not name.startswith(("installation/", *ENGINES_OF_THEIR_OWN)) and name not in MAKES_SQL
        for each in sql_of_parts(name, tree)
    ]
    assert [each for each in found if (each[0], each[2]) not in MADE_OF_OUR_NAMES] == []
    unused = set(MADE_OF_OUR_NAMES) - {(name, said) for name, _, said in found}
    assert unused == set(), "no longer there: take it off the list"


def test_analysis_reaches_no_database():
    reached = [
        (name, one)
        for name, tree in modules()
        if name.startswith("analysis/")
        for node in ast.walk(tree)
        for one in (
            [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        if one.split(".")[0] in ("psycopg", "django", "adbc_driver_postgresql")
        or one.startswith(("pathways.records", "pathways.journey", "pathways.installation.database"))
    ]
    assert reached == []


def test_no_query_is_written_by_hand():
    assert [each for name, tree in modules() for each in query_by_hand(name, tree)] == []


def test_nothing_is_marked_safe_to_draw():
    found = [each for name, tree in modules() for each in marked_safe(name, tree) if name not in DRAWS]
    assert found == []
    unescaped = [
        (str(path.relative_to(SOURCE)), line)
        for path in sorted(SOURCE.rglob("*.html"))
        for line in re.findall(r".*(?:\|\s*safe\b|autoescape\s+off|\|\s*safeseq).*", path.read_text())
    ]
    # a drawing made by the server, from words that it escaped (tests/analysis/test_measured.py)
    assert [where for where, _ in unescaped] == ["web/templates/components/drawing.html"]


def test_no_setting_outlives_its_transaction_and_only_identity_says_who_acts():
    found = [
        each
        for name, tree in modules()
        if not name.startswith("installation/")
        for each in setting_of_the_session(name, tree)
        if not name.startswith(ENGINES_OF_THEIR_OWN)
        if (each[0], each[2]) not in NO_SETTING
    ]
    assert found == []
    sayers = {name for name, tree in modules() if list(identity_from_elsewhere(name, tree))}
    # the doctor, run by hand on the machine itself, counts what waits for its seal as the sealer
    assert sayers == {"journey/identity.py", "cli/doctor.py"}


def test_the_journey_reads_records_by_sight_or_as_the_clerk_or_says_why_not():
    found = {
        each
        for name, tree in modules("journey")
        if "invented" not in name
        for each in records_beyond_sight(name, tree)
    }
    assert found - set(BEYOND_SIGHT) == set(), "read by `sight`, or as the clerk; or say here why not"
    assert set(BEYOND_SIGHT) - found == set(), "no longer there: take it off the list"
