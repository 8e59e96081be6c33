"""Interviews: excerpts kept, coded by two people blind to one another, and quotations that a second releases.

Where the two differ somebody who is neither settles it. A coding is never changed, and no more is a
settlement: it counts for the two codings that it settled. How far the two agree is counted without it.

Who was asked, what they agreed to and what came of it are programme records. An excerpt is read by evaluators
of the organisation that heard it. What others see are released quotations, for as long as the participant's
agreement stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from pathways.analysis import agreement
from pathways.analysis.agreement import Agreement, Alpha, Reading
from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.evaluation import identifiable, interviews
from pathways.domain.evaluation.identifiable import Known, Sign
from pathways.domain.evaluation.interviews import Action, CodingState, Facts, Status
from pathways.domain.evaluation.recorded import KINDS, RecordKind, has_reference
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Resource
from pathways.domain.terms import given_names
from pathways.journey import identity, ledger, planning, recording, sight
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import (
    Account,
    Coding,
    Excerpt,
    Organisation,
    ProgrammeRecord,
    Quotation,
    Service,
    Settlement,
)

HEARS = interviews.HEARS
_WITHDRAWN = "A code that was withdrawn"
#: Who reads released quotations: whoever reads the learning log beside them.
READS_QUOTATIONS = KINDS[RecordKind.LEARNING].reads


@dataclass(frozen=True, slots=True)
class Heard:
    """An excerpt as its evaluators read it. `state` says how far its coding is, whoever coded it."""

    id: UUID
    record_id: UUID
    participant: int
    group: str
    text: str
    state: CodingState
    is_mine_coded: bool
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Code:
    """One code of the codebook as it stands."""

    id: UUID
    version: int
    name: str
    definition: str
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coded:
    """What one person gave an excerpt."""

    by: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """What a third coder said of an excerpt, and why."""

    by: str
    at: datetime
    codes: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Difference:
    """An excerpt that two people coded differently, with what each gave it.

    `given` is every code that either gave, in order of name, with whether the first gave it and the second.
    `disputed` are those of the codebook that one gave and the other did not. `may_settle` is for whoever
    asks.
    """

    excerpt_id: UUID
    participant: int
    group: str
    text: str
    coders: tuple[str, str]
    given: tuple[tuple[str, bool, bool], ...]
    disputed: tuple[Code, ...]
    settled: Settled | None
    may_settle: Decision


@dataclass(frozen=True, slots=True)
class Apart:
    """How many excerpts two people coded, on how many they differ, and how many of these are settled."""

    coded: int
    differ: int
    settled: int

    @property
    def open(self) -> int:
        return self.differ - self.settled


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quotation on its way, or out."""

    id: UUID
    excerpt_id: UUID
    said_by: str
    text: str
    status: Status
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    because: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class CodeAgreement:
    """How far two people gave a code to the same excerpts, and the table that it rests on."""

    code: Code
    kappa: Agreement
    alpha: Alpha


@dataclass(frozen=True, slots=True)
class Theme:
    """A part of the theory of change with the codes that speak of it.

    `participants` and `excerpts` are those to which both people gave one of the codes, or which a third
    settled so. `undecided` are further excerpts to which one of two gave such a code, and nobody has settled
    it.
    """

    node: str
    words: str
    codes: tuple[str, ...]
    participants: int
    excerpts: int
    undecided: int


@dataclass(frozen=True, slots=True)
class Sampling:
    """Who was invited to an interview, by group, and what came of it."""

    group: str
    invited: int
    results: Mapping[str, int]


# --- reads --------------------------------------------------------------------------------------------


def sampling(*, by: Actor, at: datetime) -> tuple[Sampling, ...]:
    """Everybody who was asked, by group and by what came of it; also those who declined or had left."""
    found = recording.listed(RecordKind.INTERVIEW, by=by, at=at)
    if found is None:
        return ()
    described = KINDS[RecordKind.INTERVIEW]
    results = [code for code, _ in described.question("result").options]
    lines = []
    for code, label in described.question("group").options:
        here = [one for one in found.records if one.answers.get("group") == code]
        counts = {each: sum(one.answers.get("result") == each for one in here) for each in results}
        lines.append(Sampling(label, len(here), counts))
    return tuple(lines)


