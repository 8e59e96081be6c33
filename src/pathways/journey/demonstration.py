"""The demonstration: a fictional programme of two years, told by the same verbs that people use.

Everybody is invented. Places are those of a county so that the directory fits; names, numbers and stories
are made up from a seed, so that the same demonstration stands everywhere. Because every step is taken by its
own verb, nothing here can hold that a person could not have done.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import transaction

from pathways.analysis.directory import domain_of
from pathways.domain.governance.actors import Actor
from pathways.domain.terms.people import Regime, Role, Sector
from pathways.journey import identity, instruments, panel, sight
from pathways.journey.invented import lab, level_twice, lives, panelled, planned, residents, screened
from pathways.journey.invented.world import World
from pathways.records.models import (
    Account,
    Appointment,
    BankHoliday,
    Episode,
    NeedCategory,
    Organisation,
    OrganisationTerm,
    Service,
    ServiceOffer,
    Setting,
    SharingAgreement,
)

LONDON = ZoneInfo("Europe/London")
#: Printed on the sign-in page of a demonstration and nowhere else; it opens no real programme.
PASSWORD = "harbour lantern meadow"  # noqa: S105
WOMEN = 262
#: the women of whom the first few are drawn; those beyond came earlier, and all of their ways have ended
_OF_LATE = 220
DAYS = 730
#: How many stand before the pages are opened; the rest are made up while people look round.
FIRST = 30
#: When so many stand, so many more are put on the panel's agenda.
ON_THE_AGENDA = {FIRST: 3, 2 * FIRST: 2}
_KEPT = "demonstration"


@dataclass(frozen=True, slots=True)
class SignIn:
    """One invented person to sign in as."""

    role: str
    role_words: str
    organisation: str
    name: str
    email: str
    password: str


#: (code, name, sector, coordinates)
_PLACES = (
    ("ashmere-police", "Ashmere Constabulary", Sector.POLICE, False),
    ("pathways-hub", "Ashmere Pathways Hub", Sector.LOCAL_AUTHORITY, True),
    ("willow", "The Willow Centre", Sector.THIRD_SECTOR, False),
    ("harbour", "Harbour Women", Sector.THIRD_SECTOR, False),
    ("lantern", "Lantern House", Sector.THIRD_SECTOR, False),
    ("safe-steps", "Safe Steps Advocacy", Sector.THIRD_SECTOR, False),
    ("turning-tide", "Turning Tide Recovery", Sector.THIRD_SECTOR, False),
    ("meadow", "Meadow Counselling", Sector.THIRD_SECTOR, False),
    ("brightpath", "Brightpath Training Ltd", Sector.PRIVATE, False),
    ("clearwell", "Clearwell Psychology Ltd", Sector.PRIVATE, False),
    ("ashmere-health", "Ashmere Community Health", Sector.HEALTH, False),
    ("westmoor", "Westmoor University", Sector.ACADEMIC, False),
    (lab.PLACE, "Justice Data Lab (fictional)", Sector.OTHER_STATUTORY, False),
    ("commissioning", "Office of the Ashmere Commissioner", Sector.OTHER_STATUTORY, False),
)

#: whoever has a service to which women are referred
_OFFERING = (Sector.THIRD_SECTOR.value, Sector.PRIVATE.value, Sector.HEALTH.value)

#: who refers to the National Referral Mechanism, and is bound to notify
_FIRST_RESPONDERS = (Sector.POLICE, Sector.LOCAL_AUTHORITY)

#: One sign-in for each role that a person can have.
_FIRST = (
    (Role.COORDINATOR, "pathways-hub", "Cora Whitlock"),
    (Role.POLICE_SPOC, "ashmere-police", "Sam Okafor"),
    (Role.POLICE_ANALYST, "ashmere-police", "Ana Petrova"),
    (Role.POLICE_OFFICER, "ashmere-police", "Olu Bright"),
    (Role.SUPPORT_WORKER, "willow", "Wanda Reyes"),
    (Role.PROVIDER_WORKER, "brightpath", "Priya Nair"),
    (Role.SUPERVISOR, "willow", "Sue Hartley"),
    (Role.PANEL_CHAIR, "pathways-hub", "Chris Abara"),
    (Role.EVALUATOR, "westmoor", "Eve Lindqvist"),
    (Role.GOVERNANCE_LEAD, "pathways-hub", "Gita Rao"),
    (Role.COMMISSIONER, "commissioning", "Cleo Marsh"),
    (Role.ADMINISTRATOR, "pathways-hub", "Adam Finch"),
)
_COLLEAGUES = (
    (Role.SUPPORT_WORKER, "willow", ("Carol Dean", "Farah Aziz", "Nell Brooks")),
    (Role.SUPPORT_WORKER, "harbour", ("Hattie Lowe", "Mina Kaur")),
    (Role.SUPERVISOR, "harbour", ("Rhona Pike",)),
    (Role.SUPPORT_WORKER, "lantern", ("Lydia Cole", "Tess Amadi")),
    (Role.SUPERVISOR, "lantern", ("Grace Odell",)),
    (Role.SUPPORT_WORKER, "safe-steps", ("Ines Duarte", "Bea Holt")),
    (Role.SUPERVISOR, "safe-steps", ("Moira Lang",)),
    (Role.SUPPORT_WORKER, "turning-tide", ("Dawn Pryce", "Joy Achebe")),
    (Role.SUPERVISOR, "turning-tide", ("Val Stroud",)),
    (Role.SUPPORT_WORKER, "meadow", ("Kim Sato",)),
    (Role.SUPERVISOR, "meadow", ("Ros Fenn",)),
    (Role.PROVIDER_WORKER, "brightpath", ("Paul Merrick",)),
    (Role.SUPERVISOR, "brightpath", ("Petra Vance",)),
    (Role.PROVIDER_WORKER, "clearwell", ("Dr Noor Haddad",)),
    (Role.SUPERVISOR, "clearwell", ("Leo Grant",)),
    (Role.SUPPORT_WORKER, "ashmere-health", ("Nurse Ama Boateng",)),
    (Role.SUPERVISOR, "ashmere-health", ("Jean Tully",)),
    (Role.SUPERVISOR, "ashmere-police", ("Insp. Pat Ryder",)),
    (Role.COORDINATOR, "pathways-hub", ("Dilys Grey",)),
    (Role.SUPERVISOR, "pathways-hub", ("Hana Moss",)),
    (Role.EVALUATOR, "westmoor", ("Ida Falk", "Tove Lund")),
)
#: (organisation, service, area, needs)
_SERVICES = (
    ("willow", "Women’s centre keywork", "Luton", ("Accommodation", "Emotional wellbeing", "Family")),
    ("willow", "Freedom group", "Luton", ("Domestic abuse", "Emotional wellbeing")),
    ("harbour", "Women’s centre keywork", "Bedford", ("Accommodation", "Finance and debt", "Family")),
    (
        "lantern",
        "Outreach for women in exploitation",
        "Luton",
        ("Domestic abuse", "Lifestyle and associates"),
    ),
    ("safe-steps", "Domestic abuse advocacy", "Central Bedfordshire", ("Domestic abuse", "Accommodation")),
    ("turning-tide", "Women’s recovery programme", "Luton", ("Dependency and recovery",)),
    ("meadow", "Counselling", "Bedford", ("Emotional wellbeing",)),
    ("brightpath", "Into work", "Luton", ("Education, training and employment", "Finance and debt")),
    ("clearwell", "Trauma therapy", "Luton", ("Emotional wellbeing",)),
    ("ashmere-health", "Women’s health clinic", "Luton", ("Health",)),
)
#: women whom a service has room for at one time, where it is not five
_PLACES_AT = {"willow": 2, "brightpath": 3, "lantern": 4, "meadow": 2, "clearwell": 2}
_HOLIDAYS = """
2024-12-25 2024-12-26 2025-01-01 2025-04-18 2025-04-21 2025-05-05 2025-05-26 2025-08-25 2025-12-25
2025-12-26 2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28
2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-27 2027-12-28
"""


def sign_ins() -> list[SignIn]:
    """One person for each role, in the order in which a visitor would want to try them."""
    names_of = {code: name for code, name, _, _ in _PLACES}
    return [
        SignIn(role.value, role.label, names_of[place], name, _email(name, place), PASSWORD)
        for role, place, name in _FIRST
    ]


def seed(*, at: datetime, most: int = WOMEN, say: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Makes up the programme, and its women until `most` of them stand; answers how many do now.

    It goes on from where an earlier call stopped, so that a few can be there at once and the rest follow
    while people look round. Every woman's way ends at the moment of the first call.
    """
    with transaction.atomic():
        kept = Setting.objects.filter(key=_KEPT).first()
        if kept is None:
            _places(at)
            kept = Setting.objects.create(
                key=_KEPT, value={"until": at.isoformat(), "women": 0}, changed_at=at
            )
            screened.records(_world(), until=at)
            _instruments(_world(), at - timedelta(days=DAYS + 60))
            level_twice.versions(_world(), began=at - timedelta(days=DAYS + 60), at=at)
            lab.notices(_world(), began=at - timedelta(days=DAYS))
            planned.tell(_world(), began=(at - timedelta(days=DAYS)).date(), until=at)
        world = _world()
    until = datetime.fromisoformat(kept.value["until"])
    began, order = _beginnings(until), _order()
    while (made := int(kept.value["women"])) < min(most, WOMEN):
        with transaction.atomic():
            lives.live(order[made], began=began[order[made]], until=until, world=world)
            # at the same places of the telling, however often it is taken up again
            if wanted := ON_THE_AGENDA.get(made + 1, 0):
                _agenda(world, until, wanted)
            if made + 1 == FIRST:
                panelled.tell(world, until=until)
            if made + 1 in (FIRST, WOMEN):
                lab.submission(world, began=until - timedelta(days=DAYS), until=until)
            kept.value = {**kept.value, "women": made + 1}
            kept.save(update_fields=["value"])
        say(made + 1, WOMEN)
    return int(kept.value["women"])


