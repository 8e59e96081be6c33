"""The filters of the case list. None of them identifies anybody, since they stand in the address."""

from __future__ import annotations

from typing import Any

from pathways.domain.governance.actors import Actor
from pathways.domain.support.path import Stage
from pathways.domain.triage.levels import Level
from pathways.journey import case_list, way
from pathways.web import forms


class CaseFilters(forms.PathwaysForm):
    #: its choices are of the code alone, so that without an answer it is the same for everybody who has it
    is_drawn_once = True

    levels = forms.ChooseMany(
        label="Level", choices=[(str(level.value), level.label) for level in Level], help_text="", small=True
    )
    stage = forms.Pick(
        label="Waiting for",
        choices=[(stage.value, way.WAITING_FOR[stage]) for stage in Stage if stage is not Stage.IDENTIFIED],
        empty="Anything",
    )
    contact_plan = forms.Pick(label="Safe-contact plan", of=case_list.PlanIs, empty="Any")
    lead = forms.Pick(label="Led by", of=case_list.Led, empty="Anybody")

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if case_list.is_a_providers(by):
            for name in ("levels", "stage", "lead"):
                del self.fields[name]
        elif not way.reads_whole_story(by):
            del self.fields["stage"]
