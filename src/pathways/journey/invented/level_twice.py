"""What invented colleagues make of a level that another decided, and how a new version of the policy came."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from pathways.domain.governance.actors import Actor
from pathways.domain.terms.people import Role
from pathways.domain.triage import policy, telling
from pathways.domain.triage.levels import Level
from pathways.domain.triage.reading import Why
from pathways.journey import identity, level_readings, tasks, triage, triage_policy
from pathways.journey.invented.world import World
from pathways.records.models import Task, TriageDecision, TriagePolicy, TriageReading

#: So many days ago a second version of the policy came into force.
SWITCHED = 300
#: What was decided in the last so many days may still wait to be read again.
STILL_WAITS = 10
_HUB = "pathways-hub"
_ALIKE = (
    "What she says and what is known of those around her both point this way.",
    "The plan that goes with this level is what she asked for.",
    "I read the same facts and come to the same.",
)
_APART = (
    "I give more weight to what she says of the people round her.",
    "There is more steadiness in this than the first reading saw.",
)


def versions(world: World, *, began: datetime, at: datetime) -> None:
    """The policy that came with the software, and the version that two people put in its place."""
    cora, gita = world.one(Role.COORDINATOR, _HUB), world.one(Role.GOVERNANCE_LEAD, _HUB)
    switched = at - timedelta(days=SWITCHED)
    triage_policy.install(began)
    TriagePolicy.objects.filter(is_default=True).update(from_at=began)
    with identity.acting(cora):
        made = triage_policy.draft(by=cora, at=switched)
        if made.id is None:
            raise RuntimeError(made.reason)
        before = triage_policy.in_force(switched)
        rules = tuple(
            replace(rule, level="3", because="Need is high: several people are wanted, whoever is round her.")
            if rule.id == "N6"
            else rule
            for rule in before.rules
        )
        targeted = replace(before.standard(Level.TARGETED), review_weeks=6)
        wanted = replace(before, version="2026.2", rules=rules, standards={Level.TARGETED: targeted})
        triage_policy.change(
            version_id=made.id,
            wanted=policy.read(policy.plain(wanted)),
            note="Women with high need and little pull were seen too seldom. Reviews at level 2 come sooner.",
            seen_at=None,
            by=cora,
            at=switched,
        )
        triage_policy.propose(version_id=made.id, starts_on=switched.date(), by=cora, at=switched)
    with identity.acting(gita):
        said = triage_policy.approve(version_id=made.id, by=gita, at=switched)
    if not said:
        raise RuntimeError(said.reason)


def viewed(triage_id: UUID, suggested: Level, number: int, *, by: Actor, at: datetime) -> None:
    """What whoever decides thought before she saw the suggestion, for some of the women."""
    rng = random.Random(17_000 + number)  # noqa: S311 - a story, not a secret
    if rng.random() < 0.6:
        return
    with identity.acting(by):
        triage.view(triage_id=triage_id, level=_near(suggested, rng, 0.78), words="", by=by, at=at)
    with identity.clerk():
        TriageDecision.objects.filter(id=triage_id, own_at__isnull=False).update(was_hidden=True)


def perhaps(
    triage_id: UUID, number: int, *, world: World, worker: Actor, at: datetime, until: datetime
) -> None:
    """Reads the level that was decided: exits always and urgent ones within hours, most of those drawn.

    Draws from a chance of its own, so that the story of her life goes on as it would have.
    """
    rng = random.Random(18_000 + number)  # noqa: S311 - a story, not a secret
    if rng.random() < 0.07:
        with identity.acting(worker):
            level_readings.ask(
                triage_id=triage_id,
                her_words="I do not think they saw how things are at home.",
                by=worker,
                at=at,
            )
    with identity.clerk():
        rows = list(TriageReading.objects.filter(triage_id=triage_id).order_by("why"))
    for row in rows:
        _read(row, rng, world=world, at=at, until=until)
    when = at + timedelta(hours=rng.uniform(4, 40))
    tells = rng.random() < 0.5
    with identity.clerk():
        exits = TriageReading.objects.filter(triage_id=triage_id, why=Why.EXIT.value, read_at__isnull=False)
        agreed_at = exits.values_list("read_at", flat=True).first()
    if agreed_at is not None:  # of a level 0 she is told once it is agreed, and not before
        when = max(when, agreed_at + timedelta(hours=1))
    if tells and when < until:
        with identity.acting(worker):
            how = rng.choice((telling.How.IN_PERSON, telling.How.READ_TOGETHER))
            triage.told(triage_id=triage_id, how=how, words="", by=worker, at=when)


def _read(row: TriageReading, rng: random.Random, *, world: World, at: datetime, until: datetime) -> None:
    why = Why(row.why)
    hours = {Why.URGENT: (0.5, 3.5), Why.EXIT: (3, 40)}.get(why, (10, 120))
    when = at + timedelta(hours=rng.uniform(*hours))
    is_left = rng.random() < {Why.EXIT: 0.0, Why.URGENT: 0.1}.get(why, 0.2)
    skipped = is_left and at > until - timedelta(days=STILL_WAITS)  # what is older was read in its time
    reader = _somebody(world, row.reader_id)
    if skipped or reader is None or when > until:
        return
    with identity.clerk():
        decided = TriageDecision.objects.values_list("level", flat=True).get(id=row.triage_id)
    first = Level(decided if decided is not None else Level.TARGETED)
    alike = {Why.EXIT: 1.0, Why.URGENT: 0.9, Why.ASKED: 0.7}.get(why, 0.72)
    level = _near(first, rng, alike)
    if at <= until - timedelta(days=STILL_WAITS):
        # read apart it goes to a third person, whose decision would still be waiting months later
        level = first if why is not Why.DRAWN else level
    with identity.acting(reader):
        level_readings.read(
            reading_id=row.id,
            level=level,
            because=rng.choice(_ALIKE if level is first else _APART),
            knew=(rng.random() < 0.08) if why is Why.DRAWN else None,
            by=reader,
            at=when,
        )
    if at <= until - timedelta(days=STILL_WAITS):
        _looked_at(row, world=world, at=when + timedelta(days=2))


def _looked_at(row: TriageReading, *, world: World, at: datetime) -> None:
    """Whoever decided has looked at both, where another read the same facts differently."""
    with identity.clerk():
        differ = Task.objects.filter(
            kind=level_readings.DIFFER_TASK, object_id=row.id, done_at__isnull=True
        )
        waiting = list(differ.values_list("id", "account_id"))
    for key, account_id in waiting:
        if (reader := _somebody(world, account_id)) is not None:
            with identity.acting(reader):
                tasks.finish(task_id=key, by=reader, at=at)


def _near(level: Level, rng: random.Random, alike: float) -> Level:
    if rng.random() < alike:
        return level
    return Level(max(0, min(4, int(level) + rng.choice((-1, 1)))))


def _somebody(world: World, account_id: UUID | None) -> Actor | None:
    desk = (Role.COORDINATOR, Role.PANEL_CHAIR, Role.SUPERVISOR)
    everybody = [one for role in desk for one in world.people.get((role, _HUB), [])]
    return next((one for one in everybody if one.account_id == account_id), None)
