"""The panel in the browser: from a series to the minutes, page by page, and what each page shows to whom."""

from __future__ import annotations

import builtins
import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from pathways.domain.governance.panel_rules import PanelField
from pathways.domain.triage import meeting as m
from pathways.journey import agenda, identity, in_session, involving, meetings
from pathways.records import models as r
from pathways.web.panel import forms as f
from tests.journey import people, women
from tests.journey.test_the_panel import AT_TABLE, agree_with_each_other
from tests.web.test_signing_in import later
from tests.web.test_two_people import hidden, signed_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.database]
F = PanelField
LEAD = ("coordinator", "chair")


@pytest.fixture
def cast() -> people.Cast:
    cast = people.cast()
    agree_with_each_other(cast)
    return cast


def sent(browser: Browser, url: str, answers: dict[str, Any]) -> Any:
    """A form filled and sent, through “check your answers” where there is one."""
    page = browser.get(url)
    assert page.status_code == 200, (url, page.status_code)
    carried = {"_step": "answers", "_token": hidden(page, "_token"), "_begun": hidden(page, "_begun"),
               "_do": "continue"}  # fmt: skip
    answer = browser.post(url, {**carried, **answers})
    if answer.status_code == 302 and "check" in answer["Location"]:
        check = browser.get(answer["Location"])
        answer = browser.post(url, {"_do": "confirm", "_token": hidden(check, "_token"),
                                    "_begun": hidden(check, "_begun")})  # fmt: skip
    assert answer.status_code == 302, text(answer)
    return browser.get(answer["Location"])


def day(name: str, when: Any) -> dict[str, str]:
    return {f"{name}-day": str(when.day), f"{name}-month": str(when.month), f"{name}-year": str(when.year)}


def planned(cast: people.Cast) -> tuple[Browser, Any]:
    """A series started on its page, and its first meeting."""
    browser = signed_in(cast.coordinator)
    soon = timezone.now().date() + timedelta(days=5)
    page = sent(
        browser,
        reverse("panel:series"),
        {
            "name": "Pathways panel",
            "place": "Room 2",
            "rhythm": "fortnightly",
            **day("first_date", soon),
            "at_time": "10:00",
            "answer_days": "2",
            "attendees": [getattr(cast, name).seat for name in AT_TABLE if name not in LEAD],
        },
    )
    assert "Series started" in text(page)
    with identity.acting(cast.coordinator) as by:
        return browser, meetings.listed(by=by, at=timezone.now())[0].id


def her(cast: people.Cast) -> Any:
    client_id, episode_id = women.born(cast, "Rosa", worker=cast.worker, level=3)
    with identity.clerk():
        r.Episode.objects.filter(pk=episode_id).update(police_may_know_at=timezone.now())
    with identity.acting(cast.coordinator) as by:
        involving.involve(
            client_id=client_id,
            organisation_id=cast.provider.organisation_id,
            account_id=cast.provider.account_id,
            kind=r.InvolvementKind.SUPPORT,
            by=by,
            at=timezone.now(),
        )
    return client_id


