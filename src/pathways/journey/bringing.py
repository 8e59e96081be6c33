"""A file without names that an evaluator brings, to hold women of the programme against others.

It is kept sealed, for whoever brought it alone, and goes with her drafts; nothing of it enters a woman's
record or the programme's own figures. What a page shows of it has passed disclosure control for her audience.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from pathways.analysis import compared, police_contact, sheets
from pathways.analysis.compared import Asked, Compared
from pathways.analysis.disclosure import AtRisk, Audience, Rule
from pathways.analysis.impact.answers import UnanswerableError
from pathways.analysis.police_contact import Columns, Contact
from pathways.analysis.sheets import Sheet, UnreadableError
from pathways.analysis.time_to import Dates
from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.evaluation.beside_group import GroupKind
from pathways.domain.evaluation.police_kept import Kept
from pathways.domain.governance.actors import Actor
from pathways.domain.terms import clocks
from pathways.domain.terms.people import Role
from pathways.domain.terms.words import Worded
from pathways.journey import drafts, evaluate, ledger, police_kept, releasing
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import ReferenceSet

#: Those who evaluate: figures of a file are made by whoever can answer for its method.
MAY_BRING = frozenset({Role.EVALUATOR, Role.COORDINATOR})
#: the months of police contact that can be counted on either side
WINDOWS = tuple(police_contact.WINDOWS)

__all__ = ["Asked", "Columns", "Compared", "Contact", "Dates", "GroupKind"]


class Purpose(Worded):
    """What a brought file is for: one of each is kept."""

    COMPARISON = "comparison", "Women of the programme and a comparison group"
    POLICE_CONTACT = "police_contact", "Police records before and after"


@dataclass(frozen=True, slots=True)
class Brought:
    """The file that is kept: where it is from and its columns; nothing of its lines."""

    name: str
    source: str
    columns: tuple[str, ...]
    rows: int
    #: that other sheets of the workbook were not read, by name; nothing where there are none
    unread: str = ""


#: Headings under which people are named: a file with one of them is not a file without names.
_NAMED = frozenset(
    [
        "name",
        "full_name",
        "fullname",
        "first_name",
        "firstname",
        "forename",
        "forenames",
        "given_name",
        "middle_name",
        "middle_names",
        "surname",
        "last_name",
        "lastname",
        "family_name",
        "maiden_name",
        "former_names",
        "alias",
        "date_of_birth",
        "dob",
        "birth_date",
        "birthdate",
        "address",
        "postcode",
        "post_code",
        "phone",
        "telephone",
        "mobile",
        "email",
        "e_mail",
        "national_insurance",
        "nino",
        "national_id",
        "nhs_number",
        "pnc_id",
        "pncid",
    ]
)


def _key(purpose: Purpose) -> str:
    return f"evaluate:{purpose.value}"


# --- verbs ------------------------------------------------------------------------------------------


def bring(*, purpose: Purpose, name: str, content: bytes, source: str, by: Actor, at: datetime) -> Outcome:
    """Keeps a file in place of the one before. A file that names people is refused, and nothing is kept."""
    if by.role not in MAY_BRING:
        return refusal(_NOT_YOURS)
    if not source.strip():
        return refusal(decision.no("Say where the file is from."))
    try:
        sheet = _sheet(content, name)
    except UnreadableError as error:
        return refusal(decision.no(f"{error}. Nothing was kept."))
    if named := [each for each in sheet.columns if _plainly(each) in _NAMED]:
        listed = ", ".join(f"“{each}”" for each in named)
        return refusal(
            decision.no(
                f"The file names people: {listed}. Take these columns out, and bring it again; a pseudonym "
                "or a year of birth is enough. Nothing was kept."
            )
        )
    if not len(sheet):
        return refusal(decision.no("The file has no line below its headings. Nothing was kept."))
    with transaction.atomic():
        kept = {"name": name, "source": source.strip(), "content": base64.b64encode(content).decode()}
        drafts.keep(_key(purpose), kept, by, at)
        what = "a file without names was brought for the evaluation"
        ledger.kept_up(by=by, at=at, what=what, route=f"evaluate/{purpose.value}")
        return done()


def take_away(*, purpose: Purpose, by: Actor, at: datetime) -> Outcome:
    """Forgets the file."""
    if by.role not in MAY_BRING:
        return refusal(_NOT_YOURS)
    with transaction.atomic():
        drafts.discard(_key(purpose), by)
        what = "a file brought for the evaluation was taken away"
        ledger.kept_up(by=by, at=at, what=what, route=f"evaluate/{purpose.value}")
        return done()


def keep_police_contact(*, columns: Columns, months: int, by: Actor, at: datetime) -> Outcome:
    """Keeps the counted figures for measures M36 and M41, as each audience may be told them.

    Nothing of the file is kept with them. A release may round its counts, so both ways are reckoned. They are
    held against every set that was kept before, and what the two would give away is hidden, or nothing kept.
    """
    if by.role not in MAY_BRING:
        return refusal(_NOT_YOURS)
    found = _kept(Purpose.POLICE_CONTACT, by)
    if found is None:
        return refusal(_NO_FILE)
    kept, sheet = found

    def make(earlier: Sequence[Kept]) -> Kept:
        return police_contact.keep(
            sheet, columns, months, _rules(), weights=harm_weights(), source=kept["source"],
            on=clocks.local(at).date(), earlier=earlier,
        )  # fmt: skip

    try:
        return police_kept.keep(make, by=by, at=at)
    except (UnreadableError, UnanswerableError) as error:
        return refusal(decision.no(f"{_sentence(error)} Nothing was kept."))


def forget_police_contact(*, by: Actor, at: datetime) -> Outcome:
    """Takes the kept figures out of the measures."""
    return police_kept.forget(by=by, at=at)


def _rules() -> list[Rule]:
    """Every rule under which anything of the programme is told."""
    own = [one.rule for one in Audience]
    return [*own, *(replace(rule, rounding=releasing.ROUNDING) for rule in own)]


_NOT_YOURS = decision.no("Files for the evaluation are brought by an evaluator or a coordinator.")


def _plainly(heading: str) -> str:
    return "_".join("".join(c if c.isalnum() else " " for c in heading.lower()).split())


def _sheet(content: bytes, name: str) -> Sheet:
    found = sheets.read_bytes(content, name)
    if not found or not found[0].columns:
        raise UnreadableError(name, "holds no table: a row of headings and rows below it are wanted")
    return replace(found[0], unread=tuple(each.name for each in found[1:] if each.columns))


# --- reads ------------------------------------------------------------------------------------------


def brought(*, purpose: Purpose, by: Actor) -> Brought | None:
    """The file that this person keeps for this, if any."""
    found = _kept(purpose, by)
    if found is None:
        return None
    kept, sheet = found
    unread = sheets.said_of_unread(sheet)
    return Brought(kept["name"], kept["source"], tuple(sheet.columns), len(sheet), unread)


def _kept(purpose: Purpose, by: Actor) -> tuple[Mapping[str, str], Sheet] | None:
    kept = drafts.fetch(_key(purpose), by) if by.role in MAY_BRING else None
    if kept is None:
        return None
    return kept, _sheet(base64.b64decode(kept["content"]), kept["name"])


_NO_FILE = decision.no("There is no file to count: bring one first.")


def compare(*, asked: Asked, by: Actor) -> Compared | Decision:
    """The kept file's two groups beside each other, for this person's audience; or why there is no answer."""
    found = _kept(Purpose.COMPARISON, by)
    if found is None:
        return _NO_FILE
    try:
        return compared.compare(found[1], asked, evaluate.AUDIENCE[by.role].rule)
    except (UnreadableError, UnanswerableError) as error:
        return decision.no(_sentence(error))


def compare_for_all(*, asked: Asked, by: Actor) -> list[tuple[Audience, Compared]] | Decision:
    """The same comparison under the rule of each audience: what is kept is told only where it may be."""
    found = _kept(Purpose.COMPARISON, by)
    if found is None:
        return _NO_FILE
    try:
        return [(one, compared.compare(found[1], asked, one.rule)) for one in Audience]
    except (UnreadableError, UnanswerableError) as error:
        return decision.no(_sentence(error))


def police_contact_of(*, columns: Columns, months: int, by: Actor) -> Contact | Decision:
    """Records of the kept file before and after, for this person's audience; or why there is no answer."""
    found = _kept(Purpose.POLICE_CONTACT, by)
    if found is None:
        return _NO_FILE
    kept, sheet = found
    rule, weights, source = evaluate.AUDIENCE[by.role].rule, harm_weights(), kept["source"]
    try:
        made = police_contact.count(sheet, columns, months, rule, weights=weights, source=source)
        if not (earlier := police_kept.earlier(by=by)):
            return made
        try:
            held = police_contact.keep(
                sheet, columns, months, [rule], weights=weights, source=source, on=earlier[-1].kept_on,
                earlier=earlier,
            )  # fmt: skip
        except UnanswerableError as error:
            return replace(made, beside=f"These figures cannot be kept: {error}.")
        gone = police_contact.lost(made, held, rule)
        words = f"Beside figures that were kept before, keeping these would hide: {'; '.join(gone)}."
        return replace(made, beside=words if gone else "")
    except (UnreadableError, UnanswerableError) as error:
        return decision.no(_sentence(error))
    except AtRisk:
        return decision.no("So few women are in it that nothing of it may leave.")


def contact_kept(*, by: Actor) -> Kept | None:
    """The figures of police contact that measures M36 and M41 are read from, if any were kept."""
    return police_kept.given(by=by).kept


def _sentence(error: Exception) -> str:
    said = str(error).rstrip(".")
    return f"{said[:1].upper()}{said[1:]}."


def harm_weights() -> dict[str, float]:
    """The table of harm weights that was taken in last, by the code and by the name of the offence."""
    newest = ReferenceSet.objects.filter(kind="harm_weights").order_by("-taken_in_at").first()
    found: dict[str, float] = {}
    for line in newest.body if newest is not None else ():
        for name in ("offence", "code"):
            if said := str(line.get(name) or "").strip().casefold():
                found[said] = float(line["weight"])
    return found
