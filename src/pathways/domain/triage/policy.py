"""The triage policy as data, and what it suggests. It suggests; a named person decides (see `triage`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from pathways.domain.triage.condition import Input, taken
from pathways.domain.triage.levels import STANDARDS, Level, Standard


class Malformed(ValueError):
    """The policy's text is wrong; `row` and `column` say where, for a person with a sheet before them."""

    def __init__(self, message: str, *, row: str = "", column: str = "") -> None:
        self.row, self.column = row, column
        where = ", ".join(
            part for part in (f"rule {row}" if row else "", f"column {column}" if column else "") if part
        )
        super().__init__(f"{where}: {message}" if where else message)


@dataclass(frozen=True)
class Rule:
    """One row of the table: when it applies, the level it gives, and why, in words."""

    id: str
    when: Mapping[str, str]
    level: str
    because: str = ""


@dataclass(frozen=True)
class Policy:
    """Inputs, levels in rising order, and rules. Raises Malformed when the table does not make sense.

    `standards` holds what this policy promises of a level where it differs from the usual (`standard`).
    `boxes` holds, for each rule, the values that it takes of each input: what the rules mean, exactly.
    """

    name: str
    version: str
    inputs: tuple[Input, ...]
    rules: tuple[Rule, ...]
    levels: tuple[str, ...] = tuple(str(level.value) for level in Level)
    standards: Mapping[Level, Standard] = field(default_factory=dict)
    boxes: tuple[tuple[frozenset[str], ...], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.inputs:
            raise Malformed("the policy has no inputs")
        names = [question.name for question in self.inputs]
        if len(set(names)) != len(names):
            raise Malformed("an input is named twice")
        if len(set(self.levels)) != len(self.levels) or not self.levels:
            raise Malformed("the levels must be given, each once")
        seen: set[str] = set()
        for rule in self.rules:
            if rule.id in seen:
                raise Malformed("this id is used twice", row=rule.id, column="id")
            seen.add(rule.id)
            if rule.level not in self.levels:
                raise Malformed(f"{rule.level!r} is not one of the levels", row=rule.id, column="level")
            for name in rule.when:
                if name not in names:
                    raise Malformed("there is no such input", row=rule.id, column=name)
        object.__setattr__(self, "boxes", tuple(self._box(rule) for rule in self.rules))

    def _box(self, rule: Rule) -> tuple[frozenset[str], ...]:
        box = []
        for question in self.inputs:
            try:
                box.append(taken(rule.when.get(question.name, ""), question))
            except ValueError as wrong:
                raise Malformed(str(wrong), row=rule.id, column=question.name) from None
        return tuple(box)

    def rank(self, level: str) -> int:
        return self.levels.index(level)

    def standard(self, level: Level) -> Standard:
        """What this policy promises of a level: its own words and times, or the usual ones."""
        return self.standards.get(level, STANDARDS[level])


@dataclass(frozen=True)
class Suggestion:
    """What the policy suggests, with its working.

    It is provisional when an answer is missing that could change the level: then `level` is the highest
    that the missing answers could lead to, and `missing` names them. A missing answer that changes
    nothing is in `immaterial`.
    """

    level: str
    rule: str
    because: tuple[str, ...]
    missing: tuple[str, ...]
    provisional: bool
    policy_version: str
    could_be: tuple[str, ...] = ()
    immaterial: tuple[str, ...] = ()

    @property
    def support_level(self) -> Level:
        """The level as one of the programme's five. Raises ValueError for a policy with levels of its own."""
        return Level(int(self.level))

    @property
    def rules_said(self) -> str:
        """The rule, or the rules of which one applies by the missing answers, for a reader."""
        several = self.rule.split("|")
        return f"Rule {several[0]}" if len(several) == 1 else f"Rule {' or '.join(several)}"


def suggest(policy: Policy, answers: Mapping[str, str | int | None]) -> Suggestion:
    """The level for these answers. A blank or None is missing: every value is tried in its place.

    The policy must have neither gaps nor contradictions (`proof.may_apply`); then the rules that the
    known answers leave standing are exactly those that some completion meets.

    Raises ValueError for an answer that the input cannot have, and when no rule takes the answers.
    """
    known = {question.name: _given(question, answers.get(question.name)) for question in policy.inputs}
    missing = tuple(name for name, value in known.items() if value is None)
    standing = [
        rule for rule, box in zip(policy.rules, policy.boxes, strict=True) if _stands(policy, box, known)
    ]
    return _said(policy, standing, missing)


def _said(policy: Policy, standing: Sequence[Rule], missing: tuple[str, ...]) -> Suggestion:
    """What the rules that the known answers leave standing come to."""
    if not standing:
        raise ValueError("no rule of the policy takes these answers")
    level = max((rule.level for rule in standing), key=policy.rank)
    giving = [rule for rule in standing if rule.level == level]
    could_be = tuple(sorted({rule.level for rule in standing}, key=policy.rank))
    provisional = len(could_be) > 1
    return Suggestion(
        level=level,
        rule="|".join(rule.id for rule in giving),
        because=tuple(dict.fromkeys(rule.because or f"Rule {rule.id}" for rule in giving)),
        missing=missing if provisional else (),
        provisional=provisional,
        policy_version=policy.version,
        could_be=could_be,
        immaterial=() if provisional else missing,
    )


class Ready:
    """A policy made ready to be asked often: what it says of each combination of answers is worked out once.

    The policy must have neither gaps nor contradictions (`proof.may_apply`). At most `most` combinations are
    remembered; beyond them each is worked out anew, to the same answer.

    Which rules an answer leaves standing is kept as the bits of a number, for each value of each input and
    for none: what stands after all answers is their conjunction, and many combinations come to the same.
    """

    def __init__(self, policy: Policy, *, most: int = 200_000) -> None:
        self.policy, self._most = policy, most
        self._names = tuple(question.name for question in policy.inputs)
        self._known: dict[tuple[str | int | None, ...], Suggestion] = {}
        self._standing = tuple(_left_by(policy, column) for column in range(len(policy.inputs)))
        self._said: dict[tuple[int, tuple[str, ...]], Suggestion] = {}

    def suggest(self, answers: Mapping[str, str | int | None]) -> Suggestion:
        """What `suggest` says of these answers. Raises ValueError as it does."""
        key = tuple(map(answers.get, self._names))
        found = self._known.get(key)
        if found is None:
            found = self._work_out(answers)
            if len(self._known) < self._most:
                self._known[key] = found
        return found

    def _work_out(self, answers: Mapping[str, str | int | None]) -> Suggestion:
        standing, missing = -1, []
        for question, left in zip(self.policy.inputs, self._standing, strict=True):
            given = _given(question, answers.get(question.name))
            standing &= left[given]
            if given is None:
                missing.append(question.name)
        key = standing, tuple(missing)
        found = self._said.get(key)
        if found is None:
            rules = [rule for number, rule in enumerate(self.policy.rules) if standing >> number & 1]
            found = _said(self.policy, rules, key[1])
            if len(self._said) < self._most:
                self._said[key] = found
        return found


def _left_by(policy: Policy, column: int) -> dict[str | None, int]:
    """By each answer to one input, and by none, the rules that it leaves standing, as bits."""
    left: dict[str | None, int] = {None: 0, **dict.fromkeys(policy.inputs[column].values, 0)}
    for number, box in enumerate(policy.boxes):
        for value in box[column]:
            left[value] |= 1 << number
            left[None] |= 1 << number
    return left


def _given(question: Input, answer: str | int | None) -> str | None:
    text = "" if answer is None else str(answer).strip()
    if not text:
        return None
    if text not in question.values:
        raise ValueError(f"{text!r} is not an answer to “{question.name}”")
    return text


def _stands(policy: Policy, box: Sequence[frozenset[str]], known: Mapping[str, str | None]) -> bool:
    return all(
        bool(values) if (value := known[question.name]) is None else value in values
        for question, values in zip(policy.inputs, box, strict=True)
    )


def read(data: Mapping[str, object]) -> Policy:
    """A policy from the plain shape of its file. Raises Malformed, naming rule and column."""
    inputs, rules = data.get("inputs"), data.get("rules")
    if not isinstance(inputs, Mapping) or not isinstance(rules, list):
        raise Malformed("a policy needs “inputs” and “rules”")
    levels = data.get("levels")
    if levels is not None and not isinstance(levels, list):
        raise Malformed("“levels” is a list")
    return Policy(
        name=str(data.get("name", "")),
        version=str(data.get("version", "")),
        inputs=tuple(_read_input(str(name), values) for name, values in inputs.items()),
        rules=tuple(_read_rule(number, rule) for number, rule in enumerate(rules, start=1)),
        standards=offers_of(data.get("offers")),
        **({} if levels is None else {"levels": tuple(str(level) for level in levels)}),
    )


def offers_of(data: object) -> dict[Level, Standard]:
    """What each level promises, by its number. A level that is not there keeps the usual promise."""
    if data is None:
        return {}
    if not isinstance(data, Mapping):
        raise Malformed("“offers” names levels and what each promises")
    found = {}
    for key, given in data.items():
        row = f"level {key}"
        try:
            level = Level(int(str(key)))
        except ValueError:
            raise Malformed(f"{key!r} is not one of the levels", row=str(key), column="offers") from None
        if not isinstance(given, Mapping):
            raise Malformed(
                "an offer has “offer”, “first_contact_days”, “review_weeks” and “answer_days”", row=row
            )
        found[level] = standard_of(level, given)
    return found


def standard_of(level: Level, given: Mapping[str, object]) -> Standard:
    """One level's promise from its plain shape. What is left out is as usual, but a review is never.

    Raises Malformed, naming the level and the column.
    """
    usual, row = STANDARDS[level], f"level {level.value}"
    offer = _text(given.get("offer")).strip() or usual.offer
    days = _number(given.get("first_contact_days"), row, "first_contact_days", most=60)
    weeks = _number(given.get("review_weeks"), row, "review_weeks", most=104)
    answer = _number(given.get("answer_days"), row, "answer_days", most=60)
    if weeks == 0:
        raise Malformed("give a number of weeks from 1, or leave it blank for never", row=row,
                        column="review_weeks")  # fmt: skip
    return Standard(
        usual.name,
        offer,
        first_contact_days=usual.first_contact_days if days is None else days,
        review_weeks=weeks if "review_weeks" in given else usual.review_weeks,
        answer_days=usual.answer_days if answer is None else answer,
    )


def _number(value: object, row: str, column: str, *, most: int) -> int | None:
    text = _text(value).strip()
    if not text:
        return None
    if not text.isdecimal() or int(text) > most:
        raise Malformed(f"{text!r} is not a whole number from 0 to {most}", row=row, column=column)
    return int(text)


def _read_input(name: str, values: object) -> Input:
    try:
        if isinstance(values, Mapping):
            first, last = values.get("from"), values.get("to")
            if not (_is_whole(first) and _is_whole(last)):
                raise ValueError("“from” and “to” must be whole numbers")
            return Input.numbers(name, int(str(first)), int(str(last)))
        if isinstance(values, list):
            return Input(
                name, tuple(str(value) for value in values), all(_is_whole(value) for value in values)
            )
    except ValueError as wrong:
        raise Malformed(str(wrong), column=name) from None
    raise Malformed("its values are a list, or “from” and “to”", column=name)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _read_rule(number: int, rule: object) -> Rule:
    if not isinstance(rule, Mapping):
        raise Malformed("a rule has “id”, “when” and “level”", row=str(number))
    named = str(rule.get("id") or number)
    when = rule.get("when", {})
    if not isinstance(when, Mapping):
        raise Malformed("“when” names inputs and their conditions", row=named, column="when")
    if rule.get("level") in (None, ""):
        raise Malformed("a rule needs a level", row=named, column="level")
    return Rule(
        id=named,
        when=MappingProxyType({str(name): _text(text) for name, text in when.items()}),
        level=str(rule["level"]),
        because=_text(rule.get("because")),
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def plain(policy: Policy) -> dict[str, object]:
    """The policy in the plain shape of its file; `read(plain(p)) == p`."""
    return {
        "name": policy.name,
        "version": policy.version,
        "levels": list(policy.levels),
        "inputs": {question.name: _plain_values(question) for question in policy.inputs},
        "rules": [
            {"id": rule.id, "when": dict(rule.when), "level": rule.level, "because": rule.because}
            for rule in policy.rules
        ],
        **({"offers": _plain_offers(policy)} if policy.standards else {}),
    }


def _plain_offers(policy: Policy) -> dict[str, object]:
    return {
        str(level.value): {
            "offer": given.offer,
            "first_contact_days": given.first_contact_days,
            "review_weeks": given.review_weeks,
            # only where it is not the usual: what was approved before this could be said is still known by
            # its mark
            **(
                {}
                if given.answer_days == STANDARDS[level].answer_days
                else {"answer_days": given.answer_days}
            ),
        }
        for level, given in policy.standards.items()
    }


def _plain_values(question: Input) -> object:
    if not question.is_number:
        return list(question.values)
    numbers = [int(value) for value in question.values]
    if numbers == list(range(numbers[0], numbers[-1] + 1)):
        return {"from": numbers[0], "to": numbers[-1]}
    return numbers
