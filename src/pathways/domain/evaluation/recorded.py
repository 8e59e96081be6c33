"""Records of the programme itself: what is written down of meetings, money, training and plans, and when.

Each kind says its questions as data, so that one form,
one list and one file serve them all. A record is never
changed: a correction is another version, with its reason, and both are kept. No record names a woman. What is
typed in words may be read by whoever reads the kind; what is coded may also be counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.evaluation import measures
from pathways.domain.terms import references
from pathways.domain.terms.people import Role, Sector
from pathways.domain.terms.words import Worded


class RecordKind(Worded):
    """What a record of the programme is about."""

    GOVERNANCE = "governance", "Meetings and decisions"
    ROLE = "role", "Roles"
    FRAMEWORK = "framework", "Agreements and protocols"
    SPEND = "spend", "Spend"
    STAFF_TIME = "staff_time", "Staff time"
    TRAINING = "training", "Training and awareness"
    RISK_CHANGE = "risk_change", "Risk assessments changed by sharing"
    PREVENTION = "prevention", "Prevention actions"
    INTERVIEW = "interview", "Interviews"
    TOPIC_GUIDE = "topic_guide", "Topic guides"
    CODE = "code", "Codebook"
    FIGURE = "figure", "Figures counted elsewhere"
    LEARNING = "learning", "Learning log"
    QUESTION = "question", "Evaluation questions"
    DATA_SOURCE = "data_source", "Data sources"
    ETHICS = "ethics", "Ethics"
    TOOLKIT = "toolkit", "Toolkit mapping"


class AnswerKind(Worded):
    """What an answer is. Words are sealed; everything else is coded and may be counted."""

    WORDS = "words", "Words"
    LINE = "line", "One line"
    ONE_OF = "one_of", "One of several"
    SEVERAL = "several", "Several of several"
    WHOLE = "whole", "A whole number"
    AMOUNT = "amount", "A number"
    DAY = "day", "A day"
    YES_NO = "yes_no", "Yes or no"
    ORGANISATION = "organisation", "An organisation"
    BY_ORGANISATION = "by_organisation", "A whole number for each organisation"
    MEASURE = "measure", "A measure"
    MEASURES = "measures", "Several measures"
    NODES = "nodes", "Several parts of the theory of change"


#: What is typed freely, and so sealed.
TYPED = frozenset({AnswerKind.WORDS, AnswerKind.LINE})


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a kind. `options` are (stored value, words)."""

    name: str
    label: str
    kind: AnswerKind
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    is_needed: bool = True
    #: True: at most `most`; a number must be nought or more
    most: int = 2000


@dataclass(frozen=True, slots=True)
class Described:
    """A kind with its questions, who enters it and who reads it, and what is said above the list."""

    kind: RecordKind
    one: str
    about: str
    day: str
    questions: tuple[Asked, ...]
    writes: frozenset[Role]
    reads: frozenset[Role]
    #: the question whose answer is the record's title in a list
    title: str
    #: the words for the last day of a period; empty where a record has one day only
    until: str = ""
    #: the coded questions by whose answers a list of them is narrowed
    narrows: tuple[str, ...] = ()

    def question(self, name: str) -> Asked:
        return next(one for one in self.questions if one.name == name)


_E, _C, _G, _M = Role.EVALUATOR, Role.COORDINATOR, Role.GOVERNANCE_LEAD, Role.COMMISSIONER
_ALL = frozenset({_E, _C, _G, _M})
_W, _L, _O, _S = AnswerKind.WORDS, AnswerKind.LINE, AnswerKind.ONE_OF, AnswerKind.SEVERAL
_N, _A, _D, _Y = AnswerKind.WHOLE, AnswerKind.AMOUNT, AnswerKind.DAY, AnswerKind.YES_NO
_NO_NAMES = "No woman’s name, reference or story."
_SECTORS = tuple((one.value, one.label) for one in Sector)

#: The sections of a plan for which a site notes the part of its own copy of the Home Office toolkit. They are
#: those of good evaluation practice; nothing here says that they are the toolkit's.
SECTIONS: tuple[tuple[str, str], ...] = (
    ("aims", "Aims, and the problem of organised crime"),
    ("theory", "Theory of change"),
    ("measures", "Measures"),
    ("process", "Process questions"),
    ("impact", "Impact design, and why it was chosen"),
    ("data", "Data sources and checks of quality"),
    ("ethics", "Ethics"),
    ("analysis", "Analysis, limits and attribution"),
    ("cost", "Cost"),
    ("reporting", "Reporting and learning"),
)
_COVERAGE = (("whole", "Answers it in full"), ("part", "Answers a part of it"), ("none", "Not answered yet"))

