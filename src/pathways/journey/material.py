"""What the programme records of itself besides journeys, as codes: for measures, returns and the report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q

from pathways.analysis.lab_file import Counted
from pathways.analysis.measured import Recorded
from pathways.analysis.returns import Material
from pathways.domain.evaluation import measures
from pathways.domain.evaluation.catalogue import MEASURES
from pathways.domain.evaluation.justice_lab import Status
from pathways.domain.evaluation.measures import Chosen
from pathways.domain.governance.actors import Actor
from pathways.domain.terms import clocks
from pathways.journey import identity, planning, police_kept, pricing
from pathways.records.models import LabSubmission, ProgrammeRecord, Service, SharingAgreement


def codes(by: Actor) -> list[Recorded]:
    """The newest version of every record that stands, as codes: nothing that was typed is opened."""
    with identity.counting(by):
        rows = list(
            ProgrammeRecord._default_manager.order_by("kept_id", "-number")
            .distinct("kept_id")
            .values_list("kind", "on_date", "until_date", "codes", "is_withdrawn")
        )
    found = [
        Recorded(kind, on, until, said or {})
        for kind, on, until, said, is_withdrawn in rows
        if not is_withdrawn
    ]
    return sorted(found, key=lambda one: (one.kind, one.on, one.ends, repr(sorted(one.codes.items()))))


def agreements(at: datetime) -> list[tuple[str, str]]:
    """The two organisations of every sharing agreement in force."""
    today = clocks.local(at).date()
    in_force = SharingAgreement.objects.filter(from_date__lte=today).filter(
        Q(until_date__isnull=True) | Q(until_date__gte=today)
    )
    pairs = in_force.values_list("from_organisation_id", "to_organisation_id")
    return sorted((str(one), str(other)) for one, other in pairs)


def submissions(by: Actor) -> tuple[Counted, ...]:
    """Submissions to the Justice Data Lab as counts: all that were seen, and last the one that stands.

    Empty where none stands before others. What was withdrawn or drawn up again has been seen.
    """
    with identity.counting(by):
        rows = list(LabSubmission._default_manager.order_by("drawn_at", "number"))
    seen: list[tuple[datetime, Counted]] = []
    standing: list[tuple[datetime, Counted]] = []
    for row in rows:
        seen += [
            (datetime.fromisoformat(one["drawn_at"]), Counted(one["eligible"], one["reasons"]))
            for one in row.earlier
        ]
        if row.proposed_at is not None:
            now = Counted(row.eligible, row.first_reasons, row.from_date, row.until_date)
            is_over = row.status == Status.WITHDRAWN.value
            (seen if is_over else standing).append((row.drawn_at, now))
    if not standing:
        return ()
    *others, newest = standing
    before = sorted([*seen, *others], key=lambda each: each[0])
    return (*(counted for _, counted in before), newest[1])


def gathered(
    *, by: Actor, at: datetime, words: Mapping[str, str] | None = None, provider: str = ""
) -> Material:
    """All of it, for whoever may read the plan; measures as they come defined for others."""
    now = planning.measures_now(by=by)
    in_use = now.measures if now else measures.at_site(MEASURES, Chosen())
    places = Service.objects.filter(capacity__isnull=False, status="active").values_list("name", "capacity")
    return Material(
        rows=codes(by),
        in_use=in_use,
        agreements=agreements(at),
        places=sorted((name, int(capacity or 0)) for name, capacity in places),
        words=words or {},
        provider=provider,
        submissions=submissions(by),
        given=pricing.given(by=by),
        contact=police_kept.given(by=by),
    )