def codebook(*, by: Actor, at: datetime) -> tuple[Code, ...]:
    """The codes as they stand, in order of name."""
    found = recording.listed(RecordKind.CODE, by=by, at=at)
    codes = [_code(one) for one in found.records] if found else []
    return tuple(sorted(codes, key=lambda one: one.name.casefold()))


def _code(one: recording.Record) -> Code:
    said = one.answers
    nodes = tuple(said.get("nodes") or ())
    return Code(one.id, one.number, str(said.get("name", "")), str(said.get("definition", "")), nodes)


def excerpts(*, by: Actor, at: datetime) -> tuple[Heard, ...]:
    """Every excerpt that was not taken out. One event a reading."""
    if by.role not in HEARS:
        return ()
    rows = list(sight.visible(Excerpt, by).filter(is_taken_out=False))
    if rows:
        ledger.read(
            by=by, at=at, resource=Resource.EXCERPT, subjects=[row.id for row in rows], route="interviews"
        )
    return _heard(rows, by)


def excerpt(excerpt_id: UUID, *, by: Actor, at: datetime) -> Heard | None:
    """One excerpt; None where it is not there for this person, or was taken out."""
    row = _standing(excerpt_id, by)
    if row is None:
        return None
    ledger.read(by=by, at=at, resource=Resource.EXCERPT, subjects=[row.id], route="interviews")
    return _heard([row], by)[0]


def again(excerpt_id: UUID, *, by: Actor) -> Heard | None:
    """The same for a form that was opened from its page, which has read it."""
    row = _standing(excerpt_id, by)
    return _heard([row], by)[0] if row else None


def _standing(excerpt_id: UUID, by: Actor) -> Excerpt | None:
    if by.role not in HEARS:
        return None
    row = sight.one(Excerpt, excerpt_id, by)
    return None if row is None or row.is_taken_out else row


def _heard(rows: Sequence[Excerpt], by: Actor) -> tuple[Heard, ...]:
    keys = [row.id for row in rows]
    coders: dict[UUID, list[UUID]] = {}
    with identity.clerk(by):  # how many have coded it says nothing of what they gave it
        for key, coder in Coding._default_manager.filter(excerpt_id__in=keys).values_list(
            "excerpt_id", "coder_id"
        ):
            coders.setdefault(key, []).append(coder)
    groups = _groups({row.interview_id for row in rows}, by)
    found = _by_two(by, keys)
    differing, settled = _differing(found, _standing_codes(by)), _settlements(found, by)
    return tuple(
        Heard(
            row.id,
            row.interview_id,
            row.participant,
            groups.get(row.interview_id, ""),
            row.text or "",
            interviews.coding_state(
                coders=len(coders.get(row.id, ())),
                differ=row.id in differing,
                is_settled=row.id in settled,
            ),
            by.account_id in coders.get(row.id, ()),
            row.made_by_name,
            row.made_at,
        )
        for row in rows
    )


def _groups(record_ids: Iterable[UUID], by: Actor) -> dict[UUID, str]:
    labels = dict(KINDS[RecordKind.INTERVIEW].question("group").options)
    newest = (
        sight.visible(ProgrammeRecord, by)
        .filter(kept_id__in=list(record_ids))
        .order_by("kept_id", "-number")
        .distinct("kept_id")
    )
    return {row.kept_id: labels.get(str((row.codes or {}).get("group")), "") for row in newest}


def codings(excerpt_id: UUID, *, by: Actor, at: datetime) -> tuple[Coded, ...]:
    """What this excerpt was given: one's own, and the other's once both are in."""
    names = {str(one.id): one.name for one in codebook(by=by, at=at)}
    rows = sight.visible(Coding, by).filter(excerpt_id=excerpt_id).order_by("made_at")
    return tuple(Coded(row.coder_name, _named(row.codes, names)) for row in rows)


def _named(codes: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(names.get(str(one["code"]), _WITHDRAWN) for one in codes))


