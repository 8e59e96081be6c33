"""The site's table of prices: read, changed in the open, brought in and out; every version is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from pathways.analysis import price_sheets
from pathways.analysis.costs import Given
from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.evaluation import plan, prices, value
from pathways.domain.evaluation.plan import Part
from pathways.domain.evaluation.prices import Indices, Line, NotAPriceError, Per, PriceTable
from pathways.domain.evaluation.theory import Difference
from pathways.domain.evaluation.value import Price, Valuation
from pathways.domain.governance.actors import Actor
from pathways.domain.terms import clocks
from pathways.journey import ledger, plan_versions, sight
from pathways.journey.outcome import Outcome, done, refusal
from pathways.journey.plan_versions import Version
from pathways.records.models import ReferenceSet

MAY_READ, MAY_CHANGE = plan.READS, plan.WRITES
ENDINGS = price_sheets.ENDINGS
MOST_BYTES = 2_500_000
__all__ = ["Per"]


@dataclass(frozen=True, slots=True)
class Now:
    """The table as it stands in one version."""

    table: PriceTable
    version: Version

    @property
    def to_check(self) -> int:
        """How many prices nobody here has held against their source."""
        return sum(one.checked_on is None for one in self.table.lines)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A table of prices taken in under “Files” since the newest version, and not in the table yet."""

    at: datetime
    source: str
    rows: int


# --- reads: nothing here is about a woman, so reading it is not an event -----------------------------------


def now(*, by: Actor, number: int | None = None) -> Now | None:
    """The prices, or one version of them; None where there is no such version for this person."""
    found = plan_versions.row(Part.PRICES, by, number)
    if found is None:
        return None
    row, version = found
    return Now(prices.from_json(row.body) if row else prices.SHIPPED, version)


def versions(*, by: Actor) -> tuple[Version, ...]:
    return plan_versions.versions(Part.PRICES, by=by)


def given(*, by: Actor) -> Given:
    """The prices and findings as they stand; what comes with the programme for whoever reads no plan."""
    found, kept = now(by=by), valuation_now(by=by)
    if found is None or kept is None:
        return Given()
    return Given(found.table, kept[0], _named(found.version))


def _named(version: Version) -> str:
    when = f" of {clocks.local(version.at):%-d %B %Y}" if version.at else ", as it comes"
    return f"Prices: version {version.number}{when}"


def valuation_now(*, by: Actor) -> tuple[Valuation, Version] | None:
    found = plan_versions.row(Part.AVOIDED, by, None)
    if found is None:
        return None
    row, version = found
    return (value.from_json(row.body) if row else Valuation()), version


def compared(
    *, earlier: int, later: int, by: Actor
) -> tuple[Version, Version, tuple[Difference, ...]] | None:
    """What is not the same in two versions of the prices; None where one of them is not there."""
    first, second = now(by=by, number=earlier), now(by=by, number=later)
    if first is None or second is None:
        return None
    return first.version, second.version, prices.compare(first.table, second.table)


def usable(*, by: Actor) -> tuple[tuple[str, Price], ...]:
    """The code and the price, in money of the table's year, of every line that can be moved there."""
    found = now(by=by)
    if found is None:
        return ()
    each = ((one.code, prices.moved(found.table, one)) for one in found.table.lines)
    return tuple((code, price) for code, price in each if isinstance(price, Price))


def taken_in(*, by: Actor) -> TakenIn | None:
    """Prices that were taken in under “Files” after the newest version."""
    if by.role not in MAY_CHANGE:
        return None
    found = ReferenceSet.objects.filter(kind="prices").order_by("-taken_in_at").first()
    if found is None:
        return None
    newest = plan_versions.versions(Part.PRICES, by=by)[0]
    if newest.at is not None and newest.at >= found.taken_in_at:
        return None
    return TakenIn(found.taken_in_at, found.source, found.rows)


def written(*, ending: str, by: Actor, at: datetime) -> bytes | None:
    """The table as a spreadsheet; None for a kind of file that it is not written as."""
    found = now(by=by)
    if found is None or ending not in ENDINGS:
        return None
    ledger.exported(by=by, at=at, reason=f"prices, version {found.version.number}, {ending}", found=1)
    return price_sheets.written(found.table, ending)


