"""How the panel works, for whoever leads it and for the evaluator: attendance, answers, actions on time."""

from __future__ import annotations

from datetime import datetime, timedelta

from pathways.analysis import turnout
from pathways.analysis.disclosure import Audience
from pathways.analysis.turnout import Turnout
from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance.actors import Actor
from pathways.domain.terms import clocks
from pathways.domain.terms.people import Role
from pathways.domain.triage import meeting as m
from pathways.journey import identity, ledger, seating
from pathways.records.models import Organisation, PanelAsk, PanelAttendance, PanelDecision, PanelMeeting

MAY_SEE = frozenset({Role.COORDINATOR, Role.PANEL_CHAIR, Role.EVALUATOR})
PERIODS = {"3": 13, "6": 26, "12": 52, "24": 104}


def counted(*, by: Actor, at: datetime, months: str, synthetic: bool) -> Turnout | Decision:
    """The table of the last so many months. Attendance by agency; women only as protected counts."""
    if by.role not in MAY_SEE:
        return decision.no("How the panel works is for those who lead it and the evaluator.")
    since = at - timedelta(weeks=PERIODS.get(months, 52))
    today = clocks.local(at).date()
    places = dict(Organisation.objects.values_list("id", "name"))
    with identity.counting(by):
        met = list(
            PanelMeeting.objects.filter(starts_at__gte=since, starts_at__lte=at).values_list(
                "id", "status", "seats"
            )
        )
        held = {
            key: seats
            for key, status, seats in met
            if status in (m.Status.HELD.value, m.Status.MINUTES_AGREED.value)
        }
        came = set(
            PanelAttendance.objects.filter(meeting_id__in=list(held)).values_list(
                "meeting_id", "at_organisation_id"
            )
        )
        asks = list(
            PanelAsk.objects.filter(asked_at__gte=since).values_list(
                "asked_organisation_id", "asked_at", "answered_at", "due_at"
            )
        )
        actions_of = PanelDecision.objects.filter(
            decided_at__gte=since, owner_organisation_id__isnull=False
        )
        given = list(actions_of.values_list("owner_organisation_id", "done_at", "due_date"))
    invited = [
        turnout.Invited(places.get(place, "an agency that has left"), str(key), (key, place) in came)
        for key, seats in held.items()
        for place in sorted(seating.organisations_of(seats))
    ]
    questions = [
        turnout.Question(
            places.get(place, "an agency that has left"),
            None if answered is None else (answered - asked) / timedelta(days=1),
            answered is not None and answered <= due,
        )
        for place, asked, answered, due in asks
        if answered is not None or due <= at
    ]
    actions = [
        turnout.Given(
            places.get(place, "an agency that has left"),
            done is not None,
            done is not None and due is not None and clocks.local(done).date() <= due,
            due is not None and due < today,
        )
        for place, done, due in given
        if place is not None
    ]
    ledger.kept_up(by=by, at=at, what="panel attendance was counted", route="panel:turnout")
    made_up = " SYNTHETIC: no real person." if synthetic else ""
    return turnout.turnout(
        invited,
        questions,
        actions,
        held=len(held),
        cancelled=sum(status == m.Status.CANCELLED.value for _, status, _ in met),
        rule=Audience.STEERING.rule,
        source=f"Panel meetings, {clocks.local(since):%-d %B %Y} to {clocks.local(at):%-d %B %Y}.{made_up}",
    )
