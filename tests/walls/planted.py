"""An invented programme in which every sealed value is a word of its own, so that a leak has a name.

Made by the demonstration's own verbs; then each sealed value of each row is replaced by a word of its own,
and the woman is made findable by the new ones. A word found where it may not be says whose it is, of which
table and field, and which organisation holds it.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import random
import re
import uuid
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from unittest import mock

import psycopg
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.db import models, transaction
from django.utils import timezone
from psycopg import sql

from pathways.domain.governance import bars, emergency, erasure, hold, panel_rules
from pathways.domain.governance.policy import Resource
from pathways.domain.reach import stop
from pathways.domain.support import correction, joining
from pathways.domain.terms import indicators, references
from pathways.domain.terms.law import FactOrOpinion, SubjectCategory
from pathways.domain.terms.people import Regime, Role, Sector
from pathways.domain.terms.routes import Route
from pathways.journey import adding, demonstration, flagging, identity, kept_out, naming, seating
from pathways.journey.invented import panelled
from pathways.records import models as r
from pathways.records import walls
from pathways.records.sealed import SealedDate, SealedField, SealedJSON, SealedText

WOMEN = 24
#: what is no word of any language and of no template
WORD = re.compile(r"xq[a-z]{7}qx")
_MONTHS = "January|February|March|April|May|June|July|August|October|November"
DAY = re.compile(rf"\b(\d{{2}}) ({_MONTHS}) (19[3-8]\d)\b")
ISO_DAY = re.compile(r"\b(19[3-8]\d)-(\d{2})-(\d{2})\b")
KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
REFERENCE = re.compile(r"\b([A-Z]{2}) ?(\d{4}) ?([A-Z]{2})\b")
#: values of a sealed structure that are codes, times or addresses of ours, and not words about her
_CODES = frozenset(
    {
        *("channels", "windows", "changes", "day", "start", "until", "token", "saved", "href", "coercion"),
        *("route", "heading", "came", "code", "flagged_at", "on", "fact_or_opinion", "as_victim"),
        *("home_used", "coercion_said_by", "paper_date", "decided_at"),
    }
)


@dataclass(frozen=True)
class Canary:
    """One value, and all that a person may need to know to say who may see it."""

    table: str
    field: str
    row: uuid.UUID
    client: uuid.UUID | None
    facts: dict[str, Any] = field(hash=False, compare=False)


@dataclass(frozen=True)
class Person:
    """Somebody who attacks. `session` is the cookie of a browser in which she is signed in."""

    name: str
    role: str
    sector: str
    organisation: uuid.UUID | None
    account: uuid.UUID | None
    session: str

    def __str__(self) -> str:
        return f"{self.name} ({self.role or 'nobody'}, {self.sector})"


@dataclass
class Planted:
    """The programme as it stands, for whoever attacks and for whoever judges."""

    database: str
    values: dict[str, list[Canary]]
    people: list[Person]
    #: rows by table: key, and the plain columns
    rows: dict[str, dict[uuid.UUID, dict[str, Any]]]
    #: keys of what is about no woman: people at work, places, services
    reference: dict[str, list[uuid.UUID]]
    names: list[str]
    #: (woman, organisation) and (woman, organisation, account) of everybody who works with her now
    works: set[tuple[uuid.UUID, uuid.UUID]]
    works_personally: set[tuple[uuid.UUID, uuid.UUID, uuid.UUID]]
    ever_worked: set[tuple[uuid.UUID, uuid.UUID]]
    #: (organisation, subject) of the access events
    logged: set[tuple[uuid.UUID, uuid.UUID]]
    #: (account or organisation, every key of hers) of whoever is kept from her
    barred: dict[uuid.UUID, set[uuid.UUID]]
    #: (account, organisation, woman) of whoever reads her in an emergency, and until when
    emergencies: dict[tuple[uuid.UUID, uuid.UUID, uuid.UUID], datetime]

    def found(self, text: str) -> Iterator[tuple[str, list[Canary]]]:
        """Every planted value that stands in the text."""
        for word in set(WORD.findall(text.lower())):
            if word in self.values:
                yield word, self.values[word]
        for day, month, year in set(DAY.findall(text)):
            found = datetime.strptime(f"{day} {month} {year}", "%d %B %Y").date().isoformat()  # noqa: DTZ007
            if found in self.values:
                yield found, self.values[found]
        for parts in set(ISO_DAY.findall(text)):
            if (found := "-".join(parts)) in self.values:
                yield found, self.values[found]
        for key in set(KEY.findall(text.lower())):
            if key in self.values:
                yield key, self.values[key]
        for parts in set(REFERENCE.findall(text)):
            if (found := "".join(parts)) in self.values:
                yield found, self.values[found]


class _Words:
    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.made: set[str] = set()
        self.days = itertools.count()

    def word(self) -> str:
        while True:
            middle = "".join(self.rng.choice("bdfgklmnprstvz" if i % 2 == 0 else "aeiou") for i in range(7))
            if middle not in self.made:
                self.made.add(middle)
                return f"xq{middle}qx"

    def day(self) -> date:
        """A day that no other record has: always of two figures, so that none is part of another."""
        number = next(self.days)
        year, rest = divmod(number, 10 * 18)
        month, day = divmod(rest, 18)
        return date(1930 + year, (1, 2, 3, 4, 5, 6, 7, 8, 10, 11)[month], 10 + day)


def plant(database: str, *, women: int = WOMEN, seed: int = 20261127) -> Planted:
    """Makes the programme in the database that Django is connected to, as the superuser."""
    now = timezone.now()
    order = list(range(demonstration.WOMEN))
    random.Random(seed).shuffle(order)  # the demonstration begins with the newest: here, women of every stage
    with mock.patch.object(demonstration, "_order", lambda: order):
        demonstration.seed(at=now, most=women)
    with transaction.atomic():
        _second_force(now)
        _people_of_odd_standing(now)
    with transaction.atomic():
        _fill_what_is_empty(now)
    values: dict[str, list[Canary]] = defaultdict(list)
    rows: dict[str, dict[uuid.UUID, dict[str, Any]]] = {}
    with transaction.atomic():
        words = _Words(seed)
        _reword(words, values)  # twice: what stood before, which the history keeps, has words of its own too
        _reword(words, values)
        _refind()
    for resource in Resource:
        model = walls.model_of(resource)
        if isinstance(model._meta.pk, models.CompositePrimaryKey):
            continue
        rows[resource.value] = {row.pk: _plain(row) for row in model._default_manager.all()}
        for key, columns in rows[resource.value].items():
            values[str(key)].append(Canary(resource.value, "id", key, _client_of(resource, columns), columns))
            if columns.get("reference"):
                values[columns["reference"]].append(
                    Canary(resource.value, "reference", key, _client_of(resource, columns), columns)
                )
    live = r.Involvement.objects.filter(until_at__isnull=True)
    return Planted(
        database=database,
        values=dict(values),
        people=_people(now),
        rows=rows,
        reference={
            model._meta.db_table: list(model._default_manager.values_list("pk", flat=True))
            for model in (r.Account, r.Organisation, r.Appointment, r.SharingAgreement, r.Service,
                          r.TriagePolicy)
        },
        names=_names(),
        works=set(live.values_list("client_id", "organisation_id")),
        works_personally=set(live.values_list("client_id", "organisation_id", "account_id")),
        ever_worked=set(r.Involvement.objects.values_list("client_id", "organisation_id")),
        logged={
            (place, subject)
            for own, holder, subjects in r.AccessEvent.objects.values_list(
                "organisation_id", "holder_organisation_id", "subjects"
            )
            for place in (own, holder)
            if place is not None
            for subject in subjects
        },
        barred=_barred(),
        emergencies={
            (row.account_id, row.organisation_id, row.client_id): row.ends_at
            for row in r.EmergencyAccess.objects.filter(status=emergency.Status.OPEN.value)
        },
    )


def _barred() -> dict[uuid.UUID, set[uuid.UUID]]:
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for row in r.Bar.objects.filter(lifted_at__isnull=True):
        found[row.barred_account_id or row.barred_organisation_id] |= {row.client_id, *row.keys}
    return dict(found)


def _plain(row: models.Model) -> dict[str, Any]:
    return {
        each.attname: getattr(row, each.attname)
        for each in row._meta.concrete_fields
        if not isinstance(each, SealedField)
    }


def _client_of(resource: Resource, columns: dict[str, Any]) -> uuid.UUID | None:
    return columns["id"] if resource is Resource.CLIENT else columns.get("client_id")


def _names() -> list[str]:
    """Names and days to search for: everybody's, of every kind of record."""
    found: list[str] = []
    for row in r.Identity.objects.all():
        found += [row.given_names, row.surname, str(row.date_of_birth or "")]
    for row in r.Nominal.objects.all():
        found += [row.given_names, row.surname, str(row.date_of_birth or "")]
    for row in r.ReferralIn.objects.all():
        found += [row.surname, row.called, str(row.date_of_birth or "")]
    found += [row.called for row in r.Client.objects.all()]
    return [name for name in found if name]