KINDS: Mapping[RecordKind, Described] = MappingProxyType(
    {
        one.kind: one
        for one in (
            Described(
                RecordKind.GOVERNANCE, "meeting or decision",
                "Who met to steer the programme, and what was decided.", "Day of the meeting",
                (
                    Asked("body", "Which meeting was it?", _O,
                          (("steering", "Steering group"), ("panel", "Multi-agency panel"),
                           ("operational", "Operational group"), ("commissioning", "Commissioning meeting"),
                           ("other", "Another meeting"))),
                    Asked("present", "How many came from each organisation?", AnswerKind.BY_ORGANISATION,
                          hint="Leave an organisation empty if nobody came."),
                    Asked("decisions", "What was decided?", _W, hint=_NO_NAMES, is_needed=False),
                    Asked("actions", "How many earlier actions were due by this meeting?", _N,
                          is_needed=False),
                    Asked("actions_done", "How many of those were done on time?", _N, is_needed=False),
                ),
                frozenset({_C, _G}), _ALL, "body",
            ),
            Described(
                RecordKind.ROLE, "role", "Who does what in the programme: posts, and not people.",
                "First day", (
                    Asked("post", "What is the role?", _L,
                          hint="A post, such as “police single point of contact”.",
                          most=120),
                    Asked("organisation", "At which organisation?", AnswerKind.ORGANISATION),
                    Asked("duties", "What does it answer for?", _W),
                    Asked("deputy", "Is somebody there to stand in?", _Y),
                ),
                frozenset({_C, _G}), _ALL, "post", until="Last day, if it has ended",
            ),
            Described(
                RecordKind.FRAMEWORK, "agreement, protocol or change",
                "The strategic framework: what partners have bound themselves to, and every change to it. "
                "Sharing"
                " agreements kept by the administrator appear by themselves.", "Day from which it holds",
                (
                    Asked("document", "What is the agreement or protocol called?", _L, most=160),
                    Asked("what", "What kind of document is it?", _O,
                          (("strategy", "Strategy or terms of reference"), ("protocol", "Operating protocol"),
                           ("sharing", "Sharing agreement"), ("contract", "Contract or grant"),
                           ("assessment", "Impact assessment"), ("other", "Another document"))),
                    Asked("change", "What happened to it?", _O,
                          (("made", "Made"), ("changed", "Changed"), ("reviewed", "Reviewed, unchanged"),
                           ("ended", "Ended"))),
                    Asked("parties", "Which sectors are party to it?", _S, _SECTORS),
                    Asked("why", "What changed, and why?", _W, hint=_NO_NAMES),
                ),
                frozenset({_C, _G}), _ALL, "document",
            ),
            Described(
                RecordKind.SPEND, "spend", "What was planned and spent, by budget line and period.",
                "First day of the period",
                (
                    Asked("line", "Which budget line?", _O,
                          (("staff", "Staff"), ("services", "Services for women"), ("training", "Training"),
                           ("premises", "Premises and running costs"), ("technology", "Technology"),
                           ("evaluation", "Evaluation"), ("other", "Another line"))),
                    Asked("planned", "Planned for the period", _A, hint="In pounds, like 12500 or 12500.50"),
                    Asked("spent", "Spent in the period", _A, hint="In pounds"),
                    Asked("note", "Why do the two differ?", _W, is_needed=False),
                ),
                frozenset({_C, _M}), _ALL, "line", until="Last day of the period",
            ),
            Described(
                RecordKind.STAFF_TIME, "staff time",
                "How much time people gave the programme, by kind of work.",
                "First day of the period",
                (
                    Asked("organisation", "At which organisation?", AnswerKind.ORGANISATION),
                    Asked("work", "What kind of work?", _O,
                          (("coordination", "Coordination"), ("support", "Support of women"),
                           ("police", "Police"), ("management", "Management"), ("volunteer", "Volunteers"),
                           ("evaluation", "Evaluation"))),
                    Asked("posts", "Full-time equivalents", _A, hint="For example, 2.5"),
                ),
                frozenset({_C, _M}), _ALL, "work", until="Last day of the period",
            ),
            Described(
                RecordKind.TRAINING, "session",
                "Training and awareness sessions, and how many people came from where.", "Day of the session",
                (
                    Asked("session", "What kind of session was it?", _O,
                          (("training", "Training"), ("awareness", "Awareness"))),
                    Asked("topics", "What was it about?", _S,
                          (("crime", "Organised crime"), ("trauma", "Trauma"), ("coercion",
                            "Coercive control"),
                           ("sharing", "Sharing information"), ("programme", "This programme"))),
                    Asked("came", "How many people came from each organisation?", AnswerKind.BY_ORGANISATION,
                          hint="Leave an organisation empty if nobody came."),
                    Asked("others", "How many came from elsewhere?", _N, is_needed=False),
                    Asked("learnt", "What did people say of it?", _W, hint=_NO_NAMES, is_needed=False),
                ),
                frozenset({_C, _G}), _ALL, "session",
            ),
            Described(
                RecordKind.RISK_CHANGE, "risk assessment",
                "That a risk assessment was read again because a partner shared something, and whether it "
                "changed."
                " In codes only: no woman and no story stands here.", "Day on which it was read again",
                (
                    Asked("assessment", "Which kind of risk assessment?", _O,
                          (("abuse", "Domestic abuse"), ("exploitation", "Exploitation"), ("safety",
                            "Safety of workers"),
                           ("safeguarding", "Safeguarding"), ("other", "Another kind"))),
                    Asked("from_sector", "Which sector shared what was new?", _O, _SECTORS),
                    Asked("result", "What became of the assessment?", _O,
                          (("raised", "Risk raised"), ("lowered", "Risk lowered"), ("more",
                            "Same level, said more exactly"),
                           ("unchanged", "Unchanged"))),
                    Asked("acted", "Was something done because of it?", _Y),
                ),
                frozenset({_C}), frozenset({_C, _E}), "assessment",
            ),
            Described(
                RecordKind.PREVENTION, "prevention action",
                "What was done, or changed in policy, because of what the programme learnt. About places, "
                "practice and"
                " policy, never about a woman.", "Day on which it was adopted",
                (
                    Asked("pillar", "Which part of the response does it serve?", _O,
                          (("pursue", "Pursue"), ("prevent", "Prevent"), ("protect", "Protect"), ("prepare",
                            "Prepare"))),
                    Asked("stage", "How far is it?", _O,
                          (("proposed", "Proposed"), ("adopted", "Adopted"), ("done", "Done"), ("dropped",
                            "Dropped"))),
                    Asked("organisation", "Who leads it?", AnswerKind.ORGANISATION),
                    Asked("action", "What is done?", _W, hint=_NO_NAMES),
                    Asked("learnt_from", "What was it learnt from?", _W, hint=_NO_NAMES, is_needed=False),
                ),
                frozenset({_C, _G}), _ALL, "pillar",
            ),
            Described(
                RecordKind.INTERVIEW, "interview",
                "Interviews with women, staff and partners: how people were chosen, what was asked, and who "
                "declined or"
                " had left. A participant has a number and no name; what she said is not kept here.",
                "Day of the interview, or of the answer",
                (
                    Asked("group", "Who was asked?", _O,
                          (("woman_in_support", "A woman in support"), ("woman_left", "A woman who left"),
                           ("woman_declined", "A woman who declined"), ("staff", "Staff of a provider"),
                           ("police", "Police"), ("partner", "A partner"))),
                    Asked("frame", "How was she or he chosen?", _O,
                          (("all", "Everybody was asked"), ("random", "At random"),
                           ("purposive", "On purpose, for variety"), ("convenience",
                            "Whoever could be reached"))),
                    Asked("result", "What came of it?", _O,
                          (("held", "Interview held"), ("declined", "Declined"), ("no_answer", "No answer"),
                           ("withdrew", "Withdrew afterwards"))),
                    Asked("consent", "What was agreed to?", _S,
                          (("interview", "To be interviewed"), ("recording", "To be recorded"),
                           ("quotation", "To be quoted without a name"), ("again", "To be asked again")),
                          is_needed=False),
                    Asked("guide", "Which topic guide, and which version?", _L, most=120),
                    Asked("asked_by", "Who passed on the invitation?", _O,
                          (("key_worker", "Her key worker"), ("coordinator", "The coordinator"),
                           ("evaluator", "The evaluator (staff and partners only)"))),
                    Asked("note", "What is to be remembered of how it went?", _W,
                          hint="About the interview. No name, reference or anything by which she could be "
                               "known.",
                          is_needed=False),
                ),
                frozenset({_E}), frozenset({_E}), "group",
            ),
            Described(
                RecordKind.TOPIC_GUIDE, "topic guide",
                "What an interview goes through. A corrected guide is a further version, and the one before "
                "stays.", "Day from which it holds",
                (
                    Asked("name", "What is it called?", _L, hint="For example, “Women in support”", most=120),
                    Asked("groups", "Whom is it for?", _S,
                          (("woman_in_support", "Women in support"), ("woman_left", "Women who left"),
                           ("woman_declined", "Women who declined"), ("staff", "Staff of a provider"),
                           ("police", "Police"), ("partner", "Partners"))),
                    Asked("topics", "What is asked?", _W, hint="A line for each question, in order",
                          most=4000),
                    Asked("before", "What is said before, of consent and of danger?", _W),
                ),
                frozenset({_E}), frozenset({_E}), "name",
            ),
            Described(
                RecordKind.CODE, "code",
                "By what excerpts of interviews are coded. A corrected code is a further version; what was "
                "coded keeps the version by which it was.", "Day from which it holds",
                (
                    Asked("name", "What is the code called?", _L, most=80),
                    Asked("definition", "What does it mean?", _W, most=600),
                    Asked("use", "When is it given?", _W, hint="An invented example helps", most=600),
                    Asked("not_use", "When is it not given?", _W, is_needed=False, most=600),
                    Asked("nodes", "Of which parts of the theory of change does it speak?", AnswerKind.NODES,
                          is_needed=False),
                ),
                frozenset({_E}), frozenset({_E}), "name", narrows=("nodes",),
            ),
            Described(
                RecordKind.FIGURE, "figure",
                "Figures of measures that the programme does not count itself, such as a survey or a match "
                "of police"
                " records. Enter only what may be shown.", "First day of the period",
                (
                    Asked("measure", "Which measure?", AnswerKind.MEASURE),
                    Asked("value", "The figure", _A, hint="In the unit of the measure"),
                    Asked("counted", "How many does it rest on?", _N, hint="Women, or partners who answered"),
                    Asked("protected", "Has it passed disclosure control where it was counted?", _Y),
                    Asked("from_where", "Where does it come from?", _L, most=200),
                ),
                frozenset({_E}), _ALL, "measure", until="Last day of the period",
            ),
            Described(
                RecordKind.LEARNING, "finding",
                "What the programme found out about itself, what was changed because of it and when, and "
                "what followed.", "Day of the finding",
                (
                    Asked("finding", "What was found?", _W, hint=_NO_NAMES),
                    Asked("found_by", "How was it found?", _O,
                          (("figures", "Figures of the evaluation"), ("survey", "Partnership survey"),
                           ("interviews", "Interviews"), ("meeting", "A meeting or a review"),
                           ("incident", "An incident, a complaint or a concern"),
                           ("practice", "Everyday work"))),
                    Asked("state", "How far is it?", _O,
                          (("found", "Found, nothing changed yet"), ("changed", "Something was changed"),
                           ("followed", "Changed, and seen what followed"),
                           ("left", "Looked at, and left as it is"))),
                    Asked("change", "What was changed because of it, or why was it left?", _W, hint=_NO_NAMES,
                          is_needed=False),
                    Asked("changed_on", "On which day did the change begin?", _D, is_needed=False),
                    Asked("lead", "Who sees the change through?", _L,
                          hint="A colleague or a post, and the organisation", is_needed=False, most=120),
                    Asked("followed", "What followed?", _W,
                          hint="Also where it was not what was hoped for. " + _NO_NAMES, is_needed=False),
                    Asked("followed_on", "On which day was that seen?", _D, is_needed=False),
                    Asked("nodes", "Which parts of the theory of change does it concern?", AnswerKind.NODES,
                          is_needed=False),
                    Asked("measures", "Which measures show it?", AnswerKind.MEASURES, is_needed=False),
                ),
                frozenset({_E, _C, _G}), _ALL, "finding", narrows=("state", "nodes", "measures"),
            ),
            Described(
                RecordKind.QUESTION, "question", "What the evaluation is to answer.",
                "Day on which it was agreed",
                (
                    Asked("aspect", "What is it about?", _O,
                          tuple((one.value, one.label) for one in measures.Aspect)),
                    Asked("question", "The question", _W, most=400),
                    Asked("measures", "Which measures answer it?", _L,
                          hint="Codes, such as M14, M16", is_needed=False, most=200),
                    Asked("method", "How is it to be answered?", _W, is_needed=False),
                ),
                frozenset({_E, _C}), _ALL, "question",
            ),
            Described(
                RecordKind.DATA_SOURCE, "data source",
                "Where the evaluation’s data comes from, and how good it is.",
                "Day from which it is there",
                (
                    Asked("source", "What is it called?", _L, most=160),
                    Asked("found", "What kind of source is it?", _O,
                          tuple((one.value, one.label) for one in measures.FoundIn)),
                    Asked("owner", "Which organisation answers for it?", AnswerKind.ORGANISATION),
                    Asked("coded", "Does it reach the evaluator without anybody being known from it?", _Y),
                    Asked("basis", "By which right is it used?", _W, hint="Agreement, legal basis, approval"),
                    Asked("quality", "What is missing or doubtful in it?", _W, is_needed=False),
                ),
                frozenset({_E, _C}), _ALL, "source",
            ),
            Described(
                RecordKind.ETHICS, "approval or approach",
                "Approvals, how consent is asked for, and what happens when somebody is in danger.",
                "Day of the decision",
                (
                    Asked("what", "What is it?", _O,
                          (("approval", "Ethical approval"), ("amendment", "Change to an approval"),
                           ("consent", "How consent is asked for"), ("distress",
                            "What is done about distress or danger"),
                           ("withdrawal", "How somebody withdraws"), ("data",
                            "How data is kept and deleted"))),
                    Asked("body", "Who decided?", _L, hint="A committee or a post, not a person", most=160),
                    Asked("outcome", "What was the outcome?", _O,
                          (("approved", "Approved"), ("conditions", "Approved with conditions"), ("refused",
                            "Refused"),
                           ("waiting", "Waiting"))),
                    Asked("approach", "What was decided?", _W),
                    Asked("until", "Until when does it hold?", _D, is_needed=False),
                ),
                frozenset({_E, _G}), _ALL, "what",
            ),
            Described(
                RecordKind.TOOLKIT, "note",
                "Which part of your own copy of the Home Office toolkit each section of this plan answers. "
                "The"
                " programme does not hold the toolkit and claims nothing about it.", "Day of the note",
                (
                    Asked("section", "Which section of this plan?", _O, SECTIONS),
                    Asked("part", "Which part of your copy does it answer?", _L,
                          hint="Chapter, page or heading of the copy that you work with", most=200),
                    Asked("coverage", "How far does it answer it?", _O, _COVERAGE),
                    Asked("note", "What is left to do?", _W, is_needed=False),
                ),
                frozenset({_E, _C}), _ALL, "section",
            ),
        )
    }
)  # fmt: skip

