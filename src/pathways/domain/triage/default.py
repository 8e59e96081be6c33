"""The default triage policy: eighteen combinations, ours, not validated, there to be changed."""

from __future__ import annotations

from pathways.domain.terms.words import Worded
from pathways.domain.triage.assessment import Exploitation, ImmediateSafety, Need
from pathways.domain.triage.condition import Input
from pathways.domain.triage.policy import Policy, Rule

CAVEAT = "The default policy is the programme’s own. It has not been validated."

NEED = "need"
EXPLOITATION = "exploitation"
IMMEDIATE_SAFETY = "immediate_safety"


def _values(answers: type[Worded]) -> tuple[str, ...]:
    return tuple(answer.value for answer in answers)


def _rule(id: str, need: str, exploitation: str, level: str, because: str) -> Rule:
    return Rule(id, {NEED: need, EXPLOITATION: exploitation, IMMEDIATE_SAFETY: "no"}, level, because)


DEFAULT = Policy(
    name="Default triage policy",
    version="2026.1",
    inputs=(
        Input(NEED, _values(Need)),
        Input(EXPLOITATION, _values(Exploitation)),
        Input(IMMEDIATE_SAFETY, _values(ImmediateSafety)),
    ),
    rules=(
        Rule(
            "S1",
            {IMMEDIATE_SAFETY: "yes"},
            "4",
            "There is a concern for her immediate safety, which comes before everything else.",
        ),
        _rule("N1", "low", "low", "0", "Need is low and exploitation is low."),
        _rule("N2", "low", "medium", "1", "Need is low and exploitation is medium."),
        _rule("N3", "medium", "low", "1", "Need is medium and exploitation is low."),
        _rule("N4", "low", "high", "2", "Need is low, but exploitation is high."),
        _rule("N5", "medium", "medium", "2", "Need is medium and exploitation is medium."),
        _rule("N6", "high", "low", "2", "Need is high, and exploitation is low."),
        _rule("N7", "medium", "high", "3", "Need is medium and exploitation is high."),
        _rule("N8", "high", "medium|high", "3", "Need is high and exploitation is medium or high."),
    ),
)