# --- who is there besides the demonstration's people ---------------------------------------------------


def _appoint(place: r.Organisation, name: str, role: Role, at: datetime, **more: Any) -> r.Account:
    email = f"{name.lower().replace(' ', '.')}@{place.code}.example"
    account = r.Account.objects.create(email=email, name=name, password="!", joined_at=at, **more)
    r.Appointment.objects.create(account=account, organisation=place, role=role.value, from_at=at)
    return account


def _second_force(now: datetime) -> None:
    """Another force, with flags of its own: one force sees nothing of another's."""
    began = now - timedelta(days=200)
    force = r.Organisation.objects.create(
        code="brackwater",
        name="Brackwater Police",
        sector=Sector.POLICE.value,
        regime=Regime.LAW_ENFORCEMENT.value,
        from_date=began.date(),
    )
    for name, role in (
        ("Bo Officer", Role.POLICE_OFFICER),
        ("Bea Spoc", Role.POLICE_SPOC),
        ("Ben Analyst", Role.POLICE_ANALYST),
        ("Bil Inspector", Role.SUPERVISOR),
    ):
        _appoint(force, name, role, began)
    for email in ("bo.officer@brackwater.example", "bea.spoc@brackwater.example"):
        by = identity.workplaces_of(email)[0]
        with identity.acting(by):
            said = flagging.flag(
                who=flagging.Named(
                    given_names="Anybody",
                    surname="Invented",
                    other_names="Other",
                    born=date(1990, 5, 5),
                    telephone="01632 960002",
                    address="1 Invented Road",
                    police_reference="X/1",
                ),
                route=Route.POLICE_OFFICER,
                why="Invented.",
                seen=flagging.Seen(
                    codes=(sorted(indicators.BY_CODE)[0],),
                    source=indicators.Source.POLICE_RECORD,
                    confidence=next(iter(indicators.Confidence)),
                    seen_on=(now - timedelta(days=9)).date(),
                ),
                fact_or_opinion=FactOrOpinion.FACT,
                subject_category=next(iter(SubjectCategory)),
                by=by,
                at=now - timedelta(days=3),
            )
            assert said, said.reason


def _people_of_odd_standing(now: datetime) -> None:
    """Somebody who has left, and whose browser was never closed; somebody in two roles; a role that ended."""
    willow = r.Organisation.objects.get(code="willow")
    began = now - timedelta(days=300)
    left = _appoint(willow, "Lena Left", Role.SUPPORT_WORKER, began)
    left.left_at, left.is_active = now - timedelta(days=1), False
    left.save()
    both = _appoint(willow, "Tova Two", Role.SUPPORT_WORKER, began)
    commissioning = r.Organisation.objects.get(code="commissioning")
    r.Appointment.objects.create(
        account=both, organisation=commissioning, role=Role.COMMISSIONER.value, from_at=began
    )
    ended = _appoint(willow, "Edna Ended", Role.SUPPORT_WORKER, began)
    r.Appointment.objects.filter(account=ended).update(until_at=now - timedelta(hours=1))