#: The kinds that make up the plan; the others are records of what happened.
OF_THE_PLAN = (RecordKind.QUESTION, RecordKind.DATA_SOURCE, RecordKind.ETHICS, RecordKind.TOOLKIT)


def may_enter(kind: RecordKind, role: Role) -> Decision:
    """Whether this role writes records of the kind."""
    if role in KINDS[kind].writes:
        return decision.yes()
    who = " or ".join(sorted(one.label.lower() for one in KINDS[kind].writes))
    return decision.no(f"“{KINDS[kind].kind.label}” are entered by the {who}.", ask=f"the {who}")


_REFERENCE = re.compile(r"\b[A-Za-z]{2}[ -]?\d{4}[ -]?[A-Za-z]{2}\b")


def has_reference(words: str) -> bool:
    """Whether a woman's reference stands in what was typed."""
    return any(references.read(found) for found in _REFERENCE.findall(words))


def fault(kind: RecordKind, on: date, until: date | None, answers: Mapping[str, Any]) -> tuple[str, str]:
    """(question, what is wrong with its answer) of the first answer that cannot stand; ("", "") for none.

    `answers` are by name; words as text, numbers as numbers, a day as ISO text, several as a list, counts by
    organisation as a mapping of whole numbers.
    """
    said = KINDS[kind]
    if until is not None and until < on:
        return "until", "The last day must not be before the first"
    for asked in said.questions:
        value = answers.get(asked.name)
        if value in (None, "", [], {}):
            if asked.is_needed and asked.kind is not AnswerKind.BY_ORGANISATION:
                return asked.name, f"Answer “{asked.label}”"
            continue
        if asked.kind in TYPED and has_reference(str(value)):
            wrong = "A woman’s reference stands in these words. Take it out: no record names a woman"
            return asked.name, wrong
        if asked.kind in (AnswerKind.WHOLE, AnswerKind.AMOUNT) and value < 0:
            return asked.name, f"{asked.label} must be nought or more"
    return _beyond(kind, answers)


