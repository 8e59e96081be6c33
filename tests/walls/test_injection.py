"""Five hundred hostile inputs through every text field of every form, and through search and addresses.

Nothing is drawn unescaped, nothing fails, nothing is taken for a formula, a template, a header or a line of
the log.
"""

from __future__ import annotations

import html
import io
import itertools
import random
import re
import uuid
import zipfile
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import transaction

from tests.walls import attempts, falling
from tests.walls.attempts import Attack
from tests.walls.planted import Person, Planted
from tests.web.test_every_address import EVERY

pytestmark = pytest.mark.database

MARK = "zqmark"
#: pages that ask something and are no Flow
ASKS = ("/account/sign-in/", "/account/password/", "/her/held/", "/administer/people/add/",
        "/administer/settings/holidays/")  # fmt: skip
_HTML = (
    "<{0} onload=a()>", "\"><{0}>", "'><{0}>", "</textarea><{0}>", "</title><{0}>", "</script><{0}>",
    "<img src=x onerror={0}()>", "<svg/onload={0}()>", "<a href=javascript:{0}()>x</a>", "<!--<{0}>",
    "\" autofocus onfocus={0}() x=\"", "' onmouseover={0}() x='",
    "<iframe srcdoc='<{0}>'>", "&lt;{0}&gt;<{0}>",
    "<math><{0}>", "<style>@import '{0}'</style>", "<{0}\u2028>", "\u003c{0}\u003e", "<base href=//{0}>",
    "<form action=//{0}>",
)  # fmt: skip
_SQL = (
    "' or '1'='1", "'; drop table support_client; --", "\" or \"\"=\"", "1; select pg_sleep(5)",
    "' union select password from account --", "%' or 1=1 --", "\\'; select 1; --", "$$; select 1; $$",
    "' and (select 1 from pg_sleep(5)) is not null --", "'||(select version())||'", "%s", "%(name)s", "%",
    "_%_", "\\", "'", "''", "`", ";", "/*", "*/", "--", "{}", "'::uuid", "null", "E'\\x00'",
    "' ; select set_config('pathways.role', 'clerk', false) ; --",
)  # fmt: skip
_TEMPLATE = (
    "{{{{ 31337|add:1 }}}}{0}", "{{% debug %}}{0}", "{{{{ settings.SECRET_KEY }}}}", "{{{{ request.user }}}}",
    "${{31337+1}}", "#{{31337+1}}", "<%= 31337+1 %>", "{{{{7*'7'}}}}", "{{% load static %}}{0}",
    "{{% include 'frame/version.html' %}}", "{{{{ actor }}}}", "{{% csrf_token %}}",
)  # fmt: skip
_FORMULA = (
    "=1+31337", "=cmd|' /C calc'!A0", "+1+31337", "-1+31337", "@SUM(1+31337)", "\t=1+31337", "\r=1+31337",
    "=HYPERLINK(\"http://{0}\")", "=WEBSERVICE(\"http://{0}\")", "=IMPORTXML(\"{0}\")", "％=1+1", "＝1+31337",
    "\"=1+31337\"", ";=1+31337", "=DDE(\"{0}\";\"a\")",
)  # fmt: skip
_LINES = (
    "a\nINFO pathways {0} forged", "a\r\nINFO pathways {0} forged", "a\r\nX-Forged: {0}",
    "a%0d%0aX-Forged: {0}",
    "a\u2028INFO {0} forged", "a\u0085INFO {0} forged", "a\x0bINFO {0} forged", "a\x1b[31m{0} forged",
    "a\r\n\r\n<{0}>", "\nSet-Cookie: forged={0}", "a\x08\x08{0} forged", "a\x00{0}", "\x00", "a\ud7ff{0}",
    "\ufeff{0}", "\u202e{0}",
)  # fmt: skip
_ODD = (
    "{0}" * 700, "A" * 30_000, "𝕳𝖊𝖗 {0}", "🜲" * 200, "../../../../etc/passwd", "..\\..\\{0}", "file:///etc/passwd",
    "http://169.254.169.254/{0}", "0" * 400, "-1", "1e309", "NaN", "Infinity", "9" * 40, "1/0", "\u0000{0}",
    "00000000-0000-0000-0000-000000000000", "2026-13-45", "31 February", "99:99", "٣٤",
    "[object Object]", "true",
    "undefined", "[]", "{{\"a\":1}}", "a" * 254 + "@x.example", "()&;|`$(id)", "${{jndi:ldap://{0}}}",
    "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
)  # fmt: skip
KINDS = {"html": _HTML, "sql": _SQL, "template": _TEMPLATE, "formula": _FORMULA, "lines": _LINES, "odd": _ODD}


