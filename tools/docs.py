"""Write the parts of the documentation that come from the code, or say which are no longer current.

    python tools/docs.py           writes them
    python tools/docs.py --check   exits 1 and names those that differ

What comes from the code: the diagram of the floors (from the imports that are there), the diagram and table
of every workflow, the permission matrix, the data dictionary with every field's privacy class, the
indicators, the glossary.
"""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import sys
import tomllib
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))
MADE = "<!-- Made by `make docs` from the code: change the code, not this page. -->\n\n"


def floors() -> str:
    """The floors, and which of them really import which."""
    import grimp

    layers = [
        [name.strip(" ()") for name in layer.split("|")]
        for contract in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
            "contracts"
        ]
        if contract["id"] == "floors"
        for layer in contract["layers"]
    ]
    graph = grimp.build_graph("pathways", cache_dir=None)
    there = [[name for name in layer if f"pathways.{name}" in graph.modules] for layer in layers]
    pairs: set[tuple[str, str]] = set()
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            pair = (_floor(importer), _floor(imported))
            if pair[0] and pair[1] and pair[0] != pair[1]:
                pairs.add(pair)
    lines = [
        MADE + "# The floors\n",
        "An import goes down, never up. The numbers are the imports there are.\n",
    ]
    lines += ["```mermaid", "flowchart TD"]
    for number, layer in enumerate(there):
        inside = "; ".join(layer)
        lines += [f"    subgraph floor{number}[ ]", f"        {inside}", "    end"]
    lines += [f"    {a} --> {b}" for a, b in sorted(pairs)]
    lines += ["```\n", "| floor | what it is |", "|---|---|"]
    for layer in there:
        for name in layer:
            said = (importlib.import_module(f"pathways.{name}").__doc__ or "").strip().split("\n")[0]
            lines.append(f"| `{name}` | {said} |")
    return "\n".join(lines) + "\n"


