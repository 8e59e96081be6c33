"""The frozen extract that every evaluation figure is made from: coded events, demographics, a day.

The live programme and a file of events make the same extract, so they give the same numbers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from pathways.domain.evaluation.facts import EventFact, by_woman
from pathways.domain.terms.events import EventKind

Row = Mapping[str, Any]

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
        order = {kind.value: place for place, kind in enumerate(EventKind)}
        made = [(_fact(row), _canonical(row)) for row in self.events if str(row["kind"]) in order]
        made.sort(key=lambda pair: (pair[0].at, order[pair[0].kind.value], pair[1]))
        return tuple(fact for fact, _ in made if fact.at <= self.as_at)

    def women(self, period: Period | None = None) -> dict[str, tuple[EventFact, ...]]:
        """Each woman's events, of those whose journey began in the period."""
        return {
            who: hers
            for who, hers in by_woman(self.facts).items()
            if period is None or hers[0].at.date() in period
        }

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
        """What names this extract: the same rows in any order give the same hash."""
        body = {
            "as_at": _text(self.as_at),
            "programme": self.programme_name,
            "synthetic": self.synthetic,
            "events": sorted(_canonical(row) for row in self.events),
            "demographics": sorted(_canonical(row) for row in self.demographics),
        }
        for name in _MORE:
            if value := getattr(self, name):
                rows = [value] if isinstance(value, Mapping) else value
                body[name] = sorted(_canonical(row) for row in rows)
        return hashlib.sha256(json.dumps(body, ensure_ascii=False).encode()).hexdigest()


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


def _fact(row: Row) -> EventFact:
    at = row["at"]
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    if at.tzinfo is None:
        raise ValueError("every event needs a time with a zone")
    return EventFact(
        EventKind(str(row["kind"])),
        at,
        _id(row.get("case_id")) or "",
        _id(row.get("client_id")),
        _id(row.get("episode_id")),
        _id(row.get("organisation_id")),
        str(row.get("sector") or ""),
        str(row.get("role") or ""),
        {key: _code(value) for key, value in (row.get("detail") or {}).items()},
    )


def _id(value: object) -> str | None:
    return str(value) if value else None


def _code(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return "" if value is None else str(value)


def _canonical(row: Row) -> str:
    plain = {
        key: {k: _code(v) for k, v in sorted(value.items())} if isinstance(value, Mapping) else _text(value)
        for key, value in row.items()
    }
    return json.dumps(plain, sort_keys=True, ensure_ascii=False)
