"""A funder's own headings, remembered: what fills each, every version kept, as a file out and in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from pathways.analysis import funder_columns
from pathways.analysis.funder_columns import FILLS, Columns, NotATemplateError
from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.evaluation.release import MAKERS
from pathways.domain.governance.actors import Actor
from pathways.journey import ledger, releasing, sight
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import FunderTemplate

MAY_SEE = releasing.MAY_SEE
ENDINGS = ("xlsx", "csv")


@dataclass(frozen=True, slots=True)
class Template:
    """One funder's headings with what fills each, as they stand."""

    id: UUID
    funder: str
    number: int
    columns: Columns
    made_at: datetime

    @property
    def empty(self) -> int:
        return sum(not code for _, code in self.columns)


def read(content: bytes, name: str, pasted: str) -> Columns | Decision:
    """The headings of what was given, each with a guess; or why they cannot be read."""
    try:
        return funder_columns.headings(content, name) if content else funder_columns.pasted(pasted)
    except NotATemplateError as error:
        return decision.no(str(error))


def keep(*, funder: str, columns: Columns, by: Actor, at: datetime) -> Outcome:
    """Keeps the headings of a funder; those there were before stay as an earlier version."""
    if by.role not in MAKERS:
        return refusal(decision.no("An evaluator or a coordinator keeps templates.", ask="the coordinator"))
    if not funder.strip():
        return refusal(decision.no("Say which funder it is."))
    known = {code for code, _ in FILLS}
    if wrong := next((code for _, code in columns if code and code not in known), ""):
        return refusal(decision.no(f"Nothing here is called “{wrong}”."))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 76))", [funder.strip()])
        before = sight.visible(FunderTemplate, by).filter(funder=funder.strip()).order_by("-number").first()
        row = FunderTemplate(
            funder=funder.strip(),
            number=before.number + 1 if before else 1,
            columns=[list(one) for one in columns],
            organisation_id=by.organisation_id,
            made_at=at,
            made_by_id=by.account_id,
        )
        row.save(force_insert=True)
        ledger.kept_up(
            by=by, at=at, what=f"funder’s template, version {row.number}", route="evaluate:templates"
        )
    return done(row.id)


def listed(*, by: Actor) -> tuple[Template, ...]:
    """Every funder's template as it stands."""
    rows = sight.visible(FunderTemplate, by).order_by("funder", "-number").distinct("funder")
    return tuple(_template(row) for row in rows)


def one(template_id: UUID, *, by: Actor) -> Template | None:
    """The newest version of the funder of whom this is a version; None where there is none."""
    row = sight.visible(FunderTemplate, by).filter(id=template_id).first()
    if row is None:
        return None
    newest = sight.visible(FunderTemplate, by).filter(funder=row.funder).order_by("-number").first()
    return _template(newest or row)


def export(template_id: UUID, *, by: Actor, at: datetime) -> tuple[str, bytes] | None:
    """The mapping as a file."""
    found = one(template_id, by=by)
    if found is None:
        return None
    ledger.exported(by=by, at=at, reason="a funder’s template", found=len(found.columns))
    return "funder-template.json", funder_columns.exported(found.funder, found.columns)


def fill(
    *, release_id: UUID, template_id: UUID, ending: str, by: Actor, at: datetime
) -> tuple[str, bytes] | None:
    """A released return in the funder's headings; None where either is not there, or not released."""
    template, released = one(template_id, by=by), releasing.figures(release_id=release_id, by=by)
    if template is None or released is None or ending not in ENDINGS:
        return None
    line = released["row"]
    about: Mapping[str, str] = {
        "programme": str(released["body"]["programme"]),
        "provider": line.provider,
        "from": str(line.start or ""),
        "to": str(line.end or ""),
        "as_at": f"{line.as_at:%Y-%m-%d}" if line.as_at else "",
        "release": str(line.number),
    }
    content = funder_columns.filled(template.columns, about, released["measures"], f".{ending}")
    ledger.exported(by=by, at=at, reason=f"release {line.number} in a funder’s headings", found=1)
    return f"release-{line.number}-in-funders-headings.{ending}", content


def _template(row: FunderTemplate) -> Template:
    columns = tuple((str(heading), str(code)) for heading, code in row.columns)
    return Template(row.id, row.funder, row.number, columns, row.made_at)