def _by_two(by: Actor, among: Collection[UUID] | None = None) -> dict[UUID, tuple[Coding, Coding]]:
    """For each excerpt that stands and that two people have coded, both codings; `among` names some alone."""
    standing = sight.visible(Excerpt, by).filter(is_taken_out=False)
    if among is not None:
        standing = standing.filter(id__in=list(among))
    keys = list(standing.values_list("id", flat=True))
    rows = sight.visible(Coding, by).filter(excerpt_id__in=keys, is_open=True)
    both: dict[UUID, list[Coding]] = {}
    # the same person is the first of every pair, so that the table says who gave a code more often
    for row in rows.order_by("coder_name", "coder_id"):
        both.setdefault(row.excerpt_id, []).append(row)
    return {key: (some[0], some[1]) for key, some in both.items() if len(some) == interviews.CODERS}


def _pairs(by: Actor) -> dict[UUID, tuple[frozenset[str], frozenset[str]]]:
    """For each excerpt that two people have coded, the codes of the first and of the second."""
    return {key: (_keys(one), _keys(other)) for key, (one, other) in _by_two(by).items()}


def _keys(row: Coding | Settlement) -> frozenset[str]:
    return frozenset(str(one["code"]) for one in row.codes)


def _standing_codes(by: Actor) -> frozenset[str]:
    """The keys of the codes as they stand. None of their words is opened."""
    newest = (
        sight.visible(ProgrammeRecord, by)
        .filter(kind=RecordKind.CODE.value)
        .order_by("kept_id", "-number")
        .distinct("kept_id")
        .values_list("kept_id", "is_withdrawn")
    )
    return frozenset(str(key) for key, is_withdrawn in newest if not is_withdrawn)


def _differing(
    found: Mapping[UUID, tuple[Coding, Coding]], codebook: frozenset[str]
) -> dict[UUID, frozenset[str]]:
    """Of excerpts that two have coded those on which they differ, with the codes that are disputed."""
    apart = {
        key: interviews.disputed(_keys(one), _keys(other), codebook=codebook)
        for key, (one, other) in found.items()
    }
    return {key: codes for key, codes in apart.items() if codes}


def _settlements(found: Mapping[UUID, tuple[Coding, Coding]], by: Actor) -> dict[UUID, Settlement]:
    """What a third coder said of these, where it was said of just these two codings."""
    rows = sight.visible(Settlement, by).filter(excerpt_id__in=list(found))
    return {
        row.excerpt_id: row
        for row in rows
        if {row.first_coding_id, row.second_coding_id} == {one.id for one in found[row.excerpt_id]}
    }


def apart(*, by: Actor) -> Apart:
    """On how many excerpts two people differ. Codes alone are looked at, and no word is read."""
    if by.role not in HEARS:
        return Apart(0, 0, 0)
    found = _by_two(by)
    differing = set(_differing(found, _standing_codes(by)))
    settled = set(_settlements(found, by))
    return Apart(len(found), len(differing | settled), len(settled))


def to_settle(*, by: Actor) -> tuple[tuple[UUID, int], ...]:
    """(excerpt, participant) of what waits to be settled and this person may settle. No word is read."""
    if by.role not in HEARS:
        return ()
    found = _by_two(by)
    settled = _settlements(found, by)
    mine = {
        key
        for key in _differing(found, _standing_codes(by))
        if key not in settled and by.account_id not in {one.coder_id for one in found[key]}
    }
    rows = sight.visible(Excerpt, by).filter(id__in=list(mine)).order_by("participant", "made_at", "id")
    return tuple(rows.values_list("id", "participant"))


def differences(*, by: Actor, at: datetime) -> tuple[Difference, ...]:
    """Every excerpt on which two people differ: what this person may settle, what waits for others, what is
    settled. One event a reading."""
    if by.role not in HEARS:
        return ()
    found = _compared(_by_two(by), by, at)
    if found:
        keys = [one.excerpt_id for one in found]
        ledger.read(by=by, at=at, resource=Resource.EXCERPT, subjects=keys, route="interviews")
    return tuple(sorted(found, key=lambda one: (one.settled is not None, not one.may_settle)))


def difference(excerpt_id: UUID, *, by: Actor, at: datetime) -> Difference | None:
    """One of them, for its form and for the page of the excerpt, which has read it; None where the two who
    coded it do not differ, or where it was not coded by two."""
    if by.role not in HEARS:
        return None
    return next(iter(_compared(_by_two(by, [excerpt_id]), by, at)), None)


