"""Asking, checking and doing: one class for each form that writes.

    @page(roles={Role.SUPPORT_WORKER})
    class RecordContact(flow.Flow):
        title = "Record a contact"
        form = ContactForm

        def do(self, answers):
            said = support.record(**self.kwargs, **answers, by=self.actor, at=self.now)
            return flow.Receipt.of(said, "Contact recorded", href=…, onward="Back to her page")

What the person sees: the form (what was typed is kept on the server every ten seconds and on leaving a
field) → "Check your answers" → the verb, once, however often the button is pressed → a receipt with a
reference. `check = False` leaves the middle out. `effect = "changes"` or `"decides"` watches for others who
have the same form open: see `web.meanwhile`. Several forms in `steps` make a row of pages, or with
`as_tasks = True` a task list.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from pathways.domain.terms import references
from pathways.journey import drafts, editions, her
from pathways.web import access, clock, lapsed, meanwhile
from pathways.web.forms import Answer, PathwaysForm, as_posted, posted


@dataclass(frozen=True)
class Step:
    """One page of a longer form. `slug` is in its address and its key in the draft."""

    slug: str
    title: str
    form: type[PathwaysForm]
    hint: str = ""
    #: it can be left unopened: its answers are then what it would begin with
    is_optional: bool = False


@dataclass(frozen=True)
class Receipt:
    """What was done. Kept for the person who did it, so never a client's name: say "her", or a reference."""

    title: str
    reference: str = ""
    #: what happens next, one sentence each
    next: Sequence[str] = field(default_factory=tuple)
    #: the way on, and its words
    href: str = "/"
    onward: str = "Go to your home page"

    @classmethod
    def of(cls, said: Any, title: str, **more: Any) -> Receipt:
        """The receipt of what a verb answered, its reference and what happens next; else Refused."""
        if not said.allowed:
            raise Refused(said)
        found = {"reference": said.reference, "next": tuple(said.next)}
        return cls(title, **{**found, **more})


def notice(request: Any, words: str, *, client_id: UUID | None) -> None:
    """The receipt of what needs no page of its own: a line on the next page, with her reference."""
    found = her.references_of([client_id], request.actor).get(client_id) if client_id else None
    messages.success(request, f"{words} Reference {references.spaced(found)}." if found else words)


def whose(client_ids: Sequence[UUID], by: Any) -> str:
    """“MU 6589 WV and TT 5179 FF”: what work about several women is known by."""
    found = her.references_of(client_ids, by)
    return together([found[one] for one in client_ids if one in found])


def together(found: Sequence[str]) -> str:
    said = [references.spaced(one) for one in found]
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


