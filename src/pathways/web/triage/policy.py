"""The policy on pages: its history, one version with its proof, and the table in which a draft is edited."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from pathways.domain.decision import Decision
from pathways.domain.triage import facts as named
from pathways.domain.triage import policy as policies
from pathways.domain.triage import version as versions
from pathways.domain.triage.default import CAVEAT
from pathways.domain.triage.levels import Level
from pathways.domain.triage.policy import Malformed, Policy
from pathways.domain.triage.reading import UrgentClock
from pathways.domain.triage.version import Action, Status
from pathways.journey import triage_choices, triage_policy, triage_what_if
from pathways.web import access, clock, flow
from pathways.web.access import page
from pathways.web.request import Request
from pathways.web.triage import areas, forms

READERS = triage_policy.READERS
COLOURS = {
    Status.DRAFT: "yellow",
    Status.PROPOSED: "light-blue",
    Status.APPROVED: "turquoise",
    Status.IN_FORCE: "green",
    Status.SUPERSEDED: "grey",
    Status.WITHDRAWN: "grey",
}
KINDS = {
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "csv": "text/csv; charset=utf-8",
}
#: so many empty rows stand below the table, for rules to be added without a script
_SPARE = 3
_SHOWN = 20


@page(roles=READERS)
def history(request: Request) -> HttpResponse:
    """Every version with its dates and its two people, those being made first."""
    rows = [
        {
            "cells": [
                {
                    "text": f"{line.name}, version {line.version}",
                    "href": reverse("triage:version", args=[line.id]),
                },
                {"tag": line.status.label, "colour": COLOURS[line.status]},
                {"text": _dates(line)},
                {"text": _people(line)},
            ]
        }
        for line in triage_policy.history()
    ]
    return render(
        request,
        "triage/history.html",
        {
            "title": "The triage policy",
            "areas": areas("policy", request.actor),
            "rows": rows,
            "columns": [
                {"label": one} for one in ("Version", "Status", "In force", "Put forward and approved by")
            ],
            "may_draft": request.actor.role in versions.EDITORS,
            "caveat": CAVEAT,
        },
    )


def _dates(line: triage_policy.Line) -> str:
    if line.from_at is not None:
        until = clock.day(line.until_at) if line.until_at else "now"
        return f"{clock.day(line.from_at)} to {until}"
    return f"From {clock.day(line.starts_on)}" if line.starts_on else "No day yet"


def _people(line: triage_policy.Line) -> str:
    if line.is_default:
        return "Came with the software"
    both = " and ".join(one for one in (line.proposed_by, line.approved_by) if one)
    return both or f"Draft of {line.made_by}"


@page(signed_in=True)
def in_force(request: Request) -> HttpResponse:
    """The version in force: no secret, and open to everybody who works here."""
    key, _ = triage_policy.now_in_force(request.now)
    return redirect("triage:version", key)


@page(signed_in=True)
def version(request: Request, version_id: UUID) -> HttpResponse:
    """One version: its table, its proof, and what differs from the one before, row by row."""
    found = triage_policy.page(version_id=version_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    is_reader = request.actor.role in READERS
    return render(
        request,
        "triage/version.html",
        {
            "title": f"{found.policy.name}, version {found.policy.version}",
            "back": reverse("triage:history") if is_reader else "",
            "found": found,
            "colour": COLOURS[found.line.status],
            "dates": _dates(found.line),
            "people": _people(found.line),
            "table": _table(found.policy),
            "findings": findings(found.policy),
            "promises": [(level, found.policy.standard(level)) for level in Level],
            "actions": _actions(found) if is_reader else [],
            "kinds": [(kind, kind.upper()) for kind in KINDS],
            "is_reader": is_reader,
            "what_if": f"{reverse('triage:what_if')}?{urlencode({'to': str(found.line.id)})}"
            if request.actor.role in triage_what_if.MAY_SEE and found.line.status is not Status.IN_FORCE
            else "",
            "caveat": CAVEAT,
        },
    )


def _actions(found: triage_policy.Page) -> list[dict[str, Any]]:
    buttons = (
        (Action.APPROVE, "Approve it", "triage:approve"),
        (Action.CHANGE, "Change the table", "triage:edit"),
        (Action.PROPOSE, "Put it forward", "triage:propose"),
        (Action.RETURN, "Return it to be changed", "triage:return"),
        (Action.WITHDRAW, "Withdraw it", "triage:withdraw"),
    )
    return [
        {"label": label, "href": reverse(route, args=[found.line.id])}
        for action, label, route in buttons
        if action in found.moves
    ]


def _table(policy: Policy) -> dict[str, Any]:
    """The decision table in words, as a page shows it."""
    heads = [named.words(question.name) for question in policy.inputs]
    rows = [
        (
            rule.id,
            [_in_words(question.name, rule.when.get(question.name, "")) for question in policy.inputs],
            rule.level,
            rule.because,
        )
        for rule in policy.rules
    ]
    return {"heads": heads, "rows": rows}


def _in_words(name: str, cell: str) -> str:
    text = cell.strip()
    if text in ("", "-"):
        return "any"
    return " or ".join(named.answer_words(name, part.strip()).lower() for part in text.split("|"))


def findings(policy: Policy) -> list[tuple[str, str]]:
    """(kind, sentence) of everything that the proof found, with an example; at most so many of each."""
    found = versions.proof.check(policy)
    said: list[tuple[str, str]] = []
    if found.gap_count:
        said += [("Gap", f"No rule takes: {versions.said(gap)}.") for gap in found.gaps[:_SHOWN]]
        if found.gap_count > _SHOWN:
            said.append(("Gap", f"And {found.gap_count - _SHOWN:,} more combinations that no rule takes."))
    for kind, clashes, verb in (
        ("Contradiction", found.contradictions, "give different levels"),
        ("Overlap", found.overlaps, "both take"),
    ):
        for clash in clashes[:_SHOWN]:
            one, other = clash.rules
            of = "1 combination" if clash.combinations == 1 else f"{clash.combinations:,} combinations"
            example = versions.said(clash.example)
            levels = f" ({clash.levels[0]} and {clash.levels[1]})" if kind == "Contradiction" else ""
            said.append((kind, f"Rules {one} and {other} {verb}{levels}: {of}, such as {example}."))
    said += [("Never met", f"Rule {rule} can never be met.") for rule in found.idle]
    if not said and (problem := versions.problem(policy)):
        said.append(("Not ready", problem))
    return said


# --- the draft -------------------------------------------------------------------------------------------


@page(roles=versions.EDITORS)
@require_POST
def draft(request: Request) -> HttpResponse:
    said = triage_policy.draft(by=request.actor, at=request.now)
    if not said or said.id is None:
        return access.refuse(request, said)
    messages.success(request, "The draft says what the version in force says. Change the table.")
    return redirect("triage:edit", said.id)


@page(roles=versions.EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request, version_id: UUID) -> HttpResponse:
    """The decision table of a draft. What is typed and cannot be read is shown again with what is wrong."""
    found = triage_policy.page(version_id=version_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    if Action.CHANGE not in found.moves:
        return access.refuse(request, _no(found.why_not[Action.CHANGE]))
    if request.method != "POST":
        return _draw(request, found, _from_policy(found.policy, found.note), _seen(found))
    action = request.POST.get("_do", "save")
    if action == "upload":
        return _upload(request, found)
    typed = _typed(request.POST)
    if action.startswith("drop:"):
        name = action.removeprefix("drop:")
        typed["inputs"] = [one for one in typed["inputs"] if one != name]
    elif action == "add" and (name := request.POST.get("add_fact", "")) in named.BY_NAME:
        typed["inputs"] = [*typed["inputs"], *([name] if name not in typed["inputs"] else [])]
    try:
        wanted = triage_policy.typed(_body(typed, found.policy))
    except Malformed as wrong:
        faults = _faults(typed, found.policy) or (Fault(_where(wrong)),)
        return _draw(request, found, typed, request.POST.get("_seen", ""), faults=faults)
    seen = request.POST.get("_seen", "")
    said = triage_policy.change(
        version_id=version_id,
        wanted=wanted,
        note=typed["note"],
        seen_at=_moment(seen),
        by=request.actor,
        at=request.now,
    )
    if not said:
        if said.hidden:
            return access.refuse(request, said)
        return _draw(request, found, typed, _seen(found), problem=said.reason, status=409)
    _say(request, said.next, wanted)
    return redirect("triage:edit" if action != "save" else "triage:version", version_id)


def _no(reason: str) -> Decision:
    return Decision(False, reason)


def _seen(found: triage_policy.Page) -> str:
    return found.line.changed_at.isoformat() if found.line.changed_at else ""


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _say(request: Request, lines: Sequence[str], wanted: Policy) -> None:
    """What became of a saving. A table that could not be put into force is saved, and that is no success."""
    problem = versions.problem(wanted)
    for line in lines:
        if problem and line == problem:
            messages.warning(
                request, f"Saved as a draft only: it cannot be put forward as it stands. {problem}"
            )
        else:
            messages.success(request, line)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing typed that cannot be read, as the page calls it, and the field that it stands in."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Faults:
    """Everything that cannot be read, for the summary at the top."""

    error_summary: tuple[Fault, ...]

    @property
    def errors(self) -> bool:
        return bool(self.error_summary)


#: What each promise is called on the page, and the end of its field's id.
PROMISED = {
    "first_contact_days": ("First contact within working days", "days"),
    "review_weeks": ("Looked at again after weeks", "weeks"),
    "answer_days": ("A service answers a referral within working days", "answer"),
}


def _faults(typed: Mapping[str, Any], before: Policy) -> tuple[Fault, ...]:
    """Every rule's cell and every promise that cannot be read, one by one."""
    body = _body(typed, before)
    found = []
    for rule in body["rules"]:
        whole = {**body, "offers": None, "rules": [{**rule, "when": {}}]}
        found += _unread(partial(triage_policy.typed, whole))
        for name, cell in rule["when"].items():
            alone = {**whole, "rules": [{**rule, "level": str(Level.ADVICE.value), "when": {name: cell}}]}
            found += _unread(partial(triage_policy.typed, alone))
    faults = [Fault(_where(one)) for one in found]
    for level in Level:
        given = typed["promises"][str(level.value)]
        for column, (words, end) in PROMISED.items():
            for one in _unread(partial(policies.standard_of, level, {column: given[column]})):
                said = str(one).split(": ", 1)[-1]
                faults.append(Fault(f"{level.label}, “{words}”: {said}", f"#l{level.value}-{end}"))
    return tuple(dict.fromkeys(faults))