def _floor(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def workflows() -> str:
    """Every table of moves, drawn and listed."""
    from pathways.domain.evaluation import workflows as all_of_them
    from pathways.domain.workflow import mermaid, words

    lines = [
        MADE + "# Workflows\n",
        "Each has one table in the code. The buttons, the database constraint, these diagrams and the "
        "test of every status, action and role are made from it.\n",
    ]
    for workflow in all_of_them.ALL:
        lines += [f"## {workflow.name}\n", "```mermaid", mermaid(workflow).rstrip(), "```\n"]
        lines += ["| what is done | from | to | by | gate |", "|---|---|---|---|---|"]
        for move in workflow.moves:
            before = ", ".join(words(s) for s in workflow.statuses if s in move.sources)
            who = ", ".join(sorted(words(actor) for actor in move.actors))
            gate = (inspect.getdoc(move.needs) or "").split("\n")[0] if move.needs else ""
            lines.append(f"| {move.label} | {before} | {words(move.target)} | {who} | {gate} |")
        lines.append("")
    return "\n".join(lines)


def who_sees_what() -> str:
    """The permission matrix in words."""
    from pathways.domain.governance import policy
    from pathways.domain.terms.people import Role

    lines = [
        MADE + "# Who sees what\n",
        "Nothing is allowed that no row below allows. The same rows are compiled to the Python decision, to "
        "the filter on every list and to row security in the database.\n",
        "## By table\n",
        "| table | read | create | change | remove |",
        "|---|---|---|---|---|",
    ]
    for resource in policy.Resource:
        cells = []
        for action in policy.Action:
            roles = policy.roles_that(action, resource)
            cells.append(", ".join(role.label for role in Role if role in roles) or "nobody")
        lines.append(f"| `{resource.value}` | " + " | ".join(cells) + " |")
    lines += ["", "## By rule\n", "| roles | may | on | where | because |", "|---|---|---|---|---|"]
    for rule in policy.RULES:
        roles = ", ".join(role.label for role in Role if role in rule.roles)
        actions = ", ".join(a.value for a in policy.Action if a in rule.actions)
        tables = ", ".join(f"`{r.value}`" for r in policy.Resource if r in rule.resources)
        lines.append(f"| {roles} | {actions} | {tables} | {_where(rule.when)} | {rule.because} |")
    lines += [
        "",
        "## Before every rule\n",
        "What no rule can allow: compiled once for every table named, as restrictive policies.\n",
        "| guard | for | on | demands | not asked of | because |",
        "|---|---|---|---|---|---|",
    ]
    for guard in policy.GUARDS:
        actions = ", ".join(a.value for a in policy.Action if a in guard.actions)
        exempt = ", ".join(role.label for role in Role if role in guard.exempt) or "nobody"
        by_demand: dict[str, list[str]] = {}
        for resource in policy.Resource:
            if resource in guard.when:
                by_demand.setdefault(_where(guard.when[resource]), []).append(f"`{resource.value}`")
        for demand, tables_of in by_demand.items():
            lines.append(
                f"| `{guard.name}` | {actions} | {', '.join(tables_of)} | {demand} | {exempt} |"
                f" {guard.because} |"
            )
    return "\n".join(lines) + "\n"


def _where(condition: object) -> str:
    from pathways.domain.governance import conditions as c

    match condition:
        case c.Always():
            return "any row"
        case c.OwnOrganisation(column):
            return f"`{column}` is theirs"
        case c.Own(column):
            return f"`{column}` is the person"
        case c.NotOwn(column):
            return f"`{column}` is not the person"
        case c.OwnRole(column):
            return f"`{column}` is theirs"
        case c.Unassigned(column):
            return f"`{column}` is nobody"
        case c.Involved(personally, _):
            return "she works with her" if personally else "the organisation works with her"
        case c.Among(column, values):
            return f"`{column}` is " + " or ".join(str(value) for value in values)
        case c.Seated(column):
            return f"she is on the list in `{column}`"
        case c.NotBlind(column, where, values):
            bound = f" where `{where}` is " + " or ".join(values) if where else ""
            return f"the person does not read blind what `{column}` names{bound}"
        case c.InEmergency(_):
            return "the person has emergency access to her that is not over"
        case c.NotInEmergency(_):
            return "the person does not read her by emergency access"
        case c.NotBarred(columns):
            return "she is not barred from the woman of " + " or ".join(f"`{each}`" for each in columns)
        case c.NotAmongBarred(column):
            return f"she is barred from no woman in `{column}`"
        case c.OfSector(sectors):
            return "the organisation is " + " or ".join(sector.label.lower() for sector in sectors)
        case c.Both(parts):
            return " and ".join(_where(part) for part in parts)
        case c.Either(parts):
            return "(" + " or ".join(_where(part) for part in parts) + ")"
    raise TypeError(f"{condition} has no words")


def data_dictionary() -> str:
    """Every table and field, with its privacy class."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pathways.web.settings")
    import django

    django.setup()
    from django.apps import apps

    from pathways.domain.terms.privacy import Privacy

    lines = [MADE + "# Data dictionary\n", "Sealed fields lie in the database as ciphertext only.\n"]
    for model in sorted(apps.get_app_config("records").get_models(), key=lambda m: m._meta.db_table):
        lines += [f"## `{model._meta.db_table}`\n", (inspect.getdoc(model) or "").split("\n")[0] + "\n"]
        lines += ["| field | kind | privacy |", "|---|---|---|"]
        classes = getattr(model, "privacy", {})
        for field in model._meta.concrete_fields:
            sealed = getattr(field, "privacy", None)
            kind = "sealed" if sealed else field.get_internal_type()
            privacy = sealed or classes.get(field.name, Privacy.ORDINARY)
            lines.append(f"| `{field.column}` | {kind} | {privacy.label} |")
        lines.append("")
    return "\n".join(lines)


def glossary() -> str:
    """Every enum of the domain with its members in the words that people see."""
    lines = [
        MADE + "# Glossary\n",
        "The words of the field and the code are the same words. She is a client: never a subject, a target "
        "or a case number. Each entry is an enum in the code.\n",
    ]
    for name, enum, module in sorted(_enums(), key=lambda each: (each[0], each[2])):
        said = " ".join((inspect.getdoc(enum) or "").split())
        lines += [f"## {name}\n", f"`{module}` — {said}\n" if said else f"`{module}`\n"]
        lines += [f"- `{member.value}`: {getattr(member, 'label', '') or member.name}" for member in enum]
        lines.append("")
    return "\n".join(lines)


def _enums() -> Iterator[tuple[str, type[Enum], str]]:
    import pathways.domain as domain

    seen: set[type[Enum]] = set()
    for found in pkgutil.walk_packages(domain.__path__, "pathways.domain."):
        module = importlib.import_module(found.name)
        for name, thing in vars(module).items():
            if (
                inspect.isclass(thing)
                and issubclass(thing, Enum)
                and thing.__module__ == found.name
                and thing not in seen
                and len(thing)
            ):
                seen.add(thing)
                yield name, thing, found.name.removeprefix("pathways.domain.")


def indicators() -> str:
    """Every sign that screening looks for, what it means and how it counts."""
    from pathways.analysis import screening
    from pathways.analysis.screening import record

    return MADE + record.reference(screening.catalogue())


PAGES = {
    "docs/reference/indicators.md": indicators,
    "docs/reference/floors.md": floors,
    "docs/reference/workflows.md": workflows,
    "docs/reference/who-sees-what.md": who_sees_what,
    "docs/reference/data-dictionary.md": data_dictionary,
    "GLOSSARY.md": glossary,
}


def stale() -> list[str]:
    """The pages that are not what the code makes now."""
    return [
        name
        for name, make in PAGES.items()
        if not (ROOT / name).is_file() or (ROOT / name).read_text("utf-8") != make()
    ]


def main() -> int:
    if "--check" in sys.argv[1:]:
        names = stale()
        for name in names:
            print(f"{name} is not current: run make docs")
        return 1 if names else 0
    for name, make in PAGES.items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(make(), "utf-8")
        print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
