"""Looking for one person in several records: a run through one organisation's own, and what people decide.

A run opens the records in memory, some hundreds at a time, and keeps of them only numbers: which two may be
of one person and how heavily that weighs. It writes nothing in the clear anywhere. It runs with the sight of
whoever asked for it and no more. What somebody decided of a pair is never proposed again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Q

from pathways.analysis import waterfall
from pathways.analysis.charts import Chart
from pathways.analysis.linkage import scorer
from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.identification import linking
from pathways.domain.identification.linking import Action, Of, RunAction, RunStatus, Status, Trouble
from pathways.domain.terms.people import Role
from pathways.domain.workflow import Workflow
from pathways.journey import comparing, history, identity, knowing, ledger, pairing, sight, tasks
from pathways.journey.naming import Kind
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records import tokens
from pathways.records.models import (
    Client,
    Consideration,
    Joining,
    LinkRun,
    Nominal,
    PolicePair,
    SupportPair,
)

TASK = "review_pairs"
ONE_PERSON = "Two records of one person"
#: So many records are opened at a time; after each the progress can be seen.
AT_ONCE = 400
#: A block of records that share a key and are more than this is left to the other keys.
LARGEST_BLOCK = 300
#: A run that has said nothing for so long was broken off, and is begun again.
BROKEN_OFF = timedelta(minutes=15)


# --- verbs ------------------------------------------------------------------------------------------


def ask(*, by: Actor, at: datetime) -> Outcome:
    """Asks for a run through the records of one's own organisation. The worker begins it within a minute."""
    if not (answer := _may(by)):
        return refusal(answer)
    with transaction.atomic():
        under_way = [RunStatus.WAITING.value, RunStatus.RUNNING.value]
        if sight.visible(LinkRun, by).filter(of=of(by).value, status__in=under_way).exists():
            return refusal(decision.no("A run is under way already. Wait until it has ended."))
        run = LinkRun(
            organisation_id=by.organisation_id,
            of=of(by).value,
            asked_at=at,
            asked_by_id=by.account_id,
            asked_by_name=by.name,
            appointment_id=by.appointment_id,
        )
        run.save(force_insert=True)
        ledger.kept_up(by=by, at=at, what="A linking run was asked for", route="linking:list")
        return done(run.id, next=("It begins within a minute.", "You can leave this page."))


def decide(*, pair_id: UUID, action: Action, why: str, by: Actor, at: datetime) -> Outcome:
    """Says of two records whether they are of one person. Women's records are joined by `joining.join`."""
    if not (answer := _may(by)):
        return refusal(answer)
    with transaction.atomic():
        row = _pair(pair_id, by, lock=True)
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := _workflow(by).may(action, status=Status(row.status), role=by.role)):
            return refusal(answer)
        if isinstance(row, SupportPair) and action is not Action.LEAVE_OPEN:
            return refusal(decision.no("Join or keep apart two women’s records on their own page."))
        if action is not Action.LEAVE_OPEN and not why.strip():
            return refusal(decision.no("Say why you think so."))
        move = _workflow(by).move(action, Status(row.status))
        assert move is not None
        pairing.decide(row, move.target, why=why, by=by, at=at)
        subjects, resource = list(_two(row)), _resource(row)
        if action is Action.JOIN:
            ledger.combined(by=by, at=at, resource=resource, subjects=subjects, reason=ONE_PERSON)
        else:
            ledger.altered(by=by, at=at, resource=resource, subjects=subjects, reason=action.value)
        _settle_task(by, at)
        return done(row.id, next=("No later run proposes these two again.",))


# --- a run ------------------------------------------------------------------------------------------


def run_waiting(*, at: datetime) -> int:
    """Takes up every run that waits, or that was broken off. How many there were."""
    with transaction.atomic(), identity.clerk():
        stale = Q(status=RunStatus.RUNNING.value, started_at__lt=at - BROKEN_OFF)
        waiting = list(
            LinkRun.objects.filter(Q(status=RunStatus.WAITING.value) | stale)
            .order_by("asked_at")
            .values_list("id", flat=True)
        )
    return sum(run_one(run_id=run_id, at=at) for run_id in waiting)


