"""The guided tour of a demonstration: one woman's way in ten steps, whom to be and where to look."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render

from pathways.domain.terms.people import Role
from pathways.journey import demonstration
from pathways.web.access import page
from pathways.web.request import Request


@dataclass(frozen=True)
class Stop:
    """One step of the tour: whom to sign in as, what to do and what to notice."""

    heading: str
    role: Role
    do: str
    notice: str


STOPS = (
    Stop(
        "A flag from police",
        Role.POLICE_SPOC,
        "Flag an invented woman, then open it under Considerations, plan how she could be "
        "reached and confirm her.",
        "Signs are prompts and are never added up. Nothing shows whether she is anybody’s client already.",
    ),
    Stop(
        "Somebody to approach her",
        Role.COORDINATOR,
        "Find her under Women, and assign the approach to Wanda Reyes of the Willow Centre.",
        "Only now can Wanda see her, before any referral exists.",
    ),
    Stop(
        "Reaching her safely",
        Role.SUPPORT_WORKER,
        "Open the approach, record that she was reached, go through her own safe-contact plan with her, and "
        "record her agreement.",
        "From here her plan is closed to police. Press Esc: the screen is covered.",
    ),
    Stop(
        "What she needs",
        Role.SUPPORT_WORKER,
        "Do the assessment with her. Leave it half done and come back to it.",
        "Strengths come first. What you typed was kept on the server.",
    ),
    Stop(
        "A level of support",
        Role.COORDINATOR,
        "Open her under Triage and decide, with reasons.",
        "The policy suggests and shows its working; a person decides. Leave a judgement out and it says "
        "“provisional”.",
    ),
    Stop(
        "A referral",
        Role.COORDINATOR,
        "Refer her to “Into work” of Brightpath, and choose what it may be told.",
        "A private company is never given what the page marks as kept back.",
    ),
    Stop(
        "The provider answers",
        Role.PROVIDER_WORKER,
        "Open the referral, accept it, and record a first contact.",
        "Only the fields that she agreed to are there. Recording a contact takes one short page.",
    ),
    Stop(
        "She changes her mind",
        Role.SUPPORT_WORKER,
        "On her page choose “She wants to stop”, and pause her. Look at who was told; then choose “She wants "
        "to start again” there. Last, choose “Close well” on her page and propose to close.",
        "Every provider is told at once, and police still read the same three words. Before you propose, the "
        "page names who else supports her.",
    ),
    Stop(
        "Closing, and after",
        Role.SUPERVISOR,
        "Under “To sign off” on the home page open the closure that Wanda has just proposed, and sign it. "
        "Then see the workload, and the follow-ups that it planned.",
        "The person who proposes a closure is never the one who signs it off. Priya of Brightpath is told "
        "that her time with the programme has ended.",
    ),
    Stop(
        "What it adds up to",
        Role.EVALUATOR,
        "Open the evaluation and find her in the counts.",
        "Small numbers are hidden, and an attack on the whole release finds nothing.",
    ),
)


@page(public=True)
def tour(request: Request) -> HttpResponse:
    """There only on a demonstration; elsewhere the page that says what this is."""
    if not settings.PATHWAYS_SYNTHETIC:
        return redirect("frame:about")
    by_role = {one.role: one for one in demonstration.sign_ins()}
    stops = [(number, stop, by_role.get(stop.role.value)) for number, stop in enumerate(STOPS, start=1)]
    return render(request, "frame/tour.html", {"title": "A short tour", "stops": stops})