def _people(now: datetime) -> list[Person]:
    """Everybody, each signed in, and somebody who is not."""
    found = [Person("Nobody", "", "", None, None, "")]
    for account in r.Account.objects.order_by("email"):
        places = identity.workplaces(account)
        several = places or [None]
        for place in several:
            session = SessionStore()
            session["_auth_user_id"] = str(account.pk)
            session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
            session["_auth_user_hash"] = account.get_session_auth_hash()
            session["started_at"] = session["seen_at"] = now.timestamp()
            session["device"] = "A browser of the tests"
            if place is not None:
                session["appointment"] = str(place.appointment_id)
            session.create()
            found.append(
                Person(
                    account.name,
                    place.role.value if place else "",
                    place.sector.value if place else "",
                    place.organisation_id if place else None,
                    account.id,
                    str(session.session_key),
                )
            )
    return found


# --- a row of every kind -------------------------------------------------------------------------------


def _fill_what_is_empty(now: datetime) -> None:
    """What no invented life has left behind, laid down by hand."""
    several = r.Involvement.objects.filter(account_id__isnull=False, until_at__isnull=True)
    for link in several.order_by("client_id", "account_id").distinct("client_id", "account_id"):
        theirs = {"client_id": link.client_id, "organisation_id": link.organisation_id}
        place = r.Organisation.objects.get(id=link.organisation_id)
        private = place.sector == Sector.PRIVATE.value
        episode = r.Episode.objects.filter(client_id=link.client_id).order_by("-number").first()
        if not private and not r.SafePlace.objects.filter(**theirs).exists():
            r.SafePlace.objects.create(
                **theirs, address="there", note="there", changed_at=now, changed_by_id=link.account_id
            )
        r.Draft.objects.create(
            account_id=link.account_id,
            organisation_id=link.organisation_id,
            client_id=link.client_id,
            key=f"support:note:{link.client_id}",
            title="Write a note",
            url=f"/support/{link.client_id}/note/",
            answers={"steps": {"answers": {"body": ["a note begun"]}}, "token": "t" * 20},
            kept_at=now,
        )
        if episode is not None:
            r.CaseNote.objects.create(
                **theirs,
                episode=episode,
                body="a note",
                written_at=now - timedelta(days=2),
                written_by_id=link.account_id,
                written_by_name="Somebody",
                why_changed="a word was wrong",
            )
            _measured(theirs, episode, link.account_id, now)
    for place in {link.organisation_id for link in r.Involvement.objects.all()}:
        worker = r.Involvement.objects.filter(organisation_id=place, account_id__isnull=False).first()
        if worker is not None:
            _group(worker, now)
    _considered(now)
    _waiting_for_a_company()
    _messages(now)
    _outgoing(now)
    _stops(now)
    _earlier_decisions(now)
    _corrections(now)
    _joinings(now)
    _pairs(now)
    _editions(now)
    _erasures(now)
    _bars(now)
    _emergencies(now)
    _sent(now)
    _planned(now)
    _surveyed(now)
    _released(now)
    _heard(now)
    _for_the_lab(now)
    _panel(now)
    for model in (each for each in apps.get_app_config("records").get_models()):
        if model._meta.db_table in {each.value for each in Resource}:
            assert model._default_manager.exists(), f"no invented row of {model._meta.db_table}"


def _measured(theirs: dict[str, Any], episode: r.Episode, worker_id: uuid.UUID, now: datetime) -> None:
    """What she answered, what it came to, and what came of tools of both kinds that others own."""
    common = {**theirs, "episode": episode, "recorded_at": now, "recorded_by_id": worker_id}
    of = {"instrument": "phq9", "edition": "1", "occasion": "other", "how": "together"}
    filled = r.Response.objects.create(
        **common, **of, measured_on=now.date(), answers={"q1": "words"}, written_by="words",
        why_withdrawn="words",
    )  # fmt: skip
    r.InstrumentScore.objects.create(
        **common, **of, response=filled, measured_on=now.date(), value=None, raw=7, working="words",
        why_none="words",
    )  # fmt: skip
    for tool in ("dash", "ogrs"):
        r.ToolResult.objects.create(
            **common, tool=tool, assessed_on=now.date(), words="words", assessed_by="words", document="words"
        )
def _panel(now: datetime) -> None:
    """Meetings as the demonstration tells them, somebody who stepped back, and requests of each kind."""
    world = demonstration._world()
    panelled.tell(world, until=now)
    for item in r.PanelItem.objects.order_by("meeting_id", "number")[::3]:
        theirs = [seat for seat in seating.people(item.seats, now) if seat.side is panel_rules.Side.SUPPORT]
        if theirs:
            by = next(
                each
                for each in identity.workplaces_by_id(theirs[-1].account_id)
                if each.organisation_id == theirs[-1].organisation_id
            )
            with identity.acting(by):
                assert adding.step_back(item_id=item.id, words="a cousin", by=by, at=now)
    hub = r.Organisation.objects.get(is_coordinating=True)
    for number, link in enumerate(
        r.Involvement.objects.filter(account_id__isnull=False, until_at__isnull=True).order_by("id")[:24]
    ):
        is_answered = number % 2 == 1
        r.PanelRequest.objects.create(
            client_id=link.client_id,
            organisation_id=hub.id,
            from_organisation_id=link.organisation_id,
            asked_by_id=link.account_id,
            asked_by_name="Somebody",
            asked_at=now,
            why="a reason",
            status="not_taken" if is_answered else "waiting",
            answered_at=now if is_answered else None,
            answered_by_id=link.given_by_id if is_answered else None,
            answer="no" if is_answered else "",
        )
    for meeting in r.PanelMeeting.objects.order_by("starts_at")[4:5]:
        meeting.status, meeting.why_cancelled = "cancelled", "a reason"
        meeting.save()
    for copy in r.PanelCopy.objects.all()[1:2]:
        copy.status, copy.note, copy.settled_at = "lost", "on a train", now
        copy.settled_by_id = copy.account_id
        copy.save()