def _unread(read: Callable[[], object]) -> list[Malformed]:
    try:
        read()
    except Malformed as wrong:
        return [wrong]
    return []


def _where(wrong: Malformed) -> str:
    column = named.words(wrong.column) if wrong.column in named.BY_NAME else wrong.column
    where = ", ".join(
        part for part in (f"rule {wrong.row}" if wrong.row else "", f"“{column}”" if column else "") if part
    )
    said = str(wrong).split(": ", 1)[-1] if wrong.row or wrong.column else str(wrong)
    whole = f"{where}: {said}" if where else said
    return f"{whole[:1].upper()}{whole[1:]}"


def _upload(request: Request, found: triage_policy.Page) -> HttpResponse:
    sent = request.FILES.get("file")
    if getattr(request, "upload_too_large", False) or sent is None:
        problem = (
            "The file is too large for a policy: at most 2.5 MB."
            if sent is None and getattr(request, "upload_too_large", False)
            else "Choose the file with the policy."
        )
        return _draw(request, found, _typed(request.POST), _seen(found), problem=problem)
    try:
        wanted = triage_policy.from_file(sent.name or "", sent.read(), version_id=found.line.id)
        typed = _from_policy(wanted, found.note)
        if not wanted.version:
            typed["version"] = found.policy.version
        wanted = triage_policy.typed(_body(typed, wanted))
    except Malformed as wrong:
        problem = f"{wrong}. The draft is as it was."
        return _draw(request, found, _typed(request.POST), _seen(found), problem=problem)
    said = triage_policy.change(
        version_id=found.line.id,
        wanted=wanted,
        note=found.note,
        seen_at=_moment(request.POST.get("_seen", "")),
        by=request.actor,
        at=request.now,
    )
    if not said:
        return _draw(request, found, typed, _seen(found), problem=said.reason, status=409)
    _say(request, said.next, wanted)
    return redirect("triage:edit", found.line.id)


