"""The frozen extract that every evaluation figure is made from: coded events, demographics, a day.

The live programme and a file of events make the same extract, so they give the same numbers.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Any, Final

from pathways.domain.evaluation.facts import EventFact, by_woman
from pathways.domain.terms.events import EventKind

Row = Mapping[str, Any]

#: The kinds of event by their codes, with their places in a journey.
_KINDS: Final = {kind.value: (place, kind) for place, kind in enumerate(EventKind)}
#: So many rows are hashed at a time.
_PIECE: Final = 10_000

#: What an extract may hold beside events and answers, and what is in its name only where it is there.
_MORE = ("services", "residents", "police_known", "scores", "instruments", "ladder", "nearness")


@dataclass(frozen=True)
class Period:
    """Whose journeys are counted: those that began from `start` to `end`, both days included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("the period ends before it begins")

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


@dataclass(frozen=True)
class Extract:
    """Rows as they were at `as_at`, and nothing later.

    `events`: kind, at (aware), case_id, client_id, episode_id, organisation_id, sector, role, detail.
    `demographics`: client_id and one coded answer a characteristic. `services`: the names of the
    organisations that women were referred to, by their reference. `residents` and `police_known`: whom the
    women are held against, each row a `characteristic`, `row`, `count` and `source` (`analysis.beside`).
    `scores`: client_id, instrument, edition, measured_on, recorded_at, value; `instruments`: what is known of
    each (`moved.Yardstick`); `ladder`: client_id, assessment_id, at, domain, rung; `nearness`: client_id,
    goal_id, at, value.
    Raises ValueError for a time without a zone.
    """

    events: Sequence[Row]
    demographics: Sequence[Row]
    as_at: datetime
    programme_name: str
    synthetic: bool = False
    #: when a decision at the door falls due, by the programme's own working days; None where a file is all
    due: Callable[[datetime], datetime] | None = None
    services: Mapping[str, str] = field(default_factory=dict)
    residents: Sequence[Row] = ()
    police_known: Sequence[Row] = ()
    scores: Sequence[Row] = ()
    instruments: Sequence[Row] = ()
    ladder: Sequence[Row] = ()
    nearness: Sequence[Row] = ()

    def __post_init__(self) -> None:
        if self.as_at.tzinfo is None:
            raise ValueError("as_at needs a time zone")

    @cached_property
    def facts(self) -> tuple[EventFact, ...]:
        """The events up to `as_at` in order; kinds that this version does not know are left out.

        What happened at one moment is put in the order of the journey, so that the order in which the
        rows were read never matters.
        """
        made: list[tuple[datetime, int, int, EventFact]] = []
        for number, row in enumerate(self.events):
            if (known := _KINDS.get(str(row["kind"]))) is not None:
                fact = _fact(row, known[1])
                if fact.at <= self.as_at:
                    made.append((fact.at, known[0], number, fact))
        made.sort(key=itemgetter(0, 1))
        found: list[EventFact] = []
        for _, same in itertools.groupby(made, key=itemgetter(0, 1)):
            several = list(same)
            if len(several) > 1:  # only what happened at one moment needs its text, which costs most
                several.sort(key=lambda one: self._texts[one[2]])
            found += [one[3] for one in several]
        self._let_go("sha256")
        return tuple(found)

    def women(self, period: Period | None = None) -> dict[str, tuple[EventFact, ...]]:
        """Each woman's events, of those whose journey began in the period."""
        return {
            who: hers
            for who, hers in by_woman(self.facts).items()
            if period is None or hers[0].at.date() in period
        }

    def up_to(self, at: datetime) -> Extract:
        """What of these rows was there at an earlier moment, with answers as they are in this extract."""

        def there(rows: Sequence[Row], when: str) -> list[Row]:
            return [row for row in rows if _time(row[when]) <= at]

        return replace(
            self,
            events=there(self.events, "at"),
            scores=there(self.scores, "recorded_at"),
            ladder=there(self.ladder, "at"),
            nearness=there(self.nearness, "at"),
            as_at=at,
        )

    def of_service(self, service: str) -> Extract:
        """The women who were referred to one service, and of referrals and support what was with that
        service.

        A smaller extract of the same rows, so that what is said of one service is counted by the same rules
        as what is said of all. Whom women are held against is left out: a service serves whom it is sent.
        """
        found = [(facts, _sent_to(service, facts)) for facts in by_woman(self.facts).values()]
        hers = [facts for facts, referrals in found if referrals]
        cases = {one.case_id for facts in hers for one in facts if one.case_id}
        clients = {one.client_id for facts in hers for one in facts if one.client_id}
        theirs = {referral for _, referrals in found for referral in referrals}
        rows = [
            row
            for row in self.events
            if (_id(row.get("client_id")) in clients or _id(row.get("case_id")) in cases)
            and _code((row.get("detail") or {}).get("referral")) in {"", *theirs}
        ]
        answers = [row for row in self.demographics if _id(row.get("client_id")) in clients]
        return replace(self, events=rows, demographics=answers, residents=(), police_known=())

    @cached_property
    def sha256(self) -> str:
        """What names this extract: the same rows in any order give the same hash.

        It is that of one JSON object, which is hashed piece by piece because it is as large as the rows.
        """
        head = {"as_at": _text(self.as_at), "programme": self.programme_name, "synthetic": self.synthetic}
        made = hashlib.sha256(json.dumps(head, ensure_ascii=False)[:-1].encode())
        for name in ("events", "demographics", *_MORE):
            value = getattr(self, name)
            if not value and name in _MORE:
                continue
            rows = sorted(self._texts if name == "events" else _canonical(value))
            made.update(f', "{name}": ['.encode())
            for at in range(0, len(rows), _PIECE):
                made.update((", " if at else "").encode())
                made.update(", ".join(map(encode_basestring, rows[at : at + _PIECE])).encode())
            made.update(b"]")
        made.update(b"}")
        self._let_go("facts")
        return made.hexdigest()

    @cached_property
    def _texts(self) -> list[str]:
        return _canonical(self.events)

    def _let_go(self, other: str) -> None:
        """The texts are as large as the rows: kept only until both that are made of them have been."""
        if other in self.__dict__:
            self.__dict__.pop("_texts", None)