def _beyond(kind: RecordKind, answers: Mapping[str, Any]) -> tuple[str, str]:
    """What one answer says of another."""
    if kind is RecordKind.GOVERNANCE:
        due, done = answers.get("actions"), answers.get("actions_done")
        if done is not None and (due is None or done > due):
            return "actions_done", "No more actions can be done on time than were due"
    if kind is RecordKind.INTERVIEW:
        is_woman = str(answers.get("group", "")).startswith("woman")
        if is_woman and answers.get("asked_by") == "evaluator":
            wrong = "The evaluator never contacts a woman: her key worker or the coordinator asks her"
            return "asked_by", wrong
        if answers.get("result") == "held" and "interview" not in (answers.get("consent") or ()):
            return "consent", "An interview is held only with agreement to be interviewed"
    if kind is RecordKind.LEARNING:
        return _learnt(answers)
    if kind is RecordKind.FIGURE and answers.get("protected") is not True:
        return "protected", "Only a figure that has passed disclosure control may be entered"
    return "", ""


def _learnt(answers: Mapping[str, Any]) -> tuple[str, str]:
    """What is said of how far a finding is must stand in the entry, in the order in which it happened."""
    state, change, followed = (answers.get(name) for name in ("state", "change", "followed"))
    changed_on, followed_on = answers.get("changed_on"), answers.get("followed_on")
    if state == "left" and not change:
        return "change", "Say why it was left as it is"
    if state in ("changed", "followed"):
        if not change:
            return "change", "Say what was changed"
        if not changed_on:
            return "changed_on", "Give the day on which the change began"
        if not answers.get("lead"):
            return "lead", "Say who sees the change through"
    if state == "followed" and not followed:
        return "followed", "Say what followed"
    if followed and not followed_on:
        return "followed_on", "Give the day on which that was seen"
    if (followed or followed_on) and state != "followed":
        return "state", "Something followed: say so here"
    if changed_on and state not in ("changed", "followed"):
        return "state", "Something was changed: say so here"
    if changed_on and followed_on and followed_on < changed_on:
        return "followed_on", "What followed cannot have been seen before the change began"
    return "", ""


