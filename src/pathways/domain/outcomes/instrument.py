"""An instrument as data: what it asks, how the answers add up, what it means, and what it may not hide.

Nothing of a particular questionnaire stands in code: its items, options, scoring, bands, cut-offs, error and
licence are a file (`shipped/*.toml`, or what an agency brings in a spreadsheet), read by `of` into this. What
we ship has short labels of our own; an owner's wording is loaded where its licence allows it.

Reliable change: Jacobson and Truax (1991): the error of a difference is √2 × sd × √(1 − reliability), and a
change beyond 1.96 of these is more than the instrument's own error. Where a threshold is published it holds
instead, and the reckoned one is shown beside it. A change that also crosses the cut-off is clinically
significant.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from pathways.domain.outcomes import expression
from pathways.domain.outcomes.expression import Expression, ExpressionError, Value
from pathways.domain.terms.words import Worded

RELIABLE: Final = 1.96
#: kept in place of an answer that the form needs and that she did not want to give: no value, and no mistake
DECLINED: Final = "_declined_"
DECLINED_WORDS: Final = "She did not want to answer"


class Licence(Worded):
    """What may be done with an instrument's own wording."""

    PUBLIC_DOMAIN = "public_domain", "Public domain"
    NO_CHANGES = "no_changes", "Free, with no change to its wording (CC BY-ND)"
    AFTER_REGISTRATION = "after_registration", "Free for public and voluntary bodies after registration"
    NON_COMMERCIAL = "non_commercial", "Free where it is not for profit, with the owner’s permission"
    OWN = "own", "Made by the agency that brought it"


class Kind(Worded):
    """What kind of answer a question takes."""

    ONE = "select_one", "One of a list"
    SEVERAL = "select_multiple", "Several of a list"
    WHOLE = "integer", "A whole number"
    DECIMAL = "decimal", "A number"
    TEXT = "text", "Words"
    DAY = "date", "A day"
    NOTE = "note", "Words to read, and nothing to answer"
    RECKONED = "calculate", "Reckoned from other answers"


class Verdict(Worded):
    """What a change between two scores is worth."""

    BETTER = "better", "Reliably better"
    NO_RELIABLE_CHANGE = "no_reliable_change", "No reliable change"
    WORSE = "worse", "Reliably worse"
    NOT_KNOWN = "not_known", "Not known"


#: In a wording: the introduction; and what stands for every question in the code of an answer, as `*=0`.
STEM: Final = "stem"
EVERY: Final = "*"


class InstrumentError(ValueError):
    """A definition contradicts itself: every fault that was found, one line each."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a list. `points` is what it adds to the total, where it adds anything."""

    value: str
    label: str
    points: float | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One question, in the order of asking. `code` is the same in every edition and in a loaded wording."""

    code: str
    label: str
    kind: Kind = Kind.ONE
    options: tuple[Option, ...] = ()
    hint: str = ""
    is_reversed: bool = False
    is_scored: bool = True
    is_required: bool = False
    section: str = ""
    relevant: Expression | None = None
    constraint: Expression | None = None
    constraint_message: str = ""
    calculation: Expression | None = None

    @property
    def is_asked(self) -> bool:
        return self.kind not in (Kind.NOTE, Kind.RECKONED)

    def points_of(self, value: str) -> float | None:
        """What an answer adds, turned round for an item worded the other way; None for no such answer."""
        points = {one.value: one.points for one in self.options}.get(value)
        if points is None:
            return None
        if not self.is_reversed:
            return points
        given = [one.points for one in self.options if one.points is not None]
        return min(given) + max(given) - points

    def words_of(self, value: Any) -> str:
        """An answer in words."""
        if value in (None, "", [], ()):
            return ""
        if is_declined(value):
            return DECLINED_WORDS
        labels = {one.value: one.label for one in self.options}
        if isinstance(value, list | tuple):
            return ", ".join(labels.get(str(one), str(one)) for one in value)
        return labels.get(str(value), str(value))


@dataclass(frozen=True, slots=True)
class Band:
    """From this score upwards (to the next band), and what it is called."""

    least: float
    label: str


@dataclass(frozen=True, slots=True)
class CutOff:
    """A score from which (or, with `is_at_most`, to which) something is likely enough to be looked at."""

    at: float
    words: str
    whom: str = ""
    is_at_most: bool = False
    source: str = ""
    #: the one by which a clinically significant change is judged
    is_main: bool = False

    def met_by(self, value: float) -> bool:
        return value <= self.at if self.is_at_most else value >= self.at


@dataclass(frozen=True, slots=True)
class Reliability:
    """The instrument's own error: `coefficient` and `sd` of the norm, or a published threshold of change."""

    coefficient: float | None = None
    sd: float | None = None
    change: float | None = None
    source: str = ""

    @property
    def reckoned(self) -> float | None:
        """1.96 × √2 × sd × √(1 − coefficient), in the score's units."""
        if self.coefficient is None or self.sd is None:
            return None
        return RELIABLE * math.sqrt(2) * self.sd * math.sqrt(1 - self.coefficient)

    @property
    def least(self) -> float | None:
        """The least change that counts: what is published, else what is reckoned."""
        return self.change if self.change is not None else self.reckoned