def run_one(*, run_id: UUID, at: datetime) -> bool:
    """One run, from its beginning to its end; False where another worker has it."""
    with transaction.atomic(), identity.clerk():
        run = LinkRun.objects.select_for_update(skip_locked=True).filter(pk=run_id).first()
        if run is None or not linking.RUN_WORKFLOW.may(
            RunAction.BEGIN, status=RunStatus(run.status), role=Role.CLERK
        ):
            return False
        if run.status == RunStatus.RUNNING.value and run.started_at and run.started_at > at - BROKEN_OFF:
            return False
        run.status, run.started_at, run.opened = RunStatus.RUNNING.value, at, 0
        run.model = comparing.model().version
        run.save()
        places = identity.workplaces_by_id(run.asked_by_id)
    by = next((place for place in places if place.appointment_id == run.appointment_id), None)
    if by is None or not _may(by):
        _end(run_id, RunStatus.FAILED, at, trouble=Trouble.ASKER_LEFT)
        return True
    try:
        found = _go_through(run_id, by)
        _put_down(run_id, found, by, at)
    except Exception:
        _end(run_id, RunStatus.FAILED, at, trouble=Trouble.BROKE)
        raise
    return True


def _end(run_id: UUID, status: RunStatus, at: datetime, *, trouble: Trouble) -> None:
    with transaction.atomic(), identity.clerk():
        LinkRun.objects.filter(pk=run_id).update(status=status.value, ended_at=at, trouble=trouble.value)


def _go_through(run_id: UUID, by: Actor) -> dict[tuple[UUID, UUID], float]:
    """Every pair of this organisation's records that may be of one person, with its weight."""
    model = comparing.model()
    records: dict[UUID, dict[str, Any]] = {}
    blocks: dict[str, list[UUID]] = defaultdict(list)
    asked: dict[UUID, list[str]] = {}
    with transaction.atomic(), identity.acting(by):
        ids = _ids(by)
        LinkRun.objects.filter(pk=run_id).update(records=len(ids), opened=0)
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        with transaction.atomic(), identity.acting(by):
            kind = _kind(by)
            under: dict[UUID, list[str]] = {}
            for _, key, _, paper in knowing.papers({kind: some}, by):
                records[key] = comparing.columns(paper)
                under[key] = model.keys_kept(records[key])
                asked[key] = model.keys_asked(records[key])
                for token in under[key]:
                    blocks[token].append(key)
            _keep_under(under, kind, by)
            LinkRun.objects.filter(pk=run_id).update(opened=start + len(some))
    least = scorer.weight_of(linking.DOUBTFUL_FROM)
    found: dict[tuple[UUID, UUID], float] = {}
    for key, keys in asked.items():
        for token in keys:
            if len(held := blocks.get(token, ())) > LARGEST_BLOCK:
                continue
            for other in held:
                pair = pairing.in_order(key, other)
                if other == key or pair in found:
                    continue
                found[pair] = model.weigh(records[pair[0]], records[pair[1]])
    return {pair: weight for pair, weight in found.items() if weight >= least}


def _ids(by: Actor) -> list[UUID]:
    if of(by) is Of.NOMINALS:
        return list(sight.visible(Nominal, by).order_by("id").values_list("id", flat=True))
    rows = sight.visible(Client, by).filter(organisation_id=by.organisation_id, joined_into_id=None)
    return list(rows.order_by("id").values_list("id", flat=True))


def _keep_under(under: Mapping[UUID, list[str]], kind: Kind, by: Actor) -> None:
    """Records of before there was this search are kept under the model's keys too."""
    rows = [
        (token, key)
        for key, plain in under.items()
        for token in tokens.keyed(plain, by.organisation_id)
    ]
    with identity.clerk(by), connection.cursor() as cursor:
        cursor.execute(
            "insert into name_token (organisation_id, token, record_id, record_kind, weight)"
            " select %s, token, record, %s, %s from unnest(%s::bigint[], %s::uuid[]) as made (token, record)"
            " where exists (select 1 from name_token held where held.organisation_id = %s"
            " and held.record_id = record) on conflict do nothing",
            [
                *(by.organisation_id, kind.value, tokens.EXACT),
                *([token for token, _ in rows], [key for _, key in rows], by.organisation_id),
            ],
        )