def _from_policy(policy: Policy, note: str) -> dict[str, Any]:
    """The table as it is typed: every cell a text."""
    return {
        "name": policy.name,
        "version": policy.version,
        "note": note,
        "inputs": [question.name for question in policy.inputs],
        "rows": [
            {
                "id": rule.id,
                "cells": {
                    question.name: "" if rule.when.get(question.name, "").strip() == "-"
                    else rule.when.get(question.name, "")
                    for question in policy.inputs
                },
                "level": rule.level,
                "because": rule.because,
            }
            for rule in policy.rules
        ],
        "promises": {
            str(level.value): {
                "offer": policy.standard(level).offer,
                "first_contact_days": str(policy.standard(level).first_contact_days),
                "review_weeks": str(policy.standard(level).review_weeks or ""),
                "answer_days": str(policy.standard(level).answer_days),
            }
            for level in Level
        },
    }  # fmt: skip


def _typed(sent: Mapping[str, Any]) -> dict[str, Any]:
    """What came from the page, as text. Rows of which nothing is filled in are left out."""
    names = [one for one in sent.getlist("input") if one]  # type: ignore[attr-defined]
    count = sent.get("rows", "0")
    rows = []
    for place in range(min(int(count), 2_000) if str(count).isdecimal() else 0):
        cells = {name: sent.get(f"r{place}.{name}", "").strip() for name in names}
        row = {
            "id": sent.get(f"r{place}.id", "").strip(),
            "cells": cells,
            "level": sent.get(f"r{place}.level", "").strip(),
            "because": sent.get(f"r{place}.because", "").strip(),
        }
        if row["id"] or row["level"] or row["because"] or any(cells.values()):
            rows.append(row)
    return {
        "name": sent.get("name", "").strip(),
        "version": sent.get("version", "").strip(),
        "note": sent.get("note", "").strip(),
        "inputs": names,
        "rows": rows,
        "promises": {
            str(level.value): {
                key: sent.get(f"l{level.value}.{key}", "").strip()
                for key in ("offer", "first_contact_days", "review_weeks", "answer_days")
            }
            for level in Level
        },
    }


