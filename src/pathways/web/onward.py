"""Ways on from a page: addresses by what they lead to, drawn only for those who may open them.

A link that is drawn leads somewhere: the address exists, and its page is declared for this person's role.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, resolve, reverse

from pathways.domain.governance.actors import Actor
from pathways.journey.home import Leads
from pathways.web import access

#: The name of the address of each thing, and whether it takes the thing's id.
_NAMES: Mapping[Leads, tuple[str, bool]] = MappingProxyType(
    {
        Leads.CLIENT: ("herpage:story", True),
        Leads.CONTACT: ("support:record_planned", True),
        Leads.CLOSURE: ("support:sign_off", True),
        Leads.FOLLOW_UP: ("support:follow_up", True),
        Leads.WORKLOAD: ("support:workload", False),
        Leads.APPROACHES: ("reach:list", False),
        Leads.CASES: ("cases:list", False),
        Leads.LAPSED: ("cases:list", False),
        Leads.UNASSIGNED: ("cases:list", False),
        Leads.ASSIGN: ("reach:assign", True),
        Leads.CONSIDERATION: ("police:consideration", True),
        Leads.CONSIDERATIONS: ("police:list", False),
        Leads.SECOND: ("considering:second", True),
        Leads.SECONDS: ("considering:seconds", False),
        Leads.FLAGS: ("police:mine", False),
        Leads.FLAG: ("police:flag", False),
        Leads.REFERRAL_IN: ("doors:referral", True),
        Leads.REFERRALS_IN: ("doors:list", False),
        Leads.TRIAGE: ("triage:decide", True),
        Leads.TRIAGES: ("triage:list", False),
        Leads.LEVEL_READINGS: ("triage:readings", False),
        Leads.REFERRAL: ("refer:show", True),
        Leads.REFERRALS: ("refer:list", False),
        Leads.MESSAGES: ("messages:list", False),
        Leads.SERVICES: ("directory:list", False),
        Leads.EVALUATION: ("evaluate:overview", False),
        Leads.EVALUATION_PLAN: ("plan:overview", False),
        Leads.SETTLE: ("interviews:settle", True),
        Leads.DIFFERENCES: ("interviews:differences", False),
        Leads.PROGRAMME_RECORDS: ("plan:records", False),
        Leads.GOVERNANCE: ("governance:events", False),
        Leads.EMERGENCY: ("emergency:show", True),
        Leads.EMERGENCIES: ("emergency:list", False),
        Leads.HELD: ("herpage:find_held", False),
        Leads.ERASURE: ("governance:erasure", True),
        Leads.ERASURES: ("governance:erasures", False),
        Leads.PEOPLE: ("administer:people", False),
        Leads.ORGANISATIONS: ("administer:organisations", False),
        Leads.INSTRUMENTS: ("instruments:list", False),
        Leads.PAIRS: ("linking:list", False),
        Leads.PANEL: ("panel:meeting", True),
        Leads.PANELS: ("panel:list", False),
    }
)
_QUERIES = {Leads.LAPSED: "?contact_plan=lapsed", Leads.UNASSIGNED: "?tab=unassigned"}


#: What each named page declares, found once.
_DECLARED: dict[str, access.Declared] = {}


def address(name: str, by: Actor, args: Sequence[Any] = ()) -> str:
    """The address with this name, or nothing when there is none or it is not for this person's role."""
    try:
        found = reverse(name, args=list(args))
    except NoReverseMatch:
        return ""
    declared = _DECLARED.get(name)
    if declared is None:
        declared = access.declared(resolve(found).func)
        if declared is None:
            return ""
        _DECLARED[name] = declared
    open_to_all = declared.public or declared.signed_in or declared.account
    return found if open_to_all or access.may_open(declared, by) else ""


def to(leads: Leads, by: Actor, id: UUID | None = None) -> str:
    """Where a thing leads to for this person, or nothing."""
    name, takes_id = _NAMES.get(leads, ("", False))
    if not name or (takes_id and id is None):
        return ""
    found = address(name, by, [id] if takes_id else [])
    return found + _QUERIES.get(leads, "") if found else ""