def _considered(now: datetime) -> None:
    """Evidence of every kind on both forces' lists, opened by some, and second readings at every stage."""
    began = now - timedelta(days=5)
    for place in r.Organisation.objects.filter(sector=Sector.POLICE.value):
        desk = list(
            r.Appointment.objects.filter(
                organisation=place, role__in=("police_spoc", "police_analyst", "supervisor")
            ).order_by("role")
        )
        run = r.ScreeningRun.objects.create(
            organisation_id=place.id,
            reference=references.make(place.id.bytes[:8]),
            status="done",
            extracts=[{"id": str(uuid.uuid4()), "words": "An extract"}],
            as_at=began.date(),
            asked_at=began,
            asked_by_id=desk[0].account_id,
        )
        if not r.SecondRate.objects.filter(organisation_id=place.id).exists():
            r.SecondRate.objects.create(
                organisation_id=place.id, seed="s", changed_at=began, changed_by_id=desk[0].account_id
            )
        flags = r.Consideration.objects.filter(organisation_id=place.id).order_by("id")
        for number, flag in enumerate(flags[:12]):
            hers = {"organisation_id": place.id, "nominal_id": flag.nominal_id}
            r.Observation.objects.create(
                **hers,
                consideration=flag,
                run=run,
                code="cri_supply",
                heading="criminality",
                words="Arrested",
                observed_on=began.date(),
                source="custody",
                source_record="words",
                says="words",
                mark=str(number),
                made_at=began,
            )
            for each in desk[:2]:
                r.EvidenceOpened.objects.create(
                    **hers, consideration_id=flag.id, account_id=each.account_id, opened_at=began
                )
            reader = desk[number % len(desk)]
            is_in = number % 3 == 2
            draw = r.SecondDraw.objects.create(
                **hers,
                consideration_id=flag.id,
                number=90,
                outcome="rejected",
                reason_code="no_link",
                lot=0.1,
                percent=20,
                seed_mark="s",
                is_drawn=True,
                decided_at=began,
                decided_by_id=desk[(number + 1) % len(desk)].account_id,
                blind_to_id=None if is_in else reader.account_id,
            )
            kept = {"heading": "criminality", "indicators": [{"code": "cri_supply", "words": "words"}]}
            kept["indicators"][0]["records"] = [
                {
                    **dict.fromkeys(("source", "confidence", "record", "says", "grade", "handling"), "words"),
                    "came": "by_run",
                    "on": "",
                    "fact_or_opinion": "",
                    "as_victim": False,
                }
            ]
            said = {"outcome": "deferred", "because": "words", "read_at": now, "status": "apart"}
            r.SecondReading.objects.create(
                **hers,
                consideration_id=flag.id,
                draw=draw,
                reference=references.make(flag.id.bytes[:8]),
                shown={"why": "words", "route": flag.route, "flagged_by": "words", "evidence": [kept]},
                drawn_at=began,
                due_at=now,
                reader_id=reader.account_id,
                **({**said, "read_by_id": reader.account_id} if is_in else {}),
            )
            if not is_in:
                r.Consideration.objects.filter(id=flag.id).update(blind_to_id=reader.account_id)
                r.Task.objects.filter(object_id=flag.id).update(blind_to_id=reader.account_id)
                for model in (r.FlagReceipt, r.ProvisionalPlan, r.EarlierDecision):
                    rows: Any = model._default_manager.filter(consideration_id=flag.id)
                    rows.update(blind_to_id=reader.account_id)


def _waiting_for_a_company() -> None:
    """Each company is asked to take a woman on with whom it does not work now, and has not answered.

    A referral of its own, like an earlier one: nobody can be taken on twice by one referral.
    """
    for number, place in enumerate(r.Organisation.objects.filter(sector=Sector.PRIVATE.value)):
        here = r.Involvement.objects.filter(organisation_id=place.id, until_at__isnull=True)
        like = (
            r.Referral.objects.filter(to_organisation_id=place.id)
            .exclude(client_id__in=here.values("client_id"))
            .order_by("made_at")
            .last()
        )
        if like is None:
            continue
        asked = _again(
            like, reference=_reference(3_000 + number), status="sent", reason_code="",
            answered_at=None, answered_by_id=None, acknowledged_at=None, ended_at=None,
        )  # fmt: skip
        _again(r.ReferralPack.objects.get(referral=like), referral_id=asked.pk, is_answered=False)


def _again(row: Any, **but: Any) -> Any:
    """A row like this one under a key of its own."""
    values = {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields}
    made = type(row)(**values | {"id": uuid.uuid4()} | but)
    made.save(force_insert=True)
    return made


def _group(link: r.Involvement, now: datetime) -> None:
    r.GroupSession.objects.create(
        organisation_id=link.organisation_id,
        title="A group",
        happened_at=now,
        minutes=60,
        recorded_at=now,
        recorded_by_id=link.account_id,
    )


def _messages(now: datetime) -> None:
    """Words from police to the coordinator, from her to each organisation of hers, and back."""
    force = r.Organisation.objects.get(code="ashmere-police")
    hub = r.Organisation.objects.get(code="pathways-hub")
    spoc = identity.workplaces_of("sam.okafor@ashmere-police.example")[0]
    cora = identity.workplaces_of("cora.whitlock@pathways-hub.example")[0]
    for joined in r.Spine.objects.exclude(consideration_id=None).exclude(client_id=None)[:6]:
        flag = r.Consideration.objects.get(id=joined.consideration_id)
        common = {"case_id": flag.case_id, "reference": flag.reference, "sent_at": now - timedelta(days=1)}
        asked = r.Message.objects.create(
            kind="police",
            client_id=joined.client_id,
            consideration_id=flag.id,
            from_organisation_id=force.id,
            to_organisation_id=hub.id,
            sent_by_id=spoc.account_id,
            body="words",
            **common,
        )
        for link in r.Involvement.objects.filter(client_id=joined.client_id, until_at__isnull=True).exclude(
            organisation_id=hub.id
        ):
            r.Message.objects.create(
                kind="passed_on",
                client_id=joined.client_id,
                from_organisation_id=hub.id,
                to_organisation_id=link.organisation_id,
                to_account_id=link.account_id,
                sent_by_id=cora.account_id,
                passed_on_id=asked.id,
                body="words",
                **common,
            )
        r.Message.objects.create(
            kind="reply",
            consideration_id=flag.id,
            from_organisation_id=hub.id,
            to_organisation_id=force.id,
            sent_by_id=cora.account_id,
            answers_id=asked.id,
            body="words",
            **common,
        )


def _outgoing(now: datetime) -> None:
    for link in r.Involvement.objects.filter(account_id__isnull=False, until_at__isnull=True):
        r.OutgoingMessage.objects.create(
            client_id=link.client_id,
            organisation_id=link.organisation_id,
            channel="text",
            purpose="appointment",
            body="words",
            asked_at=now,
            asked_by_id=link.account_id,
            was_allowed=True,
            sent_at=now,
        )


