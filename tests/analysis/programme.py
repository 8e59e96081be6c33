"""An invented programme, told as events: realistic losses, returns, waits and missing answers. Seeded."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from pathways.analysis.extract import Extract
from pathways.domain.terms import demographics as d

FIRST = datetime(2024, 11, 1, 9, tzinfo=UTC)
AS_AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
ROUTES = ["police_officer"] * 5 + ["custody"] * 4 + ["probation"] * 2 + ["third_sector"] * 2 + ["self"] * 2
AREAS = ["Luton"] * 6 + ["Bedford"] * 3 + ["Central Bedfordshire"] * 2


def invent(women: int = 260, seed: int = 11) -> Extract:
    """Some 260 doors over two years."""
    rng = random.Random(seed)
    third = [str(uuid.UUID(int=rng.getrandbits(128))) for _ in range(4)]
    private = [str(uuid.UUID(int=rng.getrandbits(128))) for _ in range(2)]
    events: list[dict[str, Any]] = []
    people: list[dict[str, Any]] = []
    for _ in range(women):
        _woman(rng, events, people, third, private)
    events = [event for event in events if event["at"] <= AS_AT]
    return Extract(events, people, AS_AT, "An invented programme", synthetic=True)


def _woman(
    rng: random.Random, events: list[Any], people: list[Any], third: list[str], private: list[str]
) -> None:
    case, client, episode, referral = (str(uuid.UUID(int=rng.getrandbits(128))) for _ in range(4))
    now = FIRST + timedelta(days=rng.randrange(0, 700))
    route = rng.choice(ROUTES)
    police = route in ("police_officer", "custody")
    has_record = False

    def tell(
        kind: str, wait: int = 0, sector: str = "local_authority", org: str = "lead", **detail: Any
    ) -> None:
        nonlocal now
        now += timedelta(days=rng.randrange(0, wait + 1), minutes=5)
        events.append(
            {
                "kind": kind,
                "at": now,
                "case_id": case,
                "client_id": client if has_record else None,
                "episode_id": episode if has_record else None,
                "organisation_id": org,
                "sector": sector,
                "role": "police_spoc" if sector == "police" else "coordinator",
                "detail": detail,
            }
        )

    door = "police" if police else "third_sector"
    tell("self_referred" if route == "self" else "flagged", 0, door, route=route)
    if rng.random() < 0.04:
        return
    if rng.random() < 0.14:
        outcome = rng.choice(["rejected", "rejected", "duplicate", "not_this_programme", "deferred"])
        tell("screened", 9, door, outcome=outcome, route=route)
        return
    tell("screened", 9, door, outcome="confirmed", route=route)
    has_record = True
    tell("identified", 0, route=route)
    people.append(_details(rng, client))
    if rng.random() < 0.04:
        return tell("plan_not_safe", 5, reason="partner_at_home")
    tell("approach_attempted", 12, channel="text")
    if rng.random() < 0.09:
        return tell("no_contact", 30, attempts=4)
    tell("contacted", 8)
    if rng.random() < 0.1:
        return tell("declined", 5, stage="approach", reason="not_now")
    tell("agreed", 8, condition=rng.random() < 0.1)
    if rng.random() < 0.05:
        return tell("withdrawn", 10, stage="assessment")
    tell("assessment_completed", 20, need="high")
    tell("triaged", 6, level=str(rng.choice([1, 2, 2, 3, 3, 4])), overridden=False)
    goes_private = rng.random() < 0.25
    goes_third = rng.random() < 0.85 or not goes_private
    if goes_third:
        org = rng.choice(third)
        tell("referral_sent", 4, referral=referral, provider_sector="third_sector")
        if rng.random() < 0.12:
            tell("referral_declined", 9, "third_sector", org, referral=referral, reason="full")
            if not goes_private:
                return
        else:
            tell("referral_accepted", 9, "third_sector", org, referral=referral)
            _contacts(rng, tell, "third_sector", org)
    if goes_private:
        org = rng.choice(private)
        tell("referral_sent", 4, referral=client, provider_sector="private")
        tell("referral_accepted", 12, "private", org, referral=client)
        _contacts(rng, tell, "private", org)
    if rng.random() < 0.3:
        return
    outcome = rng.choice(["completed_planned"] * 6 + ["moved_on", "disengaged", "disengaged", "custody"])
    tell("closed", 90, outcome=outcome)
    for wave in ("3", "6"):
        now += timedelta(days=90)
        tell("followed_up", 6, wave=wave, result=rng.choice(["done", "done", "done", "not_reached"]))
    if rng.random() < 0.06:
        episode = str(uuid.UUID(int=rng.getrandbits(128)))
        tell("episode_opened", 60, number=2, route=route)
        tell("agreed", 8)


def _contacts(rng: random.Random, tell: Any, sector: str, org: str) -> None:
    for _ in range(rng.randrange(1, 9)):
        attended = rng.choices(["yes", "late", "no"], [7, 1, 2])[0]
        tell("contact_recorded", 12, sector, org, attended=attended, mode="in_person", minutes=50)


def _details(rng: random.Random, client: str) -> dict[str, Any]:
    def answer(*codes: str) -> str:
        if rng.random() < 0.12:
            return rng.choice([member.value for member in d.NoAnswer])
        return rng.choice(codes)

    ethnic = [e.value for e in d.Ethnicity]
    yes_no = ("yes", "no")
    return {
        "client_id": client,
        "age_band": answer("18_24", "25_34", "25_34", "35_44", "35_44", "45_54", "55_plus"),
        "ethnicity": answer(*ethnic, *["white_british"] * 22, *["pakistani"] * 8, *["caribbean"] * 4),
        "area": answer(*AREAS),
        "disability": answer("yes", "no", "no"),
        "has_children": answer("yes", "yes", "no"),
        "is_carer": answer(*yes_no),
        "care_experience": answer("yes", "no", "no"),
        "pregnancy": answer("yes", *["no"] * 12),
        "interpreter": answer("yes", *["no"] * 7),
        "orientation": answer("straight", *["straight"] * 9, "bisexual", "gay_or_lesbian"),
        "religion": answer("none", "none", "christian", "christian", "muslim", "hindu", "sikh"),
        "marital_status": answer("single", "single", "partnered", "separated", "divorced"),
    }
