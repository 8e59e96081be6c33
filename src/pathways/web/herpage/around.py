"""What stands on every tab of her page: her banner, her path, what is next, the tabs, and how to stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.urls import reverse

from pathways.domain.governance import policy
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action, Resource
from pathways.domain.support import path
from pathways.domain.support.path import Stage, State
from pathways.journey import erased, her, ledger, way
from pathways.journey.her import Banner
from pathways.web import onward
from pathways.web.request import Request

#: (address, words, the tables of which at least one must be readable for the tab to be drawn)
TABS: tuple[tuple[str, str, tuple[Resource, ...]], ...] = (
    ("story", "Story", (Resource.CLIENT,)),
    ("assessment", "Assessment", (Resource.ASSESSMENT, Resource.TRIAGE)),
    ("measures", "Measures", (Resource.SCORE, Resource.TOOL_RESULT)),
    ("plan", "Plan and goals", (Resource.GOAL, Resource.REVIEW)),
    ("contacts", "Contacts", (Resource.CONTACT, Resource.CASE_NOTE)),
    ("referrals", "Referrals", (Resource.REFERRAL,)),
    ("safety", "Safety", (Resource.SAFE_CONTACT,)),
    ("involved", "Who is involved", (Resource.INVOLVEMENT,)),
    ("kept_out", "Who is kept out", (Resource.BAR,)),
    ("held", "What is held", (Resource.CLIENT,)),
)
#: The tabs that emergency access opens, for reading; the rest would look empty and say what is not so.
IN_EMERGENCY = frozenset({"story", "assessment", "contacts", "referrals", "safety"})

#: What can be done next while she is on her way to a stage: words and the name of an address. An address of
#: an approach or a triage takes that thing's own id, all others hers.
NEXT: Mapping[Stage, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        Stage.IDENTIFIED: (),
        Stage.SAFE_CONTACT: (
            ("Make her safe-contact plan", "reach:plan"),
            ("Ask a worker to reach her", "reach:assign"),
        ),
        Stage.CONTACTED: (
            ("Record an attempt to reach her", "reach:attempt"),
            ("Ask a worker to reach her", "reach:assign"),
        ),
        Stage.AGREED: (
            ("Record her agreement", "reach:agreement_record"),
            ("Ask a worker to reach her", "reach:assign"),
        ),
        Stage.ASSESSED: (("Assess with her", "assess:her"),),
        Stage.TRIAGED: (("Decide her level of support", "triage:decide"),),
        Stage.REFERRED: (("Refer her to a service", "refer:new"),),
        Stage.ACCEPTED: (("See her referrals", "herpage:referrals"),),
        Stage.STARTED: (("Record a contact", "support:contact"), ("Set a goal with her", "support:goal")),
        Stage.REVIEWED: (("Record a contact", "support:contact"), ("Review with her", "support:review")),
        Stage.CLOSED: (("Record a contact", "support:contact"), ("Close well", "support:close")),
        Stage.FOLLOWED_UP: (("Follow up", "support:after"),),
    }
)
_PROVIDERS_NEXT = (("Record a contact", "support:contact"), ("Review with her", "support:review"))
#: Addresses that take the id of something of hers.
_OF = MappingProxyType(
    {"reach:attempt": her.approach_now, "reach:approach": her.approach_now, "triage:decide": her.triage_now}
)
_STATES = {State.DONE: "done", State.CURRENT: "now", State.NEXT: "next", State.SKIPPED: "skipped"}


def tabs(client_id: UUID, by: Actor, here: str) -> list[dict[str, Any]]:
    """The tabs that this person's role could ever read; the rest are not hinted at."""
    return [
        {
            "label": words,
            "href": reverse(f"herpage:{name}", args=[client_id]),
            "current": name == here,
        }
        for name, words, resources in TABS
        if any(policy.could(by, Action.READ, resource) for resource in resources)
        and (name in IN_EMERGENCY or by.emergency_with(client_id) is None)
    ]


