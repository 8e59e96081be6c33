"""Two records of one woman: seen side by side, joined into one, and parted again when they are two women.

Joining moves every row of the one record to the other as it is: nothing is opened and nothing sealed anew,
because a moved row keeps the key it was sealed under (`sealed_for_id`). Of every row that moves or changes
the Joining keeps what it was, so that parting gives it back. What was written since belongs to the record
that went on, unless the coordinator says that it is the other woman's.

Police are told nothing and see nothing change: their flag goes on pointing at an episode that runs for as
long as one does. A woman of the open door stays one (`domain.support.joining.goes_on`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models, transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce

from pathways.domain import decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.identification import linking
from pathways.domain.reach import approach, plan
from pathways.domain.support import episode, joining
from pathways.domain.support.joining import Action, Status
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import Role
from pathways.domain.terms.routes import Door, Route
from pathways.journey import (
    correcting,
    entering,
    gate,
    identity,
    involving,
    ledger,
    naming,
    pairing,
    sight,
    tasks,
)
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Approach,
    Client,
    Contact,
    Episode,
    Identity,
    Involvement,
    Joining,
    ParticipationAgreement,
    SafeContactPlan,
    Spine,
    Task,
)

#: Stay where they are: the two records themselves, what can never change, and what is a form's alone.
_STAY = frozenset(
    {
        "support_identity",
        "support_demographics",
        "support_joining",
        "support_pair",
        "journey_event",
        "disclosure",
        "draft",
        "form_edition",
        "erasure",
        "erasure_key",
        "legal_hold",
        "row_change",
    }
)
#: What is asked about when two records are parted: the rest follows what it hangs on.
ASKED = {
    "support_contact": "A contact",
    "support_case_note": "A note",
    "support_goal": "A goal",
    "support_review": "A review",
    "support_assessment": "An assessment",
    "support_referral": "A referral",
    "support_agreement": "An agreement to take part",
    "support_stop": "A stop",
    "support_outgoing_message": "A message to her",
}
_FOLLOWS = ("contact_id", "goal_id", "assessment_id", "referral_id", "approach_id", "object_id")
CONFIRM_TASK = "confirm_joined_plan"
ALIKE = 0.75


def _moving() -> list[type[models.Model]]:
    """Every table whose rows are about one woman and go with her record."""
    found = [
        model
        for model in apps.get_app_config("records").get_models()
        if model._meta.db_table not in _STAY
        and any(f.attname == "client_id" for f in model._meta.concrete_fields)
    ]
    return sorted(found, key=lambda model: model._meta.db_table)


def _has(model: type[models.Model], column: str) -> bool:
    return any(field.attname == column for field in model._meta.concrete_fields)


# --- verbs ------------------------------------------------------------------------------------------


def keep_apart(*, client_id: UUID, other_id: UUID, why: str, by: Actor, at: datetime) -> Outcome:
    """Says that two records which look alike are of two women: they are not put before anybody again."""
    with transaction.atomic():
        if not (answer := _may(client_id, other_id, why, by)):
            return refusal(answer)
        _row(client_id, other_id, Status.APART, why, by, at).save(force_insert=True)
        ledger.altered(
            by=by, at=at, resource=Resource.CLIENT, subjects=[client_id, other_id], reason="two women"
        )
        pairing.settle(client_id, other_id, linking.Status.APART, by=by, at=at)
        return done(client_id, next=("They are not shown to you as alike again.",))


def join(
    *, client_id: UUID, other_id: UUID, from_other: Collection[str] = (), why: str, by: Actor, at: datetime
) -> Outcome:
    """Joins two records into the one that goes on. `from_other` names what stands of the other's paper."""
    with transaction.atomic():
        if not (answer := _may(client_id, other_id, why, by)):
            return refusal(answer)
        kept_id, other_id = _in_order(client_id, other_id, by)
        undo: dict[str, Any] = {"moved": {}, "had": {}, "was": {}, "made": {}}
        row = _row(kept_id, other_id, Status.JOINED, why, by, at)
        with identity.registrar(by):
            list(Client.objects.select_for_update().filter(pk__in=(kept_id, other_id)).order_by("pk"))
            runs, folded = _episodes(kept_id, other_id, undo, at)
            _stricter_plan(kept_id, other_id, undo, by, at)
            _settle_what_runs(kept_id, other_id, runs, folded, undo, by, at)
            _move(kept_id, other_id, runs, folded, undo)
            _change(Client, undo, pk=other_id, joined_into_id=kept_id)
            row.shown = _papers(kept_id, other_id, from_other, undo)
            row.undo = undo
            row.save(force_insert=True)
        for one in (kept_id, other_id):
            naming.forget(one, None, by=by)
        for organisation_id in involving.organisations_of(kept_id, by=by):
            involving.make_findable(kept_id, organisation_id, by=by)
        _tell("joined", kept_id, other_id, runs, folded, by, at)
        ledger.combined(
            by=by,
            at=at,
            resource=Resource.CLIENT,
            subjects=[kept_id, other_id],
            reason="Two records of one woman",
        )
        pairing.settle(kept_id, other_id, linking.Status.JOINED, by=by, at=at)
        tasks.set_task(
            CONFIRM_TASK,
            "Two records were joined: confirm with her how she may be reached",
            organisation_id=row.organisation_id,
            role=Role.COORDINATOR,
            client_id=kept_id,
            route="reach:plan",
            object_id=kept_id,
            by=by,
            at=at,
        )
        return done(
            row.id,
            next=(
                "Everything of both is under the one record.",
                "Until she confirms it anew, she is reached only as both plans allowed.",
                "Police see nothing of this.",
            ),
            client_id=kept_id,
        )