def payloads(count: int, seed: int) -> list[tuple[str, str]]:
    """(kind, input): each pattern in turn, alone, before and after other words, until there are so many."""
    rng, made = random.Random(seed), []
    numbers = itertools.count()
    every = [(kind, pattern) for kind, patterns in KINDS.items() for pattern in patterns]
    while len(made) < count:
        for kind, pattern in every:
            said = pattern.format(f"{MARK}{next(numbers)}") if "{0}" in pattern else pattern
            words = ("Rosa ", "1 ", "O’Neill ", "é ", "\t", " ")
            around = "" if len(made) < len(every) else rng.choice(words)
            made.append((kind, said + around if kind == "formula" else around + said))
            if len(made) == count:
                break
    return made


class _Broken(HTMLParser):
    """Reads a page as a browser does, and notes every marked word that has become more than text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.inside = tag if tag in ("script", "style") else ""
        if MARK in tag:
            self.found.append(f"<{tag}>")
        for name, value in attributes:
            said = (value or "").strip().lower()
            runs = name.startswith("on") or (name == "srcdoc" and MARK in said)
            leads = name in ("href", "src", "action", "formaction") and MARK in said
            away = leads and re.match(r"javascript:|(?:https?:)?//", said)
            if MARK in name or runs or away:
                self.found.append(f"<{tag} {name}={said[:60]}>")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_comment(self, data: str) -> None:
        if MARK in data:
            self.found.append(f"<!--{data[:60]}")

    def handle_data(self, data: str) -> None:
        if self.inside and MARK in data:
            self.found.append(f"<{self.inside}>{data[:60]}")


def unescaped(text: str) -> list[str]:
    """What of a marked input is no longer words on this page."""
    read = _Broken()
    read.feed(text)
    return read.found + re.findall(rf"<!--\s*<?{MARK}\w*", text)


class Sweep(Attack):
    """Hostile words through every text field, by somebody to whom the form is open."""

    def __init__(self, world: Planted, *, seed: int) -> None:
        super().__init__(world, seed=seed)
        self.opened: dict[str, list[tuple[Person, str]]] = {}
        self.wrong: list[str] = []
        self.used: set[int] = set()
        self.fields: set[tuple[str, str]] = set()
        self.answers: Counter[int] = Counter()

    def learn_forms(self, ear: attempts._Overheard) -> None:
        """Whoever may open each form, and the fields that take words."""
        for route, entry in EVERY:
            if not (hasattr(entry.callback, "view_class") or route in ASKS):
                continue
            for _ in range(12):
                if route in self.recipes:
                    break
                who, address = self.likely(route)
                with self.as_somebody(who):
                    answer = self.browser.get(address)
                    if answer.status_code == 200:
                        self.take_up(route, answer)
                    if route in self.recipes:
                        self.opened[route] = [(who, address)]
            ear.lines.clear()

    def as_somebody(self, who: Person) -> Any:
        self.browser.cookies.clear()
        if who.session:
            self.browser.cookies[settings.SESSION_COOKIE_NAME] = who.session
        return _TakenBack()

    def sweep(self, hostile: list[tuple[str, str]], ear: attempts._Overheard, *, each: int) -> None:
        order = itertools.cycle(range(len(hostile)))
        for route in sorted(self.opened):
            text = [name for name, (kind, _) in self.recipes[route].items()
                    if kind in ("text", "tel", "email", "search", "number", "password", "hidden", "url")
                    and name not in ("_do", "_step", "csrfmiddlewaretoken")]  # fmt: skip
            for name in text:
                self.fields.add((route, name))
                for _ in range(each):
                    self.used.add(place := next(order))
                    self.through(route, name, *hostile[place], ear)
        while len(self.used) < len(hostile):  # whatever is left goes through search, by somebody who searches
            self.used.add(place := next(order))
            self.searched(*hostile[place], ear)
        for kind, said in hostile[:: max(1, len(hostile) // 60)]:
            self.addressed(kind, said, ear)

    def through(self, route: str, name: str, kind: str, said: str, ear: attempts._Overheard) -> None:
        who, address = self.opened[route][0]
        with self.as_somebody(who):
            data = {**self.filled(route), name: said, "_do": "continue"}
            self.looked_at(f"{route} {name} {kind} {said[:60]!r}", said,
                           self.browser.post(address, data), ear)  # fmt: skip
            answer = self.browser.get(f"{address}?check")
            self.looked_at(f"{route}?check {name} {kind} {said[:60]!r}", said, answer, ear)
            if self.rng.random() < 0.25:
                done = self.browser.post(address, {"_do": "confirm", "_token": uuid.uuid4().hex})
                self.looked_at(f"{route} confirmed {name} {kind} {said[:60]!r}", said, done, ear)
                if done.status_code == 302:
                    onward = self.browser.get(done["Location"])
                    self.looked_at(f"after {route} {name} {kind} {said[:60]!r}", said, onward, ear)

    def searched(self, kind: str, said: str, ear: attempts._Overheard) -> None:
        who = self.rng.choice([each for each in self.world.people if each.role == "coordinator"])
        with self.as_somebody(who):
            answer = self.browser.post("/search/", {"query": said})
            self.looked_at(f"search {kind} {said[:60]!r}", said, answer, ear)

    def addressed(self, kind: str, said: str, ear: attempts._Overheard) -> None:
        """In an address, its query, a cookie, a header and the words of signing in."""
        who = self.rng.choice([each for each in self.world.people if each.role])
        plain = quote(said[:800])
        with self.as_somebody(who):
            for address in (
                f"/women/?tab={plain}&sort={plain}&page={plain}&level={plain}",
                f"/no/{plain}/",
                f"/?next={plain}",
                f"/evaluate/download/{plain}/",
                f"/support/?q={plain}",
            ):
                self.looked_at(f"{address[:60]} {kind}", said, self.browser.get(address), ear)
            odd = said.replace("\r", "").replace("\n", "").encode("latin-1", "ignore").decode("latin-1")[:500]
            answer = self.browser.get("/", HTTP_USER_AGENT=odd, HTTP_REFERER=odd, HTTP_X_FORWARDED_FOR=odd)
            self.looked_at(f"a header {kind} {odd[:60]!r}", said, answer, ear)
            self.browser.cookies.clear()
            answer = self.browser.post(
                f"/account/sign-in/?next={plain}", {"email": said, "password": said}, HTTP_USER_AGENT=odd
            )
            self.looked_at(f"signing in {kind} {said[:60]!r}", said, answer, ear)

    def looked_at(self, did: str, said: str, answer: Any, ear: attempts._Overheard) -> None:
        self.answers[answer.status_code] += 1
        self.tally.requests += 1
        text = answer.content.decode("utf-8", "replace")
        if answer.status_code >= 500:
            self.wrong.append(f"fails: {did}: {' / '.join(ear.lines)[-400:]}")
        is_page = "text/html" in answer.get("Content-Type", "")
        if is_page and (found := unescaped(text)):
            self.wrong.append(f"drawn unescaped: {did}: {found[:2]}")
        if "31338" in text:
            self.wrong.append(f"reckoned out: {did}")
        for name, value in answer.headers.items():
            if name.lower() in ("x-forged",) or "\n" in value or "\r" in value:
                self.wrong.append(f"a header of its own: {did}: {name}")
            if name == "Location" and re.match(r"(?:https?:)?//(?!testserver)|javascript:", value):
                self.wrong.append(f"led elsewhere: {did}: {value[:80]}")
        if "forged" in answer.cookies:
            self.wrong.append(f"a cookie of its own: {did}")
        for line in ear.lines:
            if MARK in line or "forged" in line:
                self.wrong.append(f"in the log: {did}: {line[:200]}")
        ear.lines.clear()


class _TakenBack:
    """A transaction for one person's requests, taken back at the end."""

    def __enter__(self) -> None:
        self.block = transaction.atomic()
        self.block.__enter__()

    def __exit__(self, *told: Any) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(*told)


