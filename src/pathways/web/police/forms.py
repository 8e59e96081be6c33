"""The flag: who she is as police hold it, why, and the signs that prompted it. Never a score."""

from __future__ import annotations

from typing import Any

from pathways.domain.identification import listing
from pathways.domain.identification.consideration import Status
from pathways.domain.terms import demographics, indicators
from pathways.domain.terms.demographics import EthnicityScheme
from pathways.domain.terms.indicators import CAVEAT, Confidence, Heading, Source
from pathways.domain.terms.law import FactOrOpinion, SubjectCategory
from pathways.domain.terms.routes import Door, Route, by_door
from pathways.web import forms

_SOURCES = (Source.POLICE_RECORD, Source.CUSTODY_RECORD, Source.OFFICER, Source.PARTNER, Source.HERSELF)
_ORDER = (Heading.PROTECTIVE, *(one for one in Heading if one is not Heading.PROTECTIVE))


class WhoForm(forms.PathwaysForm):
    age = forms.Choose(
        label="How old is she?",
        choices=[
            ("born", "I have her date of birth"),
            ("adult", "18 or over; her date of birth is not known"),
            ("child", "Under 18"),
            ("unknown", "Not known"),
        ],
        error="Select what is known of her age",
    )
    born = forms.Date(label="Date of birth", example="12 6 1990", span=forms.Span.BIRTH)
    given_names = forms.Text(label="Given names", width="two-thirds")
    surname = forms.Text(label="Surname", width="two-thirds")
    other_names = forms.Text(
        label="Other names",
        hint="Names she uses or has used.",
        required=False,
        width="two-thirds",
    )
    telephone = forms.Phone(label="Telephone, as police hold it", required=False)
    address = forms.LongText(label="Address, as police hold it", required=False, rows=3)
    police_reference = forms.Text(label="Police reference", required=False, width=20)
    ethnicity_code = forms.Pick(
        label="Ethnicity, as she defined it to police",
        hint="Only her own answer, never an officer’s view.",
        choices=[
            (code, f"{code}: {group.label}")
            for code, group in sorted(demographics.CODES[EthnicityScheme.SDE_18].items())
        ],
        required=False,
        empty="Not on the record",
    )
    subject_category = forms.Choose(
        label="In what capacity does your record concern her?",
        of=SubjectCategory,
        error="Select in what capacity the record concerns her",
    )
    conditional = {"born": ("age", "born")}
    sections = (
        ("Her age", ("age",)),
        ("Who she is", ("given_names", "surname", "other_names")),
        (
            "What police hold",
            ("telephone", "address", "police_reference", "ethnicity_code", "subject_category"),
        ),
    )


def _signs(heading: Heading) -> Any:
    return forms.ChooseMany(
        label=heading.label,
        choices=[(item.code, item.words) for item in indicators.under(heading)],
        required=False,
        hint="",
    )


class WhyForm(forms.PathwaysForm):
    route = forms.Choose(
        label="How did police come to know of her?",
        of=by_door(Door.POLICE),
        error="Select how police came to know of her",
    )
    flagged_by_name = forms.Text(
        label="On whose behalf do you enter this?",
        hint="Leave empty if you flag her yourself.",
        required=False,
        width="two-thirds",
    )
    why = forms.LongText(
        label="Why may she need this programme?",
        hint=(
            "In plain and respectful words that she could read. Official-sensitive at most: "
            "no intelligence, no source."
        ),
        rows=6,
        error="Enter why she may need this programme",
    )
    fact_or_opinion = forms.Choose(
        label="Is what you wrote fact or opinion?",
        of=FactOrOpinion,
        inline=True,
        error="Select whether it is fact or opinion",
    )


class SignsForm(forms.PathwaysForm):
    protective = _signs(Heading.PROTECTIVE)
    networks = _signs(Heading.NETWORKS)
    criminality = _signs(Heading.CRIMINALITY)
    ability = _signs(Heading.ABILITY)
    identity = _signs(Heading.IDENTITY)
    vulnerability = _signs(Heading.VULNERABILITY)
    source = forms.Pick(label="Where were these seen?", of=_SOURCES, required=False)
    confidence = forms.Choose(label="How sure are you of them?", of=Confidence, inline=True, required=False)
    seen_on = forms.Date(label="When were they last seen?", required=False, span=forms.Span.HAPPENED)
    say_nothing_of_optional = frozenset(one.value for one in Heading)
    sections = (
        ("", ("protective",)),
        ("What puts her at risk", tuple(one.value for one in _ORDER[1:])),
        ("Where this comes from", ("source", "confidence", "seen_on")),
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        ticked = [listing.Observed(code, one) for one in Heading for code in given.get(one.value) or ()]
        if listing.has_risk(ticked) and not (answer := listing.may_list(ticked)):
            self.add_error("networks", answer.reason)
        if any(given.get(one.value) for one in Heading):
            if not given.get("source"):
                self.add_error("source", "Select where the signs were seen")
            if not given.get("confidence"):
                self.add_error("confidence", "Select how sure you are of the signs")
        return given


SIGNS_HINT = f"Tick what prompted you, what protects her first. {CAVEAT}"


class Filters(forms.PathwaysForm):
    route = forms.Pick(label="Route", of=by_door(Door.POLICE), empty="Every route", required=False)
    status = forms.Pick(label="Status", of=Status, empty="Every status", required=False)
    came = forms.Pick(label="How she came", of=listing.Came, empty="Either way", required=False)
    since = forms.Date(label="On the list since", required=False)


def route_of(value: Any) -> Route:
    return Route(value)