def part(*, joining_id: UUID, to_other: Collection[UUID] = (), why: str, by: Actor, at: datetime) -> Outcome:
    """Parts two records again, each with what it brought.

    `to_other` names what was written since for the other woman; all else stays with the record that went on.
    """
    with transaction.atomic():
        row = sight.one(Joining, joining_id, by, lock=by.role is Role.COORDINATOR)
        if row is None:
            return refusal(sight.NOT_THERE)
        answer = joining.WORKFLOW.may(Action.PART, status=Status(row.status), role=by.role)
        if not answer:
            return refusal(answer)
        if not why.strip():
            return refusal(decision.no("Say why they are parted."))
        kept_id, other_id, undo = row.client_id, row.other_id, row.undo
        folded, runs = undo["made"].get("folded"), undo["made"].get("runs")
        with identity.registrar(by):
            later = Joining.objects.filter(
                client_id=kept_id, status=Status.JOINED.value, made_at__gt=row.made_at
            )
            if later.exists():
                return refusal(decision.no("Part first what was joined to her record after this."))
            asked = {one.id for one in _since(row)}
            if strangers := set(to_other) - asked:
                return refusal(decision.no(f"{len(strangers)} of these were not written since the join."))
            new = _give(kept_id, other_id, set(to_other), undo, runs)
            ended = _ended_since(runs)
            _give_back(undo, ended if folded else None)
            row.status, row.parted_at, row.parted_by_id = Status.PARTED.value, at, by.account_id
            row.parted_because = why.strip()
            row.save()
        for one in (kept_id, other_id):
            naming.forget(one, None, by=by)
            for organisation_id in involving.organisations_of(one, by=by):
                involving.make_findable(one, organisation_id, by=by)
        _tell("parted", kept_id, other_id, runs, folded, by, at)
        for contact_id in new:
            _tell_moved(contact_id, kept_id, other_id, by, at)
        pairing.settle(kept_id, other_id, linking.Status.PARTED, by=by, at=at)
        tasks.settle(CONFIRM_TASK, object_id=kept_id, by=by, at=at)
        ledger.altered(
            by=by, at=at, resource=Resource.CLIENT, subjects=[kept_id, other_id], reason="parted again"
        )
        return done(
            row.id, next=("Each record has again what it brought.",), client_id=kept_id, other_id=other_id
        )


