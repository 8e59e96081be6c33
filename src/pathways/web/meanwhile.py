"""Two people with one form open: the second is shown what the first changed, and loses nothing of her own.

A form that changes what is there carries the version that it was begun from: a digest of what the record
held, and the last save of this form. When somebody else has saved meanwhile, nothing is written. The page
shows who that was, what it was before and is now, beside what this person typed; what she did not touch
follows the record, and where both changed the same she says which of the two stands.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, ClassVar, Literal
from uuid import UUID

from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.generic import View

from pathways.journey import drafts, editions
from pathways.web import lapsed
from pathways.web.forms import Answer, ChooseMany, PathwaysForm, as_posted, part_of, posted

Raw = dict[str, list[str]]
#: What a form does to what is there: it adds something of its own, it changes what others may be changing
#: too, or it decides what is decided once.
Effect = Literal["adds", "changes", "decides"]


@dataclass(frozen=True)
class Differs:
    """One question whose answer the record has changed since the form was begun."""

    key: str
    step: str
    name: str
    label: str
    before: tuple[str, ...]
    now: tuple[str, ...]
    mine: tuple[str, ...]
    #: she typed nothing of her own here: what the record says now is taken over
    follows: bool


class Watched(View):
    """What a Flow knows of others who have the same form open."""

    effect: ClassVar[Effect] = "adds"
    #: names what is decided where several forms decide the same thing; else the address does
    thing: ClassVar[str] = ""
    #: True where people of several organisations open this form of one and the same thing
    is_shared: ClassVar[bool] = False
    meanwhile_template: ClassVar[str] = "flow/meanwhile.html"

    title: ClassVar[str]
    actor: Any
    now: Any
    kept: dict[str, Any]
    all_steps: Any

    def holds(self) -> dict[str, Raw]:
        """What the record holds now of what is asked here, by step, as the form would send it untouched."""
        here: Any = self
        if seeded := here.seed():
            return dict(seeded)
        return {
            step.slug: posted(step.form(initial=here.initial(step), **here.form_kwargs(step)))
            for step in self.all_steps
        }

    def edition_key(self) -> str:
        """Names this form of this thing, the same for everybody who may have it open."""
        match = self.request.resolver_match
        assert match is not None
        about = ":".join(str(value) for _, value in sorted(match.kwargs.items()) if isinstance(value, UUID))
        whose = "" if self.is_shared else f":{self.actor.organisation_id}"
        return f"{self.thing or match.view_name}:{about}{whose}"

    def version(self) -> str:
        """What the form would be begun from now: a digest of what is held, and the last save."""
        digest = "-"
        if self.effect == "changes":
            said = json.dumps(self.holds(), sort_keys=True)
            digest = hashlib.sha256(f"{self.edition_key()}|{said}".encode()).hexdigest()[:32]
        found = editions.last(self.edition_key(), by=self.actor)
        return f"{digest}.{found.id if found else '-'}"

    def begin_from(self) -> str:
        """The version that this form was begun from, signed; the one of now where it is begun now."""
        if self.effect == "adds":
            return ""
        version = self._begun()
        if not version:
            version = self.version()
            if self.effect == "changes":
                self._remember(version)
        return self._signer().sign(version)

    def _begun(self) -> str:
        """What the page was drawn with, if it was drawn for this person; else what her draft says.

        Only who was shown this form of this thing holds one: made up, it could ask whether a thing that is
        hidden from her has ever been saved.
        """
        try:
            return self._signer().unsign(self.request.POST.get("_begun", "")[:400])
        except signing.BadSignature:
            return str(self.kept.get("begun", ""))

    def _signer(self) -> signing.Signer:
        whose = f"{self.actor.account_id}:{self.actor.organisation_id}"
        return signing.Signer(salt=f"pathways.begun:{whose}:{self.edition_key()}")

    def _remember(self, version: str) -> None:
        """What was held then, so that "before" can be shown later. Named by its digest: kept once."""
        key = f"begun:{version.partition('.')[0]}"
        if drafts.fetch(key, self.actor) is None:
            drafts.keep(key, {"held": self.holds()}, self.actor, self.now, client_id=self._hers())

    def _hers(self) -> UUID | None:
        here: Any = self
        try:
            found: UUID | None = here.client_id()
        except AttributeError:  # what it is about was not fetched, because the page stopped before
            return None
        return found

    # --- what happened meanwhile ---------------------------------------------------------------

    def changed_meanwhile(self) -> HttpResponse | None:
        """The page that shows it, or None where nobody has saved since this form was begun."""
        begun = self._begun()
        if self.effect == "adds" or not begun:
            return None
        digest, _, edition = begun.partition(".")
        now = self.version()
        if self.effect == "changes" and now.partition(".")[0] != digest:
            if differences := self.differences(digest):
                return self._show(differences)
        elif self.effect == "decides" and now.partition(".")[2] != edition:
            return self._show([])
        return None

    def differences(self, digest: str) -> list[Differs]:
        """Every question of which the record says something else than when the form was begun."""
        held = self.holds()
        earlier: dict[str, Raw] | None = (drafts.fetch(f"begun:{digest}", self.actor) or {}).get("held")
        found = []
        for step in self.all_steps:
            form = self._of(step, {})
            now, mine = held.get(step.slug, {}), self.kept.get("steps", {}).get(step.slug, {})
            before = earlier.get(step.slug, {}) if earlier is not None else {}
            words = [self._words(step, raw) for raw in (before, now, mine)]
            for name, field in form.fields.items():
                was, stands, typed = (part_of(form, name, raw) for raw in (before, now, mine))
                if was == stands or form[name].is_hidden:
                    continue
                found.append(
                    Differs(
                        f"take-{step.slug}-{name}",
                        step.slug,
                        name,
                        str(field.label),
                        *(said[name] for said in words),
                        follows=not mine or typed in (was, stands),
                    )
                )
        return found

    def _of(self, step: Any, raw: Raw) -> PathwaysForm:
        here: Any = self
        made: PathwaysForm = step.form(as_posted(raw), **here.form_kwargs(step))
        return made

    def _words(self, step: Any, raw: Raw) -> dict[str, tuple[str, ...]]:
        form = self._of(step, raw)
        form.is_valid()
        return {
            name: tuple(form[name].value_in_words()) or tuple(line for line in raw.get(name, []) if line)
            for name in form.fields
        }

    def _show(self, differences: list[Differs], *, unanswered: bool = False) -> HttpResponse:
        here: Any = self
        problem = "Choose for each answer which of the two stands." if unanswered else ""
        answered: HttpResponse = here._page(
            self.meanwhile_template,
            {
                "differences": differences,
                "open": [one for one in differences if not one.follows],
                "edition": editions.last(self.edition_key(), by=self.actor),
                "mine": [] if differences else self.my_words(),
                "is_mine": self._is_mine(),
                "token": self.kept.get("token", ""),
                "chosen": self.request.POST,
                "problem": problem,
                "has_errors": unanswered,
                "title": "Somebody else has changed this",
                "back": "",
            },
            status=422 if unanswered else 409,
        )
        return answered

    def _is_mine(self) -> bool:
        found = editions.last(self.edition_key(), by=self.actor)
        return found is not None and found.by_id == self.actor.account_id

    def my_words(self) -> list[Answer]:
        """Everything that this person typed, in words."""
        rows = []
        for step in self.all_steps:
            raw = self.kept.get("steps", {}).get(step.slug)
            if raw:
                form = self._of(step, raw)
                form.is_valid()
                rows += form.answers()
        return [row for row in rows if row.values]

    def settle_meanwhile(self) -> HttpResponse:
        """Takes over what the record says now, except where this person says that hers stands."""
        here: Any = self
        digest, _, _ = self._begun().partition(".")
        differences = self.differences(digest) if self.effect == "changes" else []
        chosen = self.request.POST
        if any(not one.follows and chosen.get(one.key) not in ("theirs", "mine") for one in differences):
            return self._show(differences, unanswered=True)
        held = self.holds() if differences else {}
        steps: dict[str, Raw] = {slug: dict(raw) for slug, raw in self.kept.get("steps", {}).items()}
        for one in differences:
            if one.follows or chosen[one.key] == "theirs":
                step = next(each for each in self.all_steps if each.slug == one.step)
                form = self._of(step, {})
                raw = steps.get(one.step)
                if raw is None:
                    continue
                for name in list(raw):
                    if name == one.name or name in part_of(form, one.name, raw):
                        del raw[name]
                raw |= part_of(form, one.name, held.get(one.step, {}))
        version = self.version()
        if self.effect == "changes":
            self._remember(version)
        here.keep_steps(steps, begun=version)
        answer: HttpResponse = redirect(here.after_meanwhile())
        return answer

    # --- the thing was finished meanwhile --------------------------------------------------------

    def finished_meanwhile(self, stop: HttpResponse) -> HttpResponse:
        """A page that no longer opens, because somebody finished the thing while this person was writing.

        What she typed is kept as a draft and shown; what stands is one link away. Where it went out of her
        sight with that, she is told no more than that a colleague has finished it. Any other stop stays.
        """
        here: Any = self
        is_press = self.request.method == "POST" and self.request.POST.get("_do", "continue") in (
            "continue",
            "confirm",
            "settle",
        )
        is_gone = stop.status_code == 404
        if self.effect == "adds" or not is_press or stop.status_code in (401, 403):
            return stop
        if is_gone and self.is_shared:
            return stop
        self.kept = drafts.fetch(here.key(), self.actor) or {}
        begun = self._begun()
        found = editions.last(self.edition_key(), by=self.actor)
        if found is None or not begun or str(found.id) == begun.partition(".")[2]:
            return stop
        if slug := self.request.POST.get("_step"):
            typed = lapsed.typed(self.request)
            step = next((each for each in self.all_steps if each.slug == slug), None)
            if step is not None and typed:
                here.keep_steps({**self.kept.get("steps", {}), slug: typed}, begun=begun)
        return render(
            self.request,
            "flow/finished.html",
            {
                "title": "Somebody else has finished this",
                "edition": found,
                "is_mine": found.by_id == self.actor.account_id,
                "mine": self._roughly(),
                "is_gone": is_gone,
                "href": stop.get("Location", "") or self.request.path,
            },
            status=409,
        )

    def _roughly(self) -> list[Answer]:
        """What was typed, read back without what the page would have fetched."""
        rows = []
        for step in self.all_steps:
            typed: Raw = self.kept.get("steps", {}).get(step.slug, {})
            for name, field in step.form.base_fields.items():
                values = [line for line in typed.get(name, []) if line]
                said = [word for value in values for word in _said(field, value)]
                if said and not field.widget.is_hidden:
                    rows.append(Answer(str(field.label), tuple(said)))
        return rows


def _said(field: Any, value: str) -> list[str]:
    if not hasattr(field, "in_words"):
        return [value]
    return list(field.in_words([value] if isinstance(field, ChooseMany) else value)) or [value]