def test_a_meeting_from_its_series_to_the_minutes_on_its_pages(cast):
    coordinator, meeting_id = planned(cast)
    url = reverse("panel:meeting", args=[meeting_id])
    client_id = her(cast)
    worker = signed_in(cast.worker)
    asked = sent(worker, reverse("panel:ask_for", args=[client_id]), {"words": "She is frightened"})
    assert "coordinator is asked" in text(asked)

    coordinator.post(url, {"_do": "open_agenda"})
    page = coordinator.get(reverse("panel:agenda_of", args=[meeting_id]))
    assert "Wanda Worker asked for it" in text(page)
    with identity.acting(cast.coordinator) as by:
        there = agenda.agencies(meeting_id=meeting_id, client_id=client_id, by=by, at=timezone.now())
    agencies = [str(one.id) for one in there if one.may and one.id != cast.coordinator.organisation_id]
    sent(coordinator, reverse("panel:put_on", args=[meeting_id, client_id]), {"ask": agencies})
    coordinator.post(url, {"_do": "ask"})
    assert "Taken onto an agenda" in text(worker.get(reverse("panel:requests_of", args=[client_id])))

    with identity.acting(cast.coordinator) as by:
        item_id = meetings.one(meeting_id=meeting_id, by=by, at=timezone.now()).women[0].id
    add = reverse("panel:add", args=[item_id])
    others = str(cast.other_worker.organisation_id)
    police = str(cast.spoc.organisation_id)
    sent(
        worker,
        add,
        {
            "holds": f.SOMETHING,
            "words_health": "xq-health-qx",
            "to_health": [others, str(cast.coordinator.organisation_id)],
            "words_safety": "xq-safety-qx",
            "to_safety": [others, police, str(cast.coordinator.organisation_id)],
        },
    )
    offered = re.findall(r'name="to_health" [^>]*value="([^"]+)"', worker.get(add).content.decode())
    assert others in offered and police not in offered
    spoc = signed_in(cast.spoc)
    page = spoc.get(reverse("panel:item", args=[item_id]))
    assert "xq-safety-qx" in text(page) and "xq-health-qx" not in text(page)
    begun = re.search(r'name="words_who"[^>]*>([^<]*)<', coordinator.get(add).content.decode())[1].strip()
    assert begun  # with her name, which is nobody's answer yet
    sent(coordinator, add, {"holds": f.NOTHING, "words_who": html.unescape(begun)})
    for name in ("other_worker", "provider", "spoc"):
        sent(signed_in(getattr(cast, name)), add, {"holds": f.NOTHING})

    coordinator.post(url, {"_do": "close_pack"})
    pdf = worker.post(reverse("panel:print", args=[meeting_id, "pack"]))
    assert pdf.status_code == 200 and (pdf.content[:4] == b"%PDF" or b"Copy" in pdf.content)

    chair = signed_in(cast.chair)
    begins = reverse("panel:begin", args=[meeting_id])
    assert chair.post(url, {"_do": "begin"})["Location"] == begins  # its day is still to come
    day_of_it = timezone.localtime(r.PanelMeeting.objects.get(pk=meeting_id).starts_at)
    assert f"It is planned for {day_of_it:%A} {day_of_it:%-d %B %Y}" in text(chair.get(begins))
    assert "The meeting has begun" in text(sent(chair, begins, {"sure": "on"}))
    assert chair.get(begins)["Location"] == url  # and not twice
    nobody = "Nobody is marked as in the room yet, not even you."
    assert nobody in text(chair.get(reverse("panel:room", args=[meeting_id])))
    room, screen = reverse("panel:room", args=[meeting_id]), reverse("panel:screen", args=[item_id])
    assert "Rosa" not in text(chair.get(room)), "the list in the room has numbers and no names"
    chair.post(room, {"present": [cast.chair.seat, cast.worker.seat]})
    assert nobody not in text(chair.get(room))
    assert "xq-health-qx" in text(chair.get(screen))
    watch = html.unescape(re.search(r'hx-get="([^"]+)"', chair.get(screen).content.decode())[1])
    seen = chair.session["seen_at"]
    later(chair, seen_at=60)
    same = chair.get(watch, headers={"hx-request": "true", "hx-trigger": "watch"})
    assert same.status_code == 204 and not same.content
    assert chair.session["seen_at"] < seen, "a page that looks by itself keeps nobody signed in"
    assert worker.get(watch).status_code in (403, 404)
    here = [cast.chair.seat, cast.worker.seat, cast.spoc.seat]
    chair.post(screen, {"meeting": str(meeting_id), "present": here})
    changed = chair.get(watch, headers={"hx-request": "true", "hx-trigger": "watch"})
    assert changed.headers["HX-Refresh"] == "true" and not changed.content
    page = chair.get(screen)
    assert "xq-health-qx" not in text(page) and "xq-safety-qx" in text(page)
    decides = reverse("panel:decide", args=[item_id])
    form = chair.get(decides)
    carried = {name: hidden(form, name) for name in ("_token", "_begun")} | {"_step": "answers"}
    half = {"words": "Change the locks", "because": "He has a key", "_do": "continue"}
    no_day = chair.post(decides, {**carried, **half, "owner": cast.worker.seat})
    assert "Enter the day by which it is done, or select “Nobody has to do anything” above" in text(no_day)
    no_owner = chair.post(decides, {**carried, **half, **day("due", timezone.now().date())})
    assert "Select who does it by that day, or leave out the day below" in text(no_owner)
    sent(
        chair,
        reverse("panel:decide", args=[item_id]),
        {
            "words": "Change the locks",
            "because": "He has a key",
            "owner": cast.worker.seat,
            **day("due", timezone.now().date() + timedelta(days=20)),
            "shown_to": [],
        },
    )
    assert "Change the locks" not in text(chair.get(screen)), "police are in the room and are not shown it"
    assert "Change the locks" in text(worker.get(reverse("panel:list")))
    chair.post(url, {"_do": "end"})
    chair.post(url, {"_do": "agree_minutes"})
    assert "Minutes agreed" in text(chair.get(url))
    with identity.acting(cast.worker) as by:
        decision_id = in_session.my_actions(by=by, at=timezone.now())[0].id
    page = sent(worker, reverse("panel:finish", args=[decision_id]), {"outcome": "New locks"})
    assert "Action done" in text(page)
    with identity.acting(cast.coordinator):
        copy = r.PanelCopy.objects.get()
    page = sent(
        coordinator,
        reverse("panel:copy", args=[meeting_id, copy.id]),
        {"action": m.CopyAction.NOTE_LOST.value, "words": "On a train"},
    )
    assert "On a train" in text(page)
    for who in (coordinator, chair, signed_in(cast.evaluator)):
        assert "By agency" in text(who.get(reverse("panel:turnout")))


