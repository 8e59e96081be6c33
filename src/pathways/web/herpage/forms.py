"""The one form of her page: whom the governance lead is to tell what is held."""

from __future__ import annotations

from pathways.journey import held
from pathways.web import forms


class FindHeld(forms.PathwaysForm):
    reference = forms.Text(
        label="Her reference",
        hint="Two letters, four digits, two letters, such as KW 5219 EC. Her worker can tell you.",
        width=10,
        error="Enter her reference",
    )
    reason = forms.Choose(
        label="Why you look", hint="It is kept beside the reading.", of=held.Why, error="Choose why you look"
    )
