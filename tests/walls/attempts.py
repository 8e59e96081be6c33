"""Attempts by everybody on everything: any address, any method, anybody's ids, and what came back of it.

Each attempt is one or a few requests inside a transaction that is taken back. What is judged is all that a
person could see (body, headers, what a redirect leads to, what the log says) and every row that was written.
"""

from __future__ import annotations

import io
import json
import logging
import random
import re
import uuid
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern

from tests.walls import matrix
from tests.walls.planted import Canary, Person, Planted
from tests.web.test_every_address import EVERY

#: what the name of a hole in an address is an id of
HOLES = {
    "client_id": "support_client",
    "consideration_id": "police_consideration",
    "nominal_id": "police_nominal",
    "reading_id": "police_second_reading",
    "run_id": "police_screening_run",
    "referral_in_id": "support_referral_in",
    "joined_id": "spine",
    "disclosure_id": "disclosure",
    "message_id": "message",
    "approach_id": "support_approach",
    "assessment_id": "support_assessment",
    "triage_id": "support_triage",
    "level_reading_id": "support_triage_reading",
    "version_id": "triage_policy",
    "referral_id": "support_referral",
    "closure_id": "support_closure",
    "follow_up_id": "support_follow_up",
    "contact_id": "support_contact",
    "note_id": "support_case_note",
    "goal_id": "support_goal",
    "task_id": "task",
    "event_id": "access_event",
    "record_id": "support_client",
    "account_id": "account",
    "from_id": "account",
    "to_id": "account",
    "organisation_id": "organisation",
    "appointment_id": "appointment",
    "agreement_id": "sharing_agreement",
    "service_id": "service",
    "bar_id": "support_bar",
    "emergency_id": "support_emergency_access",
    "erasure_id": "erasure",
    "hold_id": "legal_hold",
    "take_in_id": "take_in",
    "joining_id": "support_joining",
    "other_id": "support_client",
    "rating_id": "support_goal_rating",
    "response_id": "support_response",
    "pair_id": "police_pair",
    "kept_id": "programme_record",
    "wave_id": "survey_wave",
    "release_id": "evaluation_release",
    "template_id": "funder_template",
    "submission_id": "lab_submission",
    "disposal_id": "support_disposal",
    "excerpt_id": "interview_excerpt",
    "quotation_id": "interview_quotation",
    "series_id": "panel_series",
    "meeting_id": "panel_meeting",
    "item_id": "support_panel_item",
    "decision_id": "support_panel_decision",
    "copy_id": "panel_copy",
    "request_id": "support_panel_request",
}
#: of these nothing is about a woman
REFERENCE = ("account", "organisation", "appointment", "sharing_agreement", "service", "triage_policy")
WORDS_OF = {
    "action": ("met", "meet", "drop", "change", "start", "pause", "end", "met_in_part", "resume"),
    "kind": ("html", "json", "xlsx", "csv", "pdf"),
    "day": ("2026-12-25",),
    "token": ("abc-def",),
    "code": ("phq9", "gad7", "core10", "swemwbs", "dudit", "auditc"),
    "edition": ("1",),
}
#: what one button does, and one short form: nothing has to be filled in well for it to be done
BUTTONS = (
    "/support/<uuid:client_id>/note/",
    "/tasks/<uuid:task_id>/done/",
    "/refer/<uuid:referral_id>/acknowledge/",
    "/refer/<uuid:referral_id>/take/",
    "/refer/<uuid:referral_id>/unanswered/",
    "/support/contact/<uuid:contact_id>/missed/",
    "/support/contact/<uuid:contact_id>/call-off/",
    "/support/goal/<uuid:goal_id>/<slug:action>/",
    "/assess/<uuid:client_id>/start/",
    "/assess/write/<uuid:assessment_id>/reopen/",
    "/triage/<uuid:triage_id>/again/",
    "/reach/<uuid:client_id>/plan/again/",
    "/reach/approach/<uuid:approach_id>/unreached/",
    "/police/<uuid:consideration_id>/move/",
    "/doors/<uuid:referral_in_id>/move/",
    "/support/note/<uuid:note_id>/",
    "/evaluate/justice-data-lab/<uuid:submission_id>/take-out/",
    "/reach/disposal/<uuid:disposal_id>/take-out/",
)
#: fields that a form does not ask for and a person might send all the same
SMUGGLED = ("client_id", "organisation_id", "account_id", "lead_account_id", "to_organisation_id",
            "episode_id", "written_by_id", "made_by_id", "referral_id", "nominal_id", "case_id",
            "id")  # fmt: skip
_HOLE = re.compile(r"<(?:(\w+):)?(\w+)>")