def _compared(found: Mapping[UUID, tuple[Coding, Coding]], by: Actor, at: datetime) -> list[Difference]:
    differing, settled = _differing(found, _standing_codes(by)), _settlements(found, by)
    keys = set(differing) | set(settled)
    if not keys:
        return []
    codes = codebook(by=by, at=at)
    names = {str(one.id): one.name for one in codes}
    rows = sight.visible(Excerpt, by).filter(id__in=list(keys))
    compared = []
    for heard in _heard(list(rows), by):
        one, other = found[heard.id]
        row = settled.get(heard.id)
        said = (
            Settled(row.made_by_name, row.made_at, _named(row.codes, names), row.because or "")
            if row
            else None
        )
        compared.append(
            Difference(
                heard.id,
                heard.participant,
                heard.group,
                heard.text,
                (one.coder_name, other.coder_name),
                _given_by(one, other, names),
                tuple(each for each in codes if str(each.id) in differing.get(heard.id, ())),
                said,
                interviews.may_settle(heard.state, has_coded=heard.is_mine_coded),
            )
        )
    return compared


def _given_by(one: Coding, other: Coding, names: Mapping[str, str]) -> tuple[tuple[str, bool, bool], ...]:
    first, second = _keys(one), _keys(other)
    every = [(names.get(key, _WITHDRAWN), key in first, key in second) for key in first | second]
    return tuple(sorted(every, key=lambda each: each[0].casefold()))


def agreements(*, by: Actor, at: datetime) -> tuple[CodeAgreement, ...]:
    """Cohen's kappa and Krippendorff's alpha of each code over all excerpts that two people have coded.

    Of the two alone: what a third settled afterwards says nothing of how far they agreed.
    """
    if by.role not in HEARS:
        return ()
    pairs = list(_pairs(by).values())
    found = []
    for code in codebook(by=by, at=at):
        key = str(code.id)
        readings = [Reading(_given(key, one), _given(key, other)) for one, other in pairs]
        said = ("given", "not")
        found.append(
            CodeAgreement(
                code,
                agreement.kappa(readings, categories=said),
                agreement.alpha(readings, categories=said),
            )
        )
    return tuple(found)


def _given(code: str, codes: frozenset[str]) -> str:
    return "given" if code in codes else "not"


def themes(*, by: Actor, at: datetime) -> tuple[Theme, ...]:
    """The parts of the theory of change of which a code speaks, in their order."""
    if by.role not in HEARS:
        return ()
    codes = codebook(by=by, at=at)
    pairs = _by_two(by)
    settled = _settlements(pairs, by)
    stand = {
        key: _keys(settled[key]) if key in settled else _keys(one) & _keys(other)
        for key, (one, other) in pairs.items()
    }
    apart = _differing(pairs, frozenset(str(one.id) for one in codes))
    waits = {key: disputed for key, disputed in apart.items() if key not in settled}
    who = dict(sight.visible(Excerpt, by).filter(id__in=list(pairs)).values_list("id", "participant"))
    found = []
    for node, words in planning.node_names(by=by).items():
        mine = [one for one in codes if node in one.nodes]
        keys = {str(one.id) for one in mine}
        there = {key for key, given in stand.items() if given & keys}
        undecided = {key for key, disputed in waits.items() if disputed & keys} - there
        if mine:
            names = tuple(one.name for one in mine)
            people = len({who[key] for key in there})
            found.append(Theme(node, words, names, people, len(there), len(undecided)))
    return tuple(found)


def quotations(*, by: Actor, at: datetime) -> tuple[Quoted, ...]:
    """Every quotation that was asked for, those that wait first. For evaluators."""
    if by.role not in HEARS:
        return ()
    rows = list(sight.visible(Quotation, by))
    if rows:
        ledger.read(
            by=by, at=at, resource=Resource.QUOTATION, subjects=[row.id for row in rows], route="interviews"
        )
    order = list(Status)
    return tuple(sorted((_quoted(row, by) for row in rows), key=lambda one: order.index(one.status)))


def quotation(quotation_id: UUID, *, by: Actor) -> Quoted | None:
    """One quotation, for the form that decides on it."""
    row = sight.one(Quotation, quotation_id, by) if by.role in HEARS else None
    return _quoted(row, by) if row else None