def _instruments(world: World, at: datetime) -> None:
    """Three of them are on: the rest a visitor can turn on."""
    by = world.people[(Role.ADMINISTRATOR, "pathways-hub")][0]
    with identity.acting(by):
        for code in ("phq9", "gad7", "core10"):
            edition = instruments.shipped()[code].edition
            instruments.turn_on(code=code, edition=edition, is_licence_accepted=True, by=by, at=at)


def _agenda(world: World, at: datetime, wanted: int) -> None:
    """Puts so many more of the women with the highest levels of support on the panel's agenda."""
    coordinator = world.people[(Role.COORDINATOR, "pathways-hub")][0]
    with identity.acting(coordinator):
        rows = sight.visible(Episode, coordinator).filter(status="open", level__isnull=False)
        told = list(rows.order_by("-level", "opened_at").values_list("client_id", flat=True))
        on_it = 0
        for client_id in told:
            on_it += bool(panel.put_on(client_id=client_id, by=coordinator, at=at))
            if on_it == wanted:
                return


def _order() -> list[int]:
    """The women in an order in which the first few are already of every kind, the newest among them."""
    rng = random.Random(5)  # noqa: S311 - a story, not a secret
    order = list(range(_OF_LATE))
    rng.shuffle(order)
    newest = [number for number in order if number >= _OF_LATE - 40][: FIRST // 2]
    rest = [number for number in order if number not in newest]
    return newest + rest + list(range(_OF_LATE, WOMEN))


def _places(at: datetime) -> None:
    began = at - timedelta(days=DAYS + 60)
    places = {}
    for code, name, sector, coordinates in _PLACES:
        regime = Regime.LAW_ENFORCEMENT if sector is Sector.POLICE else Regime.GENERAL
        places[code] = Organisation.objects.create(
            code=code,
            name=name,
            sector=sector.value,
            regime=regime.value,
            is_coordinating=coordinates,
            from_date=began.date(),
            duty_telephone="01632 960 100",
            is_first_responder=sector in _FIRST_RESPONDERS,
            has_duty_to_notify=sector in _FIRST_RESPONDERS,
        )
        OrganisationTerm.objects.create(
            organisation=places[code],
            name=name,
            sector=sector.value,
            regime=regime.value,
            from_date=began.date(),
            because="Joined the programme",
        )
    hashed = make_password(PASSWORD)
    everyone = [(role, place, name) for role, place, name in _FIRST]
    everyone += [(role, place, name) for role, place, several in _COLLEAGUES for name in several]
    for role, place, name in everyone:
        account = Account.objects.create(
            email=_email(name, place), name=name, password=hashed, joined_at=began, password_changed_at=began
        )
        Appointment.objects.create(
            account=account, organisation=places[place], role=role.value, from_at=began
        )
    BankHoliday.objects.bulk_create(
        BankHoliday(date=date.fromisoformat(day), name="Bank holiday") for day in _HOLIDAYS.split()
    )
    residents.move_in(began)
    Setting.objects.create(key="programme.name", value="Ashmere Pathways (fictional)", changed_at=began)
    hub, force = "pathways-hub", "ashmere-police"
    offering = [one.code for one in places.values() if one.sector in _OFFERING and one.code != hub]
    pairs = [(force, hub), (hub, force), *((hub, code) for code in offering)]
    # what is given for the evaluation alone
    evaluating = {
        (hub, lab.PLACE): "To learn whether fewer women are convicted again",
        (force, "westmoor"): "To count police records before and after, without names",
    }
    # whoever sits at the panel's table tells the others what it may
    table = (hub, force, *panelled.AGENCIES)
    pairs += [pair for pair in itertools.permutations(table, 2) if pair not in pairs]
    for first, second in [*pairs, *evaluating]:
        SharingAgreement.objects.create(
            name=f"{places[first].name} to {places[second].name}",
            from_organisation=places[first],
            to_organisation=places[second],
            purpose=evaluating.get((first, second), "To offer women support and to keep them safe"),
            from_date=began.date(),
            review_date=(at + timedelta(days=120)).date(),
        )
    _directory({code: place.id for code, place in places.items()}, at)


def _world() -> World:
    """The places, people and services as they stand in the database."""
    people: dict[tuple[Role, str], list[Actor]] = {}
    rows = Appointment.objects.select_related("account", "organisation").order_by("account__email")
    for row in rows:
        place = row.organisation
        actor = Actor(
            row.account_id,
            row.id,
            row.account.name,
            Role(row.role),
            place.id,
            place.name,
            Sector(place.sector),
        )
        people.setdefault((actor.role, place.code), []).append(actor)
    services: dict[str, list[UUID]] = {}
    for key, code in Service.objects.order_by("name").values_list("id", "organisation__code"):
        services.setdefault(code, []).append(key)
    places = dict(Organisation.objects.values_list("code", "id"))
    return World(places=places, people=people, services=services)


def _directory(places: dict[str, UUID], at: datetime) -> None:
    for place, name, area, wanted in _SERVICES:
        service = Service.objects.create(
            organisation_id=places[place],
            name=f"{name}, {area}",
            area=area,
            description="An invented service of the demonstration.",
            is_for_women_only=True,
            minimum_age=18,
            capacity=_PLACES_AT.get(place, 5),
            open_from=at - timedelta(days=DAYS + 60),
        )
        for need in wanted:
            domain = domain_of(need)
            category, _ = NeedCategory.objects.get_or_create(
                external_id=f"words:{need.casefold()}",
                defaults={"name": need, "domain": domain.value if domain else ""},
            )
            ServiceOffer.objects.create(
                service=service,
                category=category,
                need_area=need,
                activity="Support one to one",
                delivery_method="One to one",
                delivery_location=area,
            )


def _beginnings(until: datetime) -> list[datetime]:
    """When each woman was first considered: over two years, more of late, the newest last."""
    rng = random.Random(20)  # noqa: S311 - a story, not a secret
    days = [rng.uniform(0.4, 100 if number % 3 == 0 else DAYS) for number in range(_OF_LATE)]
    days.sort(reverse=True)
    days += [rng.uniform(200, DAYS - 30) for _ in range(_OF_LATE, WOMEN)]
    found = []
    for back in days:
        day = (until - timedelta(days=back)).astimezone(LONDON)
        hour = time(rng.randrange(9, 16), rng.randrange(0, 60))
        found.append(min(datetime.combine(day.date(), hour, LONDON), until - timedelta(hours=1)))
    return found


def _email(name: str, place: str) -> str:
    words = [word for word in name.casefold().replace(".", "").split() if word not in ("dr", "insp", "nurse")]
    return f"{'.'.join(words)}@{place}.example"