def _stops(now: datetime) -> None:
    """Each woman once asked for a pause, and took it back: her words of it stay."""
    for episode in r.Episode.objects.order_by("client_id", "number").distinct("client_id"):
        r.Stop.objects.create(
            client_id=episode.client_id,
            organisation_id=episode.organisation_id,
            episode=episode,
            status="lifted",
            kind="pause",
            asked_by=next(iter(stop.AskedBy)).value,
            words="words",
            stopped_at=now - timedelta(days=3),
            recorded_by_id=episode.organisation_id,
            recorded_by_organisation_id=episode.organisation_id,
            lifted_at=now - timedelta(days=2),
            lifted_by_id=episode.organisation_id,
        )


def _earlier_decisions(now: datetime) -> None:
    """What police and the open door had decided before they decided again."""
    decided = {"decided_at": now - timedelta(days=3), "replaced_at": now - timedelta(days=1), "number": 90}
    for flag in r.Consideration.objects.filter(screened_by_id__isnull=False):
        r.EarlierDecision.objects.create(
            organisation_id=flag.organisation_id,
            nominal_id=flag.nominal_id,
            consideration=flag,
            outcome=flag.status,
            content={"words": "words"},
            why_again="words",
            decided_by_id=flag.screened_by_id,
            replaced_by_id=flag.screened_by_id,
            **decided,
        )
    for door in r.ReferralIn.objects.filter(screened_by_id__isnull=False):
        r.EarlierDecisionIn.objects.create(
            organisation_id=door.organisation_id,
            referral_in=door,
            outcome=door.status,
            content={"words": "words"},
            why_again="words",
            decided_by_id=door.screened_by_id,
            replaced_by_id=door.screened_by_id,
            **decided,
        )


def _corrections(now: datetime) -> None:
    """An entry of every kind that can be corrected, put right, by whoever holds the entry."""
    kinds: dict[correction.What, type[Any]] = {
        correction.What.CONTACT: r.Contact,
        correction.What.GOAL_RATING: r.GoalRating,
        correction.What.NEED_RATING: r.NeedRating,
        correction.What.ASSESSMENT: r.Assessment,
        correction.What.IDENTITY: r.Identity,
        correction.What.DEMOGRAPHICS: r.Demographics,
        correction.What.REFERRAL_WHY: r.ReferralPack,
        correction.What.CLOSURE: r.Closure,
        correction.What.FOLLOW_UP: r.FollowUp,
    }
    assert set(kinds) == set(correction.What)
    for what, model in kinds.items():
        for row in model._default_manager.order_by("client_id", "pk").distinct("client_id"):
            r.Correction.objects.create(
                client_id=row.client_id,
                organisation_id=row.organisation_id,
                what=what.value,
                object_id=row.pk,
                is_answered=getattr(row, "is_answered", False),
                before=[["Asked", "words"]],
                after=[["Asked", "words"]],
                why="words",
                made_at=now - timedelta(days=1),
                made_by_id=row.organisation_id,
                made_by_name="Somebody",
            )


def _joinings(now: datetime) -> None:
    """Women who were once taken for one and are two."""
    women = list(r.Client.objects.order_by("id"))
    for one, other in itertools.pairwise(women[:6]):
        r.Joining.objects.create(
            client_id=one.id,
            other_id=other.id,
            organisation_id=one.organisation_id,
            status=joining.Status.APART.value,
            why="words",
            shown=["words"],
            made_at=now - timedelta(days=2),
            made_by_id=one.organisation_id,
            made_by_name="Somebody",
        )


def _pairs(now: datetime) -> None:
    """Records that a run took for one person's, on both sides of the wall."""
    for place in r.Organisation.objects.order_by("id"):
        named = sorted(r.Nominal.objects.filter(organisation_id=place.id).values_list("id", flat=True))
        women = sorted(r.Client.objects.filter(organisation_id=place.id).values_list("id", flat=True))
        said = {"weight": 3.5, "model": "known-1", "found_at": now - timedelta(days=1), "why": "words"}
        of = "nominal" if place.sector == Sector.POLICE.value else "client"
        if named or women:
            run = {"status": "done", "model": "known-1", "asked_at": now, "started_at": now, "ended_at": now}
            r.LinkRun.objects.create(organisation_id=place.id, of=of, asked_by_id=uuid.uuid4(),
                                     appointment_id=uuid.uuid4(), **run)  # fmt: skip
        for one, other in itertools.pairwise(named[:6]):
            r.PolicePair.objects.create(organisation_id=place.id, one_id=one, other_id=other, **said)
        for one, other in itertools.pairwise(women[:6]):
            r.SupportPair.objects.create(organisation_id=place.id, client_id=one, other_id=other, **said)


#: forms of a woman that are watched for others, by the names of their addresses
_WATCHED = ("reach:place", "support:close", "support:review", "support:come_back", "support:hand_her_over",
            "support:close_early", "reach:assign")  # fmt: skip
_SHARED = ("reach:stop", "reach:start_again", "reach:plan_confirm", "reach:plan_changed",
           "reach:plan_not_safe", "reach:agreement_record", "assess:refuse")  # fmt: skip


def _editions(now: datetime) -> None:
    """What a form about each woman last changed, at each organisation that works with her."""
    for client, place in set(
        r.Involvement.objects.filter(until_at__isnull=True).values_list("client_id", "organisation_id")
    ):
        keys = [f"{name}:{client}:{place}" for name in _WATCHED]
        if r.Client.objects.get(id=client).organisation_id == place:
            keys += [f"{name}:{client}" for name in _SHARED]
        for key in keys:
            r.FormEdition.objects.create(
                key=key,
                organisation_id=place,
                client_id=client,
                title="A form",
                answers=[["Asked", ["words"]]],
                made_at=now - timedelta(hours=1),
                made_by_id=place,
                made_by_name="Somebody",
            )