def _swept(world: Planted, *, count: int, each: int, seed: int) -> Sweep:
    sweep = Sweep(world, seed=seed)
    with falling.figures_aside(), attempts._overhearing() as ear, attempts._drawn_as_ever():
        sweep.learn_forms(ear)
        sweep.sweep(payloads(count, seed), ear, each=each)
    return sweep


@pytest.mark.prove
def test_five_hundred_hostile_inputs_are_words_and_nothing_else(as_application: Planted) -> None:
    sweep = _swept(as_application, count=500, each=2, seed=47)
    print(
        f"500 inputs, {len(sweep.fields)} fields of {len(sweep.opened)} forms,"
        f" {sweep.tally.requests} requests,"
        f" {len(sweep.wrong)} taken for more than words; answers {dict(sweep.answers)}"
    )
    assert sweep.wrong == []
    assert len(sweep.used) == 500
    assert len(sweep.opened) > 35


def test_some_hostile_inputs_are_words_and_nothing_else(as_application: Planted) -> None:
    sweep = Sweep(as_application, seed=48)
    with falling.figures_aside(), attempts._overhearing() as ear, attempts._drawn_as_ever():
        for kind, said in payloads(len([p for each in KINDS.values() for p in each]), 48):
            sweep.searched(kind, said, ear)
    assert sweep.wrong == []