def released(*, by: Actor, at: datetime) -> tuple[Quoted, ...]:
    """What participants said and may be read: released, and their agreement to be quoted stands."""
    if by.role not in READS_QUOTATIONS:
        return ()
    out = sight.visible(Quotation, by).filter(status=Status.RELEASED.value)
    rows = list(out.order_by("decided_at", "id"))
    stands = _consents({row.interview_id for row in rows}, by)
    rows = [row for row in rows if stands.get(row.interview_id)]
    if rows:
        ledger.read(
            by=by, at=at, resource=Resource.QUOTATION, subjects=[row.id for row in rows], route="evaluate"
        )
    return tuple(_quoted(row, by) for row in rows)


def _quoted(row: Quotation, by: Actor) -> Quoted:
    labels = dict(KINDS[RecordKind.INTERVIEW].question("group").options)
    return Quoted(
        row.id, row.excerpt_id, labels.get(row.said_by, row.said_by), row.text or "", Status(row.status),
        row.asked_by_name, row.asked_at, row.decided_by_name, row.decided_at, row.because or "",
        row.asked_by_id == by.account_id,
    )  # fmt: skip


def _consents(record_ids: Iterable[UUID], by: Actor) -> dict[UUID, Decision]:
    """Whether each of these participants may be quoted as things stand. Codes alone are read."""
    with identity.counting(by):
        newest = list(
            ProgrammeRecord._default_manager.filter(kept_id__in=list(record_ids))
            .order_by("kept_id", "-number")
            .distinct("kept_id")
            .values_list("kept_id", "codes", "is_withdrawn")
        )
    return {
        key: interviews.may_quote(
            result=str((codes or {}).get("result")),
            consent=(codes or {}).get("consent") or (),
            is_withdrawn=is_withdrawn,
        )
        for key, codes, is_withdrawn in newest
    }


def signs(text: str, *, by: Actor, without: UUID | None = None) -> tuple[Sign, ...]:
    """What in these words could give somebody away, by the names and words that the programme knows.

    `without` is the excerpt that they come from: its own words are not what makes a word common.
    """
    rows = sight.visible(Excerpt, by).filter(is_taken_out=False)
    others = [row.text or "" for row in rows if row.id != without]
    people = {word for name in Account.objects.values_list("name", flat=True) for word in name.split()}
    places = {area for area in Service.objects.values_list("area", flat=True) if area}
    known = Known(
        given=given_names.every(),
        people=frozenset(word.casefold() for word in people if len(word) > 1),
        organisations=frozenset(
            name.casefold() for name in Organisation.objects.values_list("name", flat=True)
        ),
        places=frozenset(str(place).casefold() for place in places),
        common=identifiable.words_of(others) if len(others) >= _ENOUGH else None,
    )
    return identifiable.signs(text, known)


#: of fewer excerpts nearly every word would be rare
_ENOUGH = 10


# --- verbs --------------------------------------------------------------------------------------------


def keep(*, record_id: UUID, text: str, by: Actor, at: datetime) -> Outcome:
    """Keeps a passage of an interview, under its participant's number."""
    if by.role not in HEARS:
        return refusal(_NOT_YOURS)
    with transaction.atomic():
        record = recording.standing(record_id, by=by)
        if record is None or record.kind is not RecordKind.INTERVIEW or record.participant is None:
            return refusal(sight.NOT_THERE)
        if not (answer := _may_keep(record)):
            return refusal(answer)
        row = Excerpt(
            interview_id=record_id,
            participant=record.participant,
            text=text.strip(),
            organisation_id=record.organisation_id,
            made_at=at,
            made_by_id=by.account_id,
            made_by_name=by.name,
        )
        row.save(force_insert=True)
        ledger.collected(by=by, at=at, resource=Resource.EXCERPT, subjects=[row.id])
    return done(row.id, reference=f"Participant {record.participant}")


def may_keep(record_id: UUID, *, by: Actor) -> tuple[recording.Record | None, Decision]:
    """The record of an interview, and whether what was said in it may be kept."""
    record = recording.standing(record_id, by=by) if by.role in HEARS else None
    if record is None or record.kind is not RecordKind.INTERVIEW:
        return None, sight.NOT_THERE
    return record, _may_keep(record)