def _put_down(run_id: UUID, found: dict[tuple[UUID, UUID], float], by: Actor, at: datetime) -> None:
    """Writes what came of it, all at once: pairs for people to judge, and those near certain of police."""
    version = comparing.model().version
    with transaction.atomic(), identity.acting(by):
        bound = _bound(by)
        fresh = {pair: weight for pair, weight in found.items() if pair not in bound}
        joins = _near_certain(found, bound, by) if of(by) is Of.NOMINALS else set[tuple[UUID, UUID]]()
        joins &= fresh.keys()
        rows: list[PolicePair | SupportPair] = []
        for pair, weight in fresh.items():
            make = pairing.of_police if of(by) is Of.NOMINALS else pairing.of_support
            row = make(*pair, by=by, at=at)
            row.weight, row.model, row.run_id = weight, version, run_id
            row.status = (Status.JOINED if pair in joins else Status.PROPOSED).value
            row.save()
            rows.append(row)
        said = (
            f"Linking run, model {version}: {len(found)} pairs of its records weighed likely,"
            f" {len(joins)} joined, {len(fresh) - len(joins)} proposed"
        )
        run = LinkRun.objects.get(pk=run_id)
        run.status, run.ended_at = RunStatus.DONE.value, max(at, run.started_at or at)
        run.pairs, run.joined, run.proposed = len(found), len(joins), len(fresh) - len(joins)
        run.save()
        ledger.combined(
            by=by,
            at=at,
            resource=Resource.LINK_RUN,
            subjects=sorted({key for pair in joins for key in pair}),
            reason=f"{said}; {run.records} records",
        )
        tasks.settle(TASK, object_id=by.organisation_id, by=by, at=at)
        if _waiting(by):
            tasks.set_task(
                TASK,
                "Records may be of one person: look at them side by side",
                organisation_id=by.organisation_id,
                role=Role.COORDINATOR if of(by) is Of.CLIENTS else Role.POLICE_SPOC,
                route="linking:list",
                object_id=by.organisation_id,
                by=by,
                at=at,
            )


def _bound(by: Actor) -> set[tuple[UUID, UUID]]:
    """The pairs of which something was decided, by a person or by an earlier run: none is proposed again."""
    if of(by) is Of.NOMINALS:
        rows = sight.visible(PolicePair, by).exclude(status=Status.PROPOSED.value)
        return set(rows.values_list("one_id", "other_id"))
    pairs = sight.visible(SupportPair, by).exclude(status=Status.PROPOSED.value)
    judged = sight.visible(Joining, by).values_list("client_id", "other_id")
    return set(pairs.values_list("client_id", "other_id")) | {pairing.in_order(*pair) for pair in judged}


def _near_certain(
    found: Mapping[tuple[UUID, UUID], float], bound: set[tuple[UUID, UUID]], by: Actor
) -> set[tuple[UUID, UUID]]:
    """The pairs that a run may join: near certain, and so are the groups that they bring together.

    One likely pair does not chain two groups: what the records of both weigh against each other on average,
    pairs that share nothing included, must be near certain, and nobody may have said that two are not one.
    """
    enough = scorer.weight_of(linking.NEAR_CERTAIN)
    rows = sight.visible(PolicePair, by)
    apart = set(
        rows.filter(status__in=[Status.APART.value, Status.PARTED.value, Status.UNKNOWN.value]).values_list(
            "one_id", "other_id"
        )
    )
    together = pairing.groups(
        rows.filter(status=Status.JOINED.value).values_list("one_id", "other_id")
    )
    joins: set[tuple[UUID, UUID]] = set()
    for pair, weight in sorted(found.items(), key=lambda one: (-one[1], one[0])):
        if weight < enough:
            break
        if pair in bound:
            continue
        one, other = (together.get(key, {key}) for key in pair)
        if one is other:
            joins.add(pair)
            continue
        across = [pairing.in_order(a, b) for a in one for b in other]
        if any(each in apart for each in across):
            continue
        mean = sum(found.get(each, linking.NOTHING_SHARED) for each in across) / len(across)
        if mean < enough:
            continue
        merged = one | other
        for key in merged:
            together[key] = merged
        joins.add(pair)
    return joins


# --- reads ------------------------------------------------------------------------------------------


def of(by: Actor) -> Of:
    """Whose records this person's runs go through."""
    return Of.NOMINALS if by.is_police else Of.CLIENTS


def _workflow(by: Actor) -> Workflow[Status, Action, Role]:
    return linking.POLICE_WORKFLOW if of(by) is Of.NOMINALS else linking.SUPPORT_WORKFLOW


def _kind(by: Actor) -> Kind:
    return Kind.NOMINAL if of(by) is Of.NOMINALS else Kind.CLIENT


def _may(by: Actor) -> Decision:
    if by.role in linking.JUDGES:
        return decision.yes()
    return decision.no(
        "The coordinator, or a force’s single point of contact or analyst, judges which records are of one"
        " person.",
        ask="the coordinator",
    )


