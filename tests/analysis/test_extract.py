"""The name of an extract, and the order of what happened, are those of the plain way to make them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import random
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from pathways.analysis import evaluation, flow
from pathways.analysis.extract import Extract
from pathways.domain.evaluation import facts
from pathways.domain.evaluation.facts import EventFact
from pathways.domain.evaluation.flow import STEPS
from pathways.domain.terms.events import EventKind
from tests.analysis.programme import AS_AT, invent

ODD = ["", None, "a", 'with "quotes" and \\ too', "né\u2028 ü 100%s %d", 3, 2.5, True, False, "tab\t\n\x01",
       EventKind.AGREED, date(2026, 1, 2)]  # fmt: skip


def code(value: object) -> str:
    return "yes" if value is True else "no" if value is False else "" if value is None else str(value)


def plain(row: Mapping[str, Any]) -> str:
    """One row as JSON by the library."""

    def text(value: object) -> Any:
        if isinstance(value, Mapping):
            return {k: code(v) for k, v in value.items()}
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat()
        return "" if value is None else str(value)

    return json.dumps({key: text(value) for key, value in row.items()}, sort_keys=True, ensure_ascii=False)


def odd(seed: int) -> Extract:
    rng = random.Random(seed)
    zones = (UTC, timezone(timedelta(hours=5, minutes=30)))
    kinds = [*(kind.value for kind in EventKind), "of a later version"]

    def row(*keys: str) -> dict[str, Any]:
        return {key: rng.choice(ODD) for key in rng.sample(keys, len(keys))}

    events = []
    for _ in range(400):
        made = row("case_id", "client_id", "episode_id", "organisation_id", "sector", "role")
        made["kind"] = rng.choice(kinds)
        made["at"] = datetime(2026, 1, 1, rng.randrange(3), tzinfo=rng.choice(zones))
        if rng.random() < 0.1:
            made["at"] = made["at"].isoformat()
        made["detail"] = rng.choice([None, {}, row("b", "a"), OrderedDict(row("ü", "per cent %s"))])
        events.append(made)
    answers = [row("client_id", "age_band") for _ in range(30)]
    return Extract(
        events, answers, AS_AT, 'A "programme"', services={"b": "Bee", "a": "A%"}, ladder=[row("x", "y")]
    )


def test_an_extract_is_named_by_one_json_object_of_its_rows():
    for seed in range(5):
        made = odd(seed)
        body = {
            "as_at": AS_AT.isoformat(),
            "programme": made.programme_name,
            "synthetic": False,
            "events": sorted(map(plain, made.events)),
            "demographics": sorted(map(plain, made.demographics)),
            "services": [plain(made.services)],
            "ladder": sorted(map(plain, made.ladder)),
        }
        expected = hashlib.sha256(json.dumps(body, ensure_ascii=False).encode()).hexdigest()
        assert made.sha256 == expected
        made.facts  # noqa: B018  (kept or not, the texts are the same)
        assert dataclasses.replace(made).sha256 == expected


def test_the_name_of_the_invented_programme_is_what_it_was():
    """A release keeps the name of what it was made from: the same rows keep their name in every version."""
    assert invent(200).sha256 == "9e3fbf350195d62b229a69c5fa5408ca553e7002273e9d789022779fc264fbdd"


def test_what_happened_at_one_moment_is_in_the_order_of_the_journey_and_then_of_its_text():
    order = {kind.value: place for place, kind in enumerate(EventKind)}
    for seed in range(5):
        made = odd(seed)
        known = [row for row in made.events if row["kind"] in order]

        def moment(row: Mapping[str, Any]) -> datetime:
            return datetime.fromisoformat(row["at"]) if isinstance(row["at"], str) else row["at"]

        known.sort(key=lambda row: (moment(row), order[row["kind"]], plain(row)))
        assert [(fact.at, fact.kind.value, fact.case_id, dict(fact.detail)) for fact in made.facts] == [
            (moment(row), row["kind"], code_or_nothing(row["case_id"]),
             {k: code(v) for k, v in (row["detail"] or {}).items()})
            for row in known
        ]  # fmt: skip


def code_or_nothing(value: object) -> str:
    return str(value) if value else ""


def by_hand(women: Mapping[str, tuple[EventFact, ...]]) -> dict[str, int]:
    """Journeys at each step, every episode gone through by itself."""
    went = flow.passages(women)
    count: dict[str, int] = {}
    for who, hers in women.items():
        each = [flow.flow.passage(episode) for episode in facts.by_episode(hers).values()]
        for step in STEPS:
            if went[who].has_reached(step):
                count[step] = count.get(step, 0) + max(1, sum(one.has_reached(step) for one in each))
    return count


def test_journeys_are_counted_as_by_going_through_every_episode():
    for seed in range(4):
        women = invent(300, seed=seed).women()
        assert dict(flow.journeys(women, flow.passages(women))) == by_hand(women)


def test_circles_are_looked_for_as_usual_again_once_figures_are_made():
    import gc

    usual = gc.get_threshold()
    evaluation.summarise(invent(3))
    assert gc.get_threshold() == usual
