"""One invented woman's way through the programme, taken step by step with the verbs that people use.

Shares of losses, waits and needs are chosen so that of 262 women considered about 220 are identified, 120
supported by the third sector, 50 engaged with a private company, and everything in between.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pathways.domain.governance.actors import Actor
from pathways.domain.identification.judgement import Heading
from pathways.domain.identification.reasons import DeferReason, RejectReason
from pathways.domain.outcomes import tools
from pathways.domain.outcomes.response import How, Occasion
from pathways.domain.reach import agreement, plan, stop
from pathways.domain.reach.approach import Result
from pathways.domain.referral import sharing
from pathways.domain.referral.reasons import DeclineReason
from pathways.domain.referral.sharing import ShareField
from pathways.domain.support import closure
from pathways.domain.support import review as reviews
from pathways.domain.support.goal import Action
from pathways.domain.support.reasons import Absence, EndReason
from pathways.domain.terms import demographics as d
from pathways.domain.terms import indicators, needs
from pathways.domain.terms.clocks import local
from pathways.domain.terms.contact import Attendance, Channel, ContactMode, Weekday, Window
from pathways.domain.terms.events import ScreeningOutcome
from pathways.domain.terms.law import FactOrOpinion, SocInvolvement, SubjectCategory, VictimOfSoc
from pathways.domain.terms.people import Role, Sector
from pathways.domain.terms.routes import Door, Route
from pathways.domain.triage.assessment import Exploitation, ImmediateSafety, Need
from pathways.domain.triage.levels import Level
from pathways.domain.triage.mechanisms import Mechanism, Standing
from pathways.journey import (
    agreement as agreeing,
)
from pathways.journey import (
    approach,
    assess,
    closing,
    contact_plan,
    contacts,
    flagging,
    follow_up,
    goals,
    identity,
    instruments,
    judging,
    measuring,
    open_door,
    refer,
    reviewing,
    screening,
    stopping,
    tasks,
    triage,
)
from pathways.journey.assess import Answers, Monitoring
from pathways.journey.invented import lab, level_twice, names, reading_twice
from pathways.journey.invented.world import World
from pathways.records.models import (
    Approach,
    Closure,
    Consideration,
    Episode,
    FollowUp,
    Message,
    MessageKind,
    Referral,
    ReferralIn,
    Task,
    TriageDecision,
)


class _LaterError(Exception):
    """The story has reached today: what comes next has not happened yet."""


class RefusedError(RuntimeError):
    """A verb refused a step of the demonstration, which is a fault of the demonstration."""


LONDON = ZoneInfo("Europe/London")
_ROUTES = (
    (Route.POLICE_OFFICER, 34),
    (Route.CUSTODY, 24),
    (Route.POLICE_SEARCH, 8),
    (Route.PROBATION, 9),
    (Route.THIRD_SECTOR, 9),
    (Route.HEALTH, 5),
    (Route.LOCAL_AUTHORITY, 4),
    (Route.SELF, 7),
)
_ETHNICITY = (
    (d.Ethnicity.WHITE_BRITISH, 40),
    (d.Ethnicity.OTHER_WHITE, 11),
    (d.Ethnicity.PAKISTANI, 14),
    (d.Ethnicity.BANGLADESHI, 7),
    (d.Ethnicity.INDIAN, 4),
    (d.Ethnicity.AFRICAN, 7),
    (d.Ethnicity.CARIBBEAN, 6),
    (d.Ethnicity.WHITE_AND_CARIBBEAN, 4),
    (d.Ethnicity.OTHER_MIXED, 2),
    (d.Ethnicity.WHITE_IRISH, 2),
    (d.Ethnicity.ROMA, 1),
    (d.Ethnicity.OTHER, 2),
)
_AREAS = (("Luton", 55), ("Bedford", 25), ("Central Bedfordshire", 20))
_WHY = (
    "Her partner is linked to a supply line; she answers his telephone and has been found at his address.",
    "Parcels were kept at her flat. She says that she was told not to open them.",
    "Stopped three times this month with people known for supply. She seemed frightened of one of them.",
    "Money passed through her account that she could not explain. A man waited outside during interview.",
    "She is staying with people who use her tenancy and will not leave.",
    "Her brother owes money, and she has been asked to pay it back by carrying.",
)
_NOTES = (
    "We met at the centre. She slept better this week and has called the housing office herself.",
    "Short call. Her mother has the children at the weekend, which gives her some room.",
    "Went through the letters about debt together. She will bring the rest on Thursday.",
    "She talked about the flat and wants new locks. We rang the council from here.",
    "Quiet today. We had tea and agreed to look at the plan again next week.",
    "She has been to the group twice now and likes it. Travel is still hard.",
    "She heard from him again and did not answer. We went over what to do if he comes.",
)
_GOALS = (
    (needs.Domain.HOUSING, "A front door that only I have the key to"),
    (needs.Domain.CHILDREN, "See my children every weekend"),
    (needs.Domain.MENTAL_HEALTH, "Sleep through the night"),
    (needs.Domain.MONEY, "Know what I owe and to whom"),
    (needs.Domain.SUBSTANCE_USE, "Six weeks without"),
    (needs.Domain.WORK_AND_LEARNING, "Finish my food hygiene course"),
    (needs.Domain.RELATIONSHIPS, "Say no and mean it"),
)
_PLACES_OF_SUPPORT = ("willow", "willow", "harbour", "lantern", "safe-steps", "turning-tide", "meadow")
#: screenings that are taken up again
_LATER = (ScreeningOutcome.DEFERRED, ScreeningOutcome.SAFEGUARDING_FIRST)
#: the headings of what is her own; what was reported of her as a victim is not enough alone
_HER_OWN = ("cri_", "abl_", "idn_", "vul_h", "vul_m", "vul_s", "vul_c", "vul_d", "vul_l", "vul_p", "vul_t")
#: where she is in immediate danger, how she stands with each other protection
_IN_DANGER = dict.fromkeys(Mechanism, Standing.NOT_NEEDED) | {
    Mechanism.ADULT_SAFEGUARDING: Standing.REFERRED,
    Mechanism.MARAC: Standing.IN_PLACE,
    Mechanism.HOUSING_DUTY: Standing.SHE_DECLINED,
}
_SHARES = frozenset(ShareField) - {ShareField.HEALTH, ShareField.SAFETY_PLAN}


def live(number: int, *, began: datetime, until: datetime, world: World) -> None:
    """One woman's way, from `began` to as far as it has come by `until`. The same number, the same way."""
    rng = random.Random(1000 + number)  # noqa: S311 - a story, not a secret
    life = _Life(number, rng, began, until, world)
    try:
        life.go()
    except _LaterError:
        life.today()


