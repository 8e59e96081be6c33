"""What waves of the partnership survey ask of whoever runs them, and what they ask of partners."""

from __future__ import annotations

from typing import Any

from pathways.domain.evaluation import partnership
from pathways.domain.evaluation.partnership import Extent, PartnershipDomain
from pathways.web import forms


class BeginForm(forms.PathwaysForm):
    opens = forms.Date(label="First day of the wave", span=forms.Span.ANY)
    closes = forms.Date(
        label="Last day of the wave",
        hint="What it came to is shown from the day after. Nobody answers later, and it is not opened again.",
        span=forms.Span.ANY,
    )
    organisations = forms.ChooseMany(
        label="Which organisations are invited?",
        choices=[],
        hint="Everybody who works there now is invited, each once.",
    )

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisations"].choices = places  # type: ignore[attr-defined]


class EndForm(forms.PathwaysForm):
    closes = forms.Date(label="Last day of the wave", span=forms.Span.ANY)


def _sheet(domain: PartnershipDomain) -> type[forms.PathwaysForm]:
    """The page of one domain: its statements, each answered in the same words."""
    asked = {
        one.code: forms.Choose(
            label=one.words, of=Extent, inline=False, small=True, error=f"Say how far this is so: {one.words}"
        )
        for one in partnership.of_domain(domain)
    }
    return type(f"{domain.value.capitalize()}Sheet", (forms.PathwaysForm,), asked)


SHEETS = {domain: _sheet(domain) for domain in PartnershipDomain}
