"""The evidence about a woman on the list: what was seen, in which record, and who has opened it.

What a person noted when flagging her and what a screening run found in records stand under one set of
headings, what protects her first. Nothing is added up. Whoever decides has opened it before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pathways.domain.governance.actors import Actor
from pathways.domain.identification.listing import Came
from pathways.domain.terms import indicators
from pathways.domain.terms.events import ScreeningOutcome
from pathways.domain.terms.indicators import Confidence, Heading, Source
from pathways.domain.terms.law import FactOrOpinion
from pathways.journey import sight
from pathways.records.models import Consideration, EvidenceOpened, Observation

#: What protects her stands first, and no smaller than what puts her at risk.
ORDER = (Heading.PROTECTIVE, *(one for one in Heading if one is not Heading.PROTECTIVE))


@dataclass(frozen=True, slots=True)
class Seen:
    """One record behind an indicator, or one person's note of it.

    `record` and `says` are empty in a list, which opens nothing that is sealed.
    """

    came: Came
    observed_on: date | None
    source: str
    confidence: str = ""
    record: str = ""
    says: str = ""
    grade: str = ""
    handling: str = ""
    fact_or_opinion: str = ""
    is_as_victim: bool = False


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator and every record behind it, the latest first."""

    code: str
    words: str
    records: tuple[Seen, ...]

    @property
    def latest(self) -> date | None:
        return max((one.observed_on for one in self.records if one.observed_on), default=None)


@dataclass(frozen=True, slots=True)
class Under:
    """What is seen under one heading; protective is there also when nothing is."""

    heading: Heading
    indicators: tuple[Indicator, ...]

    @property
    def is_protective(self) -> bool:
        return self.heading is Heading.PROTECTIVE


def _by_hand(row: Consideration) -> Iterable[tuple[Heading, str, str, Seen]]:
    kept: list[dict[str, str]] = row.indicators or []
    for one in kept:
        known = indicators.BY_CODE.get(one.get("code", ""))
        if known is None:
            continue
        seen = Seen(
            Came.BY_HAND,
            date.fromisoformat(one["seen_on"]) if one.get("seen_on") else None,
            Source(one["source"]).label if one.get("source") else "Source not said",
            confidence=Confidence(one["confidence"]).label if one.get("confidence") else "",
            fact_or_opinion=FactOrOpinion(row.fact_or_opinion).label if row.fact_or_opinion else "",
        )
        yield known.heading, known.code, known.words, seen


def _by_run(row: Observation, *, whole: bool) -> Seen:
    return Seen(
        Came.BY_RUN,
        row.observed_on,
        row.source or "Source not recorded",
        record=str(row.source_record) if whole else "",
        says=str(row.says) if whole else "",
        grade=row.grade,
        handling=row.handling,
        fact_or_opinion=FactOrOpinion(row.fact_or_opinion).label if row.fact_or_opinion else "",
        is_as_victim=row.is_as_victim,
    )


def gathered(row: Consideration, observed: Iterable[Observation], *, whole: bool = True) -> tuple[Under, ...]:
    """Everything that was seen of her, by heading and indicator. `whole` opens the words of each record."""
    found: dict[Heading, dict[str, tuple[str, list[Seen]]]] = {heading: {} for heading in ORDER}
    for heading, code, words, seen in _by_hand(row):
        found[heading].setdefault(code, (words, []))[1].append(seen)
    for one in observed:
        found[Heading(one.heading)].setdefault(one.code, (one.words, []))[1].append(_by_run(one, whole=whole))
    made = []
    for heading, codes in found.items():
        each = tuple(
            Indicator(
                code,
                words,
                tuple(sorted(seen, key=lambda one: (one.observed_on or date.min, one.record), reverse=True)),
            )
            for code, (words, seen) in codes.items()
        )
        if each or heading is Heading.PROTECTIVE:
            made.append(Under(heading, each))
    return tuple(made)


def behind(rows: Iterable[Consideration], by: Actor) -> dict[UUID, list[Observation]]:
    """The records behind several considerations, in one query."""
    keys = [row.id for row in rows]
    found: dict[UUID, list[Observation]] = {key: [] for key in keys}
    for one in sight.visible(Observation, by).filter(consideration_id__in=keys):
        found[one.consideration_id].append(one)
    return found


def has_opened(row: Consideration, by: Actor) -> bool:
    """Whether this person has opened the evidence since something was last added to it."""
    opened = sight.visible(EvidenceOpened, by).filter(consideration_id=row.id, account_id=by.account_id)
    return opened.filter(opened_at__gte=row.evidence_at or row.flagged_at).exists()


def note_opened(row: Consideration, by: Actor, at: datetime) -> None:
    """Writes down that this person has the evidence before them; whoever draws the page logs the reading."""
    EvidenceOpened(
        organisation_id=row.organisation_id,
        nominal_id=row.nominal_id,
        consideration_id=row.id,
        account_id=by.account_id,
        opened_at=at,
        was_decided=row.status in set(ScreeningOutcome),
    ).save(force_insert=True)


def mark(*parts: object) -> str:
    """Names a record without saying it, so that the same one is not kept twice."""
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()


def frozen(groups: Iterable[Under]) -> list[dict[str, Any]]:
    """The evidence as it stands, to be kept with a second reading."""
    return [
        {
            "heading": group.heading.value,
            "indicators": [
                {
                    "code": one.code,
                    "words": one.words,
                    "records": [
                        {
                            "came": seen.came.value,
                            "on": seen.observed_on.isoformat() if seen.observed_on else "",
                            "source": seen.source,
                            "confidence": seen.confidence,
                            "record": seen.record,
                            "says": seen.says,
                            "grade": seen.grade,
                            "handling": seen.handling,
                            "fact_or_opinion": seen.fact_or_opinion,
                            "as_victim": seen.is_as_victim,
                        }
                        for seen in one.records
                    ],
                }
                for one in group.indicators
            ],
        }
        for group in groups
    ]


def thawed(kept: Iterable[Mapping[str, Any]]) -> tuple[Under, ...]:
    """The evidence that was kept, as it was shown to whoever decided first."""
    return tuple(
        Under(
            Heading(group["heading"]),
            tuple(
                Indicator(
                    one["code"],
                    one["words"],
                    tuple(
                        Seen(
                            Came(seen["came"]),
                            date.fromisoformat(seen["on"]) if seen["on"] else None,
                            seen["source"],
                            seen["confidence"],
                            seen["record"],
                            seen["says"],
                            seen["grade"],
                            seen["handling"],
                            seen["fact_or_opinion"],
                            seen["as_victim"],
                        )
                        for seen in one["records"]
                    ),
                )
                for one in group["indicators"]
            ),
        )
        for group in kept
    )