def _rows(by: Actor) -> Any:
    return sight.visible(PolicePair if of(by) is Of.NOMINALS else SupportPair, by)


def _pair(pair_id: UUID, by: Actor, *, lock: bool = False) -> PolicePair | SupportPair | None:
    if of(by) is Of.NOMINALS:
        return sight.one(PolicePair, pair_id, by, lock=lock)
    return sight.one(SupportPair, pair_id, by, lock=lock)


def _two(row: PolicePair | SupportPair) -> tuple[UUID, UUID]:
    return (row.one_id, row.other_id) if isinstance(row, PolicePair) else (row.client_id, row.other_id)


def _resource(row: PolicePair | SupportPair) -> Resource:
    return Resource.NOMINAL if isinstance(row, PolicePair) else Resource.CLIENT


def _waiting(by: Actor) -> int:
    found: int = _rows(by).filter(status=Status.PROPOSED.value).count()
    return found


def waiting(*, by: Actor) -> int:
    """How many pairs wait for somebody to judge them."""
    return _waiting(by) if by.role in linking.JUDGES else 0


def _settle_task(by: Actor, at: datetime) -> None:
    if not _waiting(by):
        tasks.settle(TASK, object_id=by.organisation_id, by=by, at=at)


@dataclass(frozen=True, slots=True)
class Run:
    """One run as it stands."""

    id: UUID
    status: RunStatus
    asked_at: datetime
    asked_by: str
    model: str
    records: int
    opened: int
    pairs: int
    joined: int
    proposed: int
    ended_at: datetime | None
    trouble: str

    @property
    def is_under_way(self) -> bool:
        return self.status in (RunStatus.WAITING, RunStatus.RUNNING)


