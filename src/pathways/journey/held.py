"""What is held of her, by whom, and who saw it: what she can be told whenever she asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pathways.domain import decision
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.terms import references
from pathways.domain.terms.law import CrossingPurpose
from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded
from pathways.journey import identity, ledger, sight
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records import walls
from pathways.records.models import AccessEvent, AccessKind, Client, Disclosure, Involvement, Organisation

#: What each table is called when she is told of it.
KINDS: dict[Resource, str] = {
    Resource.CLIENT: "The name she uses and a reference",
    Resource.IDENTITY: "Her name on paper, date of birth and how to reach her",
    Resource.DEMOGRAPHICS: "Equality monitoring, in codes",
    Resource.SAFE_CONTACT: "How she may be reached safely",
    Resource.SAFE_PLACE: "Where she is safe",
    Resource.EPISODE: "When she joined and left",
    Resource.APPROACH: "Who was to reach her",
    Resource.APPROACH_ATTEMPT: "Attempts to reach her",
    Resource.AGREEMENT: "What she agreed to",
    Resource.STOP: "When she asked to pause or stop",
    Resource.ASSESSMENT: "Assessments",
    Resource.NEED_RATING: "Where she stood on the needs ladder",
    Resource.TRIAGE: "Levels of support decided, with reasons",
    Resource.TRIAGE_READING: "Levels of support, as another person read them",
    Resource.REFERRAL: "Referrals to services",
    Resource.REFERRAL_PACK: "What went with a referral",
    Resource.ENGAGEMENT: "How support at a service went",
    Resource.CONTACT: "Contacts and appointments",
    Resource.CASE_NOTE: "Notes",
    Resource.GOAL: "Her goals",
    Resource.GOAL_RATING: "How near she felt to her goals",
    Resource.REVIEW: "Reviews",
    Resource.CLOSURE: "How it ended",
    Resource.FOLLOW_UP: "Follow-ups",
    Resource.OUTGOING: "Messages meant for her",
    Resource.RESPONSE: "What she answered to questionnaires",
    Resource.SCORE: "What questionnaires came to",
    Resource.TOOL_RESULT: "Results of tools that others gave",
    Resource.TOLD: "What she was told of how her record may be used, and what she said",
    Resource.DISPOSAL: "Convictions and cautions, for the comparison of reoffending",
    Resource.PANEL_REQUEST: "Requests that the panel talk about her",
    Resource.PANEL_ITEM: "When she was on the panel’s agenda",
    Resource.PANEL_ASK: "Which agencies were asked about her for the panel",
    Resource.PANEL_ANSWER: "That an agency answered for the panel",
    Resource.PANEL_FACT: "What agencies told the panel of her",
    Resource.PANEL_CONFLICT: "Who stepped back from her at the panel",
    Resource.PANEL_DECISION: "What the panel decided",
}


#: What erasing reaches besides, and what she is not told of as a kind of record.
_OTHERS = {
    Resource.REFERRAL_IN.value: "How she came by the open door",
    Resource.MESSAGE.value: "Messages about her",
    Resource.DRAFT.value: "Forms that nobody finished",
    Resource.ERASURE.value: "This request",
    Resource.LEGAL_HOLD.value: "Legal holds",
    Resource.SAFE_PLACE.value: "Where she is safe",
    Resource.REFERRAL_PACK.value: "What a service was given of her",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of record, how many there are, and which organisations control them."""

    words: str
    count: int
    by_whom: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Crossed:
    """Something of hers that crossed from one organisation to another."""

    at: datetime
    sender: str
    recipient: str
    purpose: str
    fields: tuple[str, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class Looked:
    """Who looked at something of hers, when, and what it was."""

    at: datetime
    who: str
    role: str
    what: str
    did: str


@dataclass(frozen=True, slots=True)
class Held:
    """The whole answer, as far as this person may give it."""

    reference: str
    kinds: tuple[Kept, ...]
    crossings: tuple[Crossed, ...]
    looks: tuple[Looked, ...]
    total_looks: int
    tells_who_looked: bool
    client_id: UUID | None = None


class Why(Worded):
    """Why a governance lead looks. A choice and no words, since it stands in the log in the clear."""

    SHE_ASKED = "she_asked", "She asked what is held"
    ERASING = "erasing", "She asked for it to be erased"
    HOLD = "hold", "It may have to be kept for a court, a claim or a review"
    COMPLAINT = "complaint", "A complaint is being looked into"


def find(*, typed: str, reason: Why, by: Actor, at: datetime) -> Outcome:
    """For the governance lead: the woman with this reference, when her organisation works with her."""
    reference = references.read(typed)
    if reference is None:
        return refusal(decision.no("That is not a reference: it has eight characters, such as KW 5219 EC."))
    with identity.clerk(by):
        client_id = Client.objects.filter(reference=reference).values_list("id", flat=True).first()
    if client_id is None or not is_ours(client_id, by):
        ledger.searched(by=by, at=at, subjects=[], route="held")
        return refusal(decision.no("Nobody with this reference is or was with your organisation."))
    ledger.read(
        by=by,
        at=at,
        resource=Resource.CLIENT,
        subjects=[client_id],
        route="held:find",
        reason=reason.label,
    )
    return done(client_id, reference=reference)


def of_her(*, client_id: UUID, by: Actor, at: datetime, most: int = 200) -> Held | None:
    """What is held of her. None when for this person she is not there.

    Her workers see the kinds that they may read; the caller logs that reading with the rest of her page.
    The governance lead of an organisation that works with her sees the kinds it holds, without opening
    one, what crossed, and who looked.
    """
    if by.role is Role.GOVERNANCE_LEAD:
        return _to_be_told(client_id, by, at, most)
    client = sight.one(Client, client_id, by)
    if client is None:
        return None
    return Held(client.reference, _kinds(client_id, by), _crossings(client_id, by), (), 0, False)


def _to_be_told(client_id: UUID, by: Actor, at: datetime, most: int) -> Held | None:
    if not is_ours(client_id, by):
        return None
    with identity.clerk(by):
        reference = Client.objects.filter(id=client_id).values_list("reference", flat=True).first()
        kinds = _kinds(client_id, by, is_clerk=True)
    if reference is None:
        return None
    rows = sight.visible(AccessEvent, by).filter(subjects__contains=[client_id])
    total = rows.count()
    looks = tuple(_looked(row) for row in rows.order_by("-at")[:most])
    ledger.read(by=by, at=at, resource=Resource.ACCESS_EVENT, subjects=[client_id], route="herpage:held")
    return Held(reference, kinds, _crossings(client_id, by), looks, total, True, client_id)


def words_of(table: str) -> str:
    """A kind of record in words, by the name of its table."""
    known = {resource.value: words for resource, words in KINDS.items()}
    return known.get(table) or _OTHERS.get(table, "Other records")


def is_ours(client_id: UUID, by: Actor) -> bool:
    """Whether the asker's organisation works or worked with her."""
    if client_id in by.barred_from:
        return False
    with identity.clerk(by):
        return Involvement.objects.filter(client_id=client_id, organisation_id=by.organisation_id).exists()


def _kinds(client_id: UUID, by: Actor, *, is_clerk: bool = False) -> tuple[Kept, ...]:
    """How much there is of each kind; a clerk's count is of the organisation's own records only."""
    places = dict(Organisation.objects.values_list("id", "name"))
    found: list[Kept] = []
    for resource, words in KINDS.items():
        model = walls.model_of(resource)
        column = "id" if resource is Resource.CLIENT else "client_id"
        if is_clerk:
            rows = model._default_manager.filter(organisation_id=by.organisation_id)
        else:
            rows = sight.visible(model, by)
        owners = Counter(rows.filter(**{column: client_id}).values_list("organisation_id", flat=True))
        if owners:
            found.append(Kept(words, owners.total(), _named(owners, places)))
    return tuple(found)


def _named(ids: Iterable[UUID], places: dict[UUID, str]) -> tuple[str, ...]:
    return tuple(sorted(places.get(each, "another organisation") for each in ids))


def _crossings(client_id: UUID, by: Actor) -> tuple[Crossed, ...]:
    places = dict(Organisation.objects.values_list("id", "name"))
    return tuple(
        Crossed(
            row.made_at,
            places.get(row.from_organisation_id, ""),
            places.get(row.to_organisation_id, ""),
            CrossingPurpose(row.purpose).label,
            tuple(str(name).replace("_", " ") for name in row.fields),
            row.get_basis_display(),
        )
        for row in sight.visible(Disclosure, by).filter(client_id=client_id).order_by("-made_at")[:100]
    )


def _looked(row: AccessEvent) -> Looked:
    what = KINDS.get(Resource(row.resource), row.resource.replace("_", " ")) if row.resource else ""
    if row.resource == Resource.ACCESS_EVENT.value:
        what = "Who saw her record"
    role = Role(row.role).label if row.role in {r.value for r in Role} else row.role
    return Looked(row.at, row.actor_name, role, what, AccessKind(row.kind).label)
