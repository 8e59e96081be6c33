"""A list page's shape: which tab, which filters, which order, which page; and the words for all of it.

    listing = lists.Listing(request, sorts=("due_at", "name"), default="due_at", filters=CaseFilters)
    found = support.caseload(by=actor, at=now, tab=listing.tab, sort=listing.sort,
                             descending=listing.descending, **listing.chosen,
                             offset=listing.offset, limit=listing.per_page)
    listing.count(found.total)

Filters go in the address, so they never hold anything that identifies a person: a search by name is a
POST. They are not remembered from one visit to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import mark_safe

from pathways.web.forms import PathwaysForm


@dataclass(frozen=True)
class Chip:
    """A filter in force, and the address without it."""

    heading: str
    text: str
    href: str


@dataclass(frozen=True)
class Column:
    """One column of a table; `sort` makes its heading a way to order by it."""

    label: str
    sort: str = ""
    numeric: bool = False


class Listing:
    def __init__(
        self,
        request: HttpRequest,
        *,
        sorts: Sequence[str] = (),
        default: str = "",
        descending: bool = False,
        filters: type[PathwaysForm] | None = None,
        tabs: Sequence[str] = (),
        per_page: int = 25,
        filter_kwargs: dict[str, Any] | None = None,
    ) -> None:
        self.request, self.per_page, self.total = request, per_page, 0
        query = request.GET
        asked = query.get("sort", "")
        by, down = asked.removeprefix("-"), asked.startswith("-")
        self.sort, self.descending = (by, down) if by in sorts else (default, descending)
        self.sorts = tuple(sorts)
        self.tab = query.get("tab", "") if query.get("tab", "") in tabs else (tabs[0] if tabs else "")
        try:
            self.page = max(1, int(query.get("page", "1")))
        except ValueError:
            self.page = 1
        self.form: PathwaysForm | None = None
        self.chosen: dict[str, Any] = {}
        if filters is not None:
            self.form = filters(query, auto_id="filter_%s", **(filter_kwargs or {}))
            for field in self.form.fields.values():
                field.required = False
            self.form.say_nothing_of_optional = frozenset(self.form.fields)  # type: ignore[misc]
            self.form.full_clean()
            self.chosen = {
                name: value
                for name, value in self.form.cleaned_data.items()
                if value not in (None, "", [], False)
            }

    @property
    def questions(self) -> str:
        """The filter form's questions, drawn."""
        form = self.form
        if form is None or self.chosen or form.errors or not getattr(form, "is_drawn_once", False):
            return _drawn(form)
        shape = (type(form), tuple(form.fields))
        if shape not in _UNANSWERED:
            _UNANSWERED[shape] = _drawn(form)
        return _UNANSWERED[shape]

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.per_page

    def count(self, total: int) -> None:
        """Tell the listing how many there are in all, which settles the pages."""
        self.total = total
        self.page = min(self.page, self.pages)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))

    @property
    def first(self) -> int:
        return self.offset + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.offset + self.per_page, self.total)

    def href(self, **changes: Any) -> str:
        query = self.request.GET.copy()
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = str(value)
        return f"?{query.urlencode()}"

    def column(self, column: Column) -> dict[str, Any]:
        """A heading for the table component."""
        here = column.sort and column.sort == self.sort
        turn = f"-{column.sort}" if here and not self.descending else column.sort
        direction = ("descending" if self.descending else "ascending") if here else "none"
        return {
            "label": column.label,
            "numeric": column.numeric,
            "href": self.href(sort=turn, page=None) if column.sort else "",
            "direction": direction if column.sort else "",
        }

    def columns(self, *columns: Column) -> list[dict[str, Any]]:
        return [self.column(column) for column in columns]

    @property
    def chips(self) -> list[Chip]:
        found = []
        for name in self.chosen:
            question = self.form[name]  # type: ignore[index]
            typed = self.request.GET.getlist(name)
            words = question.value_in_words()
            label = str(question.label).rstrip("?")
            if len(typed) > 1 and len(words) == len(typed):
                for word, value in zip(words, _in_order(question, typed), strict=True):
                    rest = self.request.GET.copy()
                    rest.setlist(name, [other for other in typed if other != value])
                    rest.pop("page", None)
                    found.append(Chip(label, word, f"?{rest.urlencode()}"))
            else:
                rest = self.request.GET.copy()
                for key in [k for k in rest if k == name or k.startswith(f"{name}-")]:
                    rest.pop(key)
                rest.pop("page", None)
                found.append(Chip(label, ", ".join(words), f"?{rest.urlencode()}"))
        return found

    @property
    def clear_href(self) -> str:
        kept = {k: v for k, v in self.request.GET.items() if k in {"tab", "sort"}}
        return "?" + "&".join(f"{k}={v}" for k, v in kept.items())

    @property
    def page_links(self) -> list[dict[str, Any]]:
        """1 … 4 [5] 6 … 20"""
        near = {1, self.pages, *range(self.page - 1, self.page + 2)}
        shown = sorted(n for n in near if 1 <= n <= self.pages)
        links: list[dict[str, Any]] = []
        for before, number in zip([0, *shown], shown, strict=False):
            if number - before > 1:
                links.append({"ellipsis": True})
            links.append({"number": number, "href": self.href(page=number), "current": number == self.page})
        return links

    @property
    def previous_href(self) -> str:
        return self.href(page=self.page - 1) if self.page > 1 else ""

    @property
    def next_href(self) -> str:
        return self.href(page=self.page + 1) if self.page < self.pages else ""


#: Filter forms in which nothing is chosen, drawn once in a process: by form and the questions that it has.
_UNANSWERED: dict[tuple[type, tuple[str, ...]], str] = {}


def _drawn(form: Any) -> str:
    return mark_safe("".join(f"<div>{question.as_field_group()}</div>" for question in form.shown))  # noqa: S308 - each is a template's


def _in_order(question: Any, typed: list[str]) -> list[str]:
    """The typed values in the order in which their words are shown."""
    order = [str(getattr(key, "value", key)) for key, _ in question.field.choices]
    return sorted(typed, key=lambda value: order.index(value) if value in order else -1)
