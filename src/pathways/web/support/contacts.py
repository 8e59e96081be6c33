"""Appointments, contacts, notes and groups."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from pathways.domain.governance.policy import Resource
from pathways.domain.support.reasons import Absence
from pathways.domain.terms import references
from pathways.domain.terms.contact import Attendance, ContactMode
from pathways.journey import alongside, caseload, contacts, her
from pathways.web import access, clock, flow
from pathways.web.access import page
from pathways.web.request import Request
from pathways.web.support import about, forms


@page(roles=about.WORKERS)
def today(request: Request) -> HttpResponse:
    """What is planned: today, still to record, and coming; each with how she may be reached."""
    start, end = contacts.day_of(clock.local(request.now).date())
    by, at = request.actor, request.now
    stretches = {
        "today": contacts.between(by=by, at=at, start=start, end=end),
        "late": contacts.between(by=by, at=at, start=None, end=at),
        "coming": contacts.between(by=by, at=at, start=end, end=None),
    }
    tab = request.GET.get("tab", "today")
    if tab not in stretches:
        tab = "today"
    shown = stretches[tab]
    banners = her.banners(client_ids={one.client_id for one in shown}, by=by, at=at)
    contacts.was_read(by=by, at=at, subjects=[one.client_id for one in shown])
    labels = {"today": "Today", "late": "Still to record", "coming": "Coming"}
    tabs = [
        {"label": labels[name], "href": f"?tab={name}", "current": name == tab, "count": len(found)}
        for name, found in stretches.items()
    ]
    rows = [
        {"contact": one, "person": banners[one.client_id], "href": about.page_of(one.client_id)}
        for one in shown
        if one.client_id in banners
    ]
    context = {"title": "Contacts", "tabs": tabs, "tab": tab, "rows": rows, "label": labels[tab]}
    return render(request, "support/today.html", context)


@page(reads=Resource.CONTACT)
def of_her(request: Request, client_id: UUID) -> HttpResponse:
    """Her contacts and notes."""
    person = about.banner(request, client_id)
    found = contacts.of_her(client_id=client_id, by=request.actor, at=request.now)
    if person is None or found is None:
        return access.not_found(request)
    notes_of = {note.contact_id: note for note in found.notes if note.contact_id}
    context = {
        "title": "Contacts and notes",
        "person": person,
        "client_id": client_id,
        "tabs": about.tabs(client_id, "contacts"),
        "found": found,
        "past": [{"contact": one, "note": notes_of.get(one.id)} for one in found.past],
        "loose": [note for note in found.notes if not note.contact_id],
        "shows_notes": request.actor.role in about.WORKERS,
    }
    return render(request, "support/contacts.html", context)


class AboutHer(flow.Flow):
    """A form about one woman: her banner stands over it, and it leads back to her page."""

    leads_to: ClassVar[str] = "contacts"

    def begin(self) -> HttpResponse | None:
        self.person = about.banner(self.request, self.kwargs["client_id"])  # type: ignore[arg-type]
        return None if self.person else access.not_found(self.request)

    def context(self) -> dict[str, Any]:
        return {"person": self.person}

    def since(self) -> tuple[date, str] | None:
        began = alongside.first_day(self.kwargs["client_id"], self.actor)
        return (began, alongside.TOO_EARLY) if began else None

    def back(self) -> str:
        return reverse(f"support:{self.leads_to}", args=[self.kwargs["client_id"]])


@page(roles=about.WORKERS)
class RecordContact(AboutHer):
    """A contact that has taken place, planned or not. One page, one button."""

    title = "Record a contact"
    form = forms.ContactForm
    check = False
    button = "Save this contact"
    template = "support/quick.html"
    planned: contacts.Item | None = None

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        planned_at = self.planned.planned_at if self.planned else None
        return {"planned_at": planned_at, "now": self.now, "stopped_since": self.stopped_since()}

    def stopped_since(self) -> datetime | None:
        return contacts.stopped_since(self.kwargs["client_id"], self.actor)

    def context(self) -> dict[str, Any]:
        since = self.stopped_since()
        warning = (
            f"She asked on {clock.day(since)} that nobody contact her. Record what has happened all the same,"
            " and say who began it."
            if since
            else ""
        )
        return {**super().context(), "stop_warning": warning}

    def initial(self, step: flow.Step) -> dict[str, Any]:
        start = {"when": "now", "day": clock.local(self.now).date()}
        if self.planned is not None:
            mode = next((one.value for one in ContactMode if one.label == self.planned.mode), "")
            start |= {"when": "then", "mode": mode}
        return start

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        came = answers["came"]
        said = contacts.record(
            client_id=self.kwargs["client_id"],
            happened_at=self._happened_at(answers),
            is_held=came != "not_held",
            attendance=None if came == "not_held" else Attendance(came),
            not_held=answers["not_held"] if came == "not_held" else None,
            absence=answers["absence"] if came == "no" else None,
            mode=answers["mode"],
            minutes=answers["minutes"],
            note=answers["note"],
            contact_id=self.planned.id if self.planned else None,
            began=answers.get("began") or None,
            by=self.actor,
            at=self.now,
        )
        if not said.allowed:
            raise flow.Refused(said)  # type: ignore[arg-type]
        return _saved(self, "Contact recorded.", said.next)

    def _happened_at(self, answers: dict[str, Any]) -> Any:
        if answers["when"] == "earlier":
            return forms.moment(answers["day"], answers["at"])
        if answers["when"] == "then" and self.planned is not None and self.planned.planned_at:
            return self.planned.planned_at
        return self.now


def _saved(view: AboutHer, words: str, more: tuple[str, ...] = ()) -> HttpResponse:
    flow.notice(view.request, " ".join((words, *more)), client_id=view.client_id())
    return redirect(view.back())


@page(roles=about.WORKERS)
class RecordPlanned(RecordContact):
    """What became of a planned appointment."""

    effect = "decides"
    title = "Record this contact"

    def begin(self) -> HttpResponse | None:
        self.planned = contacts.planned_one(contact_id=self.kwargs["contact_id"], by=self.actor, at=self.now)
        if self.planned is None:
            return access.not_found(self.request)
        self.kwargs = {**self.kwargs, "client_id": self.planned.client_id}
        if not self.planned.is_planned:
            messages.info(self.request, "This contact has been recorded already.")
            return redirect(self.back())
        return super().begin()


@page(roles=about.WORKERS)
def missed(request: Request, contact_id: UUID) -> HttpResponse:
    """She did not come: one tap on why, and it is recorded."""
    found = contacts.planned_one(contact_id=contact_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    after = reverse("support:contacts", args=[found.client_id])
    problem = ""
    if request.method == "POST":
        code = request.POST.get("absence", "")
        if code in {one.value for one in Absence}:
            said = contacts.missed(
                contact_id=contact_id, absence=Absence(code), by=request.actor, at=request.now
            )
            if said.allowed:
                words = " ".join(("Recorded: she did not come.", *said.next))
                flow.notice(request, words, client_id=found.client_id)
                return redirect(after)
            problem = said.reason
    context = {
        "title": "She did not come",
        "person": about.banner(request, found.client_id),
        "contact": found,
        "reasons": [(one.value, one.label) for one in Absence],
        "problem": problem,
        "back": reverse("support:today"),
        "full": reverse("support:record_planned", args=[contact_id]),
    }
    return render(request, "support/missed.html", context, status=409 if problem else 200)


@page(roles=about.WORKERS)
def call_off(request: Request, contact_id: UUID) -> HttpResponse:
    """Takes a planned appointment off the list."""
    found = contacts.planned_one(contact_id=contact_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    if request.method == "POST":
        said = contacts.call_off(contact_id=contact_id, by=request.actor, at=request.now)
        if not said.allowed:
            return access.refuse(request, said)  # type: ignore[arg-type]
        words = "The appointment was called off. Let her know in a way that is safe."
        flow.notice(request, words, client_id=found.client_id)
        return redirect(reverse("support:contacts", args=[found.client_id]))
    context = {
        "title": "Call off this appointment",
        "person": about.banner(request, found.client_id),
        "contact": found,
        "back": reverse("support:contacts", args=[found.client_id]),
    }
    return render(request, "support/call_off.html", context)


@page(roles=about.WORKERS)
class PlanAppointment(AboutHer):
    """An appointment, which passes her safe-contact plan."""

    title = "Plan an appointment"
    form = forms.AppointmentForm
    check = False
    button = "Plan this appointment"

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {"day": forms.soon(self.now)}

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        said = contacts.plan(
            client_id=self.kwargs["client_id"],
            planned_at=forms.moment(answers["day"], answers["at"]),
            mode=answers["mode"],
            by=self.actor,
            at=self.now,
        )
        if not said.allowed:
            raise flow.Refused(said)  # type: ignore[arg-type]
        when = clock.moment(forms.moment(answers["day"], answers["at"]))
        return _saved(self, f"Appointment planned for {when}.")


@page(roles=about.WORKERS)
class WriteNote(AboutHer):
    """A note that is no contact."""

    title = "Write a note"
    form = forms.NoteForm
    check = False
    button = "Save this note"

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        said = contacts.write_note(
            client_id=self.kwargs["client_id"], body=answers["body"], by=self.actor, at=self.now
        )
        if not said.allowed:
            raise flow.Refused(said)  # type: ignore[arg-type]
        return _saved(self, "Note saved.")


@page(roles=about.WORKERS)
class CorrectNote(AboutHer):
    """A note corrected: both versions and the reason stay."""

    effect = "changes"
    title = "Correct a note"
    form = forms.CorrectNoteForm
    check = False
    button = "Save the correction"

    def begin(self) -> HttpResponse | None:
        self.note = contacts.note(note_id=self.kwargs["note_id"], by=self.actor, at=self.now)
        client_id = contacts.client_of_note(note_id=self.kwargs["note_id"], by=self.actor)
        if self.note is None or client_id is None:
            return access.not_found(self.request)
        self.kwargs = {**self.kwargs, "client_id": client_id}
        return super().begin()

    def initial(self, step: flow.Step) -> dict[str, Any]:
        return {"body": self.note.body if self.note else ""}

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        said = contacts.correct_note(
            note_id=self.kwargs["note_id"],
            body=answers["body"],
            why=answers["why"],
            by=self.actor,
            at=self.now,
        )
        if not said.allowed:
            raise flow.Refused(said)  # type: ignore[arg-type]
        return _saved(self, "Note corrected. The earlier version is kept.")


@page(roles=about.WORKERS)
def groups(request: Request) -> HttpResponse:
    """The groups that this organisation ran. Who came is on each woman's own record."""
    found = contacts.groups(by=request.actor)
    columns = [
        {"label": "Group"},
        {"label": "When"},
        {"label": "Minutes", "numeric": True},
        {"label": "Kept by"},
    ]
    rows = [
        {
            "cells": [
                {"text": one.title},
                {"date": one.happened_at},
                {"text": one.minutes, "numeric": True},
                {"text": one.recorded_by},
            ]
        }
        for one in found
    ]
    return render(request, "support/groups.html", {"title": "Groups", "columns": columns, "rows": rows})