class _Life:
    def __init__(
        self, number: int, rng: random.Random, began: datetime, until: datetime, world: World
    ) -> None:
        self.number, self.rng, self.now, self.until, self.world = number, rng, began, until, world
        self.name = names.invent(rng, on=began.date())
        self.route = _drawn(_ROUTES, rng)
        self.hub = world.one(Role.COORDINATOR, "pathways-hub")
        # apart, so that what is measured moves nothing else of her story
        self.felt = random.Random(7000 + number)  # noqa: S311 - a story, not a secret
        self.distress = self.felt.uniform(0.9, 2.4)
        # and so that what is soon done beside it does not either
        self.soon = random.Random(9000 + number)  # noqa: S311 - a story, not a secret
        self.client_id: UUID | None = None
        self.worker: Actor | None = None

    # ------------------------------------------------------------------ the pace of a story

    def wait(self, least: float, most: float) -> None:
        """Lets days pass; ends the story where it reaches today."""
        before = self.now
        self.now += timedelta(days=self.rng.uniform(least, most))
        if self.now.hour < 9 or self.now.hour > 16:
            self.now = self.now.replace(hour=9 + self.number % 7)
            if self.now < before + timedelta(hours=1):  # an evening became the morning before it
                self.now += timedelta(days=1)
        if self.now >= self.until:
            raise _LaterError

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def do(self, verb: Any, by: Actor, **said: Any) -> Any:
        """Takes a step as somebody. Raises RefusedError when the verb says no."""
        with identity.acting(by):
            answer = verb(**said, by=by, at=self.now)
        if not answer:
            reason = getattr(answer, "reason", "it is not there")
            raise RefusedError(f"{verb.__module__}.{verb.__name__}: {reason}")
        return answer

    @property
    def her(self) -> UUID:
        if self.client_id is None:
            raise RuntimeError("she has not entered the programme yet")
        return self.client_id

    # ------------------------------------------------------------------ the whole way

    def go(self) -> None:
        if not (self.by_police() if self.route.door is Door.POLICE else self.by_the_open_door()):
            return
        worker = self.approach()
        if worker is None:
            return
        self.agree(worker)
        if self.chance(0.05):
            self.stop(worker, stop.Kind.WITHDRAW)
            return
        level = self.assess(worker)
        if level is Level.ADVICE:
            self.advised()
            return
        self.support(worker, level)

    def advised(self) -> None:
        """Advice was all that was needed or wanted."""
        self.wait(2, 12)
        self.do(
            closing.close_before_support,
            self.hub,
            client_id=self.her,
            outcome=closure.Outcome.ADVICE_ONLY,
            summary="She was told of the drop-in and whom to call. She did not want more at present.",
        )
        self.worker = None
        self.hears_that_it_ended()
        self.follow_up(self.asks_how_she_is())

    # ------------------------------------------------------------------ the doors

    def by_police(self) -> bool:
        spoc = self.world.one(Role.POLICE_SPOC, "ashmere-police")
        officer = self.world.one(Role.POLICE_OFFICER, "ashmere-police")
        by = officer if self.route is Route.POLICE_OFFICER and self.chance(0.5) else spoc
        signs = self.rng.sample(sorted(indicators.BY_CODE), self.rng.randrange(2, 6))
        if not any(one.startswith(_HER_OWN) for one in signs):
            signs.append("vul_housing")  # nobody is flagged for the company that she keeps
        flagged = self.do(
            flagging.flag,
            by,
            who=flagging.Named(
                given_names=self.name.given,
                surname=names.misspell(self.name.surname, self.rng)
                if self.chance(0.15)
                else self.name.surname,
                born=self.name.born,
                telephone=self.name.telephone,
                address=f"{self.rng.randrange(1, 180)} Invented Road",
            ),
            route=self.route,
            why=self.rng.choice(_WHY),
            seen=flagging.Seen(
                codes=tuple(signs),
                source=indicators.Source.POLICE_RECORD,
                confidence=self.rng.choice(list(indicators.Confidence)),
                seen_on=(self.now - timedelta(days=self.rng.randrange(1, 90))).date(),
            ),
            fact_or_opinion=FactOrOpinion.FACT if self.chance(0.6) else FactOrOpinion.OPINION,
            subject_category=self.rng.choice(list(SubjectCategory)),
        )
        self.wait(0.3, 6)
        self.do(screening.start, spoc, consideration_id=flagged.id)
        outcome = self.screened()
        if outcome is ScreeningOutcome.CONFIRMED:
            self.do(screening.plan_contact, spoc, consideration_id=flagged.id, ways=self.provisional())
        self.wait(0.1, 3)
        self.do(screening.open_evidence, spoc, consideration_id=flagged.id)
        self.do(screening.decide, spoc, consideration_id=flagged.id, said=self.judgement(outcome))
        reading_twice.perhaps(flagged.id, self.number, world=self.world, at=self.now, until=self.until)
        if outcome in _LATER:
            self.wait(15, 30)
            self.do(screening.resume, spoc, consideration_id=flagged.id)
            self.wait(0.1, 2)
            self.do(screening.open_evidence, spoc, consideration_id=flagged.id)
            outcome = ScreeningOutcome.NOT_THIS_PROGRAMME
            self.do(screening.decide, spoc, consideration_id=flagged.id, said=self.judgement(outcome))
        if outcome is ScreeningOutcome.CONFIRMED:
            self.client_id = self.found(self.case_of(flagged.id, spoc))
        return outcome is ScreeningOutcome.CONFIRMED

    def case_of(self, consideration_id: UUID, spoc: Actor) -> UUID:
        with identity.acting(spoc):
            return Consideration.objects.values_list("case_id", flat=True).get(id=consideration_id)

    def found(self, case_id: UUID) -> UUID:
        with identity.acting(self.hub):
            return Episode.objects.values_list("client_id", flat=True).get(case_id=case_id)

    def screened(self) -> ScreeningOutcome:
        return _drawn(
            (
                (ScreeningOutcome.CONFIRMED, 84),
                (ScreeningOutcome.REJECTED, 7),
                (ScreeningOutcome.DEFERRED, 4),
                (ScreeningOutcome.SAFEGUARDING_FIRST, 2),
                (ScreeningOutcome.NOT_THIS_PROGRAMME, 3),
            ),
            self.rng,
        )

    def judgement(self, outcome: ScreeningOutcome) -> judging.Judgement:
        reasons = judging.REASONS.get(outcome)
        first = next(iter(reasons)).value if reasons else ""
        if outcome is ScreeningOutcome.REJECTED:
            first = self.rng.choice(list(RejectReason)).value
        if outcome is ScreeningOutcome.DEFERRED:
            first = DeferReason.MORE_INFORMATION.value
        deferred = outcome is ScreeningOutcome.DEFERRED
        return judging.Judgement(
            outcome=outcome,
            record=dict.fromkeys(Heading, "Looked at and found proportionate."),
            involvement=self.rng.choice(list(SocInvolvement)),
            victim=self.rng.choice(list(VictimOfSoc)),
            risk_to_worker="Meet in a public place." if self.chance(0.3) else "No risk is known.",
            is_woman=True,
            is_adult=True,
            reason=first,
            look_again_on=(self.now + timedelta(days=21)).date() if deferred else None,
        )

    def provisional(self) -> plan.Facts:
        return plan.Facts(
            status=plan.Status.PROVISIONAL,
            trusted_from=self.now,
            channels=frozenset({Channel.CALL, Channel.IN_PERSON}),
            is_any_time=True,
            must_not_know=("her partner",) if self.chance(0.6) else (),
        )

    def by_the_open_door(self) -> bool:
        partner = self.world.one(Role.SUPPORT_WORKER, "lantern")
        by = self.hub if self.route is Route.SELF else partner
        brought = self.do(
            open_door.receive,
            by,
            who=open_door.Coming(
                called=self.name.called,
                given_names=self.name.given,
                surname=self.name.surname,
                born=self.name.born,
                telephone=self.name.telephone,
                ways=self.provisional(),
            ),
            route=self.route,
            why="She wants to get away from people who make use of her, and does not know how to begin.",
            she_knows=True,
        )
        self.wait(0.2, 4)
        self.do(open_door.start, self.hub, referral_in_id=brought.id)
        outcome = self.screened()
        self.do(open_door.decide, self.hub, referral_in_id=brought.id, said=self.judgement(outcome))
        if outcome in _LATER:
            self.wait(15, 30)
            self.do(open_door.resume, self.hub, referral_in_id=brought.id)
            self.wait(0.1, 2)
            outcome = ScreeningOutcome.NOT_THIS_PROGRAMME
            self.do(open_door.decide, self.hub, referral_in_id=brought.id, said=self.judgement(outcome))
        if outcome is not ScreeningOutcome.CONFIRMED:
            return False
        with identity.acting(self.hub):
            self.client_id = ReferralIn.objects.values_list("client_id", flat=True).get(id=brought.id)
        return True

    # ------------------------------------------------------------------ reaching her

    def approach(self) -> Actor | None:
        place = self.rng.choice(_PLACES_OF_SUPPORT)
        worker = self.world.worker(place, self.number)
        self.wait(0.2, 3)
        self.do(
            approach.assign,
            self.hub,
            client_id=self.her,
            worker_id=worker.account_id,
            organisation_id=worker.organisation_id,
        )
        with identity.acting(worker):
            key = Approach.objects.filter(client_id=self.her).values_list("id", flat=True).first()
        reached = self.chance(0.9)
        tries = self.rng.choice((1, 1, 1, 2, 3)) if reached else 4
        for attempt in range(tries):
            self.wait(0.3, 4)
            last = reached and attempt == tries - 1
            self.do(
                approach.attempt,
                worker,
                approach_id=key,
                channel=Channel.CALL,
                result=Result.REACHED if last else Result.NO_ANSWER,
                happened_at=self.now - timedelta(minutes=20),
            )
        if not reached:
            self.wait(1, 4)
            self.do(approach.give_up, worker, approach_id=key)
            self.wait(1, 5)
            self.do(
                closing.close_before_support,
                self.hub,
                client_id=self.her,
                outcome=closure.Outcome.NOT_REACHED,
                summary="She could not be reached in a way that was safe.",
            )
            self.hears_that_it_ended()
            return None
        self.confirm_plan(worker)
        self.worker = worker
        if self.chance(0.09):
            self.stop(worker, stop.Kind.DECLINE)
            return None
        return worker

    def confirm_plan(self, worker: Actor) -> None:
        day = Weekday(self.rng.randrange(0, 5))
        hours = [(10, 12), (13, 15), (9, 11), (14, 16)]
        start, end = self.rng.choice(hours)
        anytime = self.chance(0.35)
        self.do(
            contact_plan.confirm,
            worker,
            client_id=self.her,
            ways=contact_plan.Ways(
                channels=frozenset(
                    {Channel.TEXT, Channel.IN_PERSON}
                    if self.chance(0.5)
                    else {Channel.CALL, Channel.TEXT, Channel.IN_PERSON}
                ),
                windows=() if anytime else (Window(day, time(start), time(end)),),
                is_any_time=anytime,
                say=self.rng.choice(("from the library", "about the sewing class", "from the dentist", "")),
                must_not_know=("her partner",) if self.chance(0.6) else (),
                telephone=self.name.telephone,
            ),
        )

    def stop(self, worker: Actor, kind: stop.Kind) -> None:
        self.do(
            stopping.stop_all,
            worker,
            client_id=self.her,
            kind=kind,
            asked_by=stop.AskedBy.HER if self.chance(0.8) else stop.AskedBy.WORKER,
            reason=self.rng.choice(list(stopping.Reason)),
        )
        self.worker = None
        self.wait(0.1, 1.5)
        self.all_hear(MessageKind.STOP)
        self.hears_that_it_ended()

    def all_hear(self, kind: MessageKind) -> None:
        for place, people in self.told(kind).items():
            for key in people:
                self.do(stopping.acknowledge, self.anybody(place), message_id=key)

    def told(self, kind: MessageKind) -> dict[UUID, list[UUID]]:
        """The notices that wait to be acknowledged, by organisation."""
        with identity.clerk(self.hub):
            rows = Message.objects.filter(
                client_id=self.her, kind=kind, read_at__isnull=True
            ).values_list("to_organisation_id", "id")
            found: dict[UUID, list[UUID]] = {}
            for place, key in rows:
                found.setdefault(place, []).append(key)
        return found

    def anybody(self, place: UUID) -> Actor:
        """Somebody at an organisation who reads its messages: a supervisor or the coordinator."""
        several = [a for group in self.world.people.values() for a in group if a.organisation_id == place]
        wanted = (Role.COORDINATOR, Role.SUPERVISOR)
        return next((actor for actor in several if actor.role in wanted), several[0])

    def agree(self, worker: Actor) -> None:
        self.wait(0.1, 8)
        self.do(
            agreeing.agree,
            worker,
            client_id=self.her,
            terms=agreeing.Terms(
                are_limits_explained=True,
                is_stopping_explained=True,
                interpreter=agreement.Interpreter.NOT_NEEDED,
                condition=agreement.Condition.NONE,
                may_police_know=self.chance(0.2),
                shares=_SHARES,
                is_evaluation_agreed=self.chance(0.9),
            ),
        )
        lab.told_her(self.number, self.her, worker, self.hub, self.now)

    # ------------------------------------------------------------------ assessment and triage

    def assess(self, worker: Actor) -> Level:
        self.wait(1, 12)
        refused = self.chance(0.03)
        if refused:
            self.do(assess.refuse, worker, client_id=self.her)
        else:
            started = self.do(assess.start, worker, client_id=self.her)
            self.wait(0.1, 9)
            self.do(assess.complete, worker, assessment_id=started.id, answers=self.answers())
        with identity.acting(self.hub):
            waiting = (
                TriageDecision.objects.filter(client_id=self.her)
                .order_by("-asked_at")
                .values_list("id", flat=True)
                .first()
            )
        self.wait(0.2, 7)
        with identity.acting(self.hub):
            page = triage.page(triage_id=waiting, by=self.hub, at=self.now) if waiting else None
        suggested = (page.suggested if page else None) or Level.TARGETED
        level = Level.ADVICE if refused else suggested
        if not refused and self.chance(0.1):
            level = Level(max(0, min(4, int(suggested) + self.rng.choice((-1, 1)))))
        if waiting is not None and not refused:
            level_twice.viewed(waiting, suggested, self.number, by=self.hub, at=self.now)
        self.do(
            triage.decide,
            self.hub,
            triage_id=waiting,
            level=level,
            reasons="What she says she needs, and who is around her at present.",
            otherwise="Who is around her now weighs more than the answers show.",
        )
        if waiting is not None:
            level_twice.perhaps(
                waiting, self.number, world=self.world, worker=worker, at=self.now, until=self.until
            )
        return level

    def answers(self) -> Answers:
        made = self._drawn_answers()
        if made.immediate_safety is ImmediateSafety.YES:  # no protection is passed over in danger
            return replace(made, mechanisms=_IN_DANGER)
        if made.ladder[needs.Domain.SAFETY] is needs.Rung.CRISIS:  # which would be a concern for her safety
            return replace(made, ladder={**made.ladder, needs.Domain.SAFETY: needs.Rung.STRUGGLING})
        return made

    def _drawn_answers(self) -> Answers:
        return assess.Answers(
            strengths="She knows what she wants for her children, and has kept two friends through it all.",
            her_words="I want some peace.",
            ladder={
                domain: needs.Rung(self.rng.choice((1, 2, 2, 3, 3, 4, 5)))
                if self.chance(0.9)
                else next(iter(needs.Unrated))
                for domain in needs.Domain
            },
            conclusion="Steady support, one thing at a time.",
            management_plan="Weekly contact to begin with.",
            immediate_safety=ImmediateSafety.YES if self.chance(0.06) else ImmediateSafety.NO,
            need=_drawn(((Need.LOW, 15), (Need.MEDIUM, 45), (Need.HIGH, 40)), self.rng),
            exploitation=None
            if self.chance(0.05)
            else _drawn(
                ((Exploitation.LOW, 25), (Exploitation.MEDIUM, 45), (Exploitation.HIGH, 30)), self.rng
            ),
            monitoring=self.monitoring(),
        )

    def monitoring(self) -> Monitoring:
        def yes_no(share: float, asked: float = 0.88) -> str:
            if not self.chance(asked):
                return self.rng.choice(list(d.NoAnswer)).value
            return (d.YesNo.YES if self.chance(share) else d.YesNo.NO).value

        return assess.Monitoring(
            ethnicity_code=_drawn(_ETHNICITY, self.rng).value if self.chance(0.93) else "",
            ethnicity_scheme=d.EthnicityScheme.GSS_19,
            lasting_condition=yes_no(0.5),
            restriction=self.rng.choice(list(d.Restriction)).value,
            orientation=d.Orientation.STRAIGHT.value if self.chance(0.8) else d.NoAnswer.NOT_ASKED.value,
            religion=self.rng.choice(list(d.Religion)).value
            if self.chance(0.6)
            else d.NoAnswer.PREFER_NOT_TO_SAY.value,
            marital_status=self.rng.choice(list(d.MaritalStatus)).value,
            pregnancy=yes_no(0.06),
            has_children=yes_no(0.62),
            is_carer=yes_no(0.2),
            care_experience=yes_no(0.3),
            interpreter=yes_no(0.1),
            area=_drawn(_AREAS, self.rng),
        )

    # ------------------------------------------------------------------ referral and support

    def support(self, lead: Actor, level: Level) -> None:
        home = self.place_of(lead)
        accepted = self.refer(home, lead, level) if self.chance(0.93) else None
        private = self.rng.choice(("brightpath", "brightpath", "clearwell"))
        both = self.refer(private, None, level) if self.chance(0.42) else None
        others = [place for place in ("harbour", "willow", "lantern", "safe-steps") if place != home]
        while accepted is None and both is None:
            home = others.pop(self.rng.randrange(len(others)))
            accepted = self.refer(home, None, level)
        if both is not None:
            self.sessions(both, 1 + self.rng.randrange(1, 4))
        if accepted is None:
            if both is not None:
                self.end(both)
            return
        wanted = self.rng.sample(_GOALS, self.rng.randrange(1, 3))
        kept = []
        self.worker = accepted
        for domain, words in wanted:
            said = self.do(
                goals.set_goal,
                accepted,
                client_id=self.her,
                words=words,
                domain=domain,
                importance=self.rng.randrange(6, 11),
                nearness=self.rng.randrange(0, 5),
            )
            kept.append(said.id)
        self.measure(accepted, Occasion.ASSESSMENT)
        self.sessions(accepted, self.rng.randrange(2, 6))
        for key in kept:
            self.do(goals.rate, accepted, goal_id=key, nearness=self.rng.randrange(2, 9))
        if self.chance(0.04):
            self.stop(accepted, stop.Kind.PAUSE)
            self.wait(10, 40)
            self.do(stopping.lift, accepted, client_id=self.her, she_asked=True)
            self.wait(0.1, 1)
            self.all_hear(MessageKind.RESUME)
            self.do(contact_plan.confirm_again, accepted, client_id=self.her)
            self.worker = accepted
        self.review(accepted, level)
        while not self.chance(0.55):
            self.sessions(accepted, self.rng.randrange(2, 5))
            self.measure(accepted, Occasion.OTHER)
            self.do(contact_plan.confirm_again, accepted, client_id=self.her)
            self.do(goals.rate, accepted, goal_id=kept[0], nearness=self.rng.randrange(3, 10))
        self.close(accepted, kept)

    def today(self) -> None:
        """Where her story has reached today: her plan confirmed for most, and the next appointment made."""
        self.now = self.until
        if self.worker is None or self.chance(0.2):
            return
        self.do(contact_plan.confirm_again, self.worker, client_id=self.her)
        day = (self.until + timedelta(days=self.rng.randrange(0, 8))).astimezone(LONDON)
        when = day.replace(hour=self.rng.randrange(10, 16), minute=0, second=0, microsecond=0)
        if when <= self.until:
            when += timedelta(days=1)
        with identity.acting(
            self.worker
        ):  # a time that her plan does not allow is not made: the gate says no
            contacts.plan(
                client_id=self.her,
                planned_at=when,
                mode=ContactMode.FACE_TO_FACE,
                by=self.worker,
                at=self.now,
            )

    def place_of(self, actor: Actor) -> str:
        return next(code for code, key in self.world.places.items() if key == actor.organisation_id)

    def refer(self, place: str, lead: Actor | None, level: Level) -> Actor | None:
        """Refers her to one service; whoever takes her on there, or nobody."""
        self.wait(0.2, 4)
        worker = lead or self.world.worker(place, self.number)
        private = worker.sector is Sector.PRIVATE
        allowed = _SHARES.intersection(sharing.shareable_with(worker.sector))
        sent = self.do(
            refer.send,
            self.hub,
            client_id=self.her,
            service_id=self.world.services[place][0],
            needs=[self.rng.choice(list(needs.Domain))],
            why="She asked for this, and it fits what she wants to change.",
            fields=allowed,
        )
        with identity.acting(self.hub):
            key = Referral.objects.values_list("id", flat=True).get(reference=sent.reference)
        self.wait(0.2, 9 if private else 6)
        if self.chance(0.12 if private else 0.05):
            self.do(
                refer.decline,
                worker,
                referral_id=key,
                reason=self.rng.choice(list(DeclineReason)),
                words="We are sorry that we cannot help at present.",
            )
            self.wait(0.2, 2)
            with identity.acting(self.hub):
                for waiting in tasks.waiting(by=self.hub):
                    if waiting.client_id == self.her:
                        tasks.finish(task_id=waiting.id, by=self.hub, at=self.now)
            return None
        self.do(refer.accept, worker, referral_id=key, worker_id=worker.account_id)
        self.first_seen(worker)
        return worker

    def first_seen(self, worker: Actor) -> None:
        """Whoever took her on sees her within what her level promises, and not only when the others have."""
        self.now += timedelta(days=self.soon.uniform(0.1, 0.9))
        if self.now >= self.until:
            raise _LaterError
        self.do(
            contacts.record,
            worker,
            client_id=self.her,
            happened_at=self.now - timedelta(minutes=40),
            is_held=True,
            attendance=Attendance.YES,
            mode=ContactMode.TELEPHONE,
            minutes=15,
            note="We spoke for the first time, and found a day to meet.",
        )

    def sessions(self, worker: Actor, count: int) -> None:
        for _ in range(count):
            self.wait(3, 13)
            came = _drawn(((Attendance.YES, 74), (Attendance.LATE, 8), (Attendance.NO, 18)), self.rng)
            attended = came is not Attendance.NO
            self.do(
                contacts.record,
                worker,
                client_id=self.her,
                happened_at=self.now - timedelta(hours=1),
                is_held=True,
                attendance=came,
                absence=None if attended else self.rng.choice(list(Absence)),
                mode=self.rng.choice(
                    (ContactMode.FACE_TO_FACE, ContactMode.FACE_TO_FACE, ContactMode.TELEPHONE)
                ),
                minutes=self.rng.choice((30, 45, 60)) if attended else None,
                note=self.rng.choice(_NOTES) if attended else "",
            )
            if attended:
                self.seen_to(worker)
        self.seen_to(worker)  # of the last that she missed too: another may go on with her

    def seen_to(self, worker: Actor) -> None:
        """Whoever saw her knows that she is safe, and has read what was told to her organisation."""
        with identity.acting(worker):
            for one in tasks.waiting(by=worker):
                if one.client_id == self.her and one.kind == "make_sure_she_is_safe":
                    tasks.finish(task_id=one.id, by=worker, at=self.now)

    def review(self, worker: Actor, level: Level) -> None:
        self.wait(2, 9)
        self.do(
            reviewing.review_her,
            worker,
            client_id=self.her,
            happened_on=self.now.date(),
            what_changed="Housing is steadier; she has fewer visitors she did not ask for.",
            her_view="It is slow, but it is going somewhere.",
            plan="Go on as we are.",
            settles=reviews.Next.GO_ON,
            next_review_on=(self.now + timedelta(days=56)).date(),
        )
        self.do(contact_plan.confirm_again, worker, client_id=self.her)
        self.measure(worker, Occasion.REVIEW)

    def measure(self, worker: Actor, occasion: Occasion) -> None:
        """Fills in what is on with her; now and then an answer is left out. Nobody invented says danger."""
        for one in instruments.in_use_now(by=worker):
            if self.felt.random() < 0.25:
                continue
            danger = {alert.item for alert in one.asks.alerts}
            answers = {}
            for item in one.asks.asked:
                if item.code in danger:
                    answers[item.code] = item.options[0].value
                elif self.felt.random() > 0.02:
                    top = len(item.options) - 1
                    drawn = min(top, max(0, round(self.felt.gauss(self.distress * top / 3, 0.8))))
                    answers[item.code] = item.options[top - drawn if item.is_reversed else drawn].value
            self.do(
                measuring.fill_in,
                worker,
                client_id=self.her,
                key=one.key,
                answers=answers,
                measured_on=local(self.now).date(),
                occasion=occasion,
                how=How.TOGETHER,
            )
        self.distress *= self.felt.uniform(0.55, 1.05)
        is_support = worker.sector is not Sector.PRIVATE
        if occasion is Occasion.ASSESSMENT and is_support and self.felt.random() < 0.4:
            ticks = self.felt.randrange(4, 20)
            result = tools.Result(
                tools.Tool.DASH,
                local(self.now).date(),
                "The adviser went through it with her.",
                ticks,
                tools.Criterion.VISIBLE if ticks >= tools.VISIBLE_HIGH_RISK else tools.Criterion.NONE,
                "An adviser on domestic abuse, Safe Steps Advocacy",
            )
            self.do(measuring.keep_result, worker, client_id=self.her, result=result)

    def close(self, worker: Actor, kept: list[UUID]) -> None:
        self.wait(5, 25)
        self.seen_to(worker)
        for key in kept:
            self.do(
                goals.settle, worker, goal_id=key, action=self.rng.choice((Action.MEET, Action.MEET_IN_PART))
            )
        self.end(worker)

    def leads(self, otherwise: Actor) -> Actor:
        """Her lead professional, who is to propose that it ends."""
        with identity.clerk(self.hub):
            key = (
                Episode.objects.filter(client_id=self.her)
                .order_by("-number")
                .values_list("lead_account_id", flat=True)
                .first()
            )
        return self.known(key) or otherwise

    def end(self, worker: Actor) -> None:
        self.wait(1, 9)
        worker = self.leads(worker)
        place = self.place_of(worker)
        outcome, reason = _drawn(
            (
                ((closure.Outcome.COMPLETED_PLANNED, EndReason.GOALS_MET), 60),
                ((closure.Outcome.MOVED_ON, EndReason.STEPPED_DOWN), 12),
                ((closure.Outcome.DISENGAGED, EndReason.STOPPED_ANSWERING), 20),
                ((closure.Outcome.MOVED_AREA, EndReason.MOVED), 8),
            ),
            self.rng,
        )
        self.do(
            closing.propose,
            worker,
            client_id=self.her,
            outcome=outcome,
            reason=reason,
            summary="We looked back at what she wanted and what came of it.",
            step_down="She knows the drop-in and whom to call.",
            is_exit_talk_offered=True,
        )
        second = self.world.people.get((Role.SUPERVISOR, place), [self.hub])[0]
        with identity.acting(second):
            closed = Closure.objects.filter(client_id=self.her).values_list("id", flat=True).first()
        self.wait(0.3, 5)
        self.do(closing.sign_off, second, closure_id=closed)
        self.worker = None
        self.hears_that_it_ended()
        self.follow_up(worker)

    def hears_that_it_ended(self) -> None:
        """Whoever else supported her reads within days that it has ended."""
        heard_at = self.now + timedelta(days=self.soon.uniform(0.2, 4))
        if heard_at >= self.until:
            return
        with identity.clerk(self.hub):
            rows = Task.objects.filter(client_id=self.her, kind=closing.ENDED, done_at__isnull=True)
            waiting = list(rows.values_list("id", "organisation_id", "account_id"))
        for key, place, account in waiting:
            reader = self.known(account) or self.anybody(place)
            with identity.acting(reader):
                tasks.finish(task_id=key, by=reader, at=heard_at)

    def asks_how_she_is(self) -> Actor:
        """Who is to follow her up."""
        with identity.clerk(self.hub):
            key = FollowUp.objects.filter(client_id=self.her).values_list("worker_id", flat=True).first()
        return self.known(key) or self.hub

    def known(self, account_id: UUID | None) -> Actor | None:
        everybody = (actor for group in self.world.people.values() for actor in group)
        return next((actor for actor in everybody if actor.account_id == account_id), None)

    def follow_up(self, worker: Actor) -> None:
        with identity.acting(worker):
            planned = list(
                FollowUp.objects.filter(client_id=self.her).order_by("due_on").values_list("id", "due_on")
            )
        for key, due in planned:
            self.now = max(self.now, self.now.replace(year=due.year, month=due.month, day=due.day))
            self.wait(0.5, 10)
            if self.chance(0.25):
                self.do(follow_up.not_reached, worker, follow_up_id=key)
                continue
            self.do(
                follow_up.record,
                worker,
                follow_up_id=key,
                channel=None,
                ladder={domain: needs.Rung(self.rng.randrange(2, 6)) for domain in needs.Domain},
                goals={},
                words="She is well and sends her best.",
            )


def _drawn(shares: Any, rng: random.Random) -> Any:
    """One of (value, share) by its share."""
    values, weights = zip(*shares, strict=True)
    return rng.choices(values, weights)[0]
