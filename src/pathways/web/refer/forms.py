"""What is asked of the one who refers her, and of the service that answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from pathways.domain.referral.reasons import DeclineGroup, DeclineReason, HerReason, WithdrawReason
from pathways.domain.referral.sharing import LEAST, ShareField
from pathways.domain.terms.needs import Domain
from pathways.web import forms


class ChooseService(forms.PathwaysForm):
    service = forms.Choose(label="Which service?", choices=[], error="Choose a service", heading=True)

    def __init__(self, *args: Any, services: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = list(services)  # type: ignore[attr-defined]


class Asked(forms.PathwaysForm):
    needs = forms.ChooseMany(
        label="What is this service asked to help with?", of=Domain, error="Choose at least one need"
    )
    why = forms.LongText(
        label="Why this service, and why now?",
        hint="The service reads this. Write only what she would want it to know.",
        error="Write why this service, and why now",
        rows=4,
    )


class Share(forms.PathwaysForm):
    share = forms.ChooseMany(
        label="What is shared with this service?",
        choices=[],
        hint="Only what she agreed to is offered here. Her name and how to reach her are always needed.",
        error="Choose what is shared",
    )
    language_words = forms.LongText(label="Language and interpreter", rows=2, error="Enter her language")
    access_words = forms.LongText(
        label="What she needs so that she can take part", rows=2, error="Enter what she needs"
    )
    health_words = forms.LongText(
        label="Her health, where it matters for this service", rows=3, error="Enter what matters"
    )
    conditional = {
        "language_words": ("share", ShareField.LANGUAGE),
        "access_words": ("share", ShareField.ACCESS_NEEDS),
        "health_words": ("share", ShareField.HEALTH),
    }

    def __init__(self, *args: Any, fields: Iterable[ShareField] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["share"].choices = [(item.value, item.label) for item in fields]  # type: ignore[attr-defined]

    def clean_share(self) -> list[ShareField]:
        chosen = [ShareField(value) for value in self.cleaned_data["share"]]
        if missing := [item.label.lower() for item in ShareField if item in LEAST and item not in chosen]:
            raise ValidationError(f"The service cannot reach her safely without {' and '.join(missing)}")
        return chosen


class Contact(forms.PathwaysForm):
    contact_note = forms.LongText(
        label="Anything more that this service must know before it contacts her",
        required=False,
        hint="For example who may answer, or which name to give. Her plan itself goes with the referral.",
        rows=3,
    )
    is_checked = forms.Confirm(
        label="She is content that this service reaches her in this way",
        error="Check with her that this service may reach her in this way",
    )


class Accept(forms.PathwaysForm):
    worker = forms.Choose(label="Who will work with her?", choices=[], error="Choose her worker")

    def __init__(self, *args: Any, colleagues: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["worker"].choices = [  # type: ignore[attr-defined]
            (str(one.account_id), f"{one.name} (you)" if one.is_me else one.name) for one in colleagues
        ]


class Waitlist(forms.PathwaysForm):
    until = forms.Date(
        label="Until when is she likely to wait?", error="Enter until when she is likely to wait"
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until <= self.today:
            raise ValidationError("Until when she is likely to wait must be a day to come")
        return until


def _grouped() -> list[tuple[str, str]]:
    return [(r.value, r.label) for group in DeclineGroup for r in DeclineReason if r.group is group]


class Decline(forms.PathwaysForm):
    reason = forms.Choose(
        label="Why can you not take her on?",
        choices=_grouped(),
        dividers={
            next(r.value for r in DeclineReason if r.group is group): group.label for group in DeclineGroup
        },
        error="Choose the reason",
        small=True,
    )
    words = forms.LongText(
        label="Anything that would help her coordinator",
        required=False,
        hint="For example when a place may open, or who else could help.",
        rows=3,
    )


class Withdraw(forms.PathwaysForm):
    reason = forms.Choose(label="Why is it taken back?", of=WithdrawReason, error="Choose the reason")


class HerNo(forms.PathwaysForm):
    reason = forms.Choose(
        label="Did she say why?",
        of=HerReason,
        hint="She need not.",
        initial=HerReason.NOT_SAID.value,
        error="Choose what she said",
    )