def _body(typed: Mapping[str, Any], before: Policy) -> dict[str, Any]:
    """The typed table in the plain shape of a policy.

    A fact that the programme knows has all its answers; one that it does not know, from an uploaded file,
    keeps the answers that it came with.
    """
    kept = {question.name: question for question in before.inputs}
    inputs: dict[str, Any] = {}
    for name in typed["inputs"]:
        question = named.BY_NAME[name].input if name in named.BY_NAME else kept.get(name)
        if question is None:
            continue
        inputs[name] = [int(one) for one in question.values] if question.is_number else list(question.values)
    return {
        "name": typed["name"],
        "version": typed["version"],
        "levels": [str(level.value) for level in Level],
        "inputs": inputs,
        "rules": [
            {
                "id": row["id"] or f"R{place}",
                "when": {name: cell for name, cell in row["cells"].items() if cell and name in inputs},
                "level": row["level"],
                "because": row["because"],
            }
            for place, row in enumerate(typed["rows"], start=1)
        ],
        "offers": typed["promises"],
    }


def _draw(
    request: Request,
    found: triage_policy.Page,
    typed: Mapping[str, Any],
    seen: str,
    *,
    problem: str = "",
    faults: Sequence[Fault] = (),
    status: int = 0,
) -> HttpResponse:
    blank = {"id": "", "cells": {}, "level": "", "because": ""}
    rows = [*typed["rows"], *([blank] * _SPARE)]
    context = {
        "title": f"Change version {found.policy.version}",
        "back": reverse("triage:version", args=[found.line.id]),
        "found": found,
        "typed": typed,
        "seen": seen,
        "problem": problem,
        "form": Faults(tuple(faults)),
        "has_errors": bool(problem or faults),
        "inputs": [(name, named.words(name), _hint(name, found.policy)) for name in typed["inputs"]],
        "rows": [
            {
                "place": place,
                "row": row,
                "cells": [(name, named.words(name), row["cells"].get(name, "")) for name in typed["inputs"]],
            }
            for place, row in enumerate(rows)
        ],
        "count": len(rows),
        "levels": [str(level.value) for level in Level],
        "promises": [(level, typed["promises"][str(level.value)]) for level in Level],
        "facts": [(one.name, one.words) for one in named.KNOWN if one.name not in typed["inputs"]],
        "findings": [] if problem or faults else findings(found.policy),
        "combinations": found.proof.combinations,
    }
    return render(request, "triage/edit.html", context, status=status or (422 if problem or faults else 200))


def _hint(name: str, policy: Policy) -> str:
    known = named.BY_NAME.get(name)
    question = known.input if known else next((one for one in policy.inputs if one.name == name), None)
    if question is None:
        return ""
    if question.is_number:
        return f"{question.values[0]} to {question.values[-1]}"
    return ", ".join(question.values)


# --- two people ------------------------------------------------------------------------------------------