def runs(*, by: Actor, most: int = 12) -> tuple[Run, ...]:
    """The latest runs of one's own organisation, newest first."""
    if not _may(by):
        return ()
    return tuple(
        Run(
            row.id,
            RunStatus(row.status),
            row.asked_at,
            row.asked_by_name,
            row.model,
            row.records,
            row.opened,
            row.pairs,
            row.joined,
            row.proposed,
            row.ended_at,
            Trouble(row.trouble).label if row.trouble else "",
        )
        for row in sight.visible(LinkRun, by).filter(of=of(by).value)[:most]
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One pair on the list: who the two are, and how likely it is that they are one, in words."""

    id: UUID
    one: str
    other: str
    born: tuple[date | None, date | None]
    sure: str
    found_at: datetime
    decided_at: datetime | None
    decided_by: str


@dataclass(frozen=True, slots=True)
class Listing:
    lines: tuple[Line, ...]
    total: int
    counts: dict[Status, int]


def pairs(*, status: Status, by: Actor, at: datetime, offset: int = 0, limit: int = 25) -> Listing:
    """The pairs of one status, the likeliest first. Who is named on the page was read: one access event."""
    if not _may(by):
        return Listing((), 0, dict.fromkeys(Status, 0))
    rows = _rows(by)
    counts = dict.fromkeys(Status, 0) | {
        Status(one["status"]): one["n"] for one in rows.order_by().values("status").annotate(n=Count("id"))
    }
    some = list(rows.filter(status=status.value).order_by("-weight", "id")[offset : offset + limit])
    opened = _opened({key for row in some for key in _two(row)}, by)
    shown = [row for row in some if all(key in opened for key in _two(row))]
    if shown:
        ledger.read(
            by=by,
            at=at,
            resource=_resource(shown[0]),
            subjects=[key for row in shown for key in _two(row)],
            route="linking:list",
        )
    return Listing(tuple(_line(row, opened) for row in shown), counts[status], counts)


def _opened(ids: Iterable[UUID], by: Actor) -> dict[UUID, tuple[str, comparing.Paper]]:
    found = knowing.papers({_kind(by): list(ids)}, by)
    return {key: (name, paper) for _, key, name, paper in found}


def _line(row: PolicePair | SupportPair, opened: dict[UUID, tuple[str, comparing.Paper]]) -> Line:
    (one, first), (other, second) = (opened[key] for key in _two(row))
    return Line(
        row.id,
        one,
        other,
        (first.born, second.born),
        sure(row.weight),
        row.found_at,
        row.decided_at,
        row.decided_by_name,
    )


def sure(weight: float | None) -> str:
    """How likely two records are of one person, in words; nothing where no run weighed them."""
    if weight is None:
        return "Said by a person"
    probability = scorer.probability_of(weight)
    if probability >= linking.NEAR_CERTAIN:
        return "Near certain"
    return "Likely" if probability >= 0.9 else "Doubtful"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two records: what it says, and the page that it leads to."""

    id: UUID
    name: str
    leads_to: UUID | None
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Two records side by side, what speaks for and against, and what was decided."""

    id: UUID
    of: Of
    status: Status
    one: Side
    other: Side
    rows: tuple[tuple[str, str, str, bool], ...]
    chart: Chart
    model: str
    was_model: str
    found_at: datetime
    decided_at: datetime | None
    decided_by: str
    why: str
    moves: frozenset[Action]
    by_machine: bool
    earlier: tuple[tuple[datetime, str, str], ...]


def page(*, pair_id: UUID, by: Actor, at: datetime) -> Page | None:
    """One pair; None where it, or one of its records, is not there for this person."""
    row = _pair(pair_id, by) if _may(by) else None
    if row is None:
        return None
    opened = _opened(_two(row), by)
    if set(_two(row)) - opened.keys():
        return None
    ledger.read(by=by, at=at, resource=_resource(row), subjects=_two(row), route="linking:pair")
    one, other = (_side(key, *opened[key], by) for key in _two(row))
    first, second = (comparing.columns(opened[key][1]) for key in _two(row))
    model, theirs = comparing.model(), dict(other.lines)
    status = Status(row.status)
    moves = _workflow(by).open_to(status=status, role=by.role)
    return Page(
        id=row.id,
        of=of(by),
        status=status,
        one=one,
        other=other,
        rows=tuple((key, value, theirs[key], value != theirs[key]) for key, value in one.lines),
        chart=waterfall.of(model.score(first, second), source=f"Linkage model {model.version}"),
        model=model.version,
        was_model=row.model,
        found_at=row.found_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by_name,
        why=str(row.why),
        moves=frozenset(move.action for move in moves),
        by_machine=status is Status.JOINED and row.decided_at is None,
        earlier=tuple(_earlier(row, by)),
    )


def _side(key: UUID, name: str, paper: comparing.Paper, by: Actor) -> Side:
    born = f"{paper.born.day} {paper.born:%B %Y}" if paper.born else ""
    lines = (
        ("Given names", paper.given_names),
        ("Surname", paper.surname),
        ("Other names", paper.other_names.strip()),
        ("Date of birth", born),
        ("Address", paper.address),
        ("Telephone", paper.telephone),
    )
    leads_to: UUID | None = key
    if by.is_police:
        flags = sight.visible(Consideration, by).filter(nominal_id=key).order_by("-flagged_at")
        leads_to = flags.values_list("id", flat=True).first()
    return Side(key, name, leads_to, lines)


def _earlier(row: PolicePair | SupportPair, by: Actor) -> Iterator[tuple[datetime, str, str]]:
    """What became of the pair, newest first: when, who, and what stood there before."""
    resource = Resource.POLICE_PAIR if isinstance(row, PolicePair) else Resource.SUPPORT_PAIR
    for change in history.of_row(resource=resource, row_id=row.id, by=by):
        was = "; ".join(
            f"{one.words.lower()} was {one.was}"
            for one in change.formerly
            if one.field in ("status", "decided_by_name", "why") and one.was
        )
        yield change.at, change.who or change.role, f"{change.did}{f': {was}' if was else ''}"


@dataclass(frozen=True, slots=True)
class Same:
    """Another record of the same person: its latest flag, and the pair that says so where there is one."""

    nominal_id: UUID
    name: str
    flag_id: UUID | None
    pair_id: UUID | None


def same_person(*, nominal_id: UUID, by: Actor) -> tuple[Same, ...]:
    """The other records of a force that are one person's with this. The page that shows them logs that."""
    if not (by.is_police and by.role in linking.JUDGES):
        return ()
    ids = pairing.same_person(nominal_id, by=by)
    opened = _opened(ids, by)
    found = []
    for key in ids:
        if key not in opened:
            continue
        first, second = pairing.in_order(nominal_id, key)
        direct = sight.visible(PolicePair, by).filter(one_id=first, other_id=second).first()
        flags = sight.visible(Consideration, by).filter(nominal_id=key).order_by("-flagged_at")
        flag = flags.values_list("id", flat=True).first()
        found.append(Same(key, opened[key][0], flag, direct.id if direct else None))
    return tuple(found)
