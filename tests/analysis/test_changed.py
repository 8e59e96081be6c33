"""What changed for the women: counted by hand, held against the file command's own answer, and attacked."""

from __future__ import annotations

import dataclasses
import json
import random
from datetime import timedelta
from typing import Any
from unittest import mock

import polars as pl
import pytest

from pathways.analysis import change_charts, changed, evaluation, measured, report
from pathways.analysis.disclosure import Audience, Rule
from pathways.analysis.extract import Extract
from pathways.analysis.impact import change
from pathways.analysis.sheets import Sheet
from pathways.domain.evaluation.moved import CutOffSide, Followed, Moved, Yardstick
from pathways.domain.outcomes.progress import Change
from tests.analysis.programme import invent
from tests.analysis.test_evaluation import everything
from tests.analysis.test_process import DAY, WHOLE, Told

BEGUN = (*WHOLE, "contact_recorded")
CORE = Yardstick("core10", "CORE-10", "1", coefficient=0.9, sd=7.7, cutoff=11, least=0, most=40)
AUDIT = Yardstick("auditc", "AUDIT-C", "1", cutoff=5, least=0, most=12)
NONE = Rule(threshold=1)


def scores(who: str, code: str, *values: float | None) -> list[dict[str, Any]]:
    return [
        {"client_id": who, "instrument": code, "edition": "1", "value": value, "recorded_at": DAY,
         "measured_on": (DAY + timedelta(days=30 * at)).date()}
        for at, value in enumerate(values)
        if value is not None
    ]  # fmt: skip


def extract(pairs: list[tuple[float | None, float | None]], code: str = "core10", **more: Any) -> Extract:
    told = Told()
    for at, _ in enumerate(pairs):
        told.woman(*BEGUN, *(("closed:completed_planned",) if at % 3 == 0 else ()))
    rows = [row for at, pair in enumerate(pairs) for row in scores(f"woman-{at}", code, *pair)]
    held = [dataclasses.asdict(one) for one in (CORE, AUDIT)]
    return dataclasses.replace(told.extract(), scores=rows, instruments=held, **more)


def summarise(given: Extract, rule: Rule | None = None) -> evaluation.Summary:
    with mock.patch.object(evaluation, "CHARACTERISTICS", ()):
        return evaluation.summarise(given, Audience.STEERING, rule=rule)


def drawn(n: int, seed: int = 3) -> list[tuple[float | None, float | None]]:
    rng = random.Random(seed)
    found: list[tuple[float | None, float | None]] = []
    for _ in range(n):
        first = min(40.0, max(0.0, round(rng.gauss(20, 6))))
        later = min(40.0, max(0.0, round(first + rng.gauss(-6, 7))))
        found.append((first if rng.random() > 0.1 else None, later if rng.random() > 0.2 else None))
    return found


def test_reliable_change_is_that_of_the_command_line_over_the_same_pairs():
    pairs = drawn(80)
    both = [pair for pair in pairs if None not in pair]
    frame = pl.DataFrame({"a": [str(a) for a, _ in both], "b": [str(b) for _, b in both]})
    sheet = Sheet("file.csv", "file", frame, pl.Series(range(2, len(both) + 2)))  # type: ignore[arg-type]
    theirs = change.change(sheet, before="a", after="b", reliability=0.9, sd=7.7, cutoff="10.5")
    ours = summarise(extract(pairs), NONE).changes.of("core10")
    assert ours is not None
    assert ours.twice.value == len(both)
    counts = {kind: ours.count(kind.value).value or 0 for kind in Moved}
    shown = {"recovered": Moved.RECOVERED, "improved": Moved.BETTER, "worsened": Moved.WORSE}
    for name, kind in shown.items():
        if not ours.count(kind.value).is_hidden:
            assert counts[kind] == theirs[name], name
    assert theirs["reliable_change"] == pytest.approx(CORE.least_change)
    assert ours.means is not None
    assert ours.means.change == pytest.approx(theirs["mean_change"])
    assert ours.means.low == pytest.approx(theirs["mean_change_low"])


def test_missing_follow_up_is_shown_and_its_pattern_tested():
    pairs: list[tuple[float | None, float | None]] = [(20, 10)] * 30 + [(30, None)] * 20 + [(None, None)] * 9
    pairs = [(a + at % 3 if a else a, b) for at, (a, b) in enumerate(pairs)]
    found = summarise(extract(pairs)).changes.of("core10")
    assert found is not None
    assert (found.twice.value, found.once.value, found.never.value) == (30, 20, 9)
    assert "not like those" in found.missing.by_first_score
    assert "points higher" in found.missing.by_first_score
    assert {state for state, *_ in found.by_support} == set(Followed)
    assert "20 more were measured once" in found.statement
    assert "found four times in five" in found.detectable