#: Answers that a service gives itself: they say whose a referral is where the sending does not.
_ANSWERED = (
    EventKind.REFERRAL_ACCEPTED,
    EventKind.REFERRAL_DECLINED,
    EventKind.REFERRAL_WAITLISTED,
)


def _sent_to(service: str, facts: Sequence[EventFact]) -> set[str]:
    """Her referrals to a service, by the rule of `process`."""
    where: dict[str, str] = {}
    for one in facts:
        referral = one.detail.get("referral", "")
        if one.kind is EventKind.REFERRAL_SENT:
            where[referral] = one.detail.get("provider", "") or where.get(referral, "")
        elif one.kind in _ANSWERED and not where.get(referral):
            where[referral] = one.organisation_id or ""
    return {referral for referral, place in where.items() if referral and place == service}


def _time(value: Any) -> datetime:
    found: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found


def _fact(row: Row, kind: EventKind) -> EventFact:
    at = _time(row["at"])
    if at.tzinfo is None:
        raise ValueError("every event needs a time with a zone")
    detail = row.get("detail")
    return EventFact(
        kind,
        at,
        _id(row.get("case_id")) or "",
        _id(row.get("client_id")),
        _id(row.get("episode_id")),
        _id(row.get("organisation_id")),
        str(row.get("sector") or ""),
        str(row.get("role") or ""),
        {k: v if type(v) is str else _code(v) for k, v in detail.items()} if detail else {},
    )


def _id(value: object) -> str | None:
    return str(value) if value else None


def _code(value: object) -> str:
    if type(value) is str:
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat()
    return "" if value is None else str(value)


def _canonical(rows: Sequence[Row] | Row) -> list[str]:
    """Each row as JSON, its keys in order of the alphabet and every value as text.

    Written by hand: it is done for every row of an extract, and the library makes an encoder anew for each.
    """
    shapes: dict[tuple[str, ...], tuple[list[str], str]] = {}
    return [_object(row, shapes, _said) for row in ([rows] if isinstance(rows, Mapping) else rows)]


def _object(
    row: Row, shapes: dict[tuple[str, ...], tuple[list[str], str]], said: Callable[..., str]
) -> str:
    """One object; those with the same keys are written by one pattern."""
    keys = tuple(row)
    if (shape := shapes.get(keys)) is None:
        heads = (f"{encode_basestring(key)}: ".replace("%", "%%") + "%s" for key in sorted(keys))
        shape = shapes[keys] = sorted(keys), f"{{{', '.join(heads)}}}"
    values = [row[key] for key in shape[0]]
    return shape[1] % tuple(
        [encode_basestring(one) if type(one) is str else said(one, shapes) for one in values]
    )


def _said(value: object, shapes: dict[tuple[str, ...], tuple[list[str], str]]) -> str:
    if value is None:
        return '""'
    if not isinstance(value, datetime) and isinstance(value, Mapping):
        return _object(value, shapes, lambda one, _: encode_basestring(_code(one)))
    return encode_basestring(_text(value))