class Refused(Exception):
    """Raised by `do` with what a verb answered when it said no: nothing is written, the reason is shown."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer


def _token(sent: str | None) -> str:
    """The token as one of ours could be, else nothing: it becomes part of a key."""
    return sent if sent and re.fullmatch(r"[\w-]{1,64}", sent, re.ASCII) else ""


class Flow(meanwhile.Watched):
    """Subclass it, declare it with `@page(...)`, and give `title`, `form` (or `steps`) and `do`."""

    http_method_names = ["get", "post", "head"]

    title: ClassVar[str] = ""
    form: ClassVar[type[PathwaysForm] | None] = None
    steps: ClassVar[Sequence[Step]] = ()
    as_tasks: ClassVar[bool] = False
    check: ClassVar[bool] = True
    #: the words on the last button
    button: ClassVar[str] = "Confirm and save"
    template: ClassVar[str] = "flow/ask.html"
    check_template: ClassVar[str] = "flow/check.html"
    tasks_template: ClassVar[str] = "flow/tasks.html"
    receipt_template: ClassVar[str] = "flow/receipt.html"

    # --- what a subclass may say ------------------------------------------------------------

    def do(self, answers: dict[str, Any]) -> Receipt | HttpResponse:
        """Call the one verb. `answers` are the cleaned answers of every step together."""
        raise NotImplementedError

    def begin(self) -> HttpResponse | None:
        """Runs first on every request: fetch what the page is about into `self`; return a refusal to stop."""
        return None

    def initial(self, step: Step) -> dict[str, Any]:
        """Starting values where nothing has been kept yet."""
        return {}

    def form_kwargs(self, step: Step) -> dict[str, Any]:
        """More arguments for the form's constructor (services to choose from, and so on)."""
        return {}

    def since(self) -> tuple[date, str] | None:
        """The first day on which what is asked for can have happened, and the words for an earlier one."""
        return None

    def context(self) -> dict[str, Any]:
        """More for the templates: `client` for the banner, `back` for the back link, side matter."""
        return {}

    def wants_check(self, answers: dict[str, Any]) -> bool:
        """Whether these answers are read over before they are done: where `check` says no, some may still."""
        return self.check

    def back(self) -> str:
        """Where the back link of the first page leads."""
        return ""

    def extra_rows(self, answers: dict[str, Any]) -> list[Answer]:
        """More rows for "check your answers": what will follow from them."""
        return []

    def waits(self, step: Step) -> str:
        """For a task list: why this part cannot start yet, or nothing when it can."""
        return ""

    def seed(self) -> dict[str, dict[str, list[str]]]:
        """Answers of an earlier time as they were posted, by step: taken up where no draft is kept."""
        return {}

    def client_id(self) -> UUID | None:
        """Whose draft this is, so that it goes when her record goes."""
        return self.kwargs.get("client_id")

    def key(self) -> str:
        """Names this draft among a person's own: the page and what it is about."""
        match = self.request.resolver_match
        about = ":".join(str(value) for _, value in sorted(self.kwargs.items()))
        return f"{match.view_name}:{about}" if match else about

    # --- the machinery ----------------------------------------------------------------------

    @property
    def all_steps(self) -> tuple[Step, ...]:
        if self.steps:
            return tuple(self.steps)
        if self.form is None:
            raise ValueError(f"{type(self).__name__} asks nothing: give it a form or steps")
        return (Step("answers", self.title, self.form),)

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.actor: Any = getattr(request, "actor", None)
        self.now: datetime = request.now  # type: ignore[attr-defined]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and (answer := self._before_beginning()) is not None:
            return answer
        if (stop := self.begin()) is not None:
            if (token := request.GET.get("done")) and self._is_done(token):
                return self._receipt(token, bare=True)
            return self.finished_meanwhile(stop)
        if request.method == "POST":
            drafts.hold(self.key(), self.actor)  # two posts of one form never overwrite each other
        kept, late = drafts.fetch_with_late(self.key(), self.actor)
        self.kept: dict[str, Any] = kept or {}
        if not self.kept and (earlier := self.seed()):
            forms = {step.slug: step.form for step in self.all_steps}
            earlier = {
                slug: forms[slug].without_unasked(said) if slug in forms else said
                for slug, said in earlier.items()
            }
            self.kept = {"steps": earlier, "token": secrets.token_urlsafe(18)}
        if late:
            self._take_up(late)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def _before_beginning(self) -> HttpResponse | None:
        """A press whose work is done gets the same answer again, whatever has become of the thing since."""
        action = self.request.POST.get("_do", "continue")
        if action in ("save", "discard"):
            return None
        if self.effect != "adds":
            editions.alone(self.edition_key())
        is_last = action not in ("continue", "settle") or (not self.check and len(self.all_steps) == 1)
        token = self._posted_token()
        if is_last and self._once(token):
            return redirect(f"{self.request.path}?done={token}")
        return None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if token := _token(request.GET.get("done")):
            return self._receipt(token)
        if "check" in request.GET:
            return self._check()
        slug = request.GET.get("step")
        if self.as_tasks and not slug:
            return self._tasks()
        return self._ask(self._step(slug))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        action = request.POST.get("_do", "continue")
        if action == "confirm":
            return self._confirm()
        if action == "discard":
            self._throw_away()
            return redirect(self.back() or request.path)
        if action == "settle":
            return self.settle_meanwhile()
        step = self._step(request.POST.get("_step") or None)
        typed = lapsed.typed(request)
        if action == "save":
            if not self._is_overtaken(step):
                self._keep(step, typed)
            at = clock.time(self.now)
            if request.headers.get("X-Pathways-Save"):
                return JsonResponse({"saved": at})
            return redirect(f"{request.path}?step={step.slug}&saved={at}")
        form = self._form(step, typed, files=request.FILES)
        if not form.is_valid():
            self._keep(step, typed)
            return self._ask(step, form, status=422)
        if len(self.all_steps) == 1 and not self.wants_check(form.cleaned_data):
            if self.effect != "adds":
                self.kept["steps"] = {step.slug: typed}
                if (changed := self.changed_meanwhile()) is not None:
                    self._keep(step, typed)
                    return changed
            return self._finish(
                dict(form.cleaned_data), self._posted_token(), step, form, form.answers()
            )
        self._keep(step, step.form.without_unasked(typed))  # nothing stays behind an answer not chosen
        return self.changed_meanwhile() or redirect(self._after(step))

    def _step(self, slug: str | None) -> Step:
        if slug is None:
            return self.all_steps[0]
        found = next((step for step in self.all_steps if step.slug == slug), None)
        if found is None:
            raise Http404
        return found

    def _form(self, step: Step, typed: dict[str, list[str]] | None, files: Any = None) -> PathwaysForm:
        """The step's form: bound to `typed` to be judged; else empty, or filled with what was kept."""
        extra = self.form_kwargs(step)
        if typed is not None:
            form = step.form(as_posted(typed), files, **extra)
            form.limit_days(today=clock.local(self.now).date(), since=self.since())
            return form
        initial = self.initial(step)
        if (raw := self.kept.get("steps", {}).get(step.slug)) is not None:
            initial = {**initial, **PathwaysForm.initial_from(step.form(**extra), raw)}
        return step.form(initial=initial, **extra)

    def _judged(self, step: Step) -> PathwaysForm | None:
        raw = self.kept.get("steps", {}).get(step.slug)
        if raw is None and step.is_optional:
            raw = posted(self._form(step, None))
        return None if raw is None else self._form(step, raw)

    def _turn(self) -> tuple[str, int]:
        """Which opened page sent this, and its how-manieth post it is: ("", 0) where scripts do not run."""
        page, _, number = self.request.POST.get("_turn", "").partition(":")
        return (page[:40], int(number)) if number.isdecimal() and len(number) < 10 else ("", 0)

    def _is_overtaken(self, step: Step) -> bool:
        """Whether a save by the script comes after something later from the same page was kept, or done.

        The script's saves travel beside the person's own presses and may arrive after them.
        """
        page, number = self._turn()
        before = self.kept.get("turns", {}).get(step.slug)
        if page and before and before[0] == page and number <= before[1]:
            return True
        return not self.kept and self._is_done(self._posted_token())

    def _posted_token(self) -> str:
        return _token(self.request.POST.get("_token"))

    def _is_done(self, token: str) -> bool:
        return bool(token) and drafts.fetch(f"done:{token}", self.actor) is not None

    def _throw_away(self) -> None:
        """Forgets the draft, and lets no save that is still on its way bring it back."""
        drafts.discard(self.key(), self.actor)
        if token := self.kept.get("token"):
            drafts.keep(f"done:{token}", {"href": self.back() or "/"}, self.actor, self.now)

    def _keep(self, step: Step, typed: dict[str, list[str]]) -> None:
        steps = {**self.kept.get("steps", {}), step.slug: typed}
        turns = {**self.kept.get("turns", {}), step.slug: list(self._turn())}
        token = self.kept.get("token") or self._fresh_token()
        self._store(steps, turns, token, self._begun())

    def keep_steps(self, steps: dict[str, dict[str, list[str]]], *, begun: str) -> None:
        """Keeps these answers as the draft, as begun from this version of the record."""
        self._store(steps, self.kept.get("turns", {}), self.kept.get("token") or self._fresh_token(), begun)

    def after_meanwhile(self) -> str:
        """Where the person goes on once it is settled which answers stand."""
        if self.as_tasks or (self.check and all(s.slug in self.kept["steps"] for s in self.all_steps)):
            return self.request.path if self.as_tasks else f"{self.request.path}?check"
        return f"{self.request.path}?step={self.all_steps[0].slug}"

    def _store(self, steps: Any, turns: Any, token: str, begun: str) -> None:
        never = {step.slug: step.form.secrets() for step in self.all_steps}
        steps = {
            slug: {name: said for name, said in typed.items() if name not in never.get(slug, ())}
            for slug, typed in steps.items()
        }
        for step in self.all_steps:
            if step.form.forgets and step.slug in steps:
                steps[step.slug] = step.form.without_unasked(steps[step.slug], step.form.forgets)
        self.kept = {"steps": steps, "turns": turns, "token": token, "saved": self.now.isoformat()}
        if begun:
            self.kept["begun"] = begun
        self._write()

    def _take_up(self, late: dict[str, Any]) -> None:
        """What came when nobody was signed in goes into the draft: it was written after what is there."""
        turns = {**self.kept.get("turns", {})}
        steps = {**self.kept.get("steps", {})}
        first = self.all_steps[0].slug
        for slug, one in late.items():
            steps[slug or first] = one["typed"]
            page, _, number = one["turn"].partition(":")
            turns[slug or first] = [page, int(number)] if number.isdecimal() else ["", 0]
        token = self.kept.get("token") or secrets.token_urlsafe(18)
        self._store(steps, turns, token, self.kept.get("begun", ""))
        drafts.discard_late(self.key(), self.actor)

    def _write(self) -> None:
        drafts.keep(
            self.key(),
            self.kept,
            self.actor,
            self.now,
            client_id=self._hers(),
            title=self.title,
            url=self.request.path,
        )

    def _fresh_token(self) -> str:
        """The one that the page was given, unless its work is done: then this is another piece of work."""
        posted = self._posted_token()
        return posted if posted and not self._is_done(posted) else secrets.token_urlsafe(18)

    def _after(self, step: Step) -> str:
        steps = self.all_steps
        if self.as_tasks:
            return self.request.path
        if self.request.GET.get("from") != "check" and step != steps[-1]:
            return f"{self.request.path}?step={steps[steps.index(step) + 1].slug}"
        return f"{self.request.path}?check"

    def _saved_at(self) -> str:
        saved = self.kept.get("saved")
        return clock.time(datetime.fromisoformat(saved)) if saved else ""

    def _page(self, template: str, more: dict[str, Any], status: int = 200) -> HttpResponse:
        base = {
            "flow": self,
            "title": self.title,
            "button": self.button,
            "back": self.back(),
            "saved_at": self._saved_at(),
        }
        return render(self.request, template, {**base, **self.context(), **more}, status=status)

    def _ask(self, step: Step, form: PathwaysForm | None = None, status: int = 200) -> HttpResponse:
        steps = self.all_steps
        position = steps.index(step)
        back = self.back()
        if self.request.GET.get("from") == "check":
            back = f"{self.request.path}?check"
        elif self.as_tasks:
            back = self.request.path
        elif position:
            back = f"{self.request.path}?step={steps[position - 1].slug}"
        return self._page(
            self.template,
            {
                "form": form or self._form(step, None),
                "step": step,
                "position": position + 1 if len(steps) > 1 and not self.as_tasks else 0,
                "of": len(steps),
                "title": step.title,
                "back": back,
                "token": self.kept.get("token") or secrets.token_urlsafe(18),
                "ticket": lapsed.ticket(
                    by=self.actor, key=self.key(), client_id=self.client_id(), title=self.title
                ),
                "goes_on": self.check or len(steps) > 1,
                "has_draft": bool(self.kept.get("steps")),
                "begun": self.begin_from(),
                "changed_since": self._changed_since(),
            },
            status,
        )

    def _changed_since(self) -> editions.Edition | None:
        """Who has saved this form since the draft was begun, to be said before she writes on."""
        begun = self.kept.get("begun", "")
        if self.effect == "adds" or not begun or self.version() == begun:
            return None
        return editions.last(self.edition_key(), by=self.actor)

    def _tasks(self) -> HttpResponse:
        items: list[dict[str, str]] = []
        may_go_on: list[bool] = []
        for step in self.all_steps:
            if why := self.waits(step):
                may_go_on.append(False)
                items.append({"title": step.title, "hint": why, "status": "Cannot start yet"})
                continue
            form = self._judged(step)
            done = form is not None and form.is_valid()
            may_go_on.append(done)
            is_unopened = step.is_optional and step.slug not in self.kept.get("steps", {})
            status = (
                ("Optional", "grey")
                if done and is_unopened
                else (form.says_nothing, "grey")
                if done and form is not None and form.says_nothing
                else ("Completed", "")
                if done
                else ("In progress", "blue")
                if form
                else ("Not yet started", "grey")
            )
            items.append({
                "title": step.title, "hint": step.hint, "status": status[0], "colour": status[1],
                "href": f"{self.request.path}?step={step.slug}",
            })  # fmt: skip
        ready = all(may_go_on)
        done_count = sum(item["status"] == "Completed" for item in items)
        of_count = sum(item["status"] != "Optional" for item in items)
        more = {"items": items, "ready": ready, "done_count": done_count, "of_count": of_count}
        return self._page(self.tasks_template, more)

    def _check(self, problem: str = "", status: int = 200) -> HttpResponse:
        groups, answers = [], {}
        for step in self.all_steps:
            form = self._judged(step)
            if form is None or not form.is_valid():
                return redirect(f"{self.request.path}?step={step.slug}")
            answers.update(form.cleaned_data)
            change = f"{self.request.path}?step={step.slug}&from=check"
            groups.append((step.title if len(self.all_steps) > 1 else "", form.answers(change)))
        last = self.all_steps[-1].slug
        return self._page(
            self.check_template,
            {
                "groups": groups,
                "extra_rows": self.extra_rows(answers),
                "problem": problem,
                "has_errors": bool(problem),
                "back": self.request.path if self.as_tasks else f"{self.request.path}?step={last}",
                "token": self.kept.get("token", ""),
            },
            status,
        )

    def _confirm(self) -> HttpResponse:
        token = self._posted_token()
        if self._once(token):
            return redirect(f"{self.request.path}?done={token}")
        if (changed := self.changed_meanwhile()) is not None:
            return changed
        answers: dict[str, Any] = {}
        rows: list[Answer] = []
        for step in self.all_steps:
            form = self._judged(step)
            if form is None or not form.is_valid():
                return redirect(f"{self.request.path}?step={step.slug}")
            answers.update(form.cleaned_data)
            rows += form.answers()
        return self._finish(answers, token, rows=rows)

    def _finish(
        self,
        answers: dict[str, Any],
        token: str,
        step: Step | None = None,
        form: PathwaysForm | None = None,
        rows: Sequence[Answer] = (),
    ) -> HttpResponse:
        token = token or secrets.token_urlsafe(18)
        if self._once(token):
            return redirect(f"{self.request.path}?done={token}")
        hers = self._her_reference()  # before the work is done: an ending may end this person's sight of her
        try:
            receipt = self.do(answers)
        except Refused as no:
            if no.answer.hidden:
                return access.refuse(self.request, no.answer)
            reason = f"{no.answer.reason} {f'Ask: {no.answer.ask}.' if no.answer.ask else ''}".strip()
            if form is not None and step is not None:
                form.add_error(None, reason)
                return self._ask(step, form, status=409)
            return self._check(reason, status=409)
        drafts.discard(self.key(), self.actor)
        if self.effect != "adds":
            editions.keep(
                self.edition_key(),
                title=self.title,
                answers=[(row.key, row.values) for row in rows if row.values],
                client_id=self._hers(),
                by=self.actor,
                at=self.now,
            )
        if isinstance(receipt, HttpResponse):
            drafts.keep(f"done:{token}", {"href": receipt.get("Location", "/")}, self.actor, self.now)
            return receipt
        if not receipt.reference:
            receipt = replace(receipt, reference=hers)
        drafts.keep(f"done:{token}", asdict(receipt), self.actor, self.now, client_id=self._hers())
        return redirect(f"{self.request.path}?done={token}")

    def _her_reference(self) -> str:
        """What a receipt is known by where the thing itself has no reference: hers."""
        client_id = self.client_id()
        return her.references_of([client_id], self.actor).get(client_id, "") if client_id else ""

    def _once(self, token: str) -> bool:
        """Whether this token's work is already done; a second press waits here for the first to commit."""
        if not token:
            return False
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 42))", [token])
        return self._is_done(token)

    def _receipt(self, token: str, *, bare: bool = False) -> HttpResponse:
        kept = drafts.fetch(f"done:{token}", self.actor)
        if kept is None:
            return redirect(self.back() or "/")
        if "title" not in kept:
            return redirect(kept["href"])
        if bare:  # the page no longer opens, so there is nothing to draw around the receipt
            return render(self.request, self.receipt_template, {"receipt": kept, "title": kept["title"]})
        return self._page(self.receipt_template, {"receipt": kept, "title": kept["title"], "back": ""})
