"""An invented extract of police records, as a force might send one: everybody is made up from a seed."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from pathways.journey.invented import names

#: How many people are in it, and how many of the women have something in the records that prompts a look.
PEOPLE, WITH_SIGNS = 260, 11

_AREAS = (("Luton", "LU1 1"), ("Bedford", "MK40 1"), ("Central Bedfordshire", "SG18 8"))
_CODES = ("W1", "W1", "W1", "W9", "A1", "A2", "A2", "A3", "B1", "B2", "M1", "O9", "")
#: (kind, type, relation, text) of events that say something of her own
_OWN = (
    ("custody", "Arrest: possession with intent to supply", "arrested_in", "Said that the bag was not hers."),
    ("crime", "Money laundering", "suspect_in", "Sums in and out on one day; she could not explain them."),
    ("incident", "Cuckooing", "subject_of", "Two men were using her flat. She would not say their names."),
    ("crime", "Conveying article into prison", "suspect_in", "Stopped at the gate; she was shaking."),
    ("custody", "Perverting the course of justice", "arrested_in", "Gave him an alibi and took it back."),
)
_HARM = (
    ("ppn", "Domestic abuse, coercive control", "victim_in", "Neighbours called. She was alone when seen."),
    ("ppn", "Mental health", "subject_of", "Low, not sleeping; a doctor’s appointment is made."),
    ("missing", "Missing person", "subject_of", "Back after two nights, did not say where she was."),
    ("ppn", "Threat to life", "victim_in", "A warning was given. She is staying with her sister."),
)
_PROTECTS = (
    ("ppn", "In drug treatment", "subject_of", "Sees her recovery worker every week."),
    ("custody", "In work", "subject_of", "Works mornings at a bakery."),
    ("incident", "In college", "subject_of", "Started a course in September."),
)


@dataclass
class _Tables:
    persons: list[dict[str, str]] = field(default_factory=list)
    events: list[dict[str, str]] = field(default_factory=list)
    locations: list[dict[str, str]] = field(default_factory=list)
    groups: list[dict[str, str]] = field(default_factory=list)
    links: list[dict[str, str]] = field(default_factory=list)


def files(*, on: date) -> list[tuple[str, bytes]]:
    """The extract as CSV files, (name, content) each, as it stood on a day. The same day, the same bytes."""
    rng = random.Random(41)  # noqa: S311 - a story, not a secret
    made = _Tables()
    made.groups.append({"group_id": "G1", "name": "An invented group", "tier": "2"})
    for number in range(PEOPLE):
        _person(made, number, on, rng)
    for number in range(1, WITH_SIGNS + 1):
        _signs(made, number, on, rng)
    for number in range(WITH_SIGNS + 1, WITH_SIGNS + 9):  # women who are in the records as victims alone
        _event(made, number, _HARM[number % 2], on, rng)
    for number in range(WITH_SIGNS + 9, WITH_SIGNS + 13):  # and some who only know somebody
        _link(made, f"P{number:03d}", "partner_of", "person", "P000", on - timedelta(days=400))
    return [
        (f"{name}.csv", _csv(rows))
        for name, rows in (
            ("persons", made.persons),
            ("events", made.events),
            ("locations", made.locations),
            ("groups", made.groups),
            ("links", made.links),
        )
    ]


def _person(made: _Tables, number: int, on: date, rng: random.Random) -> None:
    key, is_man = f"P{number:03d}", number == 0 or number % 9 == 8
    name = names.invent(rng, on=on)
    born = name.born
    if number % 40 == 39:
        born = on - timedelta(days=365 * rng.randrange(14, 17))
    area, postcode = _AREAS[rng.choice((0, 0, 0, 1, 2))]
    code = rng.choice(_CODES)
    made.persons.append(
        {
            "person_id": key,
            "first_name": "Invented" if is_man else name.given,
            "surname": name.surname,
            "date_of_birth": "" if number % 60 == 59 else born.isoformat(),
            "sex": "male" if is_man else "" if number % 50 == 49 else "female",
            "ethnicity_code": code,
            "ethnicity_scheme": "sde_18_1" if code else "",
            "phone": name.telephone,
        }
    )
    made.locations.append(
        {
            "location_id": f"L{number:03d}",
            "address": f"{rng.randrange(1, 180)} Invented Road",
            "postcode": f"{postcode}AA",
            "area_code": area,
        }
    )
    _link(made, key, "lives_at", "location", f"L{number:03d}", on - timedelta(days=rng.randrange(90, 2000)))
    if number == 0:
        _link(made, key, "member_of", "group", "G1", on - timedelta(days=900))


def _signs(made: _Tables, number: int, on: date, rng: random.Random) -> None:
    """Something of her own, often harm done to her and a tie to the group, and as often what protects her."""
    _event(made, number, _OWN[number % len(_OWN)], on, rng)
    for what in rng.sample(_HARM, rng.randrange(0, 3)):
        _event(made, number, what, on, rng)
    for what in rng.sample(_PROTECTS, rng.randrange(0, 3)):
        _event(made, number, what, on, rng)
    if number % 2:
        _link(made, f"P{number:03d}", "partner_of", "person", "P000", on - timedelta(days=300))


def _event(
    made: _Tables, number: int, what: tuple[str, str, str, str], on: date, rng: random.Random
) -> None:
    kind, words, relation, text = what
    key = f"E{len(made.events):04d}"
    day = on - timedelta(days=rng.randrange(6, 300))
    made.events.append(
        {
            "event_id": key,
            "kind": kind,
            "type": words,
            "occurred_on": day.isoformat(),
            "source_grade": rng.choice(("1B", "2C", "")),
            "handling": "P",
            "text": text,
        }
    )
    _link(made, f"P{number:03d}", relation, "event", key, None)


def _link(made: _Tables, one: str, relation: str, kind: str, other: str, since: date | None) -> None:
    made.links.append(
        {
            "from_kind": "person",
            "from_id": one,
            "relation": relation,
            "to_kind": kind,
            "to_id": other,
            "from_date": since.isoformat() if since else "",
            "source": "Records system",
        }
    )


def _csv(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