#: rows that an attempt may rightly take away
REMOVABLE = frozenset(
    {
        "draft",
        "form_edition",
        "row_change",
        "django_session",
        "name_token",
        "interview_quotation",  # goes with the excerpt that it comes from
        "interview_settlement",  # so does this
        "bank_holiday",
        "service_offer",
        "service_partners",
        "axes_accessattempt",
        "take_in_part",  # an upload that is given up; whose it was is judged by the row that says so
    }
)


class _Forms(HTMLParser):
    """The fields of every form of a page that posts: names, kinds, what may be chosen, what is there."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.fields: dict[str, tuple[str, list[str]]] = {}
        self.inside, self.select, self.has_form = False, "", False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.inside = given.get("method", "").lower() == "post" and "/search/" not in given.get(
                "action", ""
            )
            self.has_form = self.has_form or self.inside
        if not self.inside or (tag != "option" and not given.get("name")):
            return
        name = given.get("name", "")
        if tag == "input" and name != "csrfmiddlewaretoken":
            kind, known = given.get("type", "text"), self.fields.get(name, ("", []))[1]
            self.fields[name] = (kind, [*known, given.get("value", "")])
        elif tag == "textarea":
            self.fields[name] = ("text", [""])
        elif tag == "select":
            self.select = name
            self.fields[name] = ("select", [])
        elif tag == "option" and self.select:
            self.fields[self.select][1].append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        if tag == "select":
            self.select = ""


Recipe = dict[str, tuple[str, list[str]]]


@dataclass(frozen=True)
class Leak:
    who: Person
    did: str
    route: str
    where: str
    what: str


@dataclass
class Tally:
    """What was tried and what came of it."""

    tried: int = 0
    requests: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    routes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    met: int = 0
    wrote: int = 0
    leaks: list[Leak] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def leaked(self) -> str:
        """Every leak on a line of its own, for whoever has to find it."""
        return "\n".join(
            f"{one.did} as {one.who}: {one.where} {one.what}" for one in self.leaks[:60]
        )

    def summary(self) -> str:
        shares = ", ".join(f"{name} {count}" for name, count in sorted(self.statuses.items()))
        return (
            f"{self.tried} attempts ({self.requests} requests) over {len(self.routes)} addresses:"
            f" {len(self.leaks)} leaks; {self.met} values met by right, {self.wrote} rows written by right"
            f" and taken back; {dict(self.kinds)}; answers: {shares}"
        )


class _Overheard(logging.Handler):
    """All that is logged, as the programme's own handler would write it."""

    def __init__(self) -> None:
        super().__init__(level=logging.DEBUG)
        from pathways.web.logging import Impersonal, Plain

        self.addFilter(Impersonal())
        self.setFormatter(Plain())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def _overhearing() -> Iterator[_Overheard]:
    ear = _Overheard()
    names = ("", "django", "django.request", "django.security", "pathways", "axes")
    loggers = [logging.getLogger(name) for name in names]
    before = [(each, each.handlers[:]) for each in loggers]
    for each in loggers:
        each.handlers = []
    logging.getLogger().handlers = [ear]
    try:
        yield ear
    finally:
        for each, handlers in before:
            each.handlers = handlers


@contextmanager
def _drawn_as_ever() -> Iterator[None]:
    """Templates drawn as they are for people: the tests' own way copies every context, which takes time."""
    from django.template.base import Template
    from django.test import utils

    saved = getattr(utils._TestState, "saved_data", None)
    ours = Template._render
    if saved is not None:
        Template._render = saved.template_render
    try:
        yield
    finally:
        Template._render = ours


