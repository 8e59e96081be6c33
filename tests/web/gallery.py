"""Every component on one page, for the tests that look at them."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from django.http import QueryDict
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone

from pathways.domain.terms.people import Role, Sector
from pathways.web import forms, lists

PAGE = """
{% extends "page.html" %}
{% block actions %}<a href="#a" role="button" class="govuk-button" draggable="false">Record a contact</a>{% endblock %}
{% block lead %}{% include "components/path.html" %}{% include "components/tabs.html" %}{% include "components/stat.html" %}{% endblock %}
{% block main %}
{% include "components/filters.html" %}{% include "components/pagination.html" with noun="women" %}
{% include "components/table.html" with caption="Women you support" %}
{% include "components/pagination.html" with noun="women" label="Pages, again" %}
<h2 class="govuk-heading-m">Story</h2>{% include "components/timeline.html" %}
{% include "components/task_list.html" %}
{% include "components/summary_card.html" with heading="About her" actions=links rows=facts %}
{% include "components/actions.html" %}
{% include "components/empty.html" with heading="No women match" searched="your women" next="Remove a filter." href="#b" action="Clear" %}
{% include "components/inset.html" with text="Her partner reads her telephone." kind="caution" %}
{% include "components/warning.html" with text="Do not ring." %}
{% include "components/details.html" with summary="More" text="Words" %}
{% include "components/tag.html" with text="Waiting" colour="yellow" %}
<form method="post">{{ form }}<button class="govuk-button">Continue</button></form>
{% endblock %}
{% block aside %}{% include "components/side.html" with heading="Next" %}{% include "components/side.html" with heading="Level" rows=facts links=None %}{% endblock %}
"""  # noqa: E501

PERSON = {
    "name": "Shanice",
    "reference": "KW5219ED",
    "safe_contact": "Text only, Tuesday 10 to 12, say you are from the library",
    "must_not_know": "Her partner; her landlord",
    "lead": "Amina Yusuf",
    "level": "Level 2",
    "href": "#her",
}


class Everything(forms.PathwaysForm):
    name = forms.Text(label="What she likes to be called", hint="As she says it", width=20)
    born = forms.Date(label="When was she born?")
    sector = forms.Choose(label="Kind of organisation", of=Sector, hints={"police": "Any force"})
    kind = forms.Text(label="What kind exactly?")
    safe = forms.YesNo(label="Is it safe to text her?")
    days = forms.ChooseMany(
        label="Which days?",
        choices=[("mon", "Monday"), ("none", "None of these")],
        none_of_these="none",
        dividers={"none": "or"},
    )
    at = forms.Time(label="What time?")
    role = forms.Pick(label="Role", of=Role)
    note = forms.LongText(label="Note", counted=200)
    much = forms.Number(label="How many sessions?", suffix="sessions")
    mail = forms.Email(label="Her e-mail", required=False)
    phone = forms.Phone(label="Her telephone", required=False)
    password = forms.Password(label="Password")
    file = forms.Upload(label="A document", required=False)
    read = forms.Confirm(label="I have read this back to her", hint="Aloud, in a language she speaks")
    when = forms.Date(label="When was it read?")
    conditional = {"kind": ("sector", Sector.OTHER_STATUTORY), "when": ("read", "on")}
    sections = (
        ("About her", ("name", "born", "sector", "safe", "days", "at")),
        ("About it", ("role", "note", "much", "mail", "phone", "password", "file", "read")),
    )


class Filters(forms.PathwaysForm):
    level = forms.ChooseMany(label="Level", choices=[("1", "One"), ("2", "Two")])
    due = forms.Choose(label="Due", choices=[("late", "Overdue"), ("week", "This week")])


def draw(*, errors: bool = False, person: bool = True, synthetic: bool = True) -> str:
    """The whole page as one string."""
    request = RequestFactory().get("/?level=1&level=2&due=late&page=3&sort=-name")
    now = timezone.now()
    request.now, request.actor = now, None  # type: ignore[attr-defined]
    request.user = SimpleNamespace(is_authenticated=False)  # type: ignore[assignment]
    listing = lists.Listing(request, sorts=("name", "due"), default="due", filters=Filters, tabs=("mine",))
    listing.count(123)
    context: dict[str, Any] = {
        "title": "Women you support",
        "crumbs": [("Home", "/"), ("Women", None)],
        "person": PERSON if person else None,
        "listing": listing,
        "columns": listing.columns(
            lists.Column("Name", sort="name"),
            lists.Column("Next", sort="due"),
            lists.Column("Status"),
            lists.Column("Contacts", numeric=True),
        ),
        "rows": [
            {
                "cells": [
                    {"text": "Shanice", "href": "#c", "hint": "KW 5219 ED"},
                    {"date": (now + timedelta(days=days)).date()},
                    {"tag": "Waiting", "colour": "yellow"},
                    {"text": 3, "numeric": True},
                ]
            }
            for days in (-3, 0, 20)
        ],
        "figures": [{"value": "c", "label": "referrals", "hint": "too few to show", "href": "#d"}],
        "tabs": [
            {"label": "Mine", "href": "#e", "current": True, "count": 12},
            {"label": "All", "href": "#f", "count": 0},
        ],
        "steps": [
            {"label": "Considered", "at": date(2026, 3, 2), "state": "done"},
            {"label": "Assessed", "state": "now", "hint": "Due in 3 days", "href": "#g"},
            {"label": "Triage", "state": "next"},
        ],
        "events": [
            {"title": "Contact", "at": now, "by": "Amina Yusuf", "text": "She came.", "tag": "Kept"},
            {"title": "Agreed", "at": date(2026, 4, 1), "rows": [{"key": "How", "value": "In person"}]},
        ],
        "items": [
            {"title": "Who", "href": "#h", "status": "Completed", "hint": "About her"},
            {"title": "Check", "status": "Cannot start yet"},
            {"title": "Share", "href": "#i", "status": "In progress", "colour": "blue"},
        ],
        "links": [("Record", "#j"), ("Plan", "#k")],
        "facts": [{"key": "Name", "value": "Shanice", "href": "#l"}, {"key": "Empty", "value": ""}],
        "moves": [{"label": "Accept", "href": "#m"}, {"label": "End", "href": "#n", "warning": True}],
        "form": Everything(QueryDict()) if errors else Everything(),
        "synthetic": synthetic,
    }
    return str(engines["django"].from_string(PAGE).render(context, request))