@page(roles=about.WORKERS)
class RunGroup(flow.Flow):
    """A register: written once, however often it is sent."""

    title = "Group register"
    form = forms.GroupForm
    button = "Save this register"
    template = "support/group.html"

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        found = caseload.women(by=self.actor, at=self.now, limit=200)
        women = [
            (str(one.client_id), f"{one.name} ({references.spaced(one.reference)})") for one in found.rows
        ]
        return {"women": sorted(women, key=lambda pair: pair[1].lower()), "now": self.now}

    def initial(self, step: flow.Step) -> dict[str, Any]:
        begun = clock.local(self.now - timedelta(hours=2))
        return {
            "group_id": str(uuid.uuid4()),
            "day": clock.local(self.now).date(),
            "at": begun.time().replace(minute=0, second=0, microsecond=0),
        }

    def back(self) -> str:
        return reverse("support:groups")

    def do(self, answers: dict[str, Any]) -> flow.Receipt | HttpResponse:
        said = contacts.run_group(
            group_id=UUID(answers["group_id"]),
            title=answers["title"],
            happened_at=forms.moment(answers["day"], answers["at"]),
            minutes=answers["minutes"],
            came=[UUID(one) for one in answers["came"]],
            late=[UUID(one) for one in answers["late"]],
            by=self.actor,
            at=self.now,
        )
        if not said.allowed:
            raise flow.Refused(said)  # type: ignore[arg-type]
        count = said.data.get("count", 0)
        words = "woman has a contact" if count == 1 else "women have a contact each"
        return flow.Receipt(
            "Register saved",
            next=[
                f"{count} {words} on her own record."
                if count == 1
                else f"{count} {words}, on their own records.",
                f"They are known as {flow.whose([UUID(one) for one in answers['came']], self.actor)}.",
            ],
            href=self.back(),
            onward="Back to groups",
        )