def in_words(
    asked: Asked, value: Any, *, organisations: Mapping[str, str], names: Mapping[str, str]
) -> list[str]:
    """An answer as it is read back, a line each.

    `names` are the measures and the parts of the theory of change by code.
    """
    if value in (None, "", [], {}):
        return []
    options = dict(asked.options)
    match asked.kind:
        case AnswerKind.ONE_OF:
            return [options.get(value, str(value))]
        case AnswerKind.SEVERAL:
            return [options.get(one, str(one)) for one in value]
        case AnswerKind.YES_NO:
            return ["Yes" if value else "No"]
        case AnswerKind.ORGANISATION:
            return [organisations.get(value, "An organisation that is no longer listed")]
        case AnswerKind.BY_ORGANISATION:
            return [f"{organisations.get(key, 'Another organisation')}: {count}" for key,
            count in value.items()]
        case AnswerKind.MEASURE:
            return [f"{value} {names.get(value, '')}".strip()]
        case AnswerKind.MEASURES | AnswerKind.NODES:
            return [f"{code} {names.get(code, '(no longer there)')}" for code in value]
        case AnswerKind.DAY:
            return [f"{date.fromisoformat(value):%-d %B %Y}"]
        case AnswerKind.AMOUNT:
            return [f"{value:,.2f}".removesuffix(".00")]
        case _:
            return [line for line in str(value).splitlines() if line.strip()]