def test_without_pango_a_copy_is_a_page_with_its_style_from_a_file(cast, monkeypatch):
    coordinator, meeting_id = planned(cast)
    with identity.clerk():
        r.PanelMeeting.objects.filter(id=meeting_id).update(status=m.Status.PACK_CLOSED.value)
    really = builtins.__import__

    def without_pango(name: str, *more: Any, **named: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return really(name, *more, **named)

    monkeypatch.setattr(builtins, "__import__", without_pango)
    printed = coordinator.post(reverse("panel:print", args=[meeting_id, "pack"]))
    page = printed.content.decode()
    assert printed.status_code == 200 and "Print this page" in page
    assert "<style" not in page and "panel-paper.css" in page
    assert "unsafe-inline" not in printed.headers["Content-Security-Policy"]


def test_a_meeting_is_moved_and_cancelled_on_its_pages(cast):
    coordinator, meeting_id = planned(cast)
    when = timezone.now().date() + timedelta(days=8)
    sent(coordinator, reverse("panel:move", args=[meeting_id]),
         {**day("day", when), "at_time": "14:00", "place": "Online"})  # fmt: skip
    sent(coordinator, reverse("panel:invite", args=[meeting_id]), {"attendees": [cast.worker.seat]})
    assert signed_in(cast.spoc).get(reverse("panel:meeting", args=[meeting_id])).status_code == 404
    sent(coordinator, reverse("panel:cancel", args=[meeting_id]), {"words": "The chair is ill"})
    page = signed_in(cast.worker).get(reverse("panel:meeting", args=[meeting_id]))
    assert "The chair is ill" in text(page) and "Cancelled" in text(page)


def test_whoever_steps_back_is_led_away_and_does_not_come_back(cast):
    coordinator, meeting_id = planned(cast)
    client_id = her(cast)
    with identity.acting(cast.coordinator) as by:
        now = timezone.now()
        assert meetings.advance(meeting_id=meeting_id, action=m.Action.OPEN_AGENDA, by=by, at=now)
        there = agenda.agencies(meeting_id=meeting_id, client_id=client_id, by=by, at=now)
        item = agenda.put_on(
            meeting_id=meeting_id, client_id=client_id, ask=[one.id for one in there], by=by, at=now
        ).id
        assert agenda.ask_agencies(meeting_id=meeting_id, by=by, at=now)
    other = signed_in(cast.other_worker)
    page = sent(other, reverse("panel:step_back", args=[item]), {"words": "My cousin"})
    assert "Rosa" not in text(page)
    for name in ("item", "add", "step_back"):
        assert other.get(reverse(f"panel:{name}", args=[item])).status_code == 404
    assert "My cousin" in text(coordinator.get(reverse("panel:item", args=[item])))
    assert "My cousin" not in text(signed_in(cast.chair).get(reverse("panel:item", args=[item])))


def test_the_home_page_of_whoever_attends_leads_to_the_meeting(cast):
    _, meeting_id = planned(cast)
    for name in AT_TABLE:
        page = signed_in(getattr(cast, name)).get("/")
        assert reverse("panel:meeting", args=[meeting_id]) in page.content.decode(), name