# --- what they have in common -----------------------------------------------------------------------


def _may(client_id: UUID, other_id: UUID, why: str, by: Actor) -> decision.Decision:
    if by.role is not Role.COORDINATOR:
        return decision.no(
            "The coordinator decides whether two records are of one woman.", ask="the coordinator"
        )
    if client_id == other_id:
        return decision.no("These are one record already.")
    found = sight.visible(Client, by).filter(pk__in=(client_id, other_id))
    if found.count() != 2 or found.exclude(organisation_id=by.organisation_id).exists():
        return sight.NOT_THERE
    if found.exclude(joined_into_id=None).exists():
        return decision.no("One of these was joined to another record already.")
    if not why.strip():
        return decision.no("Say why you think so.")
    return decision.yes()


def _row(kept_id: UUID, other_id: UUID, status: Status, why: str, by: Actor, at: datetime) -> Joining:
    return Joining(
        client_id=kept_id,
        other_id=other_id,
        organisation_id=by.organisation_id,
        status=status.value,
        why=why.strip(),
        made_at=at,
        made_by_id=by.account_id,
        made_by_name=by.name,
    )


def _in_order(one: UUID, other: UUID, by: Actor) -> tuple[UUID, UUID]:
    """(the record that goes on, the one that is folded into it)."""
    made = dict(sight.visible(Client, by).filter(pk__in=(one, other)).values_list("id", "created_at"))
    first = joining.goes_on(
        is_of_open_door(one, by=by), is_of_open_door(other, by=by), first_is_older=made[one] <= made[other]
    )
    return (one, other) if first else (other, one)


def is_of_open_door(client_id: UUID, *, by: Actor) -> bool:
    """Whether she ever came by the open door, so that what police may know of her is hers to decide."""
    with identity.clerk(by):
        routes = Episode.objects.filter(client_id=client_id).values_list("route", flat=True)
        return any(Route(route).door is Door.OPEN for route in routes if route)


def _change(model: type[models.Model], undo: dict[str, Any], *, pk: UUID, **values: Any) -> None:
    """Changes plain columns of one row, and keeps what they were the first time."""
    was = undo["was"].setdefault(model._meta.db_table, {}).setdefault(str(pk), {})
    before = model._default_manager.filter(pk=pk).values(*values).get()
    for name, value in before.items():
        was.setdefault(name, _plain(value))
    model._default_manager.filter(pk=pk).update(**values)


def _plain(value: Any) -> Any:
    return (
        value.isoformat()
        if isinstance(value, (datetime, date))
        else str(value)
        if isinstance(value, UUID)
        else value
    )


# --- the pieces of a join ---------------------------------------------------------------------------


def _episodes(
    kept_id: UUID, other_id: UUID, undo: dict[str, Any], at: datetime
) -> tuple[UUID | None, UUID | None]:
    """Numbers both women's episodes as one row in time. (the one that runs, the one that gave way to it)."""
    closed = episode.Status.CLOSED.value
    rows = list(Episode.objects.filter(client_id__in=(kept_id, other_id)).order_by("opened_at", "id"))
    open_now = [row for row in rows if row.status != closed]
    folded = (
        next((row for row in open_now if row.client_id == other_id), None) if len(open_now) == 2 else None
    )
    if folded is not None:
        _change(Episode, undo, pk=folded.id, status=closed, closed_at=at, paused_at=None)
    runs = next((row for row in open_now if folded is None or row.id != folded.id), None)
    in_time = [row for row in rows if runs is None or row.id != runs.id] + ([runs] if runs else [])
    for number, row in enumerate(in_time, start=1):
        _change(Episode, undo, pk=row.id, number=number + 10_000)
    undo["numbers"] = {str(row.id): number for number, row in enumerate(in_time, start=1)}
    undo["made"] |= {
        "runs": str(runs.id) if runs and folded else None,
        "folded": str(folded.id) if folded else None,
    }
    return (runs.id if runs else None), (folded.id if folded else None)