@pytest.mark.prove
def test_no_words_become_a_formula_in_a_spreadsheet(as_application: Planted) -> None:
    """The exported figures hold few words of anybody's; the programme's name is one."""
    from django.utils import timezone

    from pathways.analysis import evaluation, report
    from pathways.analysis.disclosure import Audience
    from pathways.journey import evaluate, identity

    by = identity.workplaces_of("eve.lindqvist@westmoor.example")[0]
    with transaction.atomic(), identity.acting(by):
        extract = evaluate.frozen(by=by, at=timezone.now(), synthetic=False)
    summary = evaluation.summarise(extract, Audience.PARTNER)
    for said in [words for kind, words in payloads(500, 49) if kind == "formula"]:
        content = report.one_file("xlsx", replace(summary, programme_name=said), {})
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            sheets = [book.read(each).decode() for each in book.namelist() if "worksheets/sheet" in each]
        assert sheets
        assert not any("<f>" in sheet or "<f " in sheet for sheet in sheets), said


def test_the_sweep_would_see_what_is_drawn_unescaped() -> None:
    """The control: each way of breaking out of words, drawn as it came, is found."""
    for pattern in _HTML:
        said = pattern.format(f"{MARK}1")
        within = f"<input value={said[0]}{said}{said[0]}>" if said[0] in "\"'" else f"<p>{said}</p>"
        assert unescaped(within), pattern
        assert not unescaped(f'<p title="{html.escape(said)}">{html.escape(said)}</p>'), pattern
