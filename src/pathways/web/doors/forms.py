"""What is asked at the open door: as little as will let somebody help her, in her own words."""

from __future__ import annotations

from typing import Any

from pathways.domain.identification.referral_in import Status
from pathways.domain.terms.events import ScreeningOutcome
from pathways.domain.terms.indicators import Heading
from pathways.domain.terms.law import ConfidenceBasis, CrossingKind, LawfulBasis
from pathways.domain.terms.routes import Door, Route, by_door
from pathways.journey.disclosing import KINDS, PURPOSES, Field
from pathways.web import forms
from pathways.web.screening import OutcomeForm


class WhoForm(forms.PathwaysForm):
    age = forms.Choose(
        label="How old is she?",
        choices=[
            ("born", "Her date of birth is known"),
            ("adult", "18 or over; her date of birth is not known"),
            ("child", "Under 18"),
            ("unknown", "Not known"),
        ],
        error="Select what is known of her age",
    )
    born = forms.Date(label="Date of birth", example="12 6 1990", span=forms.Span.BIRTH)
    called = forms.Text(
        label="What does she like to be called?",
        width="two-thirds",
        error="Enter the name that she uses",
    )
    given_names = forms.Text(label="Given names", required=False, width="two-thirds")
    surname = forms.Text(label="Surname", required=False, width="two-thirds")
    telephone = forms.Phone(label="Telephone", required=False)
    email = forms.Email(label="Email", required=False, width="two-thirds")
    address = forms.LongText(label="Address", required=False, rows=3)
    conditional = {"born": ("age", "born")}
    sections = (
        ("Her age", ("age",)),
        ("Her name", ("called", "given_names", "surname")),
        ("How she can be found", ("telephone", "email", "address")),
    )


class WhyForm(forms.PathwaysForm):
    route = forms.Pick(label="How did she come?", of=by_door(Door.OPEN), error="Select how she came")
    she_knows = forms.YesNo(
        label="Does she know that she is brought here?",
        hint="Yes, if she came herself.",
        error="Select whether she knows",
    )
    why = forms.LongText(
        label="What does she hope for, or why is she brought?",
        hint="In her own words where you can. She may read this.",
        rows=6,
        error="Enter what she hopes for, or why she is brought",
    )
    headings = forms.ChooseMany(
        label="What is this about?",
        hint="Tick what she told you. It prompts a person’s judgement and is never added up.",
        of=[Heading.PROTECTIVE, *(one for one in Heading if one is not Heading.PROTECTIVE)],
        required=False,
    )

    def __init__(self, *args: Any, route: Route | None = None, **kwargs: Any) -> None:
        """`route` is given where it follows from what the partner is; herself stays possible."""
        super().__init__(*args, **kwargs)
        if route is not None:
            choose: Any = self.fields["route"]
            choose.choices = [("", "Choose"), *((one.value, one.label) for one in (route, Route.SELF))]


class DecideForm(OutcomeForm):
    """The outcome, and whom she turned out to be where she is known already."""

    known = forms.Choose(label="Who is she?", choices=[("", "")], error="Select who she is")
    conditional = {**OutcomeForm.conditional, "known": ("outcome", ScreeningOutcome.DUPLICATE)}

    def __init__(self, *args: Any, known: tuple[tuple[str, str], ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose: Any = self.fields["known"]
        choose.choices = [*known, ("none", "Somebody else who came to the door before")]


class TellForm(forms.PathwaysForm):
    kind = forms.Choose(
        label="Why may this be told?",
        of=list(KINDS),
        hints={
            CrossingKind.SAFEGUARDING.value: "She or a child is at risk of serious harm.",
            CrossingKind.THREAT_TO_LIFE.value: "Somebody’s life is in danger. Call 999 first.",
            CrossingKind.CLIENT_REQUESTED.value: "She asked you to tell police this.",
        },
        error="Select why this may be told",
    )
    because_asked = forms.LongText(
        label="What did she ask for, in her words?",
        hint="Stays with the programme: police do not read it.",
        rows=3,
    )
    confidence = forms.Choose(
        label="Why does her confidence not stand in the way?",
        of=[ConfidenceBasis.PUBLIC_INTEREST, ConfidenceBasis.LEGAL_DUTY],
        error="Select why her confidence does not stand in the way",
    )
    because_urgent = forms.LongText(
        label="Why can this not wait for her agreement?",
        hint="Say what harm is feared, and whether she has been told. Police do not read it.",
        rows=4,
    )
    force = forms.Choose(label="Which force is told?", choices=[("", "")], error="Select the force")
    fields_told = forms.ChooseMany(label="What is told", of=Field, error="Select what is told")
    words = forms.LongText(
        label="The words that police will read",
        hint="Only what they need. Never where she is safe, and no note of her support.",
        rows=6,
        error="Enter the words that police will read",
    )
    purpose = forms.Choose(
        label="What do police need it for?",
        of=list(PURPOSES),
        error="Select what police need it for",
    )
    basis = forms.Choose(
        label="Under which law?",
        of=[
            LawfulBasis.VITAL_INTERESTS,
            LawfulBasis.LEGAL_OBLIGATION,
            LawfulBasis.PUBLIC_TASK,
            LawfulBasis.RECOGNISED_INTEREST,
            LawfulBasis.LEGITIMATE_INTERESTS,
        ],
        error="Select the lawful basis",
    )
    conditional = {
        "because_asked": ("kind", CrossingKind.CLIENT_REQUESTED),
        "confidence": ("kind", (CrossingKind.SAFEGUARDING, CrossingKind.THREAT_TO_LIFE)),
        "because_urgent": ("kind", (CrossingKind.SAFEGUARDING, CrossingKind.THREAT_TO_LIFE)),
    }

    def __init__(self, *args: Any, forces: tuple[tuple[str, str], ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose: Any = self.fields["force"]
        choose.choices = list(forces)


class Filters(forms.PathwaysForm):
    route = forms.Pick(label="Route", of=by_door(Door.OPEN), empty="Every route", required=False)
    status = forms.Pick(label="Status", of=Status, empty="Every status", required=False)
    since = forms.Date(label="Came since", required=False)


class CrossingFilters(forms.PathwaysForm):
    kind = forms.Pick(label="Kind", of=CrossingKind, empty="Every kind", required=False)