def _stricter_plan(kept_id: UUID, other_id: UUID, undo: dict[str, Any], by: Actor, at: datetime) -> None:
    """The stricter of the two plans takes the place of both."""
    current = {
        row.client_id: row
        for row in SafeContactPlan.objects.filter(client_id__in=(kept_id, other_id)).exclude(
            status=plan.Status.REPLACED.value
        )
    }
    for row in current.values():
        _change(SafeContactPlan, undo, pk=row.id, status=plan.Status.REPLACED.value)
    if not current:
        return
    found = [gate.plan_facts(row) for row in current.values()]
    facts = found[0] if len(found) == 1 else joining.stricter(found[0], found[1])
    base = current.get(kept_id) or next(iter(current.values()))
    hers = next((row for row in current.values() if row.status == plan.Status.CONFIRMED.value), base)
    is_confirmed = facts.status is plan.Status.CONFIRMED
    made = SafeContactPlan(
        client_id=kept_id,
        organisation_id=base.organisation_id,
        status=facts.status.value,
        details={**(hers.details or {}), **plan.details(facts)},
        version=max(row.version for row in current.values()) + 1,
        made_at=at,
        made_by_id=by.account_id,
        confirmed_at=facts.trusted_from if is_confirmed else None,
        confirmed_by_id=hers.confirmed_by_id if is_confirmed else None,
        lapses_at=plan.lapses_at(facts),
        lapsed_at=at if facts.status is plan.Status.LAPSED else None,
        lapsed_because="joined" if facts.status is plan.Status.LAPSED else "",
    )
    made.save(force_insert=True)
    undo["made"]["plan"] = str(made.id)


def _settle_what_runs(
    kept_id: UUID,
    other_id: UUID,
    runs: UUID | None,
    folded: UUID | None,
    undo: dict[str, Any],
    by: Actor,
    at: datetime,
) -> None:
    """Nobody approaches her twice, nothing is asked twice, and one agreement holds."""
    for task in Task.objects.filter(object_id=other_id, done_at__isnull=True):
        if task.kind == entering.TASK and (runs is not None and folded is not None):
            _change(Task, undo, pk=task.id, done_at=at, done_by_id=by.account_id)
        else:
            _change(Task, undo, pk=task.id, object_id=kept_id)
    live = {
        (one.organisation_id, one.account_id, one.kind)
        for one in Involvement.objects.filter(client_id=kept_id, until_at__isnull=True)
    }
    has_lead = Involvement.objects.filter(client_id=kept_id, until_at__isnull=True, is_lead=True).exists()
    for one in Involvement.objects.filter(client_id=other_id, until_at__isnull=True):
        if (one.organisation_id, one.account_id, one.kind) in live:
            _change(Involvement, undo, pk=one.id, until_at=at)
        elif one.is_lead and has_lead:
            _change(Involvement, undo, pk=one.id, is_lead=False)
    if runs is None or folded is None:
        return
    ended = (approach.Status.DECLINED.value, approach.Status.AGREED.value, approach.Status.NO_CONTACT.value)
    if Approach.objects.filter(episode_id=runs).exists():
        for try_ in Approach.objects.filter(episode_id=folded).exclude(status__in=ended):
            _change(Approach, undo, pk=try_.id, status=approach.Status.NO_CONTACT.value, ended_at=at)
    if ParticipationAgreement.objects.filter(episode_id=runs, ended_at__isnull=True).exists():
        for agreed in ParticipationAgreement.objects.filter(episode_id=folded, ended_at__isnull=True):
            _change(ParticipationAgreement, undo, pk=agreed.id, ended_at=at)
    for joined in Spine.objects.filter(episode_id=folded):
        _change(Spine, undo, pk=joined.id, episode_id=runs)