def of_her(
    request: Request, client_id: UUID, here: str, resource: Resource, route: str = ""
) -> dict[str, Any] | None:
    """The context that all tabs share, with the one access event of this page; None when she is not there.

    `route` names a page that hangs on the tab `here`.
    """
    by, at = request.actor, request.now
    in_emergency = by.emergency_with(client_id) is not None
    if in_emergency and here not in IN_EMERGENCY:
        return None
    banner = her.banner(client_id=client_id, by=by, at=at)
    if banner is None:
        return None
    ledger.read(by=by, at=at, resource=resource, subjects=[client_id], route=f"herpage:{route or here}")
    steps, now = _path(client_id, by)
    words = next(label for name, label, _ in TABS if name == here)
    return {
        "title": "Her page" if here == "story" else words,
        "person": replace(banner, href=reverse("herpage:story", args=[client_id])),
        "client_id": client_id,
        "tabs": tabs(client_id, by, here),
        "steps": steps,
        "next_actions": [] if banner.is_stopped else _next(client_id, by, now, banner),
        "stop_href": "" if banner.is_stopped else address("reach:stop", client_id, by),
        "resume_href": address("reach:start_again", client_id, by) if banner.is_stopped else "",
        "is_stopped": banner.is_stopped,
        "is_shut": erased.is_shut_to(client_id, by),
        "alike_href": address("joining:alike", client_id, by),
        "correct_href": address("correct:identity", client_id, by),
        "corrections_href": address("correct:history", client_id, by),
        "crumbs": _crumbs(by),
    }


def _crumbs(by: Actor) -> list[tuple[str, str]]:
    cases = onward.address("cases:list", by)
    return [("Home", reverse("home:home")), ("Women", cases)] if cases else [("Home", reverse("home:home"))]


def _path(client_id: UUID, by: Actor) -> tuple[list[dict[str, Any]], Stage | None]:
    """Her way as this person may know it, and the stage that she is on her way to."""
    latest = her.latest_episode(client_id, by)
    facts = way.facts(client_id=client_id, episode=latest, by=by)
    if facts is None:
        taken = way.providers_path(client_id=client_id, by=by)
        return [_step(step) for step in taken], None
    steps = [_step(step) for step in path.path(facts)]
    return steps, path.stage_now(facts)


def _step(step: path.Step) -> dict[str, Any]:
    hint = "Not part of her way" if step.state is State.SKIPPED else ""
    label = way.WAITING_FOR[step.stage] if step.state is State.CURRENT else step.stage.label
    return {"label": label, "at": step.on, "state": _STATES[step.state], "hint": hint}


def address(name: str, client_id: UUID, by: Actor) -> str:
    """The address of a page about her, or of the thing of hers that it takes.

    Nothing when there is none, and for whoever is to read her page and do nothing.
    """
    if is_for_reading(client_id, by):
        return ""
    find = _OF.get(name)
    thing = find(client_id, by) if find else client_id
    return onward.address(name, by, [thing]) if thing is not None else ""


def is_for_reading(client_id: UUID, by: Actor) -> bool:
    """Whether her page is all there is for this person: by emergency access, or since their organisation
    erased what it held of her and can write nothing more."""
    return by.emergency_with(client_id) is not None or erased.is_shut_to(client_id, by)


def _next(client_id: UUID, by: Actor, now: Stage | None, banner: Banner) -> list[dict[str, str]]:
    """One or two things to do, of those that this person may do."""
    offered = NEXT.get(now, ()) if now is not None else ()
    if not policy.could(by, Action.READ, Resource.EPISODE):
        offered = _PROVIDERS_NEXT
    if not banner.safe_contact_ok:
        offered = (("Confirm her safe-contact plan", "reach:plan"), *offered)
    found: dict[str, dict[str, str]] = {}
    for words, name in offered:
        if href := address(name, client_id, by):
            found.setdefault(href, {"label": words, "href": href})
    return list(found.values())[:2]


def buttons(client_id: UUID, by: Actor, *wanted: tuple[str, str]) -> list[dict[str, str]]:
    """The buttons of a tab: those whose page exists and is for this person."""
    found = ((words, address(name, client_id, by)) for words, name in wanted)
    return [{"label": words, "href": href, "secondary": "1"} for words, href in found if href]