def read(content: bytes, name: str, *, by: Actor) -> tuple[PriceTable | None, list[str]]:
    """The table that a spreadsheet holds, or each thing that is wrong with it."""
    found = now(by=by)
    if found is None:
        return None, [_NOT_YOURS.reason]
    if len(content) > MOST_BYTES:
        return None, ["The file is larger than a table of prices can be (2.5 MB)."]
    return price_sheets.read(content, name, found.table)


_NOT_YOURS = decision.no("Prices are read by those who read the plan.", ask="the evaluator")
_GONE = decision.no("That price is no longer in the table. Somebody has removed it meanwhile.")


# --- verbs -------------------------------------------------------------------------------------------------


def add(
    *,
    name: str,
    per: Per,
    value: float,
    low: float,
    central: float,
    high: float,
    year: str,
    source: str,
    deflator: str,
    note: str,
    code: str = "",
    because: str = "",
    by: Actor,
    at: datetime,
) -> Outcome:
    """Adds a price. Without a code it gets one made of its name."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        table = _table(by)
        wanted = prices.code_of(code) if code.strip() else table.next_code(name)
        if table.line(wanted) is not None:
            return refusal(decision.no(f"Another price has the code “{wanted}”. Give it another code."))
        line = Line(wanted, " ".join(name.split()), per, value, low, central, high, year, source.strip(),
                    deflator, None, note.strip())  # fmt: skip
        if not (answer := prices.may_be(table, line)):
            return refusal(answer)
        _keep(table.with_line(line), f"Price added: {line.name}", because, by, at)
    return done(reference=wanted)


def change(
    *,
    code: str,
    name: str,
    per: Per,
    value: float,
    low: float,
    central: float,
    high: float,
    year: str,
    source: str,
    deflator: str,
    note: str,
    is_checked: bool,
    because: str,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Changes a price, or says that it was held against its source."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        table = _table(by)
        before = table.line(code)
        if before is None:
            return refusal(_GONE)
        checked = (before.checked_on or clocks.local(at).date()) if is_checked else None
        line = Line(code, " ".join(name.split()), per, value, low, central, high, year, source.strip(),
                    deflator, checked, note.strip())  # fmt: skip
        if line == before:
            return refusal(decision.no("Nothing was changed."))
        if not (answer := prices.may_be(table, line)):
            return refusal(answer)
        only = line == replace(before, checked_on=checked)
        said = "held against its source" if only and checked else "changed"
        _keep(table.with_line(line), f"{line.name}: {said}", because, by, at)
    return done(reference=code)


def remove(*, code: str, because: str, by: Actor, at: datetime) -> Outcome:
    """Takes a price out; every earlier version still holds it."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        table = _table(by)
        line = table.line(code)
        if line is None:
            return refusal(_GONE)
        _keep(table.without_line(code), f"Price removed: {line.name}", because, by, at)
    return done(reference=code)


def choose_year(*, year: str, deflator: str, because: str, by: Actor, at: datetime) -> Outcome:
    """Says to which year's prices all money is moved, and by which indices the programme's own spending."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        table = _table(by)
        made = replace(table, year=year, deflator=deflator)
        if made == table:
            return refusal(decision.no("Nothing was changed."))
        if table.series(deflator) is None:
            return refusal(decision.no("Those indices are no longer in the table. Choose others."))
        _keep(made, f"All money is now in prices of {year}, own spending by {deflator}", because, by, at)
    return done(reference=year)


def set_index(
    *,
    series: str,
    year: str,
    index: float,
    source: str,
    is_checked: bool,
    because: str,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Sets the index of one year in a series, and where the series is from."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        table = _table(by)
        before = table.series(series)
        if before is None:
            return refusal(decision.no("Those indices are no longer in the table."))
        if index <= 0:
            return refusal(decision.no("An index is a number above nought, such as 100."))
        checked = (before.checked_on or clocks.local(at).date()) if is_checked else None
        made = Indices(before.code, before.name, source.strip() or before.source,
                       {**before.by_year, year: index}, checked)  # fmt: skip
        if made == before:
            return refusal(decision.no("Nothing was changed."))
        _keep(table.with_indices(made), f"{before.name}, {year}: {index:g}", because, by, at)
    return done(reference=year)


def take_in(*, content: bytes, name: str, because: str, by: Actor, at: datetime) -> Outcome:
    """Puts the prices of a spreadsheet in place of those there are; the ones before stay a version."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        table = _table(by)
        made, wrong = read(content, name, by=by)
        if made is None:
            return refusal(decision.no(" ".join(wrong)))
        if made == table:
            return refusal(decision.no("The file holds exactly the prices that are here already."))
        _keep(made, f"Taken in from a file: {len(made.lines)} prices", because, by, at)
    return done()