def _erasures(now: datetime) -> None:
    """Asked, checked, refused and held. None is approved: an attempt could then destroy a key for good."""
    several = r.Involvement.objects.order_by("client_id", "organisation_id").distinct(
        "client_id", "organisation_id"
    )
    for number, link in enumerate(several):
        status = (erasure.Status.REQUESTED, erasure.Status.CHECKED, erasure.Status.REFUSED)[number % 3]
        hers = {"client_id": link.client_id, "organisation_id": link.organisation_id}
        lead = uuid.uuid4()
        more: dict[str, Any] = {}
        if status is not erasure.Status.REQUESTED:
            more |= {"checked_at": now - timedelta(days=2), "checked_by_id": lead}
        if status is erasure.Status.REFUSED:
            more |= {
                "decided_at": now - timedelta(days=1),
                "decided_by_id": lead,
                "reason_code": erasure.RefusalReason.LEGAL_CLAIM.value,
                "decision_words": "words",
            }
        asked = r.Erasure.objects.create(
            **hers,
            reference=_reference(number),
            origin=erasure.Origin.SHE_ASKED.value,
            status=status.value,
            asked_on=(now - timedelta(days=4)).date(),
            words="words",
            requested_at=now - timedelta(days=4),
            requested_by_id=lead,
            **more,
        )
        if number % 5 == 0:
            r.ErasureKey.objects.create(
                erasure=asked, organisation_id=link.organisation_id, person_id=uuid.uuid4(), destroyed_at=now
            )
        if number % 4 == 0:
            r.LegalHold.objects.create(
                **hers,
                kind=hold.Kind.CLAIM.value,
                reason="words",
                set_at=now - timedelta(days=3),
                set_by_id=lead,
                review_on=(now + timedelta(days=90)).date(),
            )


def _sent(now: datetime) -> None:
    """A file of every kind that an agency sends, with what it became and how it is read."""
    for code, kind in (
        ("ashmere-police", "pole"),
        ("brackwater", "pole"),
        ("pathways-hub", "reference"),
        ("willow", "contacts"),
        ("willow", "referrals"),
    ):
        place = r.Organisation.objects.get(code=code)
        somebody = r.Appointment.objects.filter(organisation=place).first()
        assert somebody is not None
        sent = r.TakeIn.objects.create(
            organisation_id=place.id,
            kind=kind,
            status="checked",
            regime=place.regime,
            names="words",
            found={"problems": [["words", 2, "words", "words", "words", "words", True]]},
            uploaded_at=now,
            uploaded_by_id=somebody.account_id,
        )
        r.TakeInPart.objects.create(
            take_in=sent,
            organisation_id=place.id,
            kind=kind,
            purpose="upload",
            name="words",
            content=b"words",
        )
        r.TakenRow.objects.create(
            take_in=sent,
            organisation_id=place.id,
            kind=kind,
            key=uuid.uuid4().hex,
            content=uuid.uuid4().hex,
            row_number=2,
            resource="support_contact",
            object_id=uuid.uuid4(),
        )
        r.ColumnMapping.objects.create(
            organisation_id=place.id,
            kind=kind,
            name=f"Sheet {uuid.uuid4().hex[:6]}",
            body={"tables": []},
            kept_at=now,
            kept_by_id=somebody.account_id,
        )


def _planned(now: datetime) -> None:
    """A version of the plan, and a record of the programme of each kind of reader."""
    eva = r.Account.objects.filter(appointments__role=Role.EVALUATOR.value).first()
    cora = r.Account.objects.filter(appointments__role=Role.COORDINATOR.value).first()
    assert eva is not None
    assert cora is not None
    kinds = (("interview", eva), ("code", eva), ("topic_guide", eva), ("risk_change", cora),
             ("governance", cora), ("ethics", eva), ("learning", cora))  # fmt: skip
    for kind, writer in kinds:
        place = r.Appointment.objects.filter(account=writer).first()
        assert place is not None
        key = uuid.uuid4()
        r.ProgrammeRecord(
            id=key,
            kept_id=key,
            kind=kind,
            on_date=now.date(),
            codes={},
            words={"note": "words", "approach": "words", "decisions": "words"},
            because="a reason",
            participant=991 if kind == "interview" else None,
            organisation_id=place.organisation_id,
            made_at=now,
            made_by_id=writer.id,
            made_by_name=writer.name,
        ).save(force_insert=True)
    r.PlanVersion(
        part="measures",
        number=(r.PlanVersion.objects.filter(part="measures").count() + 1),
        body={"choices": {}, "own": []},
        what="As it came",
        organisation_id=place.organisation_id,
        made_at=now,
        made_by_id=eva.id,
        made_by_name=eva.name,
    ).save(force_insert=True)


def _surveyed(now: datetime) -> None:
    """A wave of the survey, somebody invited to it, and a sheet that has no writer."""
    eva = r.Appointment.objects.filter(role=Role.EVALUATOR.value).first()
    wanda = r.Appointment.objects.filter(role=Role.SUPPORT_WORKER.value).first()
    assert eva is not None
    assert wanda is not None
    wave = r.SurveyWave.objects.order_by("number").first()
    assert wave is not None  # the demonstration began it
    r.SurveyInvitation.objects.filter(wave_id=wave.id, account_id=wanda.account_id).update(has_answered=True)
    assert r.SurveySheet.objects.filter(wave_id=wave.id).exists()


def _released(now: datetime) -> None:
    """Releases at every stage, for each kind of reader, what was said of them, and a funder's headings."""
    eva = r.Account.objects.filter(appointments__role=Role.EVALUATOR.value).first()
    cora = r.Account.objects.filter(appointments__role=Role.COORDINATOR.value).first()
    payer = r.Appointment.objects.filter(role=Role.COMMISSIONER.value).first()
    place = r.Appointment.objects.filter(account=eva).first()
    assert eva is not None
    assert cora is not None
    assert place is not None
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("quarterly.html", "<body><p>Figures</p>")
        archive.writestr("quarterly.json", '{"measures": {}, "programme": "Invented"}')
    files = packed.getvalue()
    theirs = payer.organisation_id if payer else None
    kinds = (
        ("made", "steering", None), ("in_review", "steering", None), ("returned", "partner", theirs),
        ("released", "partner", theirs), ("released", "steering", None), ("released", "public", None),
        ("withdrawn", "partner", theirs), ("waiting", "public", None), ("failed", "partner", theirs),
    )  # fmt: skip
    for number, (status, audience, to) in enumerate(kinds, start=901):
        row = r.EvaluationRelease.objects.create(
            number=number, kind="quarterly", audience=audience, status=status, to_organisation_id=to,
            recipient="Somebody", words={"risks": "words"}, organisation_id=place.organisation_id,
            asked_at=now, asked_by_id=eva.id, as_at=now, extract_sha256="0" * 64,
            mark=hashlib.sha256(files).hexdigest(), files=files, names=["quarterly.html", "quarterly.json"],
            released_at=now if status in ("released", "withdrawn") else None,
            published={"rule": {"threshold": 4, "zeros": "show", "rounding": None}, "tables": {}},
            why_withdrawn="words" if status == "withdrawn" else None,
            withdrawn_at=now if status == "withdrawn" else None,
            withdrawn_by_id=eva.id if status == "withdrawn" else None,
        )  # fmt: skip
        r.ReleaseReview.objects.create(
            release_id=row.id, mark=row.mark, agrees=True, words="words",
            organisation_id=place.organisation_id, made_at=now, made_by_id=cora.id,
        )  # fmt: skip
    r.FunderTemplate.objects.create(
        funder="A funder", number=1, columns=[["Women", "M13"], ["Notes", ""]],
        organisation_id=place.organisation_id, made_at=now, made_by_id=eva.id,
    )  # fmt: skip


