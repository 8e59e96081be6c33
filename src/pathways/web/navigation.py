"""What stands round every page: where this person works, the ways on from here, what waits for them."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from pathways.domain.governance.actors import Actor
from pathways.domain.terms.people import Role
from pathways.journey import tasks
from pathways.web import onward


@dataclass(frozen=True)
class Entry:
    """One entry of the navigation: words, the name of its address, and the areas that belong to it."""

    label: str
    name: str
    areas: tuple[str, ...] = ()


HOME = Entry("Home", "home:home")
CASES = Entry("Women", "cases:list", ("women", "her", "assess", "linking"))
APPROACHES = Entry("Approaches", "reach:list", ("reach",))
MESSAGES = Entry("Messages", "messages:list", ("messages",))
CONTACTS = Entry("Contacts", "support:today", ("support",))
WORKLOAD = Entry("Workload", "support:workload", ("support",))
REFERRALS = Entry("Referrals", "refer:list", ("refer", "directory"))
DIRECTORY = Entry("Services", "directory:list", ("directory",))
EVALUATION = Entry("Evaluation", "evaluate:overview", ("evaluate", "plan", "partners", "interviews"))
FLAG = Entry("Flag a woman", "police:flag")
FILES = Entry("Files", "taking:list", ("take-in",))
CROSSINGS = Entry("What crossed", "doors:crossings", ("doors/crossings",))

PANEL = Entry("Panel", "panel:list", ("panel",))

#: at most six for each role
ENTRIES: dict[Role, tuple[Entry, ...]] = {
    Role.POLICE_OFFICER: (HOME, FLAG, Entry("Your flags", "police:mine")),
    Role.POLICE_SPOC: (
        HOME,
        Entry("Considerations", "police:list", ("police", "considering", "linking")),
        FLAG,
        Entry("Told to us", "police:told"),
        MESSAGES,
        CROSSINGS,
    ),
    Role.POLICE_ANALYST: (
        HOME,
        Entry("Considerations", "police:list", ("police", "considering", "linking")),
        FLAG,
        MESSAGES,
        CROSSINGS,
        FILES,
    ),
    Role.COORDINATOR: (
        HOME,
        CASES,
        Entry("At the door", "doors:list", ("doors",)),
        APPROACHES,
        Entry("Triage", "triage:list", ("triage",)),
        REFERRALS,
    ),
    Role.PANEL_CHAIR: (HOME, CASES, PANEL, Entry("Triage", "triage:list", ("triage",))),
    Role.SUPPORT_WORKER: (HOME, CONTACTS, CASES, APPROACHES, REFERRALS, MESSAGES),
    Role.PROVIDER_WORKER: (HOME, CONTACTS, CASES, REFERRALS, MESSAGES, DIRECTORY),
    Role.SUPERVISOR: (HOME, CASES, WORKLOAD, APPROACHES, REFERRALS, MESSAGES),
    Role.EVALUATOR: (
        HOME,
        EVALUATION,
        Entry("Considering", "considering:learning", ("considering",)),
        Entry("Triage", "triage:watching", ("triage",)),
        Entry("Panel", "panel:turnout", ("panel",)),
    ),
    Role.GOVERNANCE_LEAD: (
        HOME,
        Entry("Access", "governance:events", ("governance",)),
        Entry("Erasing", "governance:erasures", ("governance/erasing",)),
        CROSSINGS,
        EVALUATION,
        FILES,
    ),
    Role.COMMISSIONER: (HOME, EVALUATION),
    Role.ADMINISTRATOR: (
        HOME,
        Entry("People", "administer:people"),
        Entry("Organisations", "administer:organisations"),
        DIRECTORY,
        FILES,
        Entry("Settings", "administer:settings", ("instruments",)),
    ),
}

#: A supervisor of police holds the same role as one of a charity, and reads nothing of what she reads.
OF_POLICE: dict[Role, tuple[Entry, ...]] = {Role.SUPERVISOR: ENTRIES[Role.POLICE_ANALYST]}


@functools.cache
def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def entries(actor: Actor, *, here: str) -> list[dict[str, Any]]:
    """The entries for somebody, with their addresses; `here` is the path, to mark where one is.

    An entry whose page does not exist, or is not for this role, is not drawn.
    """
    found: list[dict[str, Any]] = []
    wanted = ENTRIES.get(actor.role, (HOME,))
    if actor.is_police:
        wanted = OF_POLICE.get(actor.role, wanted)
    for entry in wanted:
        if not (address := onward.address(entry.name, actor)):
            continue
        inside = address != "/" and here.startswith(address)
        by_area = any(here.startswith(f"/{area}/") for area in entry.areas)
        found.append({
            "label": entry.label,
            "href": address,
            "current": here == address,
            "active": (inside or by_area) and here != address,
        })  # fmt: skip
    if sum(one["active"] for one in found) > 1 or any(one["current"] for one in found):
        longest = max((one["href"] for one in found if one["active"] or one["current"]), key=len)
        for one in found:
            one["active"] = one["active"] and one["href"] == longest
    return found


def frame(request: HttpRequest) -> dict[str, Any]:
    """What the base template needs, each thing fetched only when it is drawn."""
    actor = getattr(request, "actor", None)
    user: Any = getattr(request, "user", None)
    signed_in = bool(user is not None and user.is_authenticated)
    return {
        "product": settings.PRODUCT,
        "synthetic": settings.PATHWAYS_SYNTHETIC,
        "now": getattr(request, "now", None),
        "actor": actor,
        "signed_in": signed_in,
        "navigation": entries(actor, here=request.path) if actor else [],
        "search_address": onward.address("search:search", actor) if actor else "",
        "emergency_address": onward.address("emergency:ask", actor) if actor else "",
        "tasks_address": _address("home:tasks") if actor else "",
        "open_tasks": SimpleLazyObject(lambda: tasks.count_open(by=actor)) if actor else 0,
        "workplaces": getattr(request, "workplaces", []),
        "idle_seconds": int(settings.PATHWAYS_IDLE.total_seconds()) if signed_in else 0,
    }