class _AboutAVersion(flow.Flow):
    """A form about one version."""

    effect = "decides"
    thing = "triage_policy"
    check = False
    template = "triage/about_version.html"
    action: Action

    def begin(self) -> HttpResponse | None:
        found = triage_policy.page(version_id=self.kwargs["version_id"], by=self.actor, at=self.now)
        if found is None:
            return access.not_found(self.request)
        self.found = found
        if self.action is Action.PROPOSE and found.line.status is Status.DRAFT:
            return None  # what is lacking is said on the page, where it can be put right
        if self.action in found.moves:
            return None
        return access.refuse(self.request, _no(found.why_not[self.action]))

    def context(self) -> dict[str, Any]:
        return {"found": self.found, "findings": findings(self.found.policy), "back": self.back()}

    def back(self) -> str:
        return reverse("triage:version", args=[self.kwargs["version_id"]])


@page(roles=versions.EDITORS)
class Propose(_AboutAVersion):
    title = "Put this version forward"
    form = forms.Propose
    button = "Put it forward"
    action = Action.PROPOSE

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = triage_policy.propose(
            version_id=self.kwargs["version_id"],
            starts_on=answers["starts_on"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "Put forward", href=self.back(), onward="Back to the version")


@page(roles=versions.APPROVERS)
class Approve(_AboutAVersion):
    title = "Approve this version"
    form = forms.Approve
    button = "Approve it"
    action = Action.APPROVE

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = triage_policy.approve(version_id=self.kwargs["version_id"], by=self.actor, at=self.now)
        return flow.Receipt.of(said, "Approved", href=self.back(), onward="Back to the version")


@page(roles=versions.APPROVERS)
class Return(_AboutAVersion):
    title = "Return this version to be changed"
    form = forms.Return
    button = "Return it"
    action = Action.RETURN

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = triage_policy.send_back(
            version_id=self.kwargs["version_id"], words=answers["words"], by=self.actor, at=self.now
        )
        return flow.Receipt.of(said, "Returned", href=self.back(), onward="Back to the version")


@page(roles=versions.EDITORS)
class Withdraw(_AboutAVersion):
    title = "Withdraw this version"
    form = forms.Withdraw
    button = "Withdraw it"
    action = Action.WITHDRAW

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = triage_policy.withdraw(version_id=self.kwargs["version_id"], by=self.actor, at=self.now)
        return flow.Receipt.of(
            said, "Withdrawn", href=reverse("triage:history"), onward="Back to the history"
        )


@page(signed_in=True)
def as_file(request: Request, version_id: UUID, kind: str) -> HttpResponse:
    """A version as the file that `pathways triage` reads: JSON, XLSX, ODS, or the rules as CSV."""
    found = triage_policy.page(version_id=version_id, by=request.actor, at=request.now)
    if found is None or kind not in KINDS:
        return access.not_found(request)
    response = HttpResponse(triage_policy.to_file(kind, found.policy), content_type=KINDS[kind])
    response["Content-Disposition"] = f'attachment; filename="triage-policy-{found.line.id}.{kind}"'
    return response


# --- choices ---------------------------------------------------------------------------------------------


@page(roles=triage_choices.MAY_CHOOSE)
class Choices(flow.Flow):
    """Whether the suggestion waits for an own view, and how much is read twice."""

    effect = "changes"
    is_shared = True
    title = "How triage is done here"
    form = forms.Choices
    check = False
    button = "Save the choices"
    template = "triage/choices.html"

    def initial(self, step: flow.Step) -> dict[str, Any]:
        found = triage_choices.choices()
        drawn = {f"drawn_{level.value}": percent for level, percent in found.drawn.items()}
        return {
            "is_hidden": found.is_hidden,
            "urgent_hours": found.urgent.hours,
            "in_working_hours": found.urgent.in_working_hours,
            "out_of_hours": found.out_of_hours,
            **drawn,
        }

    def context(self) -> dict[str, Any]:
        return {"areas": areas("choices", self.actor)}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = triage_choices.choose(
            wanted=triage_choices.Choices(
                is_hidden=answers["is_hidden"],
                urgent=UrgentClock(answers["urgent_hours"], answers["in_working_hours"]),
                out_of_hours=answers["out_of_hours"],
                drawn={level: answers[f"drawn_{level.value}"] for level in Level},
            ),
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "Choices saved", href=reverse("triage:choices"), onward="Back")