def _for_the_lab(now: datetime) -> None:
    """What each woman was told, a caution of hers, and submissions at every stage, here and elsewhere."""
    cora = r.Appointment.objects.filter(role=Role.COORDINATOR.value).order_by("from_at", "id").first()
    elsewhere = r.Organisation.objects.filter(sector=Sector.THIRD_SECTOR.value).order_by("code").first()
    assert cora is not None
    assert elsewhere is not None
    notice = r.PrivacyNotice.objects.create(
        version="1", from_date=now.date() - timedelta(days=900), names_lab=True, sentence="We may give it.",
        made_at=now, made_by_id=cora.account_id,
    )  # fmt: skip
    for client in r.Client.objects.order_by("id"):
        theirs = {"client_id": client.id, "organisation_id": client.organisation_id, "recorded_at": now}
        worker = r.Involvement.objects.filter(client_id=client.id, account_id__isnull=False).first()
        who = worker.account_id if worker else cora.account_id
        r.ToldOfUse.objects.create(
            **theirs, notice=notice, answer="told", on_date=now.date(), words="words", recorded_by_id=who
        )
        for one in (who, uuid.uuid4()):
            r.IndexDisposal.objects.create(
                **theirs, kind="caution", convicted_date=now.date() - timedelta(days=800), source="court",
                recorded_by_id=one,
            )  # fmt: skip
    stages = ("drawn_up", "in_review", "returned", "approved", "taken_out", "withdrawn", "in_review")
    for number, status in enumerate(stages, start=901):
        is_other = number - 900 == len(stages)
        place = elsewhere.id if is_other else cora.organisation_id
        row = r.LabSubmission.objects.create(
            number=number, organisation_id=place, to_organisation_id=elsewhere.id,
            from_date=now.date() - timedelta(days=900), until_date=now.date() - timedelta(days=600),
            basis="public_task", confidence_basis="public_interest", because="words", status=status,
            as_at=now,
            considered=70, eligible=60, first_reasons={"not_told": 10}, all_reasons={"not_told": 10},
            told=[{"version": "1", "women": 60, "first": "2024-01-01", "last": "2024-02-01"}], mark="0" * 64,
            drawn_at=now, drawn_by_id=cora.account_id, approved_at=now,
            proposed_at=None if status == "drawn_up" else now,
            proposed_by_id=None if status == "drawn_up" else cora.account_id,
            why_withdrawn="words" if status == "withdrawn" else None,
            withdrawn_at=now if status == "withdrawn" else None,
            withdrawn_by_id=cora.account_id if status == "withdrawn" else None,
        )  # fmt: skip
        r.LabApproval.objects.create(
            submission_id=row.id, mark=row.mark, drawn_at=now, agrees=True, words="words",
            organisation_id=place, made_at=now, made_by_id=uuid.uuid4(),
        )  # fmt: skip


def _heard(now: datetime) -> None:
    """An excerpt that one person has coded, one that was settled, and quotations: waiting and released."""
    eva = r.Appointment.objects.filter(role=Role.EVALUATOR.value).select_related("account").first()
    assert eva is not None
    record = r.ProgrammeRecord.objects.filter(kind="interview", organisation_id=eva.organisation_id).first()
    assert record is not None
    excerpt = r.Excerpt(
        interview_id=record.kept_id, participant=record.participant or 1, text="words",
        organisation_id=eva.organisation_id, made_at=now, made_by_id=eva.account_id,
        made_by_name=eva.account.name,
    )  # fmt: skip
    excerpt.save(force_insert=True)
    r.Coding(
        excerpt_id=excerpt.id, codes=[], organisation_id=eva.organisation_id, coder_id=uuid.uuid4(),
        coder_name="Somebody else", made_at=now,
    ).save(force_insert=True)  # fmt: skip
    r.Settlement(
        excerpt_id=uuid.uuid4(), codes=[{"code": str(uuid.uuid4()), "version": 1}], because="words",
        first_coding_id=uuid.uuid4(), second_coding_id=uuid.uuid4(), first_coder_id=uuid.uuid4(),
        second_coder_id=uuid.uuid4(), organisation_id=eva.organisation_id, made_at=now,
        made_by_id=eva.account_id, made_by_name=eva.account.name,
    ).save(force_insert=True)  # fmt: skip
    for status in ("waiting", "released"):
        is_out = status == "released"
        r.Quotation(
            excerpt_id=excerpt.id, interview_id=record.kept_id, said_by="staff", text="words",
            because="a reason", status=status, organisation_id=eva.organisation_id, asked_at=now,
            asked_by_id=eva.account_id,
            asked_by_name=eva.account.name, decided_at=now if is_out else None,
            decided_by_id=uuid.uuid4() if is_out else None,
        ).save(force_insert=True)  # fmt: skip


def _reference(number: int) -> str:
    return references.make(number.to_bytes(2, "big") + b"erasur")


