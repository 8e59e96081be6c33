"""Results of tools that are not ours to give: DASH, DARA, OASys and OGRS. What came of them, and no question.

Their text belongs to others, and OGRS and OASys are reckoned where her criminal record is. Kept here: which
tool, when, what came of it, who assessed, and where the document lies. Nothing is reckoned from it, and
nothing follows by itself: a result can only remind the worker of what is to be considered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.words import Worded


class Tool(Worded):
    """Whose result it is."""

    DASH = "dash", "DASH"
    DARA = "dara", "DARA"
    OASYS = "oasys", "OASys"
    OGRS = "ogrs", "OGRS"


class Criterion(Worded):
    """Why a case of domestic abuse is brought to MARAC (SafeLives). Local thresholds differ."""

    NONE = "none", "None of these"
    JUDGEMENT = "judgement", "Professional judgement"
    VISIBLE = "visible", "Visible high risk"
    ESCALATION = "escalation", "It may be getting worse"
    REPEAT = "repeat", "Abuse again within twelve months of the last referral"


#: What a tool is of: domestic abuse is known to those who support her; criminal justice to those who hold it.
OF_ABUSE = frozenset({Tool.DASH, Tool.DARA})
OF_JUSTICE = frozenset({Tool.OASYS, Tool.OGRS})

#: What the number of each tool is, and its range; a tool that is not here has no number.
NUMBERS: Mapping[Tool, tuple[str, int, int]] = MappingProxyType(
    {
        # 24 in the version of SafeLives, 27 in that of police
        Tool.DASH: ("Answers of “yes”", 0, 27),
        Tool.OGRS: ("Percent, over two years", 0, 100),
    }
)
#: So many answers of “yes” often count as visible high risk (SafeLives); judgement goes first.
VISIBLE_HIGH_RISK = 14
#: OGRS, from general knowledge: confirm before publishing
_OGRS_BANDS = ((90, "Very high, 90 or more"), (75, "Very high"), (50, "High"), (25, "Medium"), (0, "Low"))


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a tool, on one day."""

    tool: Tool
    assessed_on: date
    words: str = ""
    number: int | None = None
    criterion: Criterion | None = None
    assessed_by: str = ""


def may_keep(result: Result, *, today: date) -> Decision:
    """A result has a day, somebody who assessed, and what came of it, within the tool's own range."""
    if result.assessed_on > today:
        return decision.no("The day is in the future: check it.")
    if not result.assessed_by.strip():
        return decision.no("Say who assessed: a name, or a role and an organisation.")
    if result.number is None and not result.words.strip():
        return decision.no("Say what came of it.")
    if result.number is not None:
        if result.tool not in NUMBERS:
            return decision.no(f"{result.tool.label} has no number here: write what came of it in words.")
        _, low, high = NUMBERS[result.tool]
        if not low <= result.number <= high:
            return decision.no(f"{result.tool.label} runs from {low} to {high}.")
    if result.criterion is not None and result.tool not in OF_ABUSE:
        return decision.no("Only a tool about domestic abuse has a criterion of MARAC.")
    return decision.yes()


def band_of(result: Result) -> str:
    """What the number is called, where that is known."""
    if result.tool is not Tool.OGRS or result.number is None:
        return ""
    return next(label for least, label in _OGRS_BANDS if result.number >= least)


def to_consider(result: Result) -> str:
    """What the worker is reminded of; nothing is done by itself."""
    named = result.criterion not in (None, Criterion.NONE)
    many = result.tool is Tool.DASH and (result.number or 0) >= VISIBLE_HIGH_RISK
    if result.tool in OF_ABUSE and (named or many):
        return "Consider MARAC and an independent domestic violence adviser, by your local threshold."
    return ""