def test_with_few_pairs_there_is_no_finding_and_never_the_words_no_effect():
    few = summarise(extract([(20, 19)] * 12 + [(15, 15)] * 8)).changes.of("core10")
    assert few is not None and few.is_few
    assert "too few for a finding" in few.statement
    assert "no effect" not in few.statement.lower()
    hidden = summarise(extract([(20, 10), (22, 9), (25, 8)])).changes.of("core10")
    assert hidden is not None and hidden.means is None
    assert hidden.statement == "Too few women were measured twice for figures to leave."
    assert hidden.detectable == ""


def test_an_instrument_without_a_known_error_says_who_crossed_and_calls_nothing_reliable():
    found = summarise(extract([(8, 3)] * 11 + [(9, 7)] * 12 + [(2, 1)] * 13, "auditc")).changes.of("auditc")
    assert found is not None and not found.has_error
    assert found.count(CutOffSide.TO_BETTER.value).value == 11
    assert "no change is called reliable" in found.rule
    assert "reliab" not in found.statement.lower()


def test_measures_of_outcomes_read_the_same_cells():
    given = extract([(20, 10)] * 20 + [(20, 20)] * 20)
    rows = [
        {"client_id": f"woman-{who}", "assessment_id": f"{who}-{at}", "at": DAY + timedelta(days=40 * at),
         "domain": domain, "rung": 1 + at * (3 if who < 12 else 0)}
        for who in range(30) for at in (0, 1) for domain in ("safety", "money", "housing")
    ]  # fmt: skip
    summary = summarise(dataclasses.replace(given, ladder=rows))
    values = measured.of_journeys(summary)
    assert values["M31"].shown == "50%"
    assert values["M35"].shown == "40%"
    assert summary.changes.ladder.count(Change.IMPROVED).value == 12
    assert "M30" not in values  # nobody was measured by it: "not collected"
    assert "M33" not in values
    audit = measured.of_journeys(summarise(extract([(8, 3)] * 15 + [(8, 8)] * 15, "auditc")))
    assert audit["M33"].shown == "50%"


def test_nothing_raw_and_no_small_count_comes_back_and_the_attack_finds_nothing():
    summary = summarise(extract(drawn(60)))
    shown = [one.value for one in everything(summary) if type(one).__name__ == "ReleasedCount"]
    assert not any(value is not None and 1 <= value <= 4 for value in shown)
    assert summary.disclosure.at_risk == 0
    assert not any(type(one).__name__ in ("RawCount", "System", "Pair") for one in everything(summary))


def test_scores_after_the_day_of_the_extract_and_of_women_not_in_support_do_not_count():
    given = extract([(20, 10)] * 12)
    late = [{**row, "measured_on": given.as_at.date() + timedelta(days=1)} for row in given.scores[1::2]]
    found = summarise(dataclasses.replace(given, scores=[*given.scores[::2], *late])).changes.of("core10")
    assert found is not None and found.twice.value == 0
    assert "nothing can be said of change" in found.statement
    stranger = scores("somebody-else", "core10", 20, 1)
    again = summarise(dataclasses.replace(given, scores=[*given.scores, *stranger])).changes.of("core10")
    assert again is not None and again.twice.value == 12


def test_the_hash_names_what_was_measured_and_its_order_does_not_matter():
    given = extract(drawn(10))
    assert dataclasses.replace(given, scores=list(reversed(given.scores))).sha256 == given.sha256
    assert dataclasses.replace(given, scores=given.scores[1:]).sha256 != given.sha256


def test_pictures_and_the_report_hold_what_changed():
    summary = summarise(extract(drawn(60)))
    made = change_charts.every(summary)
    assert {"moved-core10", "before-and-after", "ladder", "goals"} <= set(made)
    assert "CORE-10 went from" in made["before-and-after"].alternative
    body = json.loads(report.as_json(summary))["changes"]
    assert body["instruments"][0]["statement"]
    assert body["not_measured"] == ["AUDIT-C"]
    assert "CORE-10 went from" in report.one_file("html", summary, made).decode()
    assert report.one_file("xlsx", summary, made)


@pytest.mark.prove
def test_a_whole_programme_with_scores_is_protected_for_every_audience():
    rng = random.Random(8)
    given = invent(70, seed=4)
    clients = sorted({str(row["client_id"]) for row in given.events if row["client_id"]})
    rows = [
        row
        for who in clients
        for code in ("core10", "auditc")
        if rng.random() < 0.8
        for row in scores(who, code, rng.randrange(4, 40), rng.choice((3, 9, 15, 22, None)))
    ]
    rows = [{**row, "measured_on": given.as_at.date() - timedelta(days=60 if at % 2 else 20)}
            for at, row in enumerate(rows)]  # fmt: skip
    held = [dataclasses.asdict(one) for one in (CORE, AUDIT)]
    whole = dataclasses.replace(given, scores=rows, instruments=held)
    for audience in (Audience.STEERING, Audience.PUBLIC):
        summary = evaluation.summarise(whole, audience)
        assert summary.disclosure.at_risk == 0
        assert isinstance(summary.changes, changed.Changes)
