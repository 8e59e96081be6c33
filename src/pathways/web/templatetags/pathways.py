"""Words for templates; always loaded, so a template needs no `{% load %}`.

Filters: `day`, `moment`, `clock`, `said` (a reference in groups), `words` (an enum's label), `get`.
Tags: `{% when due %}`, `{% waits "answer by" due %}`, `{% tag "Waiting" "yellow" %}`, `{% address name … %}`.
"""

from __future__ import annotations

import datetime
import re
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pathways.web import clock as clocks

register = template.Library()


@register.filter
def day(when: Any) -> str:
    return clocks.day(when) if when else ""


@register.filter
def moment(when: Any) -> str:
    return clocks.moment(when) if when else ""


@register.filter
def clock(when: Any) -> str:
    return clocks.time(when) if when else ""


@register.filter
def said(reference: Any) -> str:
    """`KW5219ED` as `KW 5219 ED`, so that it can be read aloud."""
    text = str(reference or "")
    parts = re.fullmatch(r"([A-Z]+)[\s-]?(\d+)[\s-]?([A-Z]*)", text)
    return " ".join(part for part in parts.groups() if part) if parts else text


@register.filter
def words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    label = getattr(value, "label", None)
    return str(label) if label else str(value).replace("_", " ")


@register.filter
def get(mapping: Any, key: Any) -> Any:
    return mapping.get(key) if hasattr(mapping, "get") else None


@register.filter
def nth(rows: Any, number: int) -> Any:
    """The row of that number from nought, or nothing."""
    return rows[number] if rows and 0 <= number < len(rows) else None


@register.filter
def initials(name: Any) -> str:
    return "".join(part[0] for part in str(name or "").split()[:2]).upper()


@register.simple_tag(takes_context=True)
def when(context: template.Context, moment_or_day: Any, show: str = "both") -> SafeString | str:
    """A date with how long ago or how soon. `show`: "both", "relative" (date as a tooltip's text)."""
    if not moment_or_day:
        return ""
    now = getattr(context.get("request"), "now", None) or context.get("now")
    exact = (
        clocks.moment(moment_or_day)
        if isinstance(moment_or_day, datetime.datetime)
        else clocks.day(moment_or_day)
    )
    if now is None:
        return format_html('<time datetime="{}">{}</time>', moment_or_day.isoformat(), exact)
    near = clocks.relative(moment_or_day, now=now)
    if show == "relative":
        return format_html('<time datetime="{}" title="{}">{}</time>', moment_or_day.isoformat(), exact, near)
    return format_html(
        '<time datetime="{}">{} <span class="pw-ago">({})</span></time>',
        moment_or_day.isoformat(),
        exact,
        near,
    )


@register.simple_tag(takes_context=True)
def waits(context: template.Context, what: str, moment_or_day: Any) -> SafeString:
    """What waits and for how long, in one phrase: “answer within 5 days”, “review: overdue by 3 weeks”."""
    now = getattr(context.get("request"), "now", None) or context["now"]
    is_moment = isinstance(moment_or_day, datetime.datetime)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment_or_day.isoformat(),
        clocks.moment(moment_or_day) if is_moment else clocks.day(moment_or_day),
        clocks.waits(what, moment_or_day, now=now),
    )


@register.simple_tag
def tag(text: Any, colour: str = "") -> SafeString:
    """A status: colours grey, green, turquoise, blue, purple, pink, red, orange, yellow."""
    return format_html(
        '<strong class="govuk-tag{}">{}</strong>', f" govuk-tag--{colour}" if colour else "", words(text)
    )


@register.simple_tag(takes_context=True)
def keep(context: template.Context, **changes: Any) -> str:
    """This page's address with some of its query changed (`None` removes): paging, sorting, chips."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"?{query.urlencode()}"