def _bars(now: datetime) -> None:
    """A worker, a supervisor and a coordinator kept from women of their own, a force from one it flagged."""
    said = {"ground": bars.Ground.HER_WORD.value, "reason": "words", "set_at": now}
    done: set[tuple[uuid.UUID, str]] = set()
    appointed = dict(r.Appointment.objects.filter(until_at__isnull=True).values_list("account_id", "role"))
    live = r.Involvement.objects.filter(account_id__isnull=False, until_at__isnull=True)
    for link in live.order_by("client_id", "account_id"):
        kind = appointed.get(link.account_id, "")
        if (link.organisation_id, kind) in done:
            continue
        done.add((link.organisation_id, kind))
        for account in r.Appointment.objects.filter(
            organisation_id=link.organisation_id, role__in=(kind, Role.SUPERVISOR.value)
        ).values_list("account_id", flat=True)[:3]:
            if not r.Bar.objects.filter(client_id=link.client_id, barred_account_id=account).exists():
                r.Bar.objects.create(
                    client_id=link.client_id,
                    organisation_id=link.organisation_id,
                    barred_account_id=account,
                    keys=kept_out.keys_of(link.client_id, by=identity.MACHINE),
                    set_by_id=link.account_id,
                    **said,
                )
    force = r.Organisation.objects.get(code="ashmere-police")
    spine = r.Spine.objects.exclude(consideration_id=None).exclude(client_id=None).order_by("id").last()
    assert spine is not None
    hers = r.Client.objects.get(id=spine.client_id)
    r.Bar.objects.create(
        client_id=hers.id,
        organisation_id=hers.organisation_id,
        barred_organisation_id=force.id,
        keys=kept_out.keys_of(hers.id, by=identity.MACHINE),
        set_by_id=hers.organisation_id,
        **said,
    )


def _emergencies(now: datetime) -> None:
    """Somebody who reads, for less than an hour, a woman with whom she does not work; one that is over."""
    works = set(r.Involvement.objects.values_list("client_id", "organisation_id"))
    readers = r.Appointment.objects.filter(
        role__in=sorted(each.value for each in emergency.READERS),
        organisation__sector__in=(Sector.THIRD_SECTOR.value, Sector.LOCAL_AUTHORITY.value),
        until_at__isnull=True,
        account__is_active=True,
    ).order_by("account_id")
    women = list(r.Client.objects.order_by("id"))
    for number, appointment in enumerate(readers[:8]):
        for is_open in (True, False):
            woman = next(
                (w for w in women[number:] if (w.id, appointment.organisation_id) not in works), None
            )
            if woman is None:
                continue
            women.remove(woman)
            opened = now - timedelta(minutes=1 if is_open else 300)
            over = {} if is_open else {"ended_at": opened + timedelta(minutes=20)}
            kept = emergency.Status.OPEN if is_open else emergency.Status.ENDED
            r.EmergencyAccess.objects.create(
                client_id=woman.id,
                organisation_id=appointment.organisation_id,
                holder_organisation_id=woman.organisation_id,
                account_id=appointment.account_id,
                role=appointment.role,
                reference=_reference(5_000 + 2 * number + is_open),
                status=kept.value,
                kind=emergency.Kind.THREAT_TO_LIFE.value,
                words="words",
                opened_at=opened,
                ends_at=opened + timedelta(minutes=60),
                review_due_at=now + timedelta(days=2),
                **over,
            )


# --- the words -----------------------------------------------------------------------------------------


def _reword(words: _Words, values: dict[str, list[Canary]]) -> None:
    for model in apps.get_app_config("records").get_models():
        sealed = [each for each in model._meta.concrete_fields if isinstance(each, SealedField)]
        if not sealed:
            continue
        resource = walls.resource_of(model)
        for row in model._default_manager.all():
            columns = _plain(row)
            client = _client_of(resource, columns)
            columns["_sealed_fields"] = list(columns.get("fields") or [])
            for each in sealed:
                value = getattr(row, each.attname)
                facts = {**columns}

                def note(said: str, name: str) -> None:
                    values[said].append(
                        Canary(resource.value, name, row.pk, client, facts)  # noqa: B023 - used at once
                    )

                if isinstance(each, SealedText):
                    new: Any = words.word()
                    note(new, each.attname)
                elif isinstance(each, SealedDate):
                    if value is None:
                        continue
                    new = words.day()
                    note(new.isoformat(), each.attname)
                elif isinstance(each, SealedJSON) and value is not None:
                    new = _json(value, each.attname, words, note)
                else:
                    continue
                setattr(row, each.attname, new)
            row.save(update_fields=[each.attname for each in sealed])


def _json(value: Any, name: str, words: _Words, note: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: inner if key in _CODES else _json(inner, f"{name}.{key}", words, note)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_json(inner, name, words, note) for inner in value]
    if isinstance(value, str) and not value.isdigit():
        new = words.word()
        note(new, name)
        return new
    return value


def _refind() -> None:
    """Search tokens of the new names, wherever there were tokens of the old."""
    had = set(r.NameToken.objects.values_list("record_id", "organisation_id", "record_kind"))
    for record_id, place, kind in had:
        if kind == naming.Kind.NOMINAL.value:
            row: Any = r.Nominal.objects.get(id=record_id)
            names, born = [row.given_names, row.surname, row.other_names], row.date_of_birth
        elif kind == naming.Kind.REFERRAL_IN.value:
            row = r.ReferralIn.objects.get(id=record_id)
            names, born = [row.called, row.given_names, row.surname], row.date_of_birth
        else:
            paper = r.Identity.objects.filter(client_id=record_id).first()
            names = [r.Client.objects.get(id=record_id).called]
            born = None
            if paper is not None:
                names += [paper.given_names, paper.surname, paper.other_names]
                born = paper.date_of_birth
        naming.index(naming.Kind(kind), record_id, place, names=names, born=born, by=identity.MACHINE)


@dataclass(frozen=True)
class Look:
    """A look at everything there is, as the superuser and on a connection of its own."""

    dsn: str

    def digest(self, name: str) -> str:
        """One mark of all rows of all tables, sessions and the ledger included."""
        marks = []
        with psycopg.connect(psycopg.conninfo.make_conninfo(self.dsn, dbname=name)) as link:
            tables = link.execute(
                "select tablename from pg_tables where schemaname = 'public' order by tablename"
            ).fetchall()
            for (table,) in tables:
                count = sql.SQL(
                    "select count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) from {} t"
                ).format(sql.Identifier(table))
                marks.append(f"{table} {link.execute(count).fetchone()}")
        return "\n".join(marks)