@dataclass(frozen=True, slots=True)
class Alert:
    """An answer that signals danger: the worker is told at once. It never goes to police by itself."""

    item: str
    least: float
    words: str

    def raised_by(self, instrument: Instrument, answers: Mapping[str, Any]) -> bool:
        item = instrument.item(self.item)
        value = values(instrument, answers).get(self.item)
        if item is None or value is None:
            return False
        points = {one.value: one.points for one in item.options}.get(str(value))
        points = expression.number(value) if points is None else points
        return points is not None and points >= self.least


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire, or a form, in one edition."""

    code: str
    name: str
    edition: str
    items: tuple[Item, ...]
    licence: Licence
    about: str = ""
    licence_words: str = ""
    owner: str = ""
    source: str = ""
    stem: str = ""
    is_lower_better: bool = True
    least: float | None = None
    most: float | None = None
    most_missing: int = 0
    zero_rest_if: str = ""
    needs_conversion: bool = False
    score_item: str = ""
    bands: tuple[Band, ...] = ()
    cut_offs: tuple[CutOff, ...] = ()
    reliability: Reliability = field(default_factory=Reliability)
    alerts: tuple[Alert, ...] = ()
    is_shipped: bool = False
    may_load_wording: bool = False

    def item(self, code: str) -> Item | None:
        return next((one for one in self.items if one.code == code), None)

    @property
    def asked(self) -> tuple[Item, ...]:
        return tuple(one for one in self.items if one.is_asked)

    @property
    def has_required(self) -> bool:
        """Whether it has a question that cannot be passed over in silence."""
        return any(one.is_required for one in self.asked)

    @property
    def scored(self) -> tuple[Item, ...]:
        """The items of a total that is a plain sum; none where a rule of the form reckons the score."""
        if self.score_item:
            return ()
        return tuple(one for one in self.asked if one.is_scored and one.kind is Kind.ONE
                     and any(option.points is not None for option in one.options))  # fmt: skip

    @property
    def has_score(self) -> bool:
        return bool(self.score_item or self.scored)

    def worded(self, wording: Mapping[str, str]) -> Instrument:
        """The same with the owner's wording in place of our short labels."""

        def answers(item: Item) -> tuple[Option, ...]:
            return tuple(
                replace(one, label=_worded(wording, item.code, one.value) or one.label)
                for one in item.options
            )

        items = tuple(
            replace(one, label=wording.get(one.code, one.label), options=answers(one)) for one in self.items
        )
        return replace(self, stem=wording.get(STEM, self.stem), items=items)

    def unworded(self, wording: Mapping[str, str]) -> tuple[str, ...]:
        """What stays in our own words, as codes: the introduction and answers. Questions never do."""
        left = [STEM] if self.stem and STEM not in wording else []
        return (*left, *(
            f"{item.code}={one.value}" for item in self.asked for one in item.options
            if not _worded(wording, item.code, one.value)
        ))  # fmt: skip

    def wording_codes(self) -> frozenset[str]:
        """Everything that a wording may have words for."""
        values = {(item.code, one.value) for item in self.asked for one in item.options}
        return frozenset(
            {STEM, *(item.code for item in self.asked)}
            | {f"{code}={value}" for code, value in values}
            | {f"{EVERY}={value}" for _, value in values}
        )