def bring_taken_in(*, because: str, by: Actor, at: datetime) -> Outcome:
    """Brings prices that were taken in under “Files” into the table: a price of the same name is replaced."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        table = _table(by)
        found = ReferenceSet.objects.filter(kind="prices").order_by("-taken_in_at").first()
        if found is None:
            return refusal(decision.no("No prices were taken in under “Files”."))
        by_name = {one.name.casefold(): one.code for one in table.lines}
        made, wrong = table, []
        for number, said in enumerate(found.body, start=1):
            try:
                line = _of_reference(said, found.source, table, by_name)
            except NotAPriceError as error:
                wrong.append(f"Line {number}, {error}")
                continue
            answer = prices.may_be(made, line)
            if answer:
                made = made.with_line(line)
            else:
                wrong.append(f"Line {number}: {answer.reason}")
        if wrong:
            return refusal(decision.no(" ".join(wrong[: price_sheets.MOST_TOLD])))
        if made == table:
            return refusal(decision.no("The table holds these prices already."))
        _keep(made, f"{len(found.body)} prices brought in from “Files”", because, by, at)
    return done()


def bring_back(*, number: int, because: str, by: Actor, at: datetime) -> Outcome:
    """Makes an earlier version of the prices the newest one; nothing in between is lost."""
    if not (answer := plan.may_change(by.role)):
        return refusal(answer)
    with transaction.atomic():
        table = _table(by)
        earlier = now(by=by, number=number)
        if earlier is None:
            return refusal(sight.NOT_THERE)
        if earlier.table == table:
            return refusal(decision.no("That version says what the newest says."))
        _keep(earlier.table, f"Version {number} brought back", because, by, at)
    return done()


def _of_reference(
    said: Mapping[str, object], source: str, table: PriceTable, by_name: Mapping[str, str]
) -> Line:
    cells = {
        "code": by_name.get(str(said.get("item") or "").strip().casefold(), ""),
        "name": said.get("item"),
        "unit": said.get("per") or Per.INCIDENT.value,
        "value": said.get("amount"),
        "low": said.get("low"),
        "high": said.get("high"),
        "price year": said.get("price_year"),
        "source": said.get("source") or source,
        "deflator": said.get("deflator") or table.deflator,
    }
    words = {name: "" if cell is None else str(cell) for name, cell in cells.items()}
    code = words["code"]
    empty = replace(table, lines=tuple(one for one in table.lines if one.code != code))
    made, wrong = prices.read_lines([(0, words)], empty)
    if wrong:
        raise NotAPriceError(wrong[0].removeprefix("Row 0, ").removeprefix("Row 0: "))
    line = made.lines[0]
    return replace(line, code=code or table.next_code(line.name))


def _table(by: Actor) -> PriceTable:
    """The newest, held until the end of the transaction so that two changes never overwrite one another."""
    plan_versions.alone(Part.PRICES)
    found = now(by=by)
    assert found is not None
    return found.table


def _keep(made: PriceTable, what: str, because: str, by: Actor, at: datetime) -> None:
    plan_versions.keep(Part.PRICES, prices.as_json(made), what, because, by, at)


def year_of(text: str) -> str | Decision:
    """A price year as it is written here, or why it is none: for the page's form."""
    try:
        return prices.year_of(text)
    except NotAPriceError as error:
        return decision.no(str(error))