def _move(
    kept_id: UUID, other_id: UUID, runs: UUID | None, folded: UUID | None, undo: dict[str, Any]
) -> None:
    """Every row of the one record to the other, as it is."""
    for model in _moving():
        table = model._meta.db_table
        rows = model._default_manager
        undo["had"][table] = [str(key) for key in rows.filter(client_id=kept_id).values_list("pk", flat=True)]
        columns = [name for name in ("sealed_for_id", "episode_id") if _has(model, name)]
        if table == "spine":
            columns = []
        moving = rows.filter(client_id=other_id)
        undo["moved"][table] = {
            str(found["pk"]): {name: _plain(found[name]) for name in columns}
            for found in moving.values("pk", *columns)
        }
        changed: dict[str, Any] = {"client_id": kept_id}
        if "sealed_for_id" in columns:
            changed["sealed_for_id"] = Coalesce(F("sealed_for_id"), Value(other_id, models.UUIDField()))
        if folded is not None and runs is not None and "episode_id" in columns and model is not Episode:
            moving.filter(episode_id=folded).update(episode_id=runs)
        moving.update(**changed)
    for key, number in undo["numbers"].items():
        Episode.objects.filter(pk=key).update(number=number)


_PAPER = ("given_names", "surname", "date_of_birth", "telephone", "email", "address")


def _papers(
    kept_id: UUID, other_id: UUID, from_other: Collection[str], undo: dict[str, Any]
) -> dict[str, Any]:
    """Both papers as they were, and the one that stands now: she is found by either name."""
    clients = Client.objects.in_bulk([kept_id, other_id])
    papers = {row.client_id: row for row in Identity.objects.filter(client_id__in=(kept_id, other_id))}
    shown = {
        side: [list(line) for line in correcting.paper_lines(clients[key], papers[key])]
        if key in papers
        else []
        for side, key in (("kept", kept_id), ("other", other_id))
    }
    kept, other = papers.get(kept_id), papers.get(other_id)
    if kept is None or other is None:
        return shown
    undo["paper"] = {
        "called": clients[kept_id].called,
        **{name: _plain(getattr(kept, name)) for name in (*_PAPER, "other_names", "risk_to_worker")},
    }
    names = {kept.given_names, kept.surname, *kept.other_names.split()}
    for name in _PAPER:
        if name in from_other or not getattr(kept, name):
            setattr(kept, name, getattr(other, name))
    also = [
        word
        for word in f"{other.given_names} {other.surname} {other.other_names}".split()
        if word not in names
    ]
    also += [name for name in (undo["paper"]["given_names"], undo["paper"]["surname"])
             if name and name not in (kept.given_names, kept.surname)]  # fmt: skip
    kept.other_names = " ".join(dict.fromkeys([*kept.other_names.split(), *also]))
    if other.risk_to_worker and other.risk_to_worker != kept.risk_to_worker:
        kept.risk_to_worker = f"{kept.risk_to_worker}\n{other.risk_to_worker}".strip()
    kept.save()
    undo["paper_now"] = {
        "called": clients[kept_id].called,
        **{name: _plain(getattr(kept, name)) for name in (*_PAPER, "other_names", "risk_to_worker")},
    }
    if "called" in from_other:
        clients[kept_id].called = clients[other_id].called
        clients[kept_id].save(update_fields=["called"])
        undo["paper_now"]["called"] = clients[kept_id].called
    undo["kept"] = str(kept_id)
    return shown


# --- the pieces of a parting ------------------------------------------------------------------------


def _ended_since(runs: str | None) -> dict[str, Any] | None:
    """How the episode that went on ended since the join, if it has."""
    row = Episode.objects.filter(pk=runs).first() if runs else None
    if row is None or row.status != episode.Status.CLOSED.value:
        return None
    return {"status": row.status, "closed_at": row.closed_at, "outcome": row.outcome}


