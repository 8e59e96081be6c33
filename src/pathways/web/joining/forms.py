"""What is asked before two records are joined, kept apart, or parted again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pathways.web import forms

PAPER = (
    ("called", "The name she uses"),
    ("given_names", "Given names"),
    ("surname", "Surname"),
    ("date_of_birth", "Date of birth"),
    ("telephone", "Telephone"),
    ("email", "E-mail address"),
    ("address", "Address"),
)


class JoinForm(forms.PathwaysForm):
    """For each thing that the two papers say differently: which of the two stands."""

    why = forms.LongText(
        label="Why do you think they are one woman?", rows=3, counted=500, error="Say why you think so"
    )

    def __init__(
        self, *args: Any, differing: Sequence[tuple[str, str, str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, label, kept, other in differing:
            self.fields[f"stands_{name}"] = forms.Choose(
                label=label, choices=[("kept", kept or "Nothing"), ("other", other or "Nothing")]
            )
        self.order_fields([*(f"stands_{one[0]}" for one in differing), "why"])


class ApartForm(forms.PathwaysForm):
    why = forms.LongText(
        label="Why are they two women?", rows=3, counted=500, error="Say why they are two women"
    )


class PartForm(forms.PathwaysForm):
    """Whose each thing is that was written since they were joined."""

    why = forms.LongText(
        label="Why are they parted again?", rows=3, counted=500, error="Say why they are parted"
    )

    def __init__(
        self,
        *args: Any,
        since: Sequence[tuple[UUID, str]] = (),
        kept: str = "",
        other: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for key, words in since:
            self.fields[f"of_{key}"] = forms.Choose(
                label=f"{words}: whose is it?",
                choices=[("kept", kept), ("other", other)],
                size="s",
                error="Say whose this is",
            )
        self.order_fields([*(f"of_{key}" for key, _ in since), "why"])