class Attack:
    """Everybody attacking everything, from one seed."""

    def __init__(self, world: Planted, *, seed: int, walls_down: bool = False) -> None:
        self.world, self.rng, self.walls_down = world, random.Random(seed), walls_down
        self.recipes: dict[str, Recipe] = {}
        self.queries: dict[str, set[str]] = defaultdict(set)
        self.tally = Tally()
        self.browser = Client(raise_request_exception=False)
        self.by_client: dict[uuid.UUID, dict[str, list[uuid.UUID]]] = defaultdict(lambda: defaultdict(list))
        for table, rows in world.rows.items():
            for key, columns in rows.items():
                client = key if table == "support_client" else columns.get("client_id")
                if client is not None:
                    self.by_client[client][table].append(key)

    # --- one attempt ------------------------------------------------------------------------------

    def run(self, attempts: int, *, only: Sequence[str] = ()) -> Tally:
        """So many attempts, every address in turn."""
        routes = [(route, entry) for route, entry in EVERY if not only or route in only]
        with _overhearing() as ear, _drawn_as_ever():
            self.learn(routes, ear, attempts)
            while self.tally.tried < attempts:
                self.rng.shuffle(routes)
                for route, entry in routes:
                    if self.tally.tried >= attempts:
                        break
                    self.attempt(route, entry, ear)
        return self.tally

    def learn(self, routes: list[tuple[str, URLPattern]], ear: _Overheard, attempts: int) -> None:
        """First each address by whom it is likely to be for: what the forms there ask is learnt from it."""
        most = attempts // 4
        for route, entry in routes:
            if self.tally.tried >= most:
                return
            for _ in range(3 if "<" in route else 1):
                if route in self.recipes:
                    break
                who, address = self.likely(route)
                self.one(who, route, entry, "GET", [("GET", address, {}, {})], ear)

    def attempt(self, route: str, entry: URLPattern, ear: _Overheard) -> None:
        if self.rng.random() < 0.4:
            who, address = self.likely(route)
        else:
            who, address = self.rng.choice(self.world.people), self.fill(route, None)
        kind = self.rng.choices(
            ("GET", "POST", "forms", "HEAD", "other", "htmx", "search", "button"),
            (36, 16, 20, 4, 3, 6, 5, 10),
        )[0]
        query = self.query(route)
        if kind == "search":
            self.one(who, "/search/", entry, kind, [("POST", "/search/", {"query": self.typed()}, {})], ear)
        elif kind == "GET":
            self.one(who, route, entry, kind, [("GET", address + query, {}, {})], ear)
        elif kind == "button":
            route = self.rng.choice(BUTTONS)
            address = self.fill(route, None)
            data = {"body": "Something invented.", "why": "Invented.", "_do": "continue",
                    "action": self.rng.choice(("start", "take_up", "reopen"))}  # fmt: skip
            self.one(who, route, entry, kind, [("POST", address, data, {})], ear)
        elif kind == "htmx":
            self.one(
                who, route, entry, kind, [("GET", address + query, {}, {"HTTP_HX_REQUEST": "true"})], ear
            )
        elif kind == "HEAD":
            self.one(who, route, entry, kind, [("HEAD", address + query, {}, {})], ear)
        elif kind == "other":
            method = self.rng.choice(("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"))
            self.one(who, route, entry, kind, [(method, address, {}, {})], ear)
        elif kind == "POST":
            wild = {name: self.anything(name) for name in self.rng.sample(SMUGGLED, 4)}
            if self.rng.random() < 0.5:  # as if the form had been begun before somebody else saved it
                digest, edition = self.rng.getrandbits(128), uuid.UUID(int=self.rng.getrandbits(128))
                wild["_begun"] = f"{digest:032x}.{edition}"
            data = {**self.filled(route), **wild, "_do": self.rng.choice(("continue", "confirm", "save"))}
            self.one(who, route, entry, kind, [("POST", address, data, {})], ear)
        else:
            data = self.filled(route)
            if self.rng.random() < 0.3:
                data |= {name: self.anything(name) for name in self.rng.sample(SMUGGLED, 3)}
            steps = [
                ("POST", address, {**data, "_do": "continue"}, {}),
                ("POST", address, {"_do": "confirm", "_token": "a" * 24}, {}),
                ("GET", f"{address}?done={'a' * 24}", {}, {}),
            ]
            self.one(who, route, entry, kind, steps, ear)

    def one(
        self,
        who: Person,
        route: str,
        entry: URLPattern,
        kind: str,
        steps: list[tuple[str, str, dict[str, Any], dict[str, str]]],
        ear: _Overheard,
    ) -> None:
        """Takes the steps as this person, judges all of it, and takes it back."""
        self.tally.tried += 1
        self.tally.routes[route] += 1
        self.tally.kinds[kind] += 1
        self.browser.cookies.clear()
        if who.session:
            self.browser.cookies[settings.SESSION_COOKIE_NAME] = who.session
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("select pg_current_xact_id()::text::bigint & 4294967295")
                since = cursor.fetchone()[0]
            for method, address, data, headers in steps:
                ear.lines.clear()
                answer = self.ask(method, address, data, headers)
                self.judge(who, route, f"{method} {address}", f"{address} {data}", answer, ear)
                hops = 0
                while answer.status_code in (301, 302, 303) and hops < 2:
                    onward = answer["Location"]
                    if urlsplit(onward).netloc or method == "HEAD":
                        break
                    answer = self.ask("GET", onward, {}, {})
                    world = matrix.taken_on(who, address, self.world) if method == "POST" else self.world
                    self.judge(who, route, f"GET {onward} after {method} {address}", f"{address} {data}",
                               answer, ear, world)  # fmt: skip
                    hops += 1
                if method == "GET" and answer.status_code == 200 and not hops:
                    self.take_up(route, answer)
            self.judge_writing(who, route, f"{steps[0][0]} {steps[0][1]}", since)
            transaction.set_rollback(True)

    def ask(self, method: str, address: str, data: dict[str, Any], headers: dict[str, str]) -> Any:
        self.tally.requests += 1
        send = {
            "GET": self.browser.get,
            "HEAD": self.browser.head,
            "POST": self.browser.post,
        }.get(method)
        if send is None:
            return self.browser.generic(method, address)
        return send(address, data, **headers) if method == "POST" else send(address, **headers)

    # --- what to ask for --------------------------------------------------------------------------

    def likely(self, route: str) -> tuple[Person, str]:
        """Somebody who may well be let in, and the address of something of hers."""
        world = self.world
        tables = [HOLES.get(name, "") for _, name in _HOLE.findall(route)]
        herself = any(self.by_client[key].get(t) for key in list(self.by_client)[:1] for t in tables)
        if "support_client" in tables or herself:
            client = self.rng.choice(list(world.rows["support_client"]))
            near = [
                who
                for who in world.people
                if (client, who.organisation) in world.works
                and (who.role in ("coordinator", "supervisor")
                     or (client, who.organisation, who.account) in world.works_personally)
            ]  # fmt: skip
            if near:
                return self.rng.choice(near), self.fill(route, client)
        wanted = [who for who in world.people if self.is_likely_for(who, tables, route)]
        return self.rng.choice(wanted or world.people), self.fill(route, None)

    def is_likely_for(self, who: Person, tables: list[str], route: str) -> bool:
        if route.startswith("/police/") or "police_consideration" in tables:
            return who.sector == "police"
        if route.startswith("/administer/"):
            return who.role == "administrator"
        if route.startswith("/governance/"):
            return who.role == "governance_lead"
        return bool(who.role)

    def fill(self, route: str, client: uuid.UUID | None) -> str:
        def value(hole: re.Match[str]) -> str:
            kind, name = hole[1] or "str", hole[2]
            if name in WORDS_OF:
                return self.rng.choice(WORDS_OF[name])
            if kind != "uuid":
                return "made-up"
            return str(self.key(HOLES.get(name, ""), client))

        return _HOLE.sub(value, route)

    def key(self, table: str, client: uuid.UUID | None) -> uuid.UUID:
        """An id of the right kind, of this woman where one is meant; now and then of another kind or none."""
        luck = self.rng.random()
        if client is not None and luck < 0.95 and (keys := self.by_client[client].get(table)):
            return self.rng.choice(keys)
        if luck < 0.05:
            return uuid.UUID(int=self.rng.getrandbits(128), version=4)
        if table in REFERENCE:
            return self.rng.choice(self.world.reference[table])
        if luck < 0.12 or table not in self.world.rows:
            table = self.rng.choice([name for name, rows in self.world.rows.items() if rows])
        return self.rng.choice(list(self.world.rows[table]))

    def anything(self, name: str) -> str:
        table = HOLES.get(name, "")
        return str(self.key(table, None))

    def query(self, route: str) -> str:
        known = sorted(self.queries[route])
        luck = self.rng.random()
        if known and luck < 0.4:
            return f"?{self.rng.choice(known)}"
        if luck < 0.6:
            return "?" + urlencode(
                {
                    self.rng.choice(("tab", "sort", "page", "step", "from", "level", "lead", "stage", "q",
                                     "organisation", "worker", "client", "client_id", "next", "kind",
                                     "done", "saved")): self.rng.choice(
                        ("2", "-name", "name", "notes", "check", "1", *self.world.names[:8], self.some_key())
                    )
                }
            )  # fmt: skip
        return self.rng.choice(("", "?check", "?page=2", "?page=9999"))

    def some_key(self) -> str:
        return str(self.key("support_client", None))

    def typed(self) -> str:
        """Something to search for: a name, part of one, two, a day, a reference, a key."""
        names = self.world.names
        luck = self.rng.random()
        if luck < 0.35:
            return self.rng.choice(names)
        if luck < 0.5:
            return self.rng.choice(names)[: self.rng.randrange(2, 7)]
        if luck < 0.7:
            return f"{self.rng.choice(names)} {self.rng.choice(names)}"
        if luck < 0.9:
            table = self.rng.choice(
                ("support_client", "police_consideration", "support_referral", "support_referral_in")
            )
            return str(self.rng.choice(list(self.world.rows[table].values()))["reference"])
        return self.rng.choice((self.some_key(), "%", "' or 1=1", "xq", "19"))

    def filled(self, route: str) -> dict[str, Any]:
        """The fields of the form at this address as somebody might fill them in."""
        data: dict[str, Any] = {}
        for name, (kind, choices) in self.recipes.get(route, {}).items():
            offered = [each for each in choices if each]
            if kind in ("radio", "select"):
                data[name] = self.rng.choice(offered) if offered else ""
            elif kind == "checkbox":
                picked = self.rng.sample(offered, min(len(offered), self.rng.randrange(1, 5))) or ["on"]
                data[name] = picked
            elif name == "_ticket":
                continue  # signed for whoever the page was drawn for: another person has no such page
            elif kind == "hidden" or name.startswith("_"):
                data[name] = choices[0] if choices else ""
            elif name.endswith("-day"):
                data[name] = "12"
            elif name.endswith("-month"):
                data[name] = "6"
            elif name.endswith("-year"):
                data[name] = self.rng.choice(("1990", "2026", "2026", "2027"))
            elif kind == "number" or "minutes" in name or "importance" in name or "nearness" in name:
                data[name] = "7"
            elif kind == "email":
                data[name] = "somebody@there.example"
            elif kind == "file":
                continue
            else:
                data[name] = self.rng.choice(("Something invented.", "30", "14:30", "01632 960003"))
        return data

    def take_up(self, route: str, answer: Any) -> None:
        """Learns what the page asks and where its links lead."""
        if "text/html" not in answer.get("Content-Type", ""):
            return
        text = answer.content.decode()
        if route not in self.recipes:
            found = _Forms()
            found.feed(text)
            if found.has_form and {name for name in found.fields if not name.startswith("_")}:
                self.recipes[route] = found.fields
        for query in re.findall(r'href="\?([^"#]+)"', text)[:30]:
            if len(self.queries[route]) < 30:
                self.queries[route].add(query.replace("&amp;", "&"))

    # --- what came of it --------------------------------------------------------------------------

    def judge(
        self,
        who: Person,
        route: str,
        did: str,
        sent: str,
        answer: Any,
        ear: _Overheard,
        world: Planted | None = None,
    ) -> None:
        """`world` is what stands at this moment, where it is not what was planted."""
        world = world or self.world
        self.tally.statuses[str(answer.status_code)] += 1
        if answer.status_code >= 500 and not self.walls_down:
            said = " / ".join(line.strip() for line in ear.lines[-1:])
            self.tally.failures.append(f"{answer.status_code} {route} {did} {who}: {said[-700:]}")
        heads = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        heads += "\n".join(morsel.OutputString() for morsel in answer.cookies.values())
        own = {value for value, _ in self.world.found(f"{sent} {sent.title()}")}
        for where, text in (("body", _text(answer)), ("headers", heads), ("log", "\n".join(ear.lines))):
            for value, canaries in self.world.found(text):
                if where == "log":
                    if canaries[0].field not in matrix.NAMES_OF_ROWS:
                        self.leak(who, did, route, where, canaries)
                elif any(matrix.may_know(who, each, world) for each in canaries):
                    self.tally.met += 1
                elif value not in own:
                    self.leak(who, did, route, where, canaries)

    def leak(self, who: Person, did: str, route: str, where: str, canaries: list[Canary]) -> None:
        what = " or ".join(sorted({f"{each.table}.{each.field}" for each in canaries}))
        held = canaries[0].facts
        known = ("status", "to_organisation_id", "organisation_id", "kind", "is_answered", "flagged_by_id")
        what += f" {({name: str(held[name]) for name in known if name in held})}"
        self.tally.leaks.append(Leak(who, did, route, where, what))

    def judge_writing(self, who: Person, route: str, did: str, since: int) -> None:
        """Every row that stands there new or changed, and that nothing of anybody else's is gone."""
        if connection.needs_rollback:
            return
        with connection.cursor() as cursor:
            cursor.execute("select written from watch.written(%s)", [since])
            written = [row[0] for row in cursor.fetchall()]
        for found in written:
            row = found if isinstance(found, dict) else json.loads(found)
            table = row["table"]
            if "removed" in row:
                if table not in REMOVABLE:
                    self.tally.leaks.append(Leak(who, did, route, "removed", table))
                continue
            if matrix.may_write(who, table, row["row"], self.world):
                self.tally.wrote += 1
            else:
                self.tally.leaks.append(Leak(who, did, route, "written", table))


def _text(answer: Any) -> str:
    """What a person could read of it, a packed file's inside included."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"\n".join(packed.read(name) for name in packed.namelist())
    return str(content.decode("utf-8", "replace"))