def _give(
    kept_id: UUID, other_id: UUID, chosen: set[UUID], undo: dict[str, Any], runs: str | None
) -> list[UUID]:
    """Gives the other woman what was written for her since, with all that hangs on it. Her contacts' ids."""
    new = _new_rows(kept_id, undo)
    wanted = set(chosen)
    for model, keys in new:
        for column in _FOLLOWS:
            if _has(model, column):
                rows = model._default_manager.filter(pk__in=keys, **{f"{column}__in": wanted})
                wanted |= set(rows.values_list("pk", flat=True))
    hers = undo["made"].get("folded") or next(iter(undo["moved"].get("support_episode", {})), None)
    contacts: list[UUID] = []
    for model, keys in new:
        going = model._default_manager.filter(pk__in=[key for key in keys if key in wanted])
        if model is Contact:
            contacts = list(going.values_list("pk", flat=True))
        if _has(model, "episode_id") and hers:
            going.update(episode_id=hers)
        changed: dict[str, Any] = {"client_id": other_id}
        if _has(model, "sealed_for_id"):
            changed["sealed_for_id"] = Coalesce(F("sealed_for_id"), Value(kept_id, models.UUIDField()))
        going.update(**changed)
    return contacts


def _new_rows(kept_id: UUID, undo: Mapping[str, Any]) -> list[tuple[type[models.Model], list[UUID]]]:
    """What the joined record holds that neither of the two had: by table."""
    found = []
    for model in _moving():
        table = model._meta.db_table
        known = set(undo["had"].get(table, ())) | set(undo["moved"].get(table, ()))
        keys = model._default_manager.filter(client_id=kept_id).values_list("pk", flat=True)
        if new := [key for key in keys if str(key) not in known and str(key) != undo["made"].get("plan")]:
            found.append((model, new))
    return found


def _give_back(undo: dict[str, Any], ended: dict[str, Any] | None) -> None:
    """Every row that moved goes back to where it came from; what was changed for the join is as it was."""
    by_table = {model._meta.db_table: model for model in apps.get_app_config("records").get_models()}
    other_id = next(iter(undo["was"]["support_client"]))
    numbered = undo["was"].get("support_episode", {})
    Episode.objects.filter(pk__in=numbered).update(number=F("number") + 10_000)
    if made := undo["made"].get("plan"):
        SafeContactPlan.objects.filter(pk=made).update(status=plan.Status.REPLACED.value)
    for table, rows in undo["moved"].items():
        model = by_table[table]
        for key, was in rows.items():
            model._default_manager.filter(pk=key).update(client_id=other_id, **was)
    for table, rows in undo["was"].items():
        model = by_table[table]
        for key, was in rows.items():
            _restore(model, key, dict(was), undo, ended)
    if (paper := undo.get("paper")) and (now := undo.get("paper_now")):
        _restore_paper(UUID(undo["kept"]), paper, now)


def _restore(
    model: type[models.Model], key: str, was: dict[str, Any], undo: Mapping[str, Any], ended: Any
) -> None:
    """Gives a row its former columns. A plan confirmed since, and an ending since, are not undone."""
    rows = model._default_manager.filter(pk=key)
    if model is SafeContactPlan:
        client_id = rows.values_list("client_id", flat=True).get()
        others = SafeContactPlan.objects.filter(client_id=client_id).exclude(
            status=plan.Status.REPLACED.value
        )
        if others.exclude(pk=key).exists():
            return
    if model is Episode and key == undo["made"].get("folded") and ended is not None:
        was |= ended
    rows.update(**was)