#: The longest words that still are a question, an answer to choose, and an introduction on a page or paper.
LONGEST_QUESTION: Final = 1_000
LONGEST_ANSWER: Final = 200
LONGEST_STEM: Final = 5_000


def too_long(code: str, words: str) -> str:
    """What is wrong with words that are longer than their kind can be; nothing where they fit."""
    if code == STEM:
        return longer_than(LONGEST_STEM, words, "an introduction")
    if "=" in code:
        return longer_than(LONGEST_ANSWER, words, "an answer")
    return longer_than(LONGEST_QUESTION, words, "a question")


def longer_than(most: int, words: str, what: str) -> str:
    """What is wrong with words of more than so many characters; nothing where they fit."""
    if len(words.strip()) <= most:
        return ""
    return f"{what} has at most {most:,} characters, and this has {len(words.strip()):,}"


def _worded(wording: Mapping[str, str], code: str, value: str) -> str:
    """The owner's words for one answer to one question: its own, or those for this answer everywhere."""
    return wording.get(f"{code}={value}") or wording.get(f"{EVERY}={value}", "")


@dataclass(frozen=True, slots=True)
class Score:
    """What the answers come to, with its working. Without a `value`, `why_none` says why."""

    value: float | None
    raw: float | None = None
    band: str = ""
    missing: tuple[str, ...] = ()
    is_prorated: bool = False
    why_none: str = ""
    working: str = ""
    met: tuple[CutOff, ...] = ()
    alerts: tuple[Alert, ...] = ()


# --- answers ------------------------------------------------------------------------------------------


def is_declined(said: Any) -> bool:
    """Whether this stands for “she did not want to answer”."""
    return said == DECLINED or (isinstance(said, list | tuple) and tuple(said) == (DECLINED,))


def _as_value(item: Item, said: Any) -> Value:
    """An answer as a rule sees it."""
    if said in (None, "", [], ()) or is_declined(said):
        return None
    if item.kind is Kind.SEVERAL:
        return tuple(str(one) for one in said) if isinstance(said, list | tuple) else tuple(str(said).split())
    if item.kind in (Kind.WHOLE, Kind.DECIMAL):
        return expression.number(str(said))
    if isinstance(said, date):
        return said.isoformat()
    return str(said)


def values(instrument: Instrument, answers: Mapping[str, Any]) -> dict[str, Value]:
    """Every question's value, with what is reckoned; what is not to be asked counts as unanswered."""
    found: dict[str, Value] = {}
    for item in instrument.items:
        if item.relevant is not None and not item.relevant.holds(found):
            found[item.code] = None
        elif item.kind is Kind.RECKONED:
            found[item.code] = item.calculation.value(found) if item.calculation else None
        elif item.kind is not Kind.NOTE:
            found[item.code] = _as_value(item, answers.get(item.code))
    return found


def is_asked_now(instrument: Instrument, code: str, answers: Mapping[str, Any]) -> bool:
    """Whether the other answers leave this question to be asked."""
    item = instrument.item(code)
    if item is None or item.relevant is None:
        return item is not None
    return item.relevant.holds(values(instrument, answers))