def _may_keep(record: recording.Record) -> Decision:
    return interviews.may_keep_excerpt(
        result=str(record.answers.get("result")),
        consent=record.answers.get("consent") or (),
        is_withdrawn=record.is_withdrawn,
    )


def take_out(*, excerpt_id: UUID, by: Actor, at: datetime) -> Outcome:
    """Takes an excerpt out for good: its words are gone, its quotations, and what was said of its codes."""
    with transaction.atomic():
        row = _held(excerpt_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        row.text, row.is_taken_out = "", True
        row.save(update_fields=["text", "is_taken_out"])
        with identity.clerk(by):
            Quotation._default_manager.filter(excerpt_id=excerpt_id).delete()
            Settlement._default_manager.filter(excerpt_id=excerpt_id).delete()
        ledger.altered(
            by=by, at=at, resource=Resource.EXCERPT, subjects=[excerpt_id], reason="taken out"
        )
    return done(excerpt_id)


def code(*, excerpt_id: UUID, code_ids: Sequence[UUID], by: Actor, at: datetime) -> Outcome:
    """Gives an excerpt codes, none or several, once. With the second person's, both see both."""
    with transaction.atomic():
        if _held(excerpt_id, by) is None:
            return refusal(sight.NOT_THERE)
        known = {one.id: one for one in codebook(by=by, at=at)}
        if strangers := set(code_ids) - set(known):
            return refusal(decision.no(f"{len(strangers)} of these codes are no longer in the codebook."))
        with identity.clerk(by):
            coders = set(
                Coding._default_manager.filter(excerpt_id=excerpt_id).values_list("coder_id", flat=True)
            )
        answer = interviews.may_code(has_coded=by.account_id in coders, coders=len(coders))
        if not answer:
            return refusal(answer)
        row = Coding(
            excerpt_id=excerpt_id,
            codes=[{"code": str(key), "version": known[key].version} for key in dict.fromkeys(code_ids)],
            organisation_id=by.organisation_id,
            coder_id=by.account_id,
            coder_name=by.name,
            made_at=at,
        )
        row.save(force_insert=True)
        is_second = len(coders) + 1 == interviews.CODERS
        if is_second:
            with identity.clerk(by):
                Coding._default_manager.filter(excerpt_id=excerpt_id).update(is_open=True)
        ledger.collected(by=by, at=at, resource=Resource.CODING, subjects=[excerpt_id])
    said = "A second person codes it without seeing yours."
    if is_second:
        said = "Both are in: you now see one another’s."
    return done(excerpt_id, next=(said,))


def settle(*, excerpt_id: UUID, code_ids: Sequence[UUID], because: str, by: Actor, at: datetime) -> Outcome:
    """Settles, once, which of the codes an excerpt has that one of two people gave it and the other did not.

    What both gave stands. `code_ids` are those of the disputed that it has; none, where it has none of them.
    """
    if not because.strip():
        return refusal(decision.no("Say why you settle it so."))
    if has_reference(because):
        return refusal(decision.no("A woman’s reference stands in your words. Take it out."))
    with transaction.atomic():
        row = _held(excerpt_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        heard = _heard([row], by)[0]
        is_settled = sight.visible(Settlement, by).filter(excerpt_id=excerpt_id).exists()
        state = CodingState.SETTLED if is_settled else heard.state
        if not (answer := interviews.may_settle(state, has_coded=heard.is_mine_coded)):
            return refusal(answer)
        found = _by_two(by, [excerpt_id])
        known = {str(one.id): one for one in codebook(by=by, at=at)}
        asked = _differing(found, frozenset(known)).get(excerpt_id, frozenset())
        wanted = {str(key) for key in code_ids}
        if strangers := wanted - asked:
            return refusal(decision.no(f"{len(strangers)} of these codes are not disputed any more."))
        one, other = found[excerpt_id]
        both = {each["code"]: each["version"] for each in one.codes if str(each["code"]) in _keys(other)}
        now = {key: known[key].version for key in sorted(wanted | set(both)) if key in known}
        Settlement(
            excerpt_id=excerpt_id,
            codes=[{"code": key, "version": version} for key, version in {**both, **now}.items()],
            because=because.strip(),
            first_coding_id=one.id,
            second_coding_id=other.id,
            first_coder_id=one.coder_id,
            second_coder_id=other.coder_id,
            organisation_id=row.organisation_id,
            made_at=at,
            made_by_id=by.account_id,
            made_by_name=by.name,
        ).save(force_insert=True)
        ledger.collected(by=by, at=at, resource=Resource.SETTLEMENT, subjects=[excerpt_id])
    return done(excerpt_id, next=("Themes count it so. How far the two agree stays as it was.",))


def ask_to_quote(*, excerpt_id: UUID, text: str, has_looked: bool, by: Actor, at: datetime) -> Outcome:
    """Asks that words of an excerpt may be shown. `has_looked`: every possible sign was looked at."""
    with transaction.atomic():
        row = _held(excerpt_id, by)
        if row is None:
            return refusal(sight.NOT_THERE)
        answer = _consents([row.interview_id], by).get(row.interview_id, sight.NOT_THERE)
        if not answer:
            return refusal(answer)
        found = signs(text, by=by, without=row.id)
        if sure := [one.piece for one in found if one.is_sure]:
            return refusal(decision.no(f"This gives somebody away: {', '.join(sure)}. Take it out."))
        if found and not has_looked:
            return refusal(decision.no("Look at each sign that was found, and say that you have."))
        record = recording.standing(row.interview_id, by=by)
        made = Quotation(
            excerpt_id=excerpt_id,
            interview_id=row.interview_id,
            said_by=str(record.answers.get("group")) if record else "",
            text=text.strip(),
            status=interviews.WORKFLOW.start.value,
            organisation_id=row.organisation_id,
            asked_at=at,
            asked_by_id=by.account_id,
            asked_by_name=by.name,
        )
        made.save(force_insert=True)
        ledger.collected(by=by, at=at, resource=Resource.QUOTATION, subjects=[made.id])
    return done(made.id, next=("Somebody else reads it before anybody sees it.",))


def may_decide(quotation_id: UUID, action: Action, *, by: Actor) -> Decision:
    """Whether this person may take this step with a quotation now."""
    row = sight.one(Quotation, quotation_id, by) if by.role in HEARS else None
    return _may(row, action, by) if row else sight.NOT_THERE


def decide(*, quotation_id: UUID, action: Action, because: str, by: Actor, at: datetime) -> Outcome:
    """Releases a quotation, refuses it, or takes it back."""
    with transaction.atomic():
        _alone(str(quotation_id))
        row = sight.one(Quotation, quotation_id, by) if by.role in HEARS else None
        if row is None:
            return refusal(sight.NOT_THERE)
        if not (answer := _may(row, action, by)):
            return refusal(answer)
        move = interviews.WORKFLOW.move(action, Status(row.status))
        assert move is not None
        row.status, row.because = move.target.value, because.strip()
        fields = ["status", "because"]
        if action is not Action.TAKE_BACK:
            row.decided_at, row.decided_by_id, row.decided_by_name = at, by.account_id, by.name
            fields += ["decided_at", "decided_by_id", "decided_by_name"]
        row.save(update_fields=fields)
        ledger.altered(
            by=by, at=at, resource=Resource.QUOTATION, subjects=[row.id], reason=move.target.value
        )
    return done(row.id)


def _may(row: Quotation, action: Action, by: Actor) -> Decision:
    facts = Facts(
        is_asker=row.asked_by_id == by.account_id,
        may_be_quoted=bool(_consents([row.interview_id], by).get(row.interview_id)),
        gives_away=any(one.is_sure for one in signs(row.text or "", by=by, without=row.excerpt_id)),
    )
    return interviews.WORKFLOW.may(action, status=Status(row.status), role=by.role, facts=facts)


_NOT_YOURS = decision.no("What is said in interviews is kept by the evaluator.", ask="the evaluator")


def _held(excerpt_id: UUID, by: Actor) -> Excerpt | None:
    """The excerpt, and nobody else codes it or takes it out before the transaction ends."""
    _alone(str(excerpt_id))
    return _standing(excerpt_id, by)


def _alone(what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 51))", [what])
