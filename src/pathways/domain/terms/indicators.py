"""Signs worth looking at: under four headings, with vulnerability and what protects her beside them.

A sign is a prompt for a person's judgement. There is no weight here and no sum, and none may be added.
What protects her is shown as prominently as what puts her at risk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pathways.domain.terms.words import Worded

CAVEAT = "These signs prompt a person’s judgement. They are never added up and never decide."


class Heading(Worded):
    """Four headings of individual risk, then vulnerability, then what protects her."""

    NETWORKS = "networks", "Networks"
    CRIMINALITY = "criminality", "Criminality"
    ABILITY = "ability", "Ability"
    IDENTITY = "identity", "Identity"
    VULNERABILITY = "vulnerability", "Vulnerability"
    PROTECTIVE = "protective", "What protects her"


class Source(Worded):
    """Where a sign was seen."""

    POLICE_RECORD = "police_record", "Police record"
    CUSTODY_RECORD = "custody_record", "Custody record"
    OFFICER = "officer", "An officer saw it"
    PARTNER = "partner", "A partner said so"
    HERSELF = "herself", "She said so"
    WORKER = "worker", "A worker saw it"


class Confidence(Worded):
    """How sure the person who recorded a sign is of it."""

    SURE = "sure", "Sure"
    LIKELY = "likely", "Likely"
    UNSURE = "unsure", "Unsure"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One sign: a code that stays, the heading, and the words."""

    code: str
    heading: Heading
    words: str


_WORDS: Mapping[Heading, Mapping[str, str]] = {
    Heading.NETWORKS: {
        "net_herself": "Is recorded as linked to an organised crime group herself",
        "net_partner": "A partner or former partner is linked to an organised crime group",
        "net_family": "A parent, sibling or adult child is linked to an organised crime group",
        "net_together": "Arrested with, or found with, a person linked to organised crime",
        "net_shared": "Shares an address, vehicle or telephone with such a person",
        "net_prison": "Visits such a person in prison often",
        "net_alibi": "Calls for such a person, or gives an alibi, again and again",
        "net_release": "In contact after a partner’s release",
        "net_friends": "Friends who are linked to organised crime",
        "net_debt": "Owes money to such a person",
        "net_online": "In contact online with somebody who recruits",
    },
    Heading.CRIMINALITY: {
        "cri_supply": "Arrested or interviewed over supplying drugs",
        "cri_money": "Arrested or interviewed over laundering money, fraud or handling",
        "cri_justice": "Arrested or interviewed over perverting the course of justice",
        "cri_firearms": "Arrested or interviewed over storing firearms",
        "cri_conveying": "Arrested or interviewed over taking things into prison",
        "cri_raided": "Found at an address that police searched",
        "cri_stops": "Stopped several times with people linked to organised crime",
        "cri_breach": "Breached an order or licence",
        "cri_coerced": "Offences linked to being coerced",
        "cri_rising": "Offences have become more frequent or more serious",
    },
    Heading.ABILITY: {
        "abl_home": "A home that others could use or take over",
        "abl_accounts": "Bank accounts or clean credit that others could use",
        "abl_business": "A business or licensed premises",
        "abl_driving": "Drives, or has a vehicle",
        "abl_workplace": "Work that gives access: bank, council, prison, airport, care",
        "abl_childcare": "Looks after children for people linked to organised crime",
        "abl_papers": "Languages or documents that others could use",
    },
    Heading.IDENTITY: {
        "idn_belonging": "Belonging or standing that comes from a relationship",
        "idn_normal": "Offending is normal in the family",
        "idn_loyalty": "Loyalty, fear or honour that keeps her silent",
        "idn_isolated": "Isolated",
        "idn_worth": "Thinks little of herself",
        "idn_wealth": "Sudden wealth",
        "idn_mother": "A mother who fears losing her children",
    },
    Heading.VULNERABILITY: {
        "vul_abuse": "Domestic abuse, coercive control or stalking",
        "vul_threat": "A threat to her life, or grave violence",
        "vul_sexual": "Sexual exploitation",
        "vul_trafficking": "Trafficking or modern slavery",
        "vul_mental_health": "Mental ill-health",
        "vul_self_harm": "Self-harm or thoughts of suicide",
        "vul_substances": "Drugs or alcohol",
        "vul_care": "Was in care as a child",
        "vul_housing": "Homeless or insecurely housed",
        "vul_debt": "Debt, or a loan shark",
        "vul_status": "No recourse to public funds, or insecure immigration status",
        "vul_learning": "Learning disability, ADHD, autism or head injury",
        "vul_pregnancy": "Pregnant, or lately gave birth",
        "vul_loss": "Bereaved, or a child was taken into care",
        "vul_disability": "Disabled",
        "vul_repeat_victim": "Victim three times or more in twelve months",
        "vul_missing": "Has gone missing",
        "vul_honour": "So-called honour-based abuse, FGM or forced marriage",
    },
    Heading.PROTECTIVE: {
        "pro_adult": "A safe relationship with an adult",
        "pro_housing": "Safe and stable housing",
        "pro_work": "Work, training or education",
        "pro_professional": "A professional she is engaged with",
        "pro_recovery": "In treatment or recovery",
        "pro_children": "In contact with her children",
        "pro_community": "Faith or community",
        "pro_income": "A legal income",
        "pro_change": "Wishes for change",
        "pro_safety_plan": "Has a safety plan",
        "pro_peers": "Friends outside crime",
    },
}

#: What was done to her, as reported: alone it is a reason for help and never one for a list.
REPORTED_AS_VICTIM = frozenset({"vul_repeat_victim", "vul_abuse"})

CATALOGUE: tuple[Indicator, ...] = tuple(
    Indicator(code, heading, words) for heading in Heading for code, words in _WORDS[heading].items()
)

BY_CODE: Mapping[str, Indicator] = MappingProxyType({item.code: item for item in CATALOGUE})


def under(heading: Heading) -> tuple[Indicator, ...]:
    """The signs under one heading, in order, for a form."""
    return tuple(item for item in CATALOGUE if item.heading is heading)