def _restore_paper(kept_id: UUID, paper: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Who she was on paper before the join, but for what was put right since."""
    row = Identity.objects.filter(client_id=kept_id).first()
    client = Client.objects.get(pk=kept_id)
    if client.called == now["called"]:
        client.called = paper["called"]
        client.save(update_fields=["called"])
    if row is None:
        return
    for name in (*_PAPER, "other_names", "risk_to_worker"):
        if _plain(getattr(row, name)) == now[name]:
            value = paper[name]
            is_day = name == "date_of_birth" and value
            setattr(row, name, date.fromisoformat(value) if is_day else value)
    row.save()


# --- what is told -----------------------------------------------------------------------------------


def _tell(what: str, kept_id: UUID, other_id: UUID, runs: Any, folded: Any, by: Actor, at: datetime) -> None:
    with identity.clerk(by):
        where = Episode.objects.filter(client_id=kept_id).order_by("-number").first()
        running = Episode.objects.filter(pk=runs).first() if runs and folded else None
    ledger.record(
        EventKind.CORRECTED,
        by=by,
        at=at,
        case_id=where.case_id if where else None,
        client_id=kept_id,
        episode_id=running.id if running else where.id if where else None,
        detail={"what": what, "client": str(other_id), "episode": str(folded) if folded else None},
    )


def _tell_moved(contact_id: UUID, kept_id: UUID, other_id: UUID, by: Actor, at: datetime) -> None:
    with identity.clerk(by):
        row = Contact.objects.get(pk=contact_id)
    ledger.record(
        EventKind.CORRECTED,
        by=by,
        at=at,
        client_id=kept_id,
        detail={
            "what": "moved",
            "contact": str(contact_id),
            "client": str(other_id),
            "episode": str(row.episode_id),
        },
    )


# --- reads ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Like:
    """Another record that may be of the same woman."""

    client_id: UUID
    name: str
    reference: str
    born: date | None
    is_sure: bool


def alike(*, client_id: UUID, by: Actor, at: datetime) -> tuple[Like, ...]:
    """Records of the coordinator's own organisation that may be hers too, the most alike first."""
    if by.role is not Role.COORDINATOR:
        return ()
    client = sight.one(Client, client_id, by)
    paper = sight.visible(Identity, by).filter(client_id=client_id).first()
    if client is None or paper is None or client.joined_into_id is not None:
        return ()
    typed = f"{paper.given_names or client.called} {paper.surname}".strip()
    if paper.date_of_birth:
        typed = f"{typed} {paper.date_of_birth.isoformat()}"
    apart = {
        key
        for pair in sight.visible(Joining, by)
        .filter(status__in=(Status.APART.value, Status.PARTED.value))
        .values_list("client_id", "other_id")
        if client_id in pair
        for key in pair
    }
    found = [
        one
        for one in naming.find(typed, by=by, kinds=(naming.Kind.CLIENT,), most=8)
        if one.record_id != client_id and one.record_id not in apart and one.score >= ALIKE
    ]
    references = dict(
        sight.visible(Client, by)
        .filter(pk__in=[one.record_id for one in found], joined_into_id=None)
        .values_list("id", "reference")
    )
    shown = tuple(
        Like(one.record_id, one.name, references[one.record_id], one.born, one.score >= 0.9)
        for one in found
        if one.record_id in references
    )
    if shown:
        ledger.read(
            by=by,
            at=at,
            resource=Resource.CLIENT,
            subjects=[one.client_id for one in shown],
            route="joining:alike",
        )
    return shown


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two records, in words."""

    client_id: UUID
    name: str
    reference: str
    lines: tuple[tuple[str, str], ...]
    safe_contact: str
    is_stopped: bool
    episodes: tuple[str, ...]
    referrals: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records side by side: the one that would go on, the other, and how she would be reached."""

    kept: Side
    other: Side
    differing: tuple[str, ...]
    would_be: str


def pair(*, client_id: UUID, other_id: UUID, by: Actor, at: datetime) -> Pair | None:
    """Both records side by side for the coordinator, or None where either is not there for her."""
    if not _may(client_id, other_id, "-", by):
        return None
    kept_id, folded_id = _in_order(client_id, other_id, by)
    ledger.read(by=by, at=at, resource=Resource.IDENTITY, subjects=[kept_id, folded_id], route="joining:pair")
    kept, other = _side(kept_id, by), _side(folded_id, by)
    plans = [standing.plan_facts for key in (kept_id, folded_id) if (standing := gate.standing(key, by)).plan]
    facts = [one for one in plans if one is not None]
    would = joining.stricter(facts[0], facts[1]) if len(facts) == 2 else facts[0] if facts else None
    theirs = dict(other.lines)
    differing = tuple(key for key, value in kept.lines if theirs.get(key, "") != value and theirs.get(key))
    return Pair(kept, other, differing, plan.line(would) if would else "No plan")


def _side(client_id: UUID, by: Actor) -> Side:
    client = sight.visible(Client, by).get(pk=client_id)
    paper = sight.visible(Identity, by).filter(client_id=client_id).first()
    standing = gate.standing(client_id, by)
    facts = standing.plan_facts
    rows = sight.visible(Episode, by).filter(client_id=client_id).order_by("number")
    return Side(
        client_id=client_id,
        name=client.called,
        reference=client.reference,
        lines=tuple(correcting.paper_lines(client, paper)) if paper else (),
        safe_contact=plan.line(facts) if facts else "No plan",
        is_stopped=standing.stop is not None,
        episodes=tuple(
            f"Episode {row.number}, {row.get_status_display().lower()}, by {Route(row.route).label.lower()}"
            for row in rows
        ),
        referrals=rows.filter(referrals__isnull=False).values("referrals").count(),
    )


@dataclass(frozen=True, slots=True)
class New:
    """Something written since two records were joined, of which it is asked whose it is."""

    id: UUID
    words: str


@dataclass(frozen=True, slots=True)
class Joined:
    """A join that stands, as the coordinator sees it before she parts it."""

    id: UUID
    client_id: UUID
    other_id: UUID
    why: str
    at: datetime
    by: str
    kept: tuple[tuple[str, str], ...]
    other: tuple[tuple[str, str], ...]
    since: tuple[New, ...]


def joined(*, client_id: UUID, by: Actor, at: datetime) -> tuple[Joined, ...]:
    """The records that were joined to this one, newest first."""
    rows = list(sight.visible(Joining, by).filter(client_id=client_id, status=Status.JOINED.value))
    if not rows:
        return ()
    ledger.read(by=by, at=at, resource=Resource.JOINING, subjects=[client_id], route="joining:joined")
    with identity.registrar(by):
        since = {row.id: _since(row) for row in rows}
    return tuple(
        Joined(
            row.id,
            row.client_id,
            row.other_id,
            str(row.why),
            row.made_at,
            row.made_by_name,
            tuple((line[0], line[1]) for line in row.shown.get("kept", ())),
            tuple((line[0], line[1]) for line in row.shown.get("other", ())),
            since[row.id],
        )
        for row in rows
    )


def _since(row: Joining) -> tuple[New, ...]:
    found = []
    for model, keys in _new_rows(row.client_id, row.undo):
        words = ASKED.get(model._meta.db_table)
        if words is None:
            continue
        moments = [name for name in _MOMENTS if _has(model, name)]
        for one in model._default_manager.filter(pk__in=keys).values("pk", *moments):
            moment = next((one[name] for name in moments if one[name] is not None), None)
            when = f", {moment:%-d %B %Y}" if moment is not None else ""
            found.append(New(one["pk"], f"{words}{when}"))
    return tuple(sorted(found, key=lambda each: each.words))


_MOMENTS = (
    "happened_at",
    "written_at",
    "set_at",
    "happened_on",
    "started_at",
    "made_at",
    "agreed_at",
    "stopped_at",
    "asked_at",
    "planned_at",
)


def one(*, joining_id: UUID, by: Actor, at: datetime) -> Joined | None:
    """One join that stands, by its own id."""
    row = sight.one(Joining, joining_id, by)
    if row is None:
        return None
    return next(
        (each for each in joined(client_id=row.client_id, by=by, at=at) if each.id == joining_id), None
    )


def goes_on_as(*, client_id: UUID, by: Actor) -> UUID | None:
    """The record that this one was joined into, for somebody who followed an old link."""
    row = sight.one(Client, client_id, by)
    return None if row is None else row.joined_into_id


def others_of(client_ids: Iterable[UUID], *, by: Actor) -> tuple[UUID, ...]:
    """The records that were folded into these. Ask first whether `by` may see them."""
    with identity.clerk(by):
        rows = Joining.objects.filter(client_id__in=list(client_ids), status=Status.JOINED.value)
        return tuple(rows.values_list("other_id", flat=True))
