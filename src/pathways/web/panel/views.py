"""The panel: its meetings, the agenda, what agencies add, her page in the room, decisions and paper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from pathways.domain.decision import Decision
from pathways.domain.governance.panel_rules import PanelField, side_of
from pathways.domain.governance.policy import Resource
from pathways.domain.terms.people import Role
from pathways.domain.triage import meeting as m
from pathways.journey import (
    adding,
    counting_panel,
    her,
    in_session,
    meetings,
    minuting,
    panel,
)
from pathways.journey import (
    agenda as agendas,
)
from pathways.journey.adding import Added
from pathways.web import about_her, access, clock, flow
from pathways.web.access import page
from pathways.web.panel import forms as f
from pathways.web.panel import printed
from pathways.web.request import Request

_ASKERS = {
    Role.COORDINATOR,
    Role.PANEL_CHAIR,
    Role.SUPPORT_WORKER,
    Role.PROVIDER_WORKER,
    Role.SUPERVISOR,
}
_RUN = {Role.COORDINATOR, Role.PANEL_CHAIR}
COLOURS = {
    m.Status.PLANNED: "grey",
    m.Status.AGENDA_OPEN: "blue",
    m.Status.ASKED: "light-blue",
    m.Status.PACK_CLOSED: "purple",
    m.Status.IN_SESSION: "yellow",
    m.Status.HELD: "turquoise",
    m.Status.MINUTES_AGREED: "green",
    m.Status.CANCELLED: "red",
}


# --- meetings and series ------------------------------------------------------------------------------


@page(reads=Resource.PANEL_MEETING)
def listed(request: Request) -> HttpResponse:
    """The meetings to come and past, and what this person was given to do."""
    by, at = request.actor, request.now
    coming, past = meetings.listed(by=by, at=at), meetings.listed(by=by, at=at, past=True, most=30)
    context = {
        "title": "The panel",
        "coming": [_row(one) for one in coming],
        "past": [_row(one) for one in past],
        "actions": in_session.my_actions(by=by, at=at),
        "series": meetings.series_listed(by=by) if by.role in _RUN else [],
        "leads": by.role is Role.COORDINATOR,
        "may_count": by.role in counting_panel.MAY_SEE,
        "columns": _MEETING_COLUMNS,
    }
    return render(request, "panel/list.html", context)


_MEETING_COLUMNS = [
    {"label": "When"},
    {"label": "Meeting"},
    {"label": "Where it stands"},
    {"label": "Women", "numeric": True},
    {"label": "For you to answer", "numeric": True},
]


def _on_holiday(name: str) -> str:
    return f"A bank holiday: {name}" if name else ""


def _row(one: meetings.Short) -> dict[str, Any]:
    return {
        "cells": [
            {
                "text": clock.moment(one.starts_at),
                "href": reverse("panel:meeting", args=[one.id]),
                "hint": _on_holiday(one.holiday),
            },
            {"text": one.name, "hint": one.place},
            {"tag": one.status.label, "colour": COLOURS[one.status]},
            {"text": str(one.women), "numeric": True},
            {"text": str(one.to_answer), "numeric": True},
        ]
    }


class _Invites(flow.Flow):
    """A form with the people who can be invited."""

    def people(self) -> list[tuple[str, str]]:
        return [
            (seat.key, f"{seat.words} ({seat.role.label.lower()})")
            for seat in meetings.could_attend(by=self.actor, at=self.now)
            if seat.key != self.actor.seat
        ]

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        return {"people": self.people()}

    def client_id(self) -> UUID | None:
        return None


@page(roles={Role.COORDINATOR})
class StartSeries(_Invites):
    """A series of meetings is started."""

    title = "Start a series of meetings"
    form = f.SeriesForm
    button = "Start the series"

    def back(self) -> str:
        return reverse("panel:list")

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = meetings.start_series(**answers, by=self.actor, at=self.now)
        return flow.Receipt.of(said, "Series started", href=self.back(), onward="To the panel’s meetings")


def _days_before(days: int) -> str:
    return "1 day before" if days == 1 else f"{days} days before"


@page(roles=_RUN, reads=Resource.PANEL_SERIES)
def series_one(request: Request, series_id: UUID) -> HttpResponse:
    """One series: who attends, and planning more dates."""
    by, at = request.actor, request.now
    found = meetings.series_one(series_id=series_id, by=by, at=at)
    if found is None:
        return access.not_found(request)
    series, members = found
    if request.method == "POST":
        said = meetings.plan_more(series_id=series_id, by=by, at=at)
        if not said:
            return access.refuse(request, said)
        messages.success(request, " ".join(said.next))
        return redirect("panel:series_one", series_id)
    rows = [
        {"key": "How often", "value": m.Rhythm(series.rhythm).label},
        {"key": "First meeting", "value": clock.day(series.first_date)},
        {"key": "Time", "value": series.at_time},
        {"key": "Where", "value": series.place, "none": "Not said"},
        {"key": "Agencies answer", "value": _days_before(series.answer_days)},
        {"key": "Who attends", "values": [seat.words for seat in members]},
    ]
    return render(
        request,
        "panel/series.html",
        {
            "title": series.name,
            "caption": "A series of panel meetings",
            "rows": rows,
            "series_id": series_id,
            "leads": by.role is Role.COORDINATOR,
            "back": reverse("panel:list"),
        },
    )


@page(roles={Role.COORDINATOR})
class ChangeAttendees(_Invites):
    """Who attends from now on."""

    title = "Who attends the panel"
    form = f.Attendees
    button = "Save who attends"
    effect = "changes"

    def begin(self) -> HttpResponse | None:
        self.found = meetings.series_one(
            series_id=self.kwargs["series_id"], by=self.actor, at=self.now
        )
        return None if self.found is not None else access.not_found(self.request)

    def initial(self, step: flow.Step) -> dict[str, Any]:
        assert self.found is not None
        return {"attendees": [seat.key for seat in self.found[1]]}

    def back(self) -> str:
        return reverse("panel:series_one", args=[self.kwargs["series_id"]])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = meetings.change_attendees(
            series_id=self.kwargs["series_id"],
            attendees=answers["attendees"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "Who attends is changed", href=self.back(), onward="Back to the series")


@page(reads=Resource.PANEL_MEETING)
def meeting(request: Request, meeting_id: UUID) -> HttpResponse:
    """One meeting: the women on its agenda as far as this person sits at the table, and the next step."""
    by, at = request.actor, request.now
    if request.method == "POST":
        return _step(request, meeting_id)
    found = meetings.one(meeting_id=meeting_id, by=by, at=at)
    if found is None:
        return access.not_found(request)
    coordinates = found.leads and by.role is Role.COORDINATOR
    context = {
        "title": found.name,
        "caption": "Panel meeting",
        "found": found,
        "holiday": _on_holiday(found.holiday),
        "colour": COLOURS[found.status],
        "coordinates": coordinates,
        "takes_women": coordinates
        and found.status in (m.Status.PLANNED, m.Status.AGENDA_OPEN, m.Status.ASKED),
        "takes_off": coordinates and found.status in (m.Status.PLANNED, m.Status.AGENDA_OPEN),
        "takes_answers": found.status in m.TAKES_ANSWERS,
        "has_room": found.leads and found.status in m.TAKES_ATTENDANCE,
        "can_be_moved": coordinates and found.status in m.CAN_BE_MOVED,
        "prints": [
            kind for kind in m.CopyKind if minuting.may_print(found.status, kind) and by.seat in _keys(found)
        ],
        "back": reverse("panel:list"),
        "may_step_back": found.status in m.TAKES_ANSWERS | m.TAKES_ATTENDANCE,
    }
    return render(request, "panel/meeting.html", context)


def _keys(found: meetings.Meeting) -> set[str]:
    return {seat.key for seat in found.attendees}


_SAID = {
    m.Action.OPEN_AGENDA: "The agenda is open: women can be put on it.",
    m.Action.CLOSE_PACK: "The pack is closed: nothing more is added to it.",
    m.Action.BEGIN: "The meeting has begun. Tick who is in the room.",
    m.Action.END: "The meeting has ended. Decisions can still be written down from paper.",
    m.Action.HELD_ON_PAPER: "It is recorded that the meeting was held on paper.",
    m.Action.AGREE_MINUTES: "The minutes are agreed, and everybody invited is told.",
}


def _step(request: Request, meeting_id: UUID) -> HttpResponse:
    by, at = request.actor, request.now
    wanted = request.POST.get("_do", "")
    item = request.POST.get("item", "")
    if wanted == "take_off":
        try:
            said = agendas.take_off(item_id=UUID(item), by=by, at=at)
        except ValueError:
            return access.not_found(request)
        words = "Taken off this agenda."
    elif wanted == m.Action.ASK.value:
        said = agendas.ask_agencies(meeting_id=meeting_id, by=by, at=at)
        words = "The agencies have been asked."
    else:
        try:
            action = m.Action(wanted)
        except ValueError:
            return access.not_found(request)
        if action is m.Action.BEGIN:
            found = meetings.one(meeting_id=meeting_id, by=by, at=at)
            if found is not None and found.planned_for and action in {one.action for one in found.moves}:
                return redirect("panel:begin", meeting_id)
        said = meetings.advance(meeting_id=meeting_id, action=action, by=by, at=at)
        words = _SAID.get(action, "Recorded.")
    if not said:
        return access.refuse(request, said)
    messages.success(request, " ".join((words, *said.next)))
    if wanted == m.Action.BEGIN.value:
        return redirect("panel:room", meeting_id)
    return redirect("panel:meeting", meeting_id)


class _OfMeeting(flow.Flow):
    """A form about one meeting, for the coordinator."""

    def begin(self) -> HttpResponse | None:
        self.found = meetings.one(
            meeting_id=self.kwargs["meeting_id"], by=self.actor, at=self.now, route="panel:change"
        )
        return None if self.found is not None and self.found.leads else access.not_found(self.request)

    def back(self) -> str:
        return reverse("panel:meeting", args=[self.kwargs["meeting_id"]])

    def client_id(self) -> UUID | None:
        return None


@page(roles={Role.COORDINATOR})
class Invite(_OfMeeting, _Invites):
    """Who is invited to this one meeting."""

    title = "Who is invited to this meeting"
    form = f.Attendees
    button = "Save who is invited"
    effect = "changes"

    def initial(self, step: flow.Step) -> dict[str, Any]:
        assert self.found is not None
        return {"attendees": [seat.key for seat in self.found.attendees]}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = meetings.invite(
            meeting_id=self.kwargs["meeting_id"],
            attendees=answers["attendees"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(
            said, "Who is invited is changed", href=self.back(), onward="Back to the meeting"
        )


@page(roles={Role.COORDINATOR})
class Move(_OfMeeting):
    """Another day, hour or place."""

    title = "Move this meeting"
    form = f.MoveForm
    button = "Move the meeting"
    effect = "changes"

    def initial(self, step: flow.Step) -> dict[str, Any]:
        assert self.found is not None
        local = clock.local(self.found.starts_at)
        return {"day": local.date(), "at_time": local.time(), "place": self.found.place}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = meetings.move(
            meeting_id=self.kwargs["meeting_id"],
            starts_at=m.starts_at(answers["day"], answers["at_time"]),
            place=answers["place"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "Meeting moved", href=self.back(), onward="Back to the meeting")


@page(roles=_RUN)
class Begin(_OfMeeting):
    """The meeting begins before its day: whoever begins it says so, with the day before her eyes."""

    title = "Begin the meeting before its day"
    form = f.BeginForm
    button = "Begin the meeting now"
    effect = "decides"
    check = False

    def begin(self) -> HttpResponse | None:
        answer = super().begin()
        if answer is None and m.Action.BEGIN not in {one.action for one in self.found.moves}:
            return answer if "done" in self.request.GET else redirect(self.back())
        return answer

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        assert self.found is not None
        return {"planned_for": self.found.planned_for or clock.day(self.found.starts_at)}

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = meetings.advance(
            meeting_id=self.kwargs["meeting_id"],
            action=m.Action.BEGIN,
            is_early=True,
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(
            said,
            "The meeting has begun",
            href=reverse("panel:room", args=[self.kwargs["meeting_id"]]),
            onward="Tick who is in the room",
        )


@page(roles={Role.COORDINATOR})
class Cancel(_OfMeeting):
    """The meeting does not take place."""

    title = "Cancel this meeting"
    form = f.CancelForm
    button = "Cancel the meeting"
    effect = "decides"

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = meetings.cancel(
            meeting_id=self.kwargs["meeting_id"], words=answers["words"], by=self.actor, at=self.now
        )
        return flow.Receipt.of(said, "Meeting cancelled", href=self.back(), onward="Back to the meeting")


# --- the agenda ---------------------------------------------------------------------------------------


@page(roles={Role.COORDINATOR})
def agenda_of(request: Request, meeting_id: UUID) -> HttpResponse:
    """Who could be put on this agenda, and why."""
    found = agendas.candidates(meeting_id=meeting_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    return render(
        request,
        "panel/candidates.html",
        {
            "title": "Who could be on the agenda",
            "found": found,
            "meeting_id": meeting_id,
            "back": reverse("panel:meeting", args=[meeting_id]),
        },
    )


@page(roles={Role.COORDINATOR})
class PutOn(flow.Flow):
    """She is put on the agenda of one meeting, and the agencies that are asked about her are chosen."""

    title = "Put her on the agenda"
    form = f.PutOnForm
    button = "Put her on the agenda"

    def begin(self) -> HttpResponse | None:
        self.banner = her.banner(client_id=self.kwargs["client_id"], by=self.actor, at=self.now)
        self.agencies = agendas.agencies(
            meeting_id=self.kwargs["meeting_id"],
            client_id=self.kwargs["client_id"],
            by=self.actor,
            at=self.now,
        )
        return None if self.banner is not None and self.agencies else access.not_found(self.request)

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        others = [one for one in self.agencies if one.id != self.actor.organisation_id and one.may]
        return {"agencies": [(str(one.id), one.name) for one in others]}

    def context(self) -> dict[str, Any]:
        return {
            "person": about_her.person(self.banner),
            "not_asked": [one for one in self.agencies if not one.may],
        }

    template = "panel/put_on.html"

    def back(self) -> str:
        return reverse("panel:agenda_of", args=[self.kwargs["meeting_id"]])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = agendas.put_on(
            meeting_id=self.kwargs["meeting_id"],
            client_id=self.kwargs["client_id"],
            ask=[UUID(one) for one in answers["ask"]],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(
            said,
            "On the agenda",
            href=reverse("panel:meeting", args=[self.kwargs["meeting_id"]]),
            onward="To the meeting",
        )


@page(roles={Role.COORDINATOR})
def agenda(request: Request, client_id: UUID) -> HttpResponse:
    """One button: the chair sees her, or no more; and the meetings onto whose agenda she can be put."""
    by, at = request.actor, request.now
    found = panel.agenda(client_id=client_id, by=by)
    banner = her.banner(client_id=client_id, by=by, at=at)
    if found is None or banner is None:
        return access.not_found(request)
    if request.method == "POST":
        verb = panel.take_off if request.POST.get("_do") == "off" else panel.put_on
        said = verb(client_id=client_id, by=by, at=at)
        if not said:
            return access.refuse(request, said)
        words = "Put on the panel’s agenda." if verb is panel.put_on else "Taken off the panel’s agenda."
        flow.notice(request, " ".join((words, *said.next)), client_id=client_id)
        return redirect("panel:agenda", client_id)
    return render(
        request,
        "panel/agenda.html",
        {
            "title": "The panel’s agenda",
            "person": about_her.person(banner),
            "found": found,
            "meetings": agendas.meetings_for(client_id=client_id, by=by, at=at),
            "on_agendas": agendas.on_agendas(client_id=client_id, by=by),
            "client_id": client_id,
            "back": reverse("herpage:involved", args=[client_id]),
        },
    )


@page(roles=_ASKERS, reads=Resource.PANEL_REQUEST)
def requests_of(request: Request, client_id: UUID) -> HttpResponse:
    """What was asked of the panel about her, and what was answered."""
    by, at = request.actor, request.now
    banner = her.banner(client_id=client_id, by=by, at=at)
    if banner is None:
        return access.not_found(request)
    return render(
        request,
        "panel/requests.html",
        {
            "title": "Requests to the panel",
            "person": about_her.person(banner),
            "client_id": client_id,
            "found": agendas.requests_of(client_id=client_id, by=by),
            "may_ask": agendas.may_ask_for(client_id=client_id, by=by),
            "on_agendas": agendas.on_agendas(client_id=client_id, by=by),
            "coordinates": by.role is Role.COORDINATOR,
            "back": reverse("herpage:involved", args=[client_id]),
        },
    )


@page(roles=_ASKERS, creates=Resource.PANEL_REQUEST)
class AskFor(flow.Flow):
    """Whoever works with her asks that the panel talk about her."""

    title = "Ask that the panel talk about her"
    form = f.AskForm
    button = "Ask the coordinator"

    def begin(self) -> HttpResponse | None:
        self.banner = her.banner(client_id=self.kwargs["client_id"], by=self.actor, at=self.now)
        if self.banner is None:
            return access.not_found(self.request)
        answer = agendas.may_ask_for(client_id=self.kwargs["client_id"], by=self.actor)
        return None if answer else access.refuse(self.request, answer)

    def context(self) -> dict[str, Any]:
        return {"person": about_her.person(self.banner)}

    def back(self) -> str:
        return reverse("panel:requests_of", args=[self.kwargs["client_id"]])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = agendas.ask_for(
            client_id=self.kwargs["client_id"], why=answers["words"], by=self.actor, at=self.now
        )
        return flow.Receipt.of(
            said, "The coordinator is asked", href=self.back(), onward="Back to the requests"
        )


@page(roles={Role.COORDINATOR})
class AnswerRequest(flow.Flow):
    """The coordinator does not take a request, and says why."""

    title = "Answer a request to the panel"
    form = f.AnswerForm
    button = "Answer"
    effect = "decides"

    def begin(self) -> HttpResponse | None:
        found = agendas.requests_of(client_id=self.kwargs["client_id"], by=self.actor)
        self.asked = next((one for one in found if one.id == self.kwargs["request_id"]), None)
        if self.asked is None or not self.asked.may_answer:
            return access.not_found(self.request)
        return None

    def context(self) -> dict[str, Any]:
        return {"asked": self.asked}

    template = "panel/answer.html"

    def back(self) -> str:
        return reverse("panel:requests_of", args=[self.kwargs["client_id"]])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = agendas.answer_request(
            request_id=self.kwargs["request_id"],
            action=m.RequestAction(answers["action"]),
            words=answers["words"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(said, "Answered", href=self.back(), onward="Back to the requests")


# --- what agencies add --------------------------------------------------------------------------------


@page(creates=Resource.PANEL_FACT)
class Add(flow.Flow):
    """An agency adds what it knows, or answers that it holds nothing."""

    title = "What your agency knows"
    form = f.AddForm
    button = "Answer for your agency"
    effect = "changes"
    is_shared = False

    def edition_key(self) -> str:
        """An agency’s own, and of one side of the walls: nobody else’s answer is ever laid beside it."""
        return f"{super().edition_key()}:{side_of(self.actor.role, self.actor.sector).value}"
    template = "panel/add.html"

    def begin(self) -> HttpResponse | None:
        self.asked = adding.asked(item_id=self.kwargs["item_id"], by=self.actor, at=self.now)
        if self.asked is None:
            return access.not_found(self.request)
        return None if self.asked.may else access.refuse(self.request, self.asked.may)

    def client_id(self) -> UUID | None:
        return self.asked.client_id if self.asked is not None else None

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        assert self.asked is not None
        return {"choices": self.asked.choices, "filled_in": self._filled_in()}

    def _filled_in(self) -> dict[str, str]:
        """Who she is, for the coordinator to begin with; once answered, what was answered stands there."""
        assert self.asked is not None
        if self.asked.answered_at is not None or self.actor.role not in _RUN:
            return {}
        who = adding.who_she_is(client_id=self.asked.client_id, by=self.actor)
        return {f"words_{PanelField.WHO.value}": who}

    def initial(self, step: flow.Step) -> dict[str, Any]:
        assert self.asked is not None
        found: dict[str, Any] = {}
        for choice in self.asked.choices:
            found[f"words_{choice.field.value}"] = choice.words
            found[f"to_{choice.field.value}"] = [str(key) for key in choice.shown_to]
        if self.asked.answered_at is not None:
            found["holds"] = f.NOTHING if self.asked.is_nothing_held else f.SOMETHING
        return {**found, **self._filled_in()}

    def context(self) -> dict[str, Any]:
        return {"asked": self.asked, "caption": self.asked.called if self.asked else ""}

    def back(self) -> str:
        assert self.asked is not None
        return reverse("panel:meeting", args=[self.asked.meeting_id])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        given = f.added_of(answers) if answers["holds"] == f.SOMETHING else {}
        said = adding.add(
            item_id=self.kwargs["item_id"],
            added={
                field: Added(words, frozenset(UUID(one) for one in shown))
                for field, (words, shown) in given.items()
            },
            is_nothing_held=answers["holds"] == f.NOTHING,
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(
            said, "Your agency has answered", href=self.back(), onward="Back to the meeting"
        )


@page(reads=Resource.PANEL_ITEM)
class StepBack(flow.Flow):
    """A conflict of interest: whoever declares it sees her no more in this meeting."""

    title = "I know her: step back"
    form = f.StepBackForm
    button = "Step back"
    template = "panel/step_back.html"

    def begin(self) -> HttpResponse | None:
        self.found = in_session.for_me(item_id=self.kwargs["item_id"], by=self.actor, at=self.now)
        return None if self.found is not None else access.not_found(self.request)

    def client_id(self) -> UUID | None:
        return None

    def back(self) -> str:
        assert self.found is not None
        return reverse("panel:meeting", args=[self.found.meeting_id])

    def do(self, answers: dict[str, Any]) -> HttpResponse:
        said = adding.step_back(
            item_id=self.kwargs["item_id"], words=answers["words"], by=self.actor, at=self.now
        )
        if not said:
            raise flow.Refused(said)
        messages.success(self.request, " ".join(("Recorded.", *said.next)))
        return redirect("panel:meeting", said.id)


@page(reads=Resource.PANEL_ITEM)
def item(request: Request, item_id: UUID) -> HttpResponse:
    """Her page as this one attendee may see it."""
    found = in_session.for_me(item_id=item_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    stepped = adding.stepped_back(item_id=item_id, by=request.actor, at=request.now)
    return render(
        request,
        "panel/item.html",
        {
            "title": "Her page at the panel",
            "found": found,
            "stepped": stepped,
            "asked": adding.asked(item_id=item_id, by=request.actor, at=request.now)
            if found.status in m.TAKES_ANSWERS
            else None,
            "back": reverse("panel:meeting", args=[found.meeting_id]),
        },
    )


# --- in the room --------------------------------------------------------------------------------------


@page(roles=_RUN, reads=Resource.PANEL_ATTENDANCE)
def room(request: Request, meeting_id: UUID) -> HttpResponse:
    """Who is in the room, and the agenda by number: nothing of any woman."""
    by, at = request.actor, request.now
    found = in_session.room(meeting_id=meeting_id, by=by, at=at)
    if found is None:
        return access.not_found(request)
    if request.method == "POST":
        return _tick(request, meeting_id, reverse("panel:room", args=[meeting_id]))
    shown = meetings.one(meeting_id=meeting_id, by=by, at=at, route="panel:room")
    return render(
        request,
        "panel/room.html",
        {
            "title": "In the room",
            "found": found,
            "women": shown.women if shown else (),
            "nobody": found.may_tick and not any(one.is_here for one in found.people),
            "meeting_id": meeting_id,
            "back": reverse("panel:meeting", args=[meeting_id]),
        },
    )


def _tick(request: Request, meeting_id: UUID, back: str) -> HttpResponse:
    said = in_session.tick(
        meeting_id=meeting_id, present=request.POST.getlist("present"), by=request.actor, at=request.now
    )
    if not said:
        return access.refuse(request, said)
    messages.success(request, "Who is in the room is recorded. What is shown follows it.")
    return redirect(back)


@page(roles=_RUN, reads=Resource.PANEL_ITEM)
def screen(request: Request, item_id: UUID) -> HttpResponse:
    """Her page for the screen that everybody in the room looks at."""
    by, at = request.actor, request.now
    if request.method == "POST":
        try:
            meeting_id = UUID(request.POST.get("meeting", ""))
        except ValueError:
            return access.not_found(request)
        return _tick(request, meeting_id, reverse("panel:screen", args=[item_id]))
    found = in_session.screen(item_id=item_id, by=by, at=at)
    if found is None:
        return access.not_found(request)
    around = in_session.room(meeting_id=found.meeting_id, by=by, at=at)
    context = {
        "title": f"Number {found.number} on the agenda",
        "found": found,
        "room": around,
        "watch": f"{reverse('panel:watch', args=[item_id])}?as={in_session.mark(found)}",
        "back": reverse("panel:room", args=[found.meeting_id]),
    }
    if isinstance(found, in_session.Shut):
        return render(request, "panel/shut.html", context)
    return render(request, "panel/screen.html", context)


@page(roles=_RUN, reads=Resource.PANEL_ITEM)
def watch(request: Request, item_id: UUID) -> HttpResponse:
    """Whether an open screen still shows what it may: nothing when it does, else a word to draw it anew.

    It shows nothing of anybody, and keeps nobody signed in (`sessions.WATCHING`).
    """
    mark = in_session.mark_now(item_id=item_id, by=request.actor, at=request.now)
    if mark is not None and mark == request.GET.get("as"):
        return HttpResponse(status=204)
    response = access.not_found(request) if mark is None else HttpResponse()
    response["HX-Refresh"] = "true"
    return response


@page(roles=_RUN, creates=Resource.PANEL_DECISION)
class Decide(flow.Flow):
    """A decision is written down: in the room, or afterwards from paper."""

    title = "Write down a decision"
    form = f.DecideForm
    button = "Save the decision"
    check = False

    def begin(self) -> HttpResponse | None:
        self.found = in_session.deciding(item_id=self.kwargs["item_id"], by=self.actor, at=self.now)
        if self.found is None:
            return access.not_found(self.request)
        return None if self.found.may else access.refuse(self.request, self.found.may)

    def client_id(self) -> UUID | None:
        return self.found.client_id if self.found is not None else None

    def form_kwargs(self, step: flow.Step) -> dict[str, Any]:
        assert self.found is not None
        places = {seat.organisation_id: seat.organisation for seat in self.found.seated}
        return {
            "owners": [(seat.key, seat.words) for seat in self.found.seated],
            "agencies": sorted(((str(key), words) for key, words in places.items()), key=lambda two: two[1]),
        }

    def initial(self, step: flow.Step) -> dict[str, Any]:
        assert self.found is not None
        return {"shown_to": [str(key) for key in self.found.heard_by]}

    def context(self) -> dict[str, Any]:
        return {"caption": f"Number {self.found.number} on the agenda" if self.found else ""}

    def back(self) -> str:
        return reverse("panel:screen", args=[self.kwargs["item_id"]])

    def do(self, answers: dict[str, Any]) -> HttpResponse:
        said = in_session.decide(
            item_id=self.kwargs["item_id"],
            words=answers["words"],
            because=answers["because"],
            owner=answers["owner"] or "",
            due=answers["due"],
            shown_to=[UUID(one) for one in answers["shown_to"]],
            by=self.actor,
            at=self.now,
        )
        if not said:
            raise flow.Refused(said)
        messages.success(self.request, "The decision is written down.")
        return redirect("panel:screen", self.kwargs["item_id"])


@page(reads=Resource.PANEL_DECISION)
def action(request: Request, decision_id: UUID) -> HttpResponse:
    """An action from the panel, for its owner and those at the table."""
    found = in_session.action(decision_id=decision_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    return render(
        request,
        "panel/action.html",
        {"title": "An action from the panel", "found": found, "back": reverse("panel:list")},
    )


@page(changes=Resource.PANEL_DECISION)
class Finish(flow.Flow):
    """Whoever was given an action says what came of it."""

    title = "What came of the action"
    form = f.FinishForm
    button = "Save what came of it"
    effect = "decides"

    def begin(self) -> HttpResponse | None:
        self.found = in_session.action(decision_id=self.kwargs["decision_id"], by=self.actor, at=self.now)
        if self.found is None or not self.found.is_mine or self.found.decided.is_done:
            return access.not_found(self.request)
        return None

    def client_id(self) -> UUID | None:
        return None

    def context(self) -> dict[str, Any]:
        return {"caption": self.found.decided.words if self.found else ""}

    def back(self) -> str:
        return reverse("panel:action", args=[self.kwargs["decision_id"]])

    def do(self, answers: dict[str, Any]) -> flow.Receipt:
        said = in_session.finish(
            decision_id=self.kwargs["decision_id"],
            outcome=answers["outcome"],
            by=self.actor,
            at=self.now,
        )
        return flow.Receipt.of(
            said, "Action done", href=reverse("panel:list"), onward="To the panel’s meetings"
        )


# --- on paper, and in numbers -------------------------------------------------------------------------


@page(reads=Resource.PANEL_COPY)
@require_POST
def print_copy(request: Request, meeting_id: UUID, kind: str) -> HttpResponse:
    """One numbered copy, for whoever prints it."""
    try:
        wanted = m.CopyKind(kind)
    except ValueError:
        return access.not_found(request)
    said, paper = minuting.print_copy(meeting_id=meeting_id, kind=wanted, by=request.actor, at=request.now)
    if paper is None:
        return access.refuse(request, said)
    return printed.answer(request, paper)


@page(reads=Resource.PANEL_COPY)
def copies(request: Request, meeting_id: UUID) -> HttpResponse:
    """The numbered copies: who has one, and whether it came back."""
    found = minuting.copies(meeting_id=meeting_id, by=request.actor, at=request.now)
    if found is None:
        return access.not_found(request)
    return render(
        request,
        "panel/copies.html",
        {
            "title": "Copies on paper",
            "found": found,
            "colours": {m.CopyStatus.OUT: "yellow", m.CopyStatus.BACK: "green", m.CopyStatus.LOST: "red"},
            "meeting_id": meeting_id,
            "leads": request.actor.role in _RUN,
            "back": reverse("panel:meeting", args=[meeting_id]),
        },
    )


@page(roles=_RUN, changes=Resource.PANEL_COPY)
class SettleCopy(flow.Flow):
    """A copy came back, or is lost."""

    title = "What has become of a copy"
    form = f.CopyForm
    button = "Save"
    check = False
    effect = "decides"

    def begin(self) -> HttpResponse | None:
        found = minuting.copies(meeting_id=self.kwargs["meeting_id"], by=self.actor, at=self.now)
        self.copy = next((one for one in found or () if one.id == self.kwargs["copy_id"]), None)
        return None if self.copy is not None and self.copy.may_settle else access.not_found(self.request)

    def client_id(self) -> UUID | None:
        return None

    def context(self) -> dict[str, Any]:
        return {"caption": f"Copy {self.copy.number}, {self.copy.who}" if self.copy else ""}

    def back(self) -> str:
        return reverse("panel:copies", args=[self.kwargs["meeting_id"]])

    def do(self, answers: dict[str, Any]) -> HttpResponse:
        said = minuting.settle_copy(
            copy_id=self.kwargs["copy_id"],
            action=m.CopyAction(answers["action"]),
            words=answers["words"] or "",
            by=self.actor,
            at=self.now,
        )
        if not said:
            raise flow.Refused(said)
        messages.success(self.request, "Recorded.")
        return redirect(self.back())


@page(roles=counting_panel.MAY_SEE)
def turnout(request: Request) -> HttpResponse:
    """Who comes, who answers in time, and what is done by its day."""
    months = request.GET.get("months", "12")
    found = counting_panel.counted(
        by=request.actor, at=request.now, months=months, synthetic=settings.PATHWAYS_SYNTHETIC
    )
    if isinstance(found, Decision):
        return access.refuse(request, found)
    return render(
        request,
        "panel/turnout.html",
        {
            "title": "How the panel works",
            "found": found,
            "months": months if months in counting_panel.PERIODS else "12",
            "periods": [(key, f"{key} months") for key in counting_panel.PERIODS],
        },
    )


