"""What the person who decides is asked."""

from __future__ import annotations

from pathways.domain.triage.levels import STANDARDS, Level
from pathways.domain.triage.triage import ReturnReason
from pathways.web import forms


class Decide(forms.PathwaysForm):
    level = forms.Choose(
        label="Her level of support",
        choices=[(str(level.value), level.label) for level in Level],
        hints={str(level.value): STANDARDS[level].offer for level in Level},
        error="Choose a level",
        small=True,
    )
    reasons = forms.LongText(
        label="Your reasons",
        hint="In words she could read. Say most when you decide otherwise than suggested.",
        error="Give your reasons: they are kept with the decision",
        rows=5,
    )
    told_her = forms.LongText(label="What she is told about it, and by whom", required=False, rows=3)


class SendBack(forms.PathwaysForm):
    reason = forms.Choose(label="What is wanted?", of=ReturnReason, error="Say what is wanted")
    words = forms.LongText(
        label="Say it to the assessor",
        hint="What would let you decide.",
        error="Write to the assessor what is wanted",
        rows=4,
    )
