"""The one form of her page: whom the governance lead is to tell what is held."""

from __future__ import annotations

from pathways.web import forms


class FindHeld(forms.PathwaysForm):
    reference = forms.Text(
        label="Her reference",
        hint="Two letters, four digits, two letters, such as KW 5219 EC. Her worker can tell you.",
        width=10,
        error="Enter her reference",
    )
    reason = forms.Text(
        label="Why you look",
        hint="Such as “she asked on 3 November”. It is kept beside the reading. Do not name her.",
        width="two-thirds",
        error="Enter why you look",
    )