def faults(instrument: Instrument, answers: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with the answers, by question: needed and missing, not of its list, against its rule."""
    known = values(instrument, answers)
    found: dict[str, str] = {}
    for item in instrument.asked:
        said = answers.get(item.code)
        is_empty = said in (None, "", [], ())
        if item.relevant is not None and not item.relevant.holds(known):
            continue
        if is_empty:
            if item.is_required:
                found[item.code] = f"Answer “{item.label}”, or say that she did not want to answer"
            continue
        if is_declined(said):
            continue
        if item.kind in (Kind.ONE, Kind.SEVERAL):
            chosen = said if isinstance(said, list | tuple) else [said]
            if strange := [one for one in chosen if str(one) not in {o.value for o in item.options}]:
                found[item.code] = f"“{strange[0]}” is not an answer to “{item.label}”"
                continue
        value = known[item.code]
        if item.kind in (Kind.WHOLE, Kind.DECIMAL):
            figure = expression.number(value)
            if figure is None or (item.kind is Kind.WHOLE and figure != int(figure)):
                what = "a whole number" if item.kind is Kind.WHOLE else "a number"
                found[item.code] = f"Give {what} for “{item.label}”"
                continue
        if item.constraint is not None and not item.constraint.holds(known, value):
            found[item.code] = item.constraint_message or f"Check the answer to “{item.label}”"
    return found


# --- scores -------------------------------------------------------------------------------------------


def score(
    instrument: Instrument, answers: Mapping[str, Any], *, conversion: Mapping[float, float] | None = None
) -> Score:
    """The total by the instrument's rule. Missing answers are prorated only as far as the rule allows.

    `conversion` is the owner's table from the raw total to the score, where there is one to load.
    """
    alerts = tuple(one for one in instrument.alerts if one.raised_by(instrument, answers))
    if instrument.score_item:
        value = expression.number(values(instrument, answers).get(instrument.score_item))
        asked = [one for one in instrument.asked if is_asked_now(instrument, one.code, answers)]
        missing = tuple(
            one.code
            for one in asked
            if answers.get(one.code) in (None, "", [], ()) or is_declined(answers[one.code])
        )
        why = "" if value is not None else "The rule of this form comes to no score with these answers."
        return _judged(instrument, Score(value, value, missing=missing, why_none=why, alerts=alerts))
    items = instrument.scored
    if not items:
        return Score(None, why_none="This form has no score.", alerts=alerts)
    got: dict[str, float] = {}
    for item in items:
        said = answers.get(item.code)
        points = None if said in (None, "", [], ()) else item.points_of(str(said))
        if points is not None:
            got[item.code] = points
    if instrument.zero_rest_if and got.get(instrument.zero_rest_if) == 0:
        if any(got.values()):
            first = instrument.item(instrument.zero_rest_if)
            named = first.label if first else instrument.zero_rest_if
            why = f"“{named}” says none at all, and another answer says some: ask her again."
            return Score(None, why_none=why, alerts=alerts)
        got = {item.code: got.get(item.code, 0.0) for item in items}
    missing = tuple(item.code for item in items if item.code not in got)
    if missing and (len(missing) > instrument.most_missing or not got):
        allowed = instrument.most_missing
        rule = f"it allows {allowed}" if allowed else "it allows none"
        return Score(
            None,
            missing=missing,
            why_none=f"{_counted(len(missing), 'answer is', 'answers are')} missing, and {rule}.",
            alerts=alerts,
        )
    total = sum(got.values())
    raw = total if not missing else round(total / len(got) * len(items), 2)
    working = f"{_shown(total)} from {len(got)} of {len(items)} answers"
    if missing:
        working += f"; {_shown(total)} ÷ {len(got)} × {len(items)} = {_shown(raw)}"
    if not instrument.needs_conversion:
        made = Score(raw, raw, missing=missing, is_prorated=bool(missing), working=working, alerts=alerts)
        return _judged(instrument, made)
    if not conversion:
        why = "The owner’s table from the raw total to the score has not been loaded."
        return Score(None, raw, missing=missing, is_prorated=bool(missing), working=working, why_none=why,
                     alerts=alerts)  # fmt: skip
    if (converted := conversion.get(float(raw))) is None:
        why = f"The loaded table has no score for the raw total {_shown(raw)}."
        return Score(None, raw, missing=missing, is_prorated=bool(missing), working=working, why_none=why,
                     alerts=alerts)  # fmt: skip
    working += f"; {_shown(raw)} is {_shown(converted)} in the owner’s table"
    made = Score(converted, raw, missing=missing, is_prorated=bool(missing), working=working, alerts=alerts)
    return _judged(instrument, made)


def of_total(
    instrument: Instrument, total: float, *, conversion: Mapping[float, float] | None = None
) -> Score:
    """A total that somebody else added up, judged as our own would be. Raises ValueError out of range."""
    low, high = instrument.least, instrument.most
    if (low is not None and total < low) or (high is not None and total > high):
        raise ValueError(f"{instrument.name} runs from {_shown(low or 0)} to {_shown(high or 0)}")
    working = "Given as a total"
    if not instrument.needs_conversion:
        return _judged(instrument, Score(total, total, working=working))
    if not conversion or (value := conversion.get(float(total))) is None:
        why = "The owner’s table from the raw total to the score has not been loaded."
        return Score(None, total, working=working, why_none=why)
    working += f"; {_shown(total)} is {_shown(value)} in the owner’s table"
    return _judged(instrument, Score(value, total, working=working))


def conversion_faults(
    instrument: Instrument, lines: Sequence[tuple[float, float]]
) -> dict[int, tuple[str, str, str]]:
    """What is wrong with an owner's table, by the number of its line: column, why, and how to mend it.

    `lines` are (raw total, score). A table that lacks a total is wrong in every line: half of it, loaded
    later than a whole one, would leave some women without a score.
    """
    low, high = instrument.least, instrument.most
    if low is None or high is None:
        return {}
    found: dict[int, tuple[str, str, str]] = {}
    taken: dict[float, float] = {}
    unsure: set[float] = set()
    run = f"from {_shown(low)} to {_shown(high)}"
    for number, (raw, value) in enumerate(lines):
        if raw != int(raw) or not low <= raw <= high:
            found[number] = ("raw", f"a raw total of {instrument.name} is a whole number {run}",
                             "look at the owner’s table again")  # fmt: skip
        elif not low <= value <= high:
            found[number] = ("converted", f"a score of {instrument.name} is {run}",
                             "look for a decimal point that was lost")  # fmt: skip
        elif taken.setdefault(raw, value) != value:
            unsure.add(raw)
            found[number] = ("converted", f"the raw total {_shown(raw)} has another score in an earlier row",
                             "keep the one of the owner’s table")  # fmt: skip
        elif any((raw - other) * (value - held) < 0 for other, held in taken.items()):
            found[number] = ("converted", "a higher raw total would have a lower score",
                             "look at the owner’s table again")  # fmt: skip
    good = {raw for number, (raw, _) in enumerate(lines) if number not in found} - unsure
    lacking = [_shown(total) for total in range(int(low), int(high) + 1) if total not in good]
    if lacking:
        why = f"the table is not whole: it needs one right row for the raw total {', '.join(lacking)}"
        for number in range(len(lines)):
            found.setdefault(number, ("raw", why, "load the owner’s whole table at once"))
    return found


def _judged(instrument: Instrument, made: Score) -> Score:
    if made.value is None:
        return made

    return replace(
        made,
        band=band_of(instrument, made.value),
        met=tuple(one for one in instrument.cut_offs if one.met_by(made.value)),
    )


def band_of(instrument: Instrument, value: float) -> str:
    """What a score is called; nothing where the instrument has no bands."""
    found = [one for one in instrument.bands if one.least <= value]
    return max(found, key=lambda one: one.least).label if found else ""


def _shown(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


shown = _shown


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


# --- change -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """From one score to another: by how much, whether that is more than error, and whether it crossed."""

    verdict: Verdict
    by: float | None = None
    has_crossed: bool = False
    words: str = ""


def change(instrument: Instrument, before: float | None, after: float | None) -> Change:
    """In words that can be said to her. Without the instrument's error there is no verdict."""
    if before is None or after is None:
        return Change(Verdict.NOT_KNOWN, words="There is nothing to compare with yet.")
    by = round(after - before, 2)
    moved = "The same as before" if by == 0 else f"{'Up' if by > 0 else 'Down'} {_shown(abs(by))}"
    least = instrument.reliability.least
    if least is None:
        said = f"{moved}. How much of that is the questionnaire’s own error is not known."
        return Change(Verdict.NOT_KNOWN, by, words=said)
    is_enough = abs(by) >= least if instrument.reliability.change is not None else abs(by) > least
    error = f"the questionnaire’s own error ({_shown(round(least, 2))})"
    if not is_enough:
        return Change(Verdict.NO_RELIABLE_CHANGE, by, words=f"{moved}: no more than {error}.")
    is_better = (by < 0) is instrument.is_lower_better
    has_crossed = _crossed(instrument, before, after)
    said = f"{moved}: {'better' if is_better else 'worse'}, by as much as or more than {error}"
    if has_crossed:
        main = next(one for one in instrument.cut_offs if one.is_main)
        said += f", and across the cut-off of {_shown(main.at)}"
    return Change(Verdict.BETTER if is_better else Verdict.WORSE, by, has_crossed, f"{said}.")


def _crossed(instrument: Instrument, before: float, after: float) -> bool:
    main = next((one for one in instrument.cut_offs if one.is_main), None)
    return main is not None and main.met_by(before) is not main.met_by(after)


# --- reading a definition ---------------------------------------------------------------------------------


def of(data: Mapping[str, Any], *, is_shipped: bool = False) -> Instrument:
    """A definition as it stands in a file. Raises InstrumentError naming every fault."""
    wrong: list[str] = []
    sets = {name: tuple(_option(one) for one in given) for name, given in data.get("options", {}).items()}
    items = tuple(_item(one, sets, wrong) for one in data.get("items", ()))
    codes = [one.code for one in items]
    wrong += [f"“{code}” stands twice" for code in sorted({code for code in codes if codes.count(code) > 1})]
    for item in items:
        for rule in (item.relevant, item.constraint, item.calculation):
            if rule and (unknown := sorted(rule.names - set(codes))):
                wrong.append(f"“{item.code}”: there is no question “{unknown[0]}”")
    alerts = tuple(Alert(str(one["item"]), float(one["least"]), str(one["words"]))
                   for one in data.get("alerts", ()))  # fmt: skip
    wrong += [f"an alert names “{one.item}”, which is no question" for one in alerts if one.item not in codes]
    for name in ("zero_rest_if", "score_item"):
        if (given := str(data.get(name, ""))) and given not in codes:
            wrong.append(f"{name} names “{given}”, which is no question")
    bands = tuple(Band(float(one["least"]), str(one["label"])) for one in data.get("bands", ()))
    if [one.least for one in bands] != sorted({one.least for one in bands}):
        wrong.append("the bands are not in rising order")
    reliability = Reliability(**data.get("reliability", {}))
    if reliability.coefficient is not None and not 0 < reliability.coefficient < 1:
        wrong.append("the reliability must lie between 0 and 1")
    if not items:
        wrong.append("it asks nothing")
    for name in ("code", "name", "edition"):
        if not str(data.get(name, "")).strip():
            wrong.append(f"it has no {name}")
    if wrong:
        raise InstrumentError(wrong)
    made = Instrument(
        items=items,
        licence=Licence(data["licence"]),
        bands=bands,
        cut_offs=tuple(CutOff(**one) for one in data.get("cut_offs", ())),
        reliability=reliability,
        alerts=alerts,
        is_shipped=is_shipped,
        **{name: data[name] for name in _PLAIN if name in data},
    )
    low, high = made.least, made.most
    if made.scored and not made.score_item:
        got = [[one.points for one in item.options if one.points is not None] for item in made.scored]
        reckoned = (sum(min(each) for each in got), sum(max(each) for each in got))
        if low is not None and (low, high) != reckoned:
            raise InstrumentError([f"the items add up from {_shown(reckoned[0])} to {_shown(reckoned[1])}"])
        if low is None:
            made = replace(made, least=reckoned[0], most=reckoned[1])
    return made


_PLAIN = (
    "code", "name", "edition", "about", "licence_words", "owner", "source", "stem", "is_lower_better",
    "least", "most", "most_missing", "zero_rest_if", "needs_conversion", "score_item", "may_load_wording",
)  # fmt: skip


def _option(given: Mapping[str, Any]) -> Option:
    points = given.get("points")
    return Option(str(given["value"]), str(given["label"]), None if points is None else float(points))


def _item(given: Mapping[str, Any], sets: Mapping[str, tuple[Option, ...]], wrong: list[str]) -> Item:
    code = str(given.get("code", ""))
    options: tuple[Option, ...] = ()
    if (named := given.get("options")) is not None:
        if named not in sets:
            wrong.append(f"“{code}” uses the list “{named}”, which is not there")
        options = sets.get(named, ())
    rules: dict[str, Expression | None] = {}
    for name in ("relevant", "constraint", "calculation"):
        try:
            rules[name] = expression.parse(given[name]) if given.get(name) else None
        except ExpressionError as error:
            wrong.append(f"“{code}”, {name}: {error}")
    return Item(
        code=code,
        label=str(given.get("label", "")),
        kind=Kind(given.get("kind", Kind.ONE)),
        options=options,
        hint=str(given.get("hint", "")),
        is_reversed=bool(given.get("is_reversed", False)),
        is_scored=bool(given.get("is_scored", True)),
        is_required=bool(given.get("is_required", False)),
        section=str(given.get("section", "")),
        constraint_message=str(given.get("constraint_message", "")),
        **rules,
    )
