"""The permission matrix: role x relation x action x resource, as data, with nothing allowed by default.

One source and three readings: `may` below is the Python decision, `records.walls` compiles the same rules
to a queryset filter and to forced row security. The rules follow the confidentiality wall of the field
(police never read support notes; a private provider gets the least that it needs; the evaluator meets only
coded data; the administrator reads no case).

Row security hides rows and not columns, so each Resource is one table, and what two audiences may see
differently lies in two tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance import emergency, panel_rules
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.conditions import (
    Always,
    Among,
    Both,
    Condition,
    Either,
    InEmergency,
    Involved,
    NotAmongBarred,
    NotBarred,
    NotBlind,
    NotInEmergency,
    NotOwn,
    OfSector,
    Own,
    OwnOrganisation,
    OwnRole,
    RowFacts,
    Seated,
    Unassigned,
    both,
    either,
)
from pathways.domain.terms.events import EventKind
from pathways.domain.terms.people import MACHINE_ROLES, Role, Sector


class Action(StrEnum):
    READ = "read"
    CREATE = "create"
    CHANGE = "change"
    REMOVE = "remove"


class Resource(StrEnum):
    """One table each. The value is the table's name in the database."""

    # police side
    NOMINAL = "police_nominal"
    CONSIDERATION = "police_consideration"
    PROVISIONAL_PLAN = "police_provisional_plan"
    FLAG_RECEIPT = "police_flag_receipt"
    EARLIER_DECISION = "police_earlier_decision"
    POLICE_PAIR = "police_pair"
    OBSERVATION = "police_observation"
    EVIDENCE_OPENED = "police_evidence_opened"
    SCREENING_RUN = "police_screening_run"
    SECOND_RATE = "police_second_rate"
    SECOND_DRAW = "police_second_draw"
    SECOND_READING = "police_second_reading"
    # the pseudonymous spine
    SPINE = "spine"
    # support side
    REFERRAL_IN = "support_referral_in"
    EARLIER_DECISION_IN = "support_earlier_decision"
    CLIENT = "support_client"
    IDENTITY = "support_identity"
    DEMOGRAPHICS = "support_demographics"
    SAFE_PLACE = "support_safe_place"
    SAFE_CONTACT = "support_safe_contact_plan"
    EPISODE = "support_episode"
    INVOLVEMENT = "support_involvement"
    APPROACH = "support_approach"
    APPROACH_ATTEMPT = "support_approach_attempt"
    AGREEMENT = "support_agreement"
    STOP = "support_stop"
    ASSESSMENT = "support_assessment"
    NEED_RATING = "support_need_rating"
    TRIAGE = "support_triage"
    TRIAGE_READING = "support_triage_reading"
    REFERRAL = "support_referral"
    REFERRAL_PACK = "support_referral_pack"
    ENGAGEMENT = "support_engagement"
    CONTACT = "support_contact"
    CASE_NOTE = "support_case_note"
    GROUP_SESSION = "support_group_session"
    GOAL = "support_goal"
    GOAL_RATING = "support_goal_rating"
    REVIEW = "support_review"
    CLOSURE = "support_closure"
    FOLLOW_UP = "support_follow_up"
    RESPONSE = "support_response"
    SCORE = "support_score"
    TOOL_RESULT = "support_tool_result"
    TOLD = "support_told"
    DISPOSAL = "support_disposal"
    OUTGOING = "support_outgoing_message"
    # who may not see her, and who may for an hour
    BAR = "support_bar"
    EMERGENCY = "support_emergency_access"
    CORRECTION = "support_correction"
    JOINING = "support_joining"
    SUPPORT_PAIR = "support_pair"
    LINK_RUN = "link_run"
    # the panel
    PANEL_SERIES = "panel_series"
    PANEL_MEMBER = "panel_member"
    PANEL_MEETING = "panel_meeting"
    PANEL_ATTENDANCE = "panel_attendance"
    PANEL_COPY = "panel_copy"
    PANEL_REQUEST = "support_panel_request"
    PANEL_ITEM = "support_panel_item"
    PANEL_ASK = "support_panel_ask"
    PANEL_ANSWER = "support_panel_answer"
    PANEL_FACT = "support_panel_fact"
    PANEL_CONFLICT = "support_panel_conflict"
    PANEL_DECISION = "support_panel_decision"
    # crossings and work
    DISCLOSURE = "disclosure"
    MESSAGE = "message"
    TASK = "task"
    DRAFT = "draft"
    # erasing
    ERASURE = "erasure"
    ERASURE_KEY = "erasure_key"
    LEGAL_HOLD = "legal_hold"
    FORM_EDITION = "form_edition"
    # streams
    JOURNEY_EVENT = "journey_event"
    ACCESS_EVENT = "access_event"
    # files that agencies send
    TAKE_IN = "take_in"
    TAKE_IN_PART = "take_in_part"
    TAKEN_ROW = "taken_row"
    COLUMN_MAPPING = "column_mapping"
    # the plan of the evaluation, and records of the programme: about no woman
    PLAN_VERSION = "plan_version"
    PROGRAMME_RECORD = "programme_record"
    # the partnership survey: who was asked, and sheets of answers that have no writer
    SURVEY_WAVE = "survey_wave"
    SURVEY_INVITATION = "survey_invitation"
    SURVEY_SHEET = "survey_sheet"
    # the register of releases: figures that disclosure control let through, about no woman
    EVALUATION_RELEASE = "evaluation_release"
    RELEASE_REVIEW = "evaluation_release_review"
    FUNDER_TEMPLATE = "funder_template"
    # submissions to the Justice Data Lab: counts, never who; the list itself is kept nowhere
    LAB_SUBMISSION = "lab_submission"
    LAB_APPROVAL = "lab_approval"
    # what was said in interviews, who gave it which codes, who settled them, and quotations on their way out
    EXCERPT = "interview_excerpt"
    CODING = "interview_coding"
    SETTLEMENT = "interview_settlement"
    QUOTATION = "interview_quotation"
    # search
    NAME_TOKEN = "name_token"  # noqa: S105 - a table, not a secret


@dataclass(frozen=True, slots=True)
class Rule:
    """`roles` may take `actions` on rows of `resources` for which `when` holds."""

    roles: frozenset[Role]
    actions: frozenset[Action]
    resources: frozenset[Resource]
    when: Condition
    because: str


_SUPPORT_SECTORS = (
    Sector.THIRD_SECTOR,
    Sector.LOCAL_AUTHORITY,
    Sector.HEALTH,
    Sector.PROBATION,
    Sector.OTHER_STATUTORY,
)
_READ = (Action.READ,)
_WRITE = (Action.CREATE, Action.CHANGE)
_ALL = (Action.READ, Action.CREATE, Action.CHANGE)

_OWN_ORGANISATION = OwnOrganisation()
_HERS = Involved(personally=True)
_OURS = Involved(personally=False)
_HERSELF = Involved(personally=True, column="id")
_OURSELF = Involved(personally=False, column="id")
_SUPPORT_SUPERVISOR = OfSector(_SUPPORT_SECTORS)
_PRIVATE_SUPERVISOR = OfSector((Sector.PRIVATE,))
_NOT_FROM_POLICE = Among("kind", ("passed_on", "stop", "resume", "reply", "return"))
_OF_NO_WOMAN = Unassigned("client_id")
#: untaken work of one's own role
_MINE_OR_MY_ROLES = either(Own(), both(Unassigned(), OwnRole()))
#: untaken work that is asked of the organisation and of no one role
_ASKED_OF_US = both(Unassigned(), Among("role", ("",)))
_UNANSWERED = Among("status", ("sent", "acknowledged", "waitlisted"))
#: work that comes with a referral: to answer it, to read it again, to leave her alone now that it is off
_OF_A_REFERRAL = Among("kind", ("referral", "referral_outcome", "referral_corrected"))
#: the word that her time with the programme has ended, to those who supported her elsewhere
_OF_AN_ENDING = Among("kind", ("time_ended",))
#: work that comes with an emergency access: to review it, and to read who had it and why
_OF_AN_EMERGENCY = Among("kind", ("emergency_review", "emergency_access"))
#: work that comes with a bar: to find who works with her from now on
_OF_A_BAR = Among("kind", ("bar_handover",))

#: What is told to every organisation that works with her: all that it needs so as not to harm her.
_MINIMUM = (Resource.SAFE_CONTACT, Resource.STOP)
#: What a support organisation of hers works with, beyond the minimum.
_SUPPORT = (
    Resource.IDENTITY,
    Resource.DEMOGRAPHICS,
    Resource.EPISODE,
    Resource.APPROACH,
    Resource.APPROACH_ATTEMPT,
    Resource.AGREEMENT,
    Resource.TOLD,
    Resource.ASSESSMENT,
    Resource.NEED_RATING,
    Resource.TRIAGE,
)
#: What an organisation writes of its own work with her.
_OWN_WORK = (
    Resource.ENGAGEMENT,
    Resource.CONTACT,
    Resource.GOAL,
    Resource.GOAL_RATING,
    Resource.REVIEW,
    Resource.CLOSURE,
    Resource.FOLLOW_UP,
    Resource.OUTGOING,
    Resource.SCORE,
)
#: What is told in confidence, and read by nobody but the organisation that it was told to.
_CONFIDED = (Resource.CASE_NOTE, Resource.RESPONSE)
#: Tools about domestic abuse; those of criminal justice are for whoever holds her sentence.
_OF_ABUSE = Among("tool", ("dash", "dara"))

#: What emergency access reads besides the name she uses: who she is, how to reach her without harm, and what
#: is known of her safety. Never a note, never where she is safe.
IN_EMERGENCY = (
    Resource.IDENTITY,
    *_MINIMUM,
    Resource.EPISODE,
    Resource.APPROACH,
    Resource.APPROACH_ATTEMPT,
    Resource.ASSESSMENT,
    Resource.NEED_RATING,
    Resource.TRIAGE,
    Resource.CONTACT,
    Resource.REFERRAL,
    Resource.JOURNEY_EVENT,
)


def _rule(
    roles: Iterable[Role],
    actions: Iterable[Action],
    resources: Iterable[Resource],
    when: Condition,
    because: str,
) -> Rule:
    return Rule(frozenset(roles), frozenset(actions), frozenset(resources), when, because)


#: Those whose work is with the women themselves.
_CARRY_HER = (
    Role.COORDINATOR,
    Role.SUPPORT_WORKER,
    Role.PROVIDER_WORKER,
    Role.SUPERVISOR,
    Role.POLICE_SPOC,
)
_EVERYONE = tuple(role for role in Role if role is Role.CLERK or role not in MACHINE_ROLES)
#: Roles whose sight of a woman is each person's own.
_BY_NAME = (Role.PANEL_CHAIR, Role.SUPPORT_WORKER, Role.PROVIDER_WORKER)
#: Roles whose sight of a woman is their organisation's. No other person's role reads who works with her.
_BY_ORGANISATION = (Role.COORDINATOR, Role.SUPERVISOR)

#: What the panel holds of a woman: the coordinating organisation's, whichever agency added it.
OF_THE_PANEL = (
    Resource.PANEL_REQUEST,
    Resource.PANEL_ITEM,
    Resource.PANEL_ASK,
    Resource.PANEL_ANSWER,
    Resource.PANEL_FACT,
    Resource.PANEL_CONFLICT,
    Resource.PANEL_DECISION,
)
#: Who runs the panel, and who else sits at its table.
_RUN_IT = (Role.COORDINATOR, Role.PANEL_CHAIR)
_SIT = tuple(sorted(panel_rules.ATTENDING))
_AT_TABLE = Seated()

#: What one organisation can hold of a woman on the support side: all that erasing reaches. Of police nothing.
OF_HER = (
    Resource.REFERRAL_IN,
    Resource.EARLIER_DECISION_IN,
    Resource.CLIENT,
    *_SUPPORT,
    *_MINIMUM,
    *_OWN_WORK,
    *_CONFIDED,
    Resource.TOOL_RESULT,
    Resource.DISPOSAL,
    Resource.SAFE_PLACE,
    Resource.REFERRAL,
    Resource.REFERRAL_PACK,
    Resource.INVOLVEMENT,
    Resource.BAR,
    Resource.EMERGENCY,
    Resource.CORRECTION,
    Resource.TRIAGE_READING,
    Resource.JOINING,
    Resource.SUPPORT_PAIR,
    Resource.TASK,
    Resource.ERASURE,
    Resource.LEGAL_HOLD,
    *OF_THE_PANEL,
)

#: A file that an agency sent, and what came of it. No table of these points at a woman.
_SENT = (Resource.TAKE_IN, Resource.TAKE_IN_PART, Resource.TAKEN_ROW, Resource.COLUMN_MAPPING)
_EVERYTHING = tuple(Action)

#: Records of the programme by who writes them and who else reads them: `evaluation.recorded` says the same of
#: each kind, and a test holds the two together. What the evaluator hears in interviews is the evaluator's.
RECORDED: tuple[tuple[tuple[str, ...], tuple[Role, ...], tuple[Role, ...]], ...] = (
    (
        ("governance", "role", "framework", "training", "prevention"),
        (Role.COORDINATOR, Role.GOVERNANCE_LEAD),
        (Role.EVALUATOR, Role.COMMISSIONER),
    ),
    (
        ("spend", "staff_time"),
        (Role.COORDINATOR, Role.COMMISSIONER),
        (Role.EVALUATOR, Role.GOVERNANCE_LEAD),
    ),
    (("risk_change",), (Role.COORDINATOR,), (Role.EVALUATOR,)),
    (("interview", "topic_guide", "code"), (Role.EVALUATOR,), ()),
    (("figure",), (Role.EVALUATOR,), (Role.COORDINATOR, Role.GOVERNANCE_LEAD, Role.COMMISSIONER)),
    (
        ("question", "data_source", "toolkit"),
        (Role.EVALUATOR, Role.COORDINATOR),
        (Role.GOVERNANCE_LEAD, Role.COMMISSIONER),
    ),
    (("ethics",), (Role.EVALUATOR, Role.GOVERNANCE_LEAD), (Role.COORDINATOR, Role.COMMISSIONER)),
    (("learning",), (Role.EVALUATOR, Role.COORDINATOR, Role.GOVERNANCE_LEAD), (Role.COMMISSIONER,)),
)


def _of_programme_records() -> Iterable[Rule]:
    """Written and corrected as a further version; read by more people than write it; never changed."""
    for kinds, writers, readers in RECORDED:
        only: Condition = Among("kind", kinds)
        if "interview" in kinds:
            only = both(_OWN_ORGANISATION, only)
        yield _rule(
            writers,
            (Action.READ, Action.CREATE),
            (Resource.PROGRAMME_RECORD,),
            only,
            "Whoever answers for a part of the programme writes down what happened in it.",
        )
        if readers:
            yield _rule(
                readers,
                _READ,
                (Resource.PROGRAMME_RECORD,),
                only,
                "Whoever evaluates or answers for the programme reads what it did.",
            )
    yield _rule(
        (Role.COUNTING,),
        _READ,
        (Resource.PROGRAMME_RECORD,),
        Always(),
        "Counting reads codes, of which only disclosure control lets anything out.",
    )


def _of_the_facts() -> Iterable[Rule]:
    """The table of `panel_rules` as rules: what each side adds, and what of the others' it is shown.

    So a field that does not belong to a side is not there for it, whoever was put on the list of a row.
    """
    for side, (roles, sectors) in _SIDES.items():
        at_table = both(_AT_TABLE, OfSector(sectors))
        own = both(
            OwnOrganisation("from_organisation_id"),
            Among("giver", (side.value,)),
            Among("field", tuple(one.value for one in panel_rules.fields_of(side))),
        )
        others = tuple(
            both(
                Among("giver", (giver.value,)),
                Among(
                    "field",
                    tuple(
                        one.value
                        for one in panel_rules.fields_of(giver)
                        if panel_rules.may_reach(one, giver=giver, receiver=side)
                    ),
                ),
            )
            for giver in panel_rules.Side
        )
        yield _rule(
            roles,
            _READ,
            (Resource.PANEL_FACT,),
            both(at_table, either(own, *others)),
            "Each agency at the table sees what it added, and of the others’ what was shown to it.",
        )
        yield _rule(
            roles,
            _WRITE,
            (Resource.PANEL_FACT,),
            both(at_table, own),
            "Each agency adds what it knows, and changes nothing of another’s.",
        )


def _of_the_survey() -> Iterable[Rule]:
    """Who was invited is read by whoever runs the survey; what was answered is read by counting alone."""
    people = tuple(role for role in Role if role not in MACHINE_ROLES)
    yield _rule(
        (*people, Role.CLERK, Role.COUNTING),
        _READ,
        (Resource.SURVEY_WAVE,),
        Always(),
        "Whoever may be invited sees from when to when a survey is open.",
    )
    yield _rule(
        (Role.EVALUATOR,),
        _WRITE,
        (Resource.SURVEY_WAVE,),
        _OWN_ORGANISATION,
        "The evaluator begins a wave and says when it ends.",
    )
    yield _rule(
        people,
        _READ,
        (Resource.SURVEY_INVITATION,),
        Own(),
        "Everybody sees that they were invited, and whether they have answered.",
    )
    yield _rule(
        (Role.EVALUATOR,),
        (Action.READ, Action.CREATE),
        (Resource.SURVEY_INVITATION,),
        OwnOrganisation("run_by_organisation_id"),
        "Whoever runs a survey invites to it and sees from where answers are missing.",
    )
    yield _rule(
        (Role.CLERK,),
        (Action.READ, Action.CHANGE),
        (Resource.SURVEY_INVITATION,),
        Always(),
        "That somebody has answered is noted where the answers are not.",
    )
    yield _rule(
        (Role.CLERK,),
        (Action.CREATE,),
        (Resource.SURVEY_SHEET,),
        Always(),
        "A sheet is put with the others by nobody’s hand.",
    )
    yield _rule(
        (Role.COUNTING,),
        _READ,
        (Resource.SURVEY_SHEET,),
        Always(),
        "Answers are counted and read by nobody.",
    )


def _of_interviews() -> Iterable[Rule]:
    """What was said stays with the evaluators who heard it, but for quotations that a second one released."""
    heard = (Role.EVALUATOR,)
    yield _rule(
        heard,
        _ALL,
        (Resource.EXCERPT,),
        _OWN_ORGANISATION,
        "Whoever holds interviews keeps what was said, and takes it out when a participant withdraws.",
    )
    yield _rule(
        heard,
        _READ,
        (Resource.CODING,),
        both(_OWN_ORGANISATION, either(Own("coder_id"), Among("is_open", (True,)))),
        "Two people code without seeing one another’s codes until both are in.",
    )
    yield _rule(
        heard,
        (Action.CREATE,),
        (Resource.CODING,),
        both(_OWN_ORGANISATION, Own("coder_id"), Among("is_open", (False,))),
        "Everybody codes for themselves.",
    )
    yield _rule(
        (Role.CLERK,),
        (Action.READ, Action.CHANGE),
        (Resource.CODING,),
        Always(),
        "When both are in, each is opened to the other.",
    )
    yield _rule(
        heard,
        _READ,
        (Resource.SETTLEMENT,),
        _OWN_ORGANISATION,
        "Whoever coded an excerpt reads how a third coder settled it, and why.",
    )
    yield _rule(
        heard,
        (Action.CREATE,),
        (Resource.SETTLEMENT,),
        both(_OWN_ORGANISATION, Own("made_by_id"), NotOwn("first_coder_id"), NotOwn("second_coder_id")),
        "Where two coders differ a third settles it, in her own name and once.",
    )
    yield _rule(
        (Role.CLERK,),
        (Action.READ, Action.REMOVE),
        (Resource.SETTLEMENT,),
        Always(),
        "A settlement goes with the excerpt that it speaks of.",
    )
    yield _rule(
        heard,
        (Action.READ, Action.CREATE),
        (Resource.QUOTATION,),
        _OWN_ORGANISATION,
        "An evaluator asks for a quotation, and another reads it.",
    )
    yield _rule(
        heard,
        (Action.CHANGE,),
        (Resource.QUOTATION,),
        both(
            _OWN_ORGANISATION,
            either(NotOwn("asked_by_id"), Among("status", ("released", "taken_back"))),
        ),
        "Somebody else than whoever asked releases a quotation; anybody takes it back.",
    )
    yield _rule(
        (Role.COORDINATOR, Role.GOVERNANCE_LEAD, Role.COMMISSIONER),
        _READ,
        (Resource.QUOTATION,),
        Among("status", ("released",)),
        "Whoever answers for the programme reads what participants agreed to have shown.",
    )
    yield _rule(
        (Role.CLERK,),
        (Action.READ, Action.REMOVE),
        (Resource.QUOTATION,),
        Always(),
        "Quotations go with the excerpt that they come from.",
    )


_ANY_SECTOR = tuple(Sector)
#: Who sits on which side of the panel's table.
_SIDES: Mapping[panel_rules.Side, tuple[tuple[Role, ...], tuple[Sector, ...]]] = MappingProxyType(
    {
        panel_rules.Side.HUB: (_RUN_IT, _ANY_SECTOR),
        panel_rules.Side.SUPPORT: ((Role.SUPPORT_WORKER, Role.SUPERVISOR), _SUPPORT_SECTORS),
        panel_rules.Side.PRIVATE: ((Role.PROVIDER_WORKER, Role.SUPERVISOR), (Sector.PRIVATE,)),
        panel_rules.Side.POLICE: ((Role.POLICE_SPOC, Role.SUPERVISOR), (Sector.POLICE,)),
    }
)

_WRITTEN: tuple[Rule, ...] = (
    # --- the sealer: first, because it reads millions of events and the database asks the rules in order ----
    _rule(
        (Role.SEALING,),
        _READ,
        (Resource.JOURNEY_EVENT, Resource.ACCESS_EVENT),
        Always(),
        "Whoever seals the log reads all of it, and hands on nothing but hashes.",
    ),
    # --- the police side -------------------------------------------------------------------------
    _rule(
        (Role.POLICE_SPOC, Role.POLICE_ANALYST, Role.SUPERVISOR),
        _ALL,
        (Resource.NOMINAL, Resource.CONSIDERATION, Resource.PROVISIONAL_PLAN, Resource.FLAG_RECEIPT),
        both(_OWN_ORGANISATION, OfSector((Sector.POLICE,))),
        "A force works with its own records.",
    ),
    _rule(
        (Role.POLICE_SPOC, Role.POLICE_ANALYST),
        _ALL,
        (Resource.POLICE_PAIR, Resource.LINK_RUN),
        both(_OWN_ORGANISATION, OfSector((Sector.POLICE,))),
        "A force says which of its own records are of one person.",
    ),
    _rule(
        (Role.POLICE_SPOC, Role.POLICE_ANALYST, Role.SUPERVISOR),
        (Action.READ, Action.CREATE),
        (Resource.EARLIER_DECISION,),
        both(_OWN_ORGANISATION, OfSector((Sector.POLICE,))),
        "A decision that a later one replaced stays as it was made.",
    ),
    _rule(
        (Role.POLICE_SPOC, Role.POLICE_ANALYST, Role.SUPERVISOR),
        (Action.READ, Action.CREATE),
        (Resource.OBSERVATION, Resource.EVIDENCE_OPENED, Resource.SECOND_DRAW),
        both(_OWN_ORGANISATION, OfSector((Sector.POLICE,))),
        "What records say of her, who opened it and what was drawn stay as they were written.",
    ),
    _rule(
        (Role.POLICE_SPOC, Role.POLICE_ANALYST, Role.SUPERVISOR),
        _ALL,
        (Resource.SCREENING_RUN, Resource.SECOND_READING, Resource.SECOND_RATE),
        both(_OWN_ORGANISATION, OfSector((Sector.POLICE,))),
        "A force works with its own records.",
    ),
    _rule(
        (Role.POLICE_OFFICER,),
        (Action.CREATE,),
        (Resource.NOMINAL, Resource.CONSIDERATION, Resource.FLAG_RECEIPT),
        _OWN_ORGANISATION,
        "An officer flags and does not read what others hold.",
    ),
    _rule(
        (Role.POLICE_OFFICER,),
        _READ,
        (Resource.FLAG_RECEIPT,),
        both(_OWN_ORGANISATION, Own("flagged_by_id")),
        "Who flagged sees that it was received, and when it closed.",
    ),
    # --- the open door ---------------------------------------------------------------------------
    _rule(
        (Role.COORDINATOR,),
        _ALL,
        (Resource.REFERRAL_IN,),
        _OWN_ORGANISATION,
        "The neutral coordinator screens what comes by the open door.",
    ),
    _rule(
        (Role.COORDINATOR,),
        (Action.READ, Action.CREATE),
        (Resource.EARLIER_DECISION_IN,),
        _OWN_ORGANISATION,
        "A decision that a later one replaced stays as it was made.",
    ),
    _rule(
        (Role.COORDINATOR,),
        _ALL,
        (Resource.JOINING, Resource.SUPPORT_PAIR, Resource.LINK_RUN),
        _OWN_ORGANISATION,
        "The coordinator decides whether two records are of one woman.",
    ),
    _rule(
        (Role.SUPPORT_WORKER, Role.SUPERVISOR),
        (Action.CREATE,),
        (Resource.REFERRAL_IN,),
        _SUPPORT_SUPERVISOR,
        "A partner who is not police may bring a woman to the open door.",
    ),
    _rule(
        (Role.SUPPORT_WORKER, Role.SUPERVISOR),
        _READ,
        (Resource.REFERRAL_IN,),
        Own("flagged_by_id"),
        "Who brought her sees what became of it.",
    ),
    # --- her record: the neutral coordinator -------------------------------------------------------
    _rule(
        (Role.COORDINATOR,),
        _ALL,
        (Resource.CLIENT,),
        either(_OURSELF, _OWN_ORGANISATION),
        "The coordinator carries her through the programme.",
    ),
    _rule(
        (Role.COORDINATOR,),
        _ALL,
        (
            *_MINIMUM,
            *_SUPPORT,
            Resource.REFERRAL,
            Resource.REFERRAL_PACK,
            Resource.CLOSURE,
            Resource.FOLLOW_UP,
            Resource.OUTGOING,
        ),
        _OURS,
        "The coordinator carries her through the programme.",
    ),
    _rule(
        (Role.COORDINATOR,),
        _READ,
        (
            Resource.ENGAGEMENT,
            Resource.CONTACT,
            Resource.GOAL,
            Resource.GOAL_RATING,
            Resource.REVIEW,
            Resource.SCORE,
        ),
        _OURS,
        "The coordinator sees that support happens, never the notes of it.",
    ),
    # --- results of tools that others own ------------------------------------------------------------
    _rule(
        (Role.COORDINATOR,),
        _ALL,
        (Resource.TOOL_RESULT,),
        _OURS,
        "The coordinator carries her through the programme.",
    ),
    _rule(
        (Role.SUPPORT_WORKER,),
        _ALL,
        (Resource.TOOL_RESULT,),
        both(_HERS, _SUPPORT_SUPERVISOR, _OF_ABUSE),
        "How high the risk of abuse was found to be is known to those who keep her safe, never to a company.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        _ALL,
        (Resource.TOOL_RESULT,),
        both(_OURS, _SUPPORT_SUPERVISOR, _OF_ABUSE),
        "How high the risk of abuse was found to be is known to those who keep her safe, never to a company.",
    ),
    _rule(
        (Role.SUPPORT_WORKER,),
        _ALL,
        (Resource.TOOL_RESULT,),
        both(_HERS, OfSector((Sector.PROBATION,))),
        "A tool of criminal justice is read by probation and the coordinator, and by no charity or company.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        _ALL,
        (Resource.TOOL_RESULT,),
        both(_OURS, OfSector((Sector.PROBATION,))),
        "A tool of criminal justice is read by probation and the coordinator, and by no charity or company.",
    ),
    # --- convictions and cautions, for the Justice Data Lab ------------------------------------------
    _rule(
        (Role.COORDINATOR,),
        _ALL,
        (Resource.DISPOSAL,),
        _OURS,
        "The coordinator carries her through the programme.",
    ),
    _rule(
        (Role.SUPPORT_WORKER,),
        _ALL,
        (Resource.DISPOSAL,),
        both(_HERS, either(OfSector((Sector.PROBATION,)), both(_SUPPORT_SUPERVISOR, Own("recorded_by_id")))),
        "What is known of a conviction is read by probation, the coordinator and whoever wrote it down.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        _ALL,
        (Resource.DISPOSAL,),
        both(_OURS, OfSector((Sector.PROBATION,))),
        "What is known of a conviction is read by probation, the coordinator and whoever wrote it down.",
    ),
    # --- her level, read by another person ---------------------------------------------------------
    _rule(
        (Role.COORDINATOR,),
        _ALL,
        (Resource.TRIAGE_READING,),
        _OURS,
        "The coordinators read one another’s decisions.",
    ),
    _rule(
        (Role.PANEL_CHAIR, Role.SUPERVISOR),
        (Action.READ, Action.CHANGE),
        (Resource.TRIAGE_READING,),
        Own("reader_id"),
        "Whoever was asked to read a level reads it, as it was when it was decided.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        (Action.READ, Action.CHANGE),
        (Resource.TRIAGE_READING,),
        both(_OWN_ORGANISATION, _SUPPORT_SUPERVISOR, Among("status", ("with_supervisor",))),
        "An urgent level that nobody has read within hours goes to the supervisor.",
    ),
    _rule(
        (Role.SUPPORT_WORKER,),
        (Action.READ, Action.CREATE),
        (Resource.TRIAGE_READING,),
        both(_HERS, Among("why", ("asked",))),
        "Whoever works with her writes down that she asks for another look.",
    ),
    # --- her record: the panel chair, for women put on the agenda ----------------------------------
    _rule(
        (Role.PANEL_CHAIR,),
        _READ,
        (Resource.CLIENT,),
        _HERSELF,
        "The chair sees the women on the agenda.",
    ),
    _rule(
        (Role.PANEL_CHAIR,),
        _READ,
        (
            *_MINIMUM,
            Resource.EPISODE,
            Resource.ASSESSMENT,
            Resource.NEED_RATING,
            Resource.TRIAGE,
            Resource.REFERRAL,
        ),
        _HERS,
        "The chair sees the women on the agenda.",
    ),
    # --- her record: her own workers ---------------------------------------------------------------
    _rule(
        (Role.SUPPORT_WORKER,),
        _READ,
        (Resource.CLIENT,),
        _HERSELF,
        "A worker sees the women that she works with.",
    ),
    _rule(
        (Role.SUPPORT_WORKER,),
        _ALL,
        (*_MINIMUM, *_SUPPORT),
        _HERS,
        "A worker sees the women that she works with.",
    ),
    _rule(
        (Role.SUPPORT_WORKER,),
        _ALL,
        (*_OWN_WORK, *_CONFIDED, Resource.SAFE_PLACE),
        both(_HERS, _OWN_ORGANISATION),
        "Notes belong to the organisation that wrote them.",
    ),
    _rule(
        (Role.SUPPORT_WORKER,),
        _READ,
        (Resource.REFERRAL,),
        _HERS,
        "A worker sees where her woman was referred to.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        _READ,
        (Resource.CLIENT,),
        both(_OURSELF, _SUPPORT_SUPERVISOR),
        "A supervisor sees the women of her organisation.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        _ALL,
        (*_MINIMUM, *_SUPPORT),
        both(_OURS, _SUPPORT_SUPERVISOR),
        "A supervisor sees the women of her organisation.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        _READ,
        (Resource.REFERRAL,),
        both(_OURS, _SUPPORT_SUPERVISOR),
        "A supervisor sees where the women of her organisation were referred to.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        _ALL,
        (*_OWN_WORK, *_CONFIDED, Resource.SAFE_PLACE),
        both(_OURS, _OWN_ORGANISATION, _SUPPORT_SUPERVISOR),
        "A supervisor sees the women of her organisation.",
    ),
    # --- her record: a private provider, the least that it needs -----------------------------------
    _rule(
        (Role.PROVIDER_WORKER,),
        _READ,
        (Resource.CLIENT,),
        _HERSELF,
        "A private provider’s worker sees the women given to her.",
    ),
    _rule(
        (Role.PROVIDER_WORKER,),
        _READ,
        (*_MINIMUM,),
        _HERS,
        "A private provider gets the least that it needs.",
    ),
    _rule(
        (Role.PROVIDER_WORKER,),
        (Action.CREATE,),
        (Resource.STOP,),
        _HERS,
        "Anyone who works with her can stop everything at her word.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        (Action.CREATE,),
        (Resource.STOP,),
        both(_OURS, _PRIVATE_SUPERVISOR),
        "Anyone who works with her can stop everything at her word.",
    ),
    _rule(
        (Role.PROVIDER_WORKER,),
        _ALL,
        (*_OWN_WORK, *_CONFIDED),
        both(_HERS, _OWN_ORGANISATION),
        "Notes belong to the organisation that wrote them.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        _READ,
        (Resource.CLIENT,),
        both(_OURSELF, _PRIVATE_SUPERVISOR),
        "A private provider’s supervisor sees the women of her organisation.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        _READ,
        (*_MINIMUM,),
        both(_OURS, _PRIVATE_SUPERVISOR),
        "A private provider gets the least that it needs.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        _ALL,
        (*_OWN_WORK, *_CONFIDED),
        both(_OURS, _OWN_ORGANISATION, _PRIVATE_SUPERVISOR),
        "A private provider’s supervisor sees the women of her organisation.",
    ),
    # --- referrals waiting for an answer, before anybody is involved --------------------------------
    _rule(
        (Role.SUPPORT_WORKER, Role.PROVIDER_WORKER, Role.SUPERVISOR),
        (Action.READ, Action.CHANGE),
        (Resource.REFERRAL,),
        both(OwnOrganisation("to_organisation_id"), _UNANSWERED),
        "Whoever was asked may answer.",
    ),
    _rule(
        (Role.SUPPORT_WORKER, Role.PROVIDER_WORKER),
        _READ,
        (Resource.REFERRAL,),
        both(OwnOrganisation("to_organisation_id"), _HERS),
        "A worker keeps sight of the referral that brought her woman.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        _READ,
        (Resource.REFERRAL,),
        OwnOrganisation("to_organisation_id"),
        "A supervisor sees every referral made to her organisation.",
    ),
    _rule(
        (Role.SUPPORT_WORKER, Role.PROVIDER_WORKER),
        _READ,
        (Resource.REFERRAL_PACK,),
        both(_OWN_ORGANISATION, either(_HERS, Among("is_answered", (False,)))),
        "Only what she agreed to share, while it waits for an answer or while she is theirs.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        _READ,
        (Resource.REFERRAL_PACK,),
        both(_OWN_ORGANISATION, either(_OURS, Among("is_answered", (False,)))),
        "Only what she agreed to share, while it waits for an answer or while she is theirs.",
    ),
    # --- who is involved -----------------------------------------------------------------------------
    _rule(
        (
            Role.SUPPORT_WORKER,
            Role.PROVIDER_WORKER,
            Role.SUPERVISOR,
            Role.COORDINATOR,
            Role.PANEL_CHAIR,
        ),
        _READ,
        (Resource.INVOLVEMENT,),
        _OWN_ORGANISATION,
        "Each organisation knows who of its own works with whom.",
    ),
    _rule(
        (Role.COORDINATOR,),
        (Action.CREATE, Action.CHANGE),
        (Resource.INVOLVEMENT,),
        Always(),
        "The coordinator assigns her worker, whichever organisation it is.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        (Action.CREATE, Action.CHANGE),
        (Resource.INVOLVEMENT,),
        _OWN_ORGANISATION,
        "A supervisor covers and hands over the caseload of her organisation.",
    ),
    _rule(
        (Role.SUPPORT_WORKER, Role.PROVIDER_WORKER),
        (Action.CREATE, Action.CHANGE),
        (Resource.INVOLVEMENT,),
        _OWN_ORGANISATION,
        "A worker takes an accepted referral, covers for a colleague or hands over.",
    ),
    # --- who may not see her ---------------------------------------------------------------------------
    _rule(
        (Role.COORDINATOR,),
        _ALL,
        (Resource.BAR,),
        _OURS,
        "Those who answer for her record know who may not see it.",
    ),
    _rule(
        (Role.SUPPORT_WORKER,),
        _ALL,
        (Resource.BAR,),
        _HERS,
        "Those who work with her know who may not see her record.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        _ALL,
        (Resource.BAR,),
        both(_OURS, _SUPPORT_SUPERVISOR),
        "Those who answer for her record know who may not see it.",
    ),
    _rule(
        (Role.GOVERNANCE_LEAD,),
        _READ,
        (Resource.BAR,),
        _OWN_ORGANISATION,
        "The governance lead sees the bars that her organisation set.",
    ),
    # --- emergency access: reading only, for minutes ------------------------------------------------------
    _rule(
        tuple(emergency.READERS),
        _READ,
        (Resource.CLIENT,),
        both(InEmergency("id"), _SUPPORT_SUPERVISOR),
        "Emergency access: her safety, for minutes, and told to those who answer for her record.",
    ),
    _rule(
        tuple(emergency.READERS),
        _READ,
        IN_EMERGENCY,
        both(InEmergency(), _SUPPORT_SUPERVISOR),
        "Emergency access: her safety, for minutes, and told to those who answer for her record.",
    ),
    _rule(
        tuple(emergency.READERS),
        _ALL,
        (Resource.EMERGENCY,),
        both(Own(), _OWN_ORGANISATION, _SUPPORT_SUPERVISOR),
        "Who has emergency access sees it, and may end it.",
    ),
    _rule(
        (Role.SUPERVISOR, Role.COORDINATOR),
        _READ,
        (Resource.EMERGENCY,),
        both(either(OwnOrganisation("holder_organisation_id"), _OWN_ORGANISATION), _SUPPORT_SUPERVISOR),
        "Who answers for her record, or for the reader, is told at once.",
    ),
    _rule(
        (Role.GOVERNANCE_LEAD,),
        _READ,
        (Resource.EMERGENCY,),
        either(OwnOrganisation("holder_organisation_id"), _OWN_ORGANISATION),
        "The governance lead answers for who read what.",
    ),
    _rule(
        (Role.GOVERNANCE_LEAD,),
        (Action.CHANGE,),
        (Resource.EMERGENCY,),
        OwnOrganisation("holder_organisation_id"),
        "The governance lead of the organisation that holds her record stops it and reviews it.",
    ),
    # --- groups: a register names nobody to anybody else ---------------------------------------------
    _rule(
        (Role.SUPPORT_WORKER, Role.PROVIDER_WORKER, Role.SUPERVISOR),
        _ALL,
        (Resource.GROUP_SESSION,),
        _OWN_ORGANISATION,
        "A group belongs to the organisation that runs it.",
    ),
    # --- crossings and messages ----------------------------------------------------------------------
    _rule(
        (Role.GOVERNANCE_LEAD,),
        _READ,
        (Resource.DISCLOSURE,),
        either(OwnOrganisation("from_organisation_id"), OwnOrganisation("to_organisation_id")),
        "The governance lead sees every crossing from or to her organisation.",
    ),
    _rule(
        (Role.POLICE_SPOC, Role.POLICE_ANALYST, Role.SUPERVISOR, Role.COORDINATOR),
        _READ,
        (Resource.DISCLOSURE,),
        either(OwnOrganisation("from_organisation_id"), OwnOrganisation("to_organisation_id")),
        "Whoever gave or was given something can see that it crossed.",
    ),
    _rule(
        (Role.POLICE_SPOC, Role.COORDINATOR, Role.SUPPORT_WORKER, Role.SUPERVISOR),
        (Action.CREATE,),
        (Resource.DISCLOSURE,),
        OwnOrganisation("from_organisation_id"),
        "A crossing is recorded by whoever makes it.",
    ),
    _rule(
        (Role.POLICE_SPOC, Role.COORDINATOR),
        (Action.READ, Action.CHANGE),
        (Resource.MESSAGE,),
        OwnOrganisation("to_organisation_id"),
        "Messages are read by the organisation that they are for.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        (Action.READ, Action.CHANGE),
        (Resource.MESSAGE,),
        both(OwnOrganisation("to_organisation_id"), _NOT_FROM_POLICE),
        "Messages are read by the organisation that they are for; from police by the coordinator alone.",
    ),
    _rule(
        (Role.SUPPORT_WORKER, Role.PROVIDER_WORKER),
        (Action.READ, Action.CHANGE),
        (Resource.MESSAGE,),
        both(
            OwnOrganisation("to_organisation_id"),
            either(Own("to_account_id"), Unassigned("to_account_id")),
            _NOT_FROM_POLICE,
        ),
        "A worker reads what is for her, and nothing of police that the coordinator has not passed on.",
    ),
    _rule(
        (Role.POLICE_SPOC, Role.POLICE_ANALYST, Role.COORDINATOR),
        (Action.READ, Action.CREATE),
        (Resource.MESSAGE,),
        OwnOrganisation("from_organisation_id"),
        "Messages stay with the organisation that sent them.",
    ),
    _rule(
        (Role.SUPPORT_WORKER, Role.PROVIDER_WORKER, Role.SUPERVISOR),
        (Action.READ, Action.CREATE),
        (Resource.MESSAGE,),
        both(OwnOrganisation("from_organisation_id"), Own("sent_by_id")),
        "Messages stay with whoever sent them.",
    ),
    # --- one's own work --------------------------------------------------------------------------------
    _rule(
        tuple(role for role in _EVERYONE if role not in _BY_ORGANISATION and role not in _BY_NAME),
        (Action.READ, Action.CHANGE),
        (Resource.TASK,),
        both(_OWN_ORGANISATION, _MINE_OR_MY_ROLES, _OF_NO_WOMAN),
        "Tasks are one’s own, or those of one’s role that nobody has taken.",
    ),
    _rule(
        _BY_ORGANISATION,
        (Action.READ, Action.CHANGE),
        (Resource.TASK,),
        both(_OWN_ORGANISATION, _MINE_OR_MY_ROLES, either(_OF_NO_WOMAN, _OURS)),
        "Tasks are one’s own, or those of one’s role that nobody has taken, while it works with her.",
    ),
    _rule(
        _BY_NAME,
        (Action.READ, Action.CHANGE),
        (Resource.TASK,),
        both(_OWN_ORGANISATION, _MINE_OR_MY_ROLES, either(_OF_NO_WOMAN, _HERS)),
        "A task about a woman goes when the work with her does.",
    ),
    _rule(
        _BY_ORGANISATION,
        (Action.READ, Action.CHANGE),
        (Resource.TASK,),
        both(_OWN_ORGANISATION, _ASKED_OF_US, either(_OF_NO_WOMAN, _OURS)),
        "What is asked of an organisation is for its people who meet the women.",
    ),
    _rule(
        (Role.POLICE_SPOC,),
        (Action.READ, Action.CHANGE),
        (Resource.TASK,),
        both(_OWN_ORGANISATION, _ASKED_OF_US, _OF_NO_WOMAN),
        "What is asked of a force is for its single point of contact.",
    ),
    _rule(
        tuple(role for role in _CARRY_HER if role in _BY_NAME),
        (Action.READ, Action.CHANGE),
        (Resource.TASK,),
        both(_OWN_ORGANISATION, _ASKED_OF_US, either(_OF_NO_WOMAN, _HERS)),
        "What is asked of an organisation is for its people who meet the women.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        (Action.READ, Action.CHANGE),
        (Resource.TASK,),
        both(_OWN_ORGANISATION, either(_OF_NO_WOMAN, _OURS)),
        "A supervisor sees the tasks of her organisation.",
    ),
    # these name her record, so that a bar hides them and erasing finds them, and go
    # to people who need not work with her
    _rule(
        (Role.SUPPORT_WORKER, Role.PROVIDER_WORKER, Role.SUPERVISOR),
        (Action.READ, Action.CHANGE),
        (Resource.TASK,),
        both(_OWN_ORGANISATION, _ASKED_OF_US, _OF_A_REFERRAL),
        "A service is asked before it works with her, and told when it is not to.",
    ),
    _rule(
        (Role.SUPPORT_WORKER, Role.PROVIDER_WORKER, Role.SUPERVISOR),
        (Action.READ, Action.CHANGE),
        (Resource.TASK,),
        both(_OWN_ORGANISATION, either(Own(), _ASKED_OF_US), _OF_AN_ENDING),
        "Who supported her elsewhere is told that it has ended, when she is no longer to be seen.",
    ),
    _rule(
        (Role.SUPERVISOR, Role.COORDINATOR),
        (Action.READ, Action.CHANGE),
        (Resource.TASK,),
        both(_OWN_ORGANISATION, Unassigned(), OwnRole(), _OF_AN_EMERGENCY, _SUPPORT_SUPERVISOR),
        "Who answers for her record, or for the reader, is told at once.",
    ),
    _rule(
        (Role.GOVERNANCE_LEAD,),
        (Action.READ, Action.CHANGE),
        (Resource.TASK,),
        both(_OWN_ORGANISATION, Unassigned(), OwnRole(), either(_OF_AN_EMERGENCY, _OF_A_BAR)),
        "The governance lead answers for who read what, and for who is kept out.",
    ),
    _rule(
        _EVERYONE,
        (Action.READ, Action.CREATE, Action.CHANGE, Action.REMOVE),
        (Resource.DRAFT,),
        both(Own(), _OWN_ORGANISATION),
        "A draft is its writer’s alone.",
    ),
    # --- the two streams ---------------------------------------------------------------------------------
    _rule(
        tuple(role for role in Role if role is not Role.SEALING),
        (Action.CREATE,),
        (Resource.JOURNEY_EVENT, Resource.ACCESS_EVENT),
        _OWN_ORGANISATION,
        "Everyone’s acts are recorded as their own organisation’s.",
    ),
    _rule(
        (Role.COORDINATOR,),
        _READ,
        (Resource.JOURNEY_EVENT,),
        _OURS,
        "Her story, to those who carry her.",
    ),
    _rule(
        (Role.SUPPORT_WORKER,),
        _READ,
        (Resource.JOURNEY_EVENT,),
        _HERS,
        "Her story, to those who work with her.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        _READ,
        (Resource.JOURNEY_EVENT,),
        both(_OURS, _SUPPORT_SUPERVISOR),
        "Her story, to those who answer for the work.",
    ),
    _rule(
        (Role.PROVIDER_WORKER, Role.SUPERVISOR),
        _READ,
        (Resource.JOURNEY_EVENT,),
        both(_OURS, _OWN_ORGANISATION),
        "A private provider sees what it did itself.",
    ),
    _rule(
        (Role.POLICE_SPOC, Role.POLICE_ANALYST, Role.SUPERVISOR),
        _READ,
        (Resource.JOURNEY_EVENT,),
        both(_OWN_ORGANISATION, OfSector((Sector.POLICE,))),
        "A force sees what it did itself.",
    ),
    _rule(
        (Role.GOVERNANCE_LEAD,),
        _READ,
        (Resource.ACCESS_EVENT,),
        _OWN_ORGANISATION,
        "The governance lead answers for who read what.",
    ),
    _rule(
        (Role.GOVERNANCE_LEAD,),
        _READ,
        (Resource.ACCESS_EVENT,),
        OwnOrganisation("holder_organisation_id"),
        "What was read in an emergency is reviewed where her record is held.",
    ),
    _rule(
        (Role.COUNTING,),
        _READ,
        (
            Resource.JOURNEY_EVENT,
            Resource.DEMOGRAPHICS,
            Resource.CONSIDERATION,
            Resource.OBSERVATION,
            Resource.SECOND_DRAW,
            Resource.SECOND_READING,
            Resource.TRIAGE,
            Resource.TRIAGE_READING,
        ),
        Always(),
        "Counting reads codes, never names, and releases only through disclosure control.",
    ),
    _rule(
        (Role.COUNTING,),
        _READ,
        (Resource.SCORE, Resource.ASSESSMENT, Resource.NEED_RATING, Resource.GOAL_RATING),
        Always(),
        "Counting reads what came of measuring, as numbers and days; never an answer or a word of hers.",
    ),
    # --- erasing ----------------------------------------------------------------------------------------
    _rule(
        (Role.GOVERNANCE_LEAD,),
        _ALL,
        (Resource.ERASURE, Resource.LEGAL_HOLD),
        _OWN_ORGANISATION,
        "The governance lead answers for what her organisation erases and what it must keep.",
    ),
    _rule(
        (Role.SUPERVISOR, Role.COORDINATOR),
        (Action.READ, Action.CHANGE),
        (Resource.ERASURE,),
        both(_OWN_ORGANISATION, OfSector((*_SUPPORT_SECTORS, Sector.PRIVATE))),
        "Erasing is approved by a second person of the same organisation.",
    ),
    _rule(
        (Role.KEEPER,),
        (Action.READ, Action.CHANGE),
        OF_HER,
        _OWN_ORGANISATION,
        "The keeper empties or seals again what one organisation holds of her, on the support side alone.",
    ),
    _rule(
        (Role.KEEPER,),
        (Action.READ, Action.CHANGE),
        (Resource.MESSAGE,),
        OwnOrganisation("to_organisation_id"),
        "What was written to an organisation about her is erased with its record of her.",
    ),
    _rule(
        (Role.KEEPER,),
        (Action.READ, Action.REMOVE),
        (Resource.DRAFT, Resource.NAME_TOKEN),
        _OWN_ORGANISATION,
        "Unfinished forms and search tokens go altogether.",
    ),
    _rule(
        (Role.INDEXER,),
        _READ,
        (Resource.NOMINAL, Resource.REFERRAL_IN),
        _OWN_ORGANISATION,
        "Search tokens are made anew from the name that an organisation holds, within that organisation.",
    ),
    _rule(
        (Role.KEEPER,),
        (Action.CHANGE,),
        (Resource.DRAFT,),
        _OWN_ORGANISATION,
        "Unfinished forms about her are sealed again with the rest.",
    ),
    _rule(
        (Role.KEEPER,),
        _ALL,
        (Resource.ERASURE_KEY,),
        _OWN_ORGANISATION,
        "Which keys are to be destroyed is put down with the erasing itself.",
    ),
    _rule(
        (Role.CLERK,),
        (Action.READ, Action.CHANGE),
        (Resource.ERASURE_KEY,),
        Always(),
        "Keys that were to be destroyed when something failed are destroyed by the clockwork.",
    ),
    _rule(
        (Role.CLERK,),
        _READ,
        (Resource.ERASURE, Resource.LEGAL_HOLD),
        Always(),
        "The clerk knows what was erased and what is held.",
    ),
    # --- the panel: who sits at the table for her stands on every row -------------------------------
    _rule(
        (Role.COORDINATOR,),
        _ALL,
        (Resource.PANEL_SERIES, Resource.PANEL_MEMBER, Resource.PANEL_MEETING, Resource.PANEL_ATTENDANCE,
         Resource.PANEL_COPY),
        _OWN_ORGANISATION,
        "The coordinator runs the panel’s meetings.",
    ),
    _rule(
        (Role.PANEL_CHAIR,),
        _READ,
        (Resource.PANEL_SERIES, Resource.PANEL_MEMBER),
        _OWN_ORGANISATION,
        "The chair sees who attends.",
    ),
    _rule(
        (Role.PANEL_CHAIR,),
        _ALL,
        (Resource.PANEL_MEETING, Resource.PANEL_ATTENDANCE, Resource.PANEL_COPY),
        _OWN_ORGANISATION,
        "The chair leads the meeting and agrees its minutes.",
    ),
    _rule(
        _SIT,
        _READ,
        (Resource.PANEL_MEETING,),
        _AT_TABLE,
        "Whoever is invited sees when the panel meets.",
    ),
    _rule(
        _SIT,
        _READ,
        (Resource.PANEL_ATTENDANCE,),
        both(Own(), OwnOrganisation("at_organisation_id")),
        "Everybody sees their own attendance.",
    ),
    _rule(
        _SIT,
        (Action.READ, Action.CREATE),
        (Resource.PANEL_COPY,),
        both(Own(), OwnOrganisation("at_organisation_id")),
        "Whoever prints a copy answers for its number.",
    ),
    _rule(
        _SIT,
        _READ,
        (Resource.PANEL_ITEM, Resource.PANEL_DECISION),
        _AT_TABLE,
        "Whoever sits at the table for her sees that she is talked about and what was decided.",
    ),
    _rule(
        (Role.COORDINATOR,),
        (Action.CREATE, Action.CHANGE),
        (Resource.PANEL_ITEM, Resource.PANEL_ASK),
        both(_OWN_ORGANISATION, _AT_TABLE),
        "The coordinator settles the agenda.",
    ),
    _rule(
        _RUN_IT,
        (Action.CREATE, Action.CHANGE),
        (Resource.PANEL_DECISION,),
        both(_OWN_ORGANISATION, _AT_TABLE),
        "What the panel decides is written down by whoever leads it.",
    ),
    _rule(
        (Role.PANEL_CHAIR,),
        (Action.CHANGE,),
        (Resource.PANEL_ITEM,),
        both(_OWN_ORGANISATION, _AT_TABLE),
        "What the panel decides is written down by whoever leads it.",
    ),
    _rule(
        _SIT,
        (Action.CHANGE,),
        (Resource.PANEL_DECISION,),
        both(_AT_TABLE, Own("owner_id"), OwnOrganisation("owner_organisation_id")),
        "Whoever was given an action says what came of it.",
    ),
    _rule(
        _RUN_IT,
        _READ,
        (Resource.PANEL_ASK,),
        both(_OWN_ORGANISATION, _AT_TABLE),
        "Whoever leads the panel sees who has answered, never what was not shown to them.",
    ),
    _rule(
        _SIT,
        (Action.READ, Action.CHANGE),
        (Resource.PANEL_ASK,),
        both(_AT_TABLE, OwnOrganisation("asked_organisation_id")),
        "An agency answers what it is asked.",
    ),
    _rule(
        _SIT,
        _ALL,
        (Resource.PANEL_ANSWER,),
        both(_AT_TABLE, OwnOrganisation("from_organisation_id")),
        "Whether an agency holds anything is for itself alone.",
    ),
    _rule(
        (Role.COORDINATOR,),
        (Action.READ, Action.CREATE),
        (Resource.PANEL_CONFLICT,),
        both(_OWN_ORGANISATION, _AT_TABLE),
        "The coordinator knows who steps out, and nobody else.",
    ),
    _rule(
        (Role.COORDINATOR,),
        _ALL,
        (Resource.PANEL_REQUEST,),
        both(_OWN_ORGANISATION, _OURS),
        "The coordinator answers who asks that the panel talk about her.",
    ),
    _rule(
        (Role.PANEL_CHAIR, Role.SUPPORT_WORKER, Role.PROVIDER_WORKER),
        (Action.READ, Action.CREATE),
        (Resource.PANEL_REQUEST,),
        both(_HERS, Own("asked_by_id"), OwnOrganisation("from_organisation_id")),
        "Whoever works with her may ask that the panel talk about her.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        (Action.READ, Action.CREATE),
        (Resource.PANEL_REQUEST,),
        both(
            _OURS,
            Own("asked_by_id"),
            OwnOrganisation("from_organisation_id"),
            OfSector((*_SUPPORT_SECTORS, Sector.PRIVATE)),
        ),
        "Whoever answers for the work with her may ask that the panel talk about her.",
    ),
    *_of_the_facts(),
    _rule(
        (Role.COUNTING,),
        _READ,
        (
            Resource.PANEL_MEETING,
            Resource.PANEL_ATTENDANCE,
            Resource.PANEL_ASK,
            Resource.PANEL_DECISION,
        ),
        Always(),
        "Counting reads who came and when, never a word of what was said.",
    ),
    _rule(
        (Role.CLERK,),
        _ALL,
        (
            Resource.PANEL_MEMBER,
            Resource.PANEL_MEETING,
            Resource.PANEL_ATTENDANCE,
            Resource.PANEL_COPY,
            *OF_THE_PANEL,
        ),
        Always(),
        "Who may see a row of the panel is written anew when somebody steps back, comes or leaves.",
    ),
    # --- files that agencies send -----------------------------------------------------------------
    _rule(
        (Role.POLICE_SPOC, Role.POLICE_ANALYST),
        _EVERYTHING,
        _SENT,
        both(_OWN_ORGANISATION, OfSector((Sector.POLICE,)), Among("kind", ("pole",))),
        "A force takes in its own records, and they stay on the police side.",
    ),
    _rule(
        (Role.COORDINATOR,),
        _EVERYTHING,
        _SENT,
        both(_OWN_ORGANISATION, Among("kind", ("referrals", "reference"))),
        "The coordinator takes in referrals and reference figures.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        _EVERYTHING,
        _SENT,
        both(
            _OWN_ORGANISATION,
            OfSector((*_SUPPORT_SECTORS, Sector.PRIVATE)),
            Among("kind", ("referrals", "contacts", "attendance", "scores")),
        ),
        "A provider takes in what its own case system holds, and refers whom it knows.",
    ),
    _rule(
        (Role.ADMINISTRATOR,),
        _EVERYTHING,
        _SENT,
        both(_OWN_ORGANISATION, Among("kind", ("reference",))),
        "Reference figures name nobody.",
    ),
    _rule(
        (Role.GOVERNANCE_LEAD,),
        _READ,
        (Resource.TAKE_IN,),
        _OWN_ORGANISATION,
        "The governance lead sees what was taken in, by whom, and when it goes.",
    ),
    _rule(
        (Role.CLERK,),
        _EVERYTHING,
        (Resource.TAKE_IN, Resource.TAKE_IN_PART, Resource.TAKEN_ROW),
        Always(),
        "An upload that nobody went on with goes, and a police extract on its date.",
    ),
    _rule(
        (Role.KEEPER,),
        (Action.REMOVE,),
        (
            Resource.REFERRAL_IN,
            Resource.CONTACT,
            Resource.CASE_NOTE,
            Resource.GOAL_RATING,
            Resource.SCORE,
            Resource.TASK,
        ),
        _OWN_ORGANISATION,
        "What was taken in from the wrong file is taken back within a day, where nobody has gone on with it.",
    ),
    # --- the plan of the evaluation, and records of the programme ---------------------------------------
    _rule(
        (Role.EVALUATOR, Role.COORDINATOR),
        (Action.READ, Action.CREATE),
        (Resource.PLAN_VERSION,),
        Always(),
        "Whoever evaluates and whoever coordinates write the plan; every version stays as it was.",
    ),
    _rule(
        (Role.GOVERNANCE_LEAD, Role.COMMISSIONER),
        _READ,
        (Resource.PLAN_VERSION,),
        Always(),
        "Whoever answers for the programme reads what it is to be judged by.",
    ),
    *_of_programme_records(),
    *_of_the_survey(),
    # --- the register of releases -----------------------------------------------------------------------
    _rule(
        (Role.EVALUATOR, Role.COORDINATOR),
        _ALL,
        (Resource.EVALUATION_RELEASE,),
        Always(),
        "Whoever evaluates and whoever coordinates make releases, and read one another’s before they leave.",
    ),
    _rule(
        (Role.GOVERNANCE_LEAD,),
        (Action.READ, Action.CHANGE),
        (Resource.EVALUATION_RELEASE,),
        Always(),
        "Whoever answers for information reads a release before it leaves, and withdraws what is wrong.",
    ),
    _rule(
        (Role.COMMISSIONER,),
        _READ,
        (Resource.EVALUATION_RELEASE,),
        both(
            Among("status", ("released", "withdrawn")),
            either(OwnOrganisation("to_organisation_id"), Among("audience", ("public",))),
        ),
        "A commissioner has what was released to them, and what was released to everybody.",
    ),
    _rule(
        (Role.EVALUATOR, Role.COORDINATOR, Role.GOVERNANCE_LEAD),
        (Action.READ, Action.CREATE),
        (Resource.RELEASE_REVIEW,),
        Always(),
        "What a reader said of a release stays as it was said.",
    ),
    _rule(
        (Role.EVALUATOR, Role.COORDINATOR),
        (Action.READ, Action.CREATE),
        (Resource.FUNDER_TEMPLATE,),
        Always(),
        "Whoever writes returns keeps the headings that a funder asks for; every version stays.",
    ),
    _rule(
        (Role.COMMISSIONER, Role.GOVERNANCE_LEAD),
        _READ,
        (Resource.FUNDER_TEMPLATE,),
        Always(),
        "A return can be taken out in the funder’s own headings by whoever has the return.",
    ),
    _rule(
        (Role.CLERK,),
        (Action.READ, Action.CHANGE),
        (Resource.EVALUATION_RELEASE,),
        Always(),
        "The figures of a release are made by the worker, as whoever asked for them.",
    ),
    # --- submissions to the Justice Data Lab --------------------------------------------------------------
    _rule(
        (Role.COORDINATOR,),
        _ALL,
        (Resource.LAB_SUBMISSION,),
        _OWN_ORGANISATION,
        "Who may read the names draws the list up, and another person approves it.",
    ),
    _rule(
        (Role.GOVERNANCE_LEAD,),
        (Action.READ, Action.CHANGE),
        (Resource.LAB_SUBMISSION,),
        _OWN_ORGANISATION,
        "Whoever answers for information approves what leaves with names, and meets none of them.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        (Action.READ, Action.CHANGE),
        (Resource.LAB_SUBMISSION,),
        both(_OWN_ORGANISATION, _SUPPORT_SUPERVISOR),
        "A supervisor of the organisation that draws it up can be one of the two who approve it.",
    ),
    _rule(
        (Role.COORDINATOR, Role.GOVERNANCE_LEAD),
        (Action.READ, Action.CREATE),
        (Resource.LAB_APPROVAL,),
        _OWN_ORGANISATION,
        "What an approver said stays as it was said.",
    ),
    _rule(
        (Role.SUPERVISOR,),
        (Action.READ, Action.CREATE),
        (Resource.LAB_APPROVAL,),
        both(_OWN_ORGANISATION, _SUPPORT_SUPERVISOR),
        "What an approver said stays as it was said.",
    ),
    _rule(
        (Role.COUNTING,),
        _READ,
        (Resource.LAB_SUBMISSION,),
        Always(),
        "How many are eligible leaves through disclosure control alone.",
    ),
    *_of_interviews(),
    # --- search ---------------------------------------------------------------------------------------
    _rule(
        (
            Role.POLICE_SPOC,
            Role.POLICE_ANALYST,
            Role.COORDINATOR,
            Role.SUPPORT_WORKER,
            Role.PROVIDER_WORKER,
            Role.SUPERVISOR,
            Role.PANEL_CHAIR,
        ),
        _READ,
        (Resource.NAME_TOKEN,),
        _OWN_ORGANISATION,
        "Each organisation searches under its own key.",
    ),
    # --- the clerk: what a verb must do beyond its actor's reach ----------------------------------------
    _rule(
        (Role.CLERK,),
        _ALL,
        (
            Resource.SPINE,
            Resource.CONSIDERATION,
            Resource.FLAG_RECEIPT,
            Resource.REFERRAL_IN,
            Resource.CLIENT,
            Resource.IDENTITY,
            Resource.DEMOGRAPHICS,
            Resource.SAFE_CONTACT,
            Resource.EPISODE,
            Resource.INVOLVEMENT,
            Resource.APPROACH,
            Resource.AGREEMENT,
            Resource.STOP,
            Resource.ASSESSMENT,
            Resource.TRIAGE,
            Resource.TRIAGE_READING,
            Resource.REFERRAL,
            Resource.REFERRAL_PACK,
            Resource.ENGAGEMENT,
            Resource.CONTACT,
            Resource.CLOSURE,
            Resource.FOLLOW_UP,
            Resource.OUTGOING,
            Resource.BAR,
            Resource.EMERGENCY,
            Resource.MESSAGE,
            Resource.TASK,
            Resource.NAME_TOKEN,
        ),
        Always(),
        "Consequences cross walls that people do not: tasks, stops, lapses and what police may see.",
    ),
    _rule(
        (Role.CLERK,),
        (Action.READ, Action.CREATE),
        (Resource.DISCLOSURE,),
        Always(),
        "A crossing that follows from a verb is recorded like any other, and never changed.",
    ),
    _rule(
        (Role.CLERK,),
        (Action.READ, Action.REMOVE),
        (Resource.NAME_TOKEN, Resource.DRAFT),
        Always(),
        "Search tokens are made anew when a name is corrected; drafts that nobody finished go.",
    ),
    _rule(
        (Role.CLERK,),
        (Action.READ, Action.CHANGE),
        (Resource.CORRECTION,),
        Among("what", ("referral_why",)),
        "What was corrected of the reason of a referral closes to the service when the reason does.",
    ),
    _rule(
        (Role.CLERK,),
        _READ,
        (Resource.JOURNEY_EVENT,),
        Always(),
        "The clerk reads what happened to know what follows.",
    ),
    _rule(
        (Role.CLERK,),
        (Action.READ, Action.CREATE, Action.CHANGE, Action.REMOVE),
        (Resource.FORM_EDITION,),
        Always(),
        "Whoever had the same form open is shown what was changed meanwhile.",
    ),
    _rule(
        (Role.CLERK,),
        (Action.READ, Action.CHANGE),
        (Resource.LINK_RUN,),
        Always(),
        "A linking run that was asked for is taken up, counted on and ended by the clockwork.",
    ),
    _rule(
        (Role.CLERK,),
        _READ,
        (Resource.JOINING,),
        Always(),
        "What belonged to a record that was joined is looked up under the one that goes on.",
    ),
    _rule(
        (Role.CLERK,),
        _ALL,
        (
            Resource.NOMINAL,
            Resource.OBSERVATION,
            Resource.SCREENING_RUN,
            Resource.SECOND_READING,
            Resource.SECOND_RATE,
        ),
        Always(),
        "A run goes on by the clerk’s hand, and a reading that nobody can do goes to a colleague.",
    ),
    _rule(
        (Role.CLERK,),
        (Action.READ, Action.CREATE, Action.CHANGE),
        (Resource.SECOND_DRAW, Resource.PROVISIONAL_PLAN, Resource.EARLIER_DECISION),
        Always(),
        "Who may not see a decision yet stands on every row that would say it, until both are in.",
    ),
    _rule(
        (Role.CLERK,),
        _READ,
        (Resource.EVIDENCE_OPENED,),
        Always(),
        "Whoever has opened a decision does not read it a second time.",
    ),
    # --- the registrar: two records of one woman ----------------------------------------------------
    _rule(
        (Role.REGISTRAR,),
        (Action.READ, Action.CHANGE),
        (
            Resource.SPINE,
            Resource.TASK,
            Resource.MESSAGE,
            *(
                one
                for one in Resource
                if one.value.startswith("support_")
                and one not in (Resource.GROUP_SESSION, Resource.EARLIER_DECISION_IN)
            ),
        ),
        Always(),
        "Joining and parting move every row of hers, whoever wrote it; none is opened.",
    ),
    _rule(
        (Role.REGISTRAR,),
        (Action.CREATE,),
        (Resource.SAFE_CONTACT, Resource.JOINING),
        Always(),
        "Two plans give way to the stricter of both.",
    ),
    _rule(
        (Role.CLERK,),
        (Action.CREATE,),
        (Resource.JOURNEY_EVENT, Resource.ACCESS_EVENT),
        Always(),
        "What the machine does is recorded like everything else.",
    ),
)

#: The table that each kind of correction is of (`support.correction.What`, by its stored value).
CORRECTED: dict[str, Resource] = {
    "contact": Resource.CONTACT,
    "goal_rating": Resource.GOAL_RATING,
    "need_rating": Resource.NEED_RATING,
    "assessment": Resource.ASSESSMENT,
    "identity": Resource.IDENTITY,
    "demographics": Resource.DEMOGRAPHICS,
    "referral_why": Resource.REFERRAL_PACK,
    "closure": Resource.CLOSURE,
    "follow_up": Resource.FOLLOW_UP,
}


def _of_corrections() -> Iterable[Rule]:
    """Whoever may read an entry may read what it said before; whoever may change it may correct it.

    Derived from the rules above, so that a correction can never be seen by more people than its entry.
    """
    for what, resource in CORRECTED.items():
        only = Among("what", (what,))
        for rule in _WRITTEN:
            if resource not in rule.resources or rule.roles & MACHINE_ROLES:
                continue
            actions = {Action.READ: Action.READ, Action.CHANGE: Action.CREATE}
            for had, given in actions.items():
                if had in rule.actions:
                    yield _rule(
                        rule.roles, (given,), (Resource.CORRECTION,), both(only, rule.when), rule.because
                    )


RULES: tuple[Rule, ...] = (*_WRITTEN, *_of_corrections())

# --- guards: what goes before every rule -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Guard:
    """What must hold besides a rule: on these tables, for these actions, for every role but those exempt."""

    name: str
    actions: frozenset[Action]
    when: Mapping[Resource, Condition]
    exempt: frozenset[Role]
    because: str


_HER_COLUMN = ("client_id",)
#: The columns by which each table points at her. Where police speak of her she is known by keys of their own,
#: which her bars carry beside her id. A table that is not here points at no woman of the support side.
ABOUT_HER: Mapping[Resource, tuple[str, ...]] = MappingProxyType(
    {
        Resource.CLIENT: ("id",),
        Resource.REFERRAL_IN: ("client_id", "case_id"),
        Resource.DISCLOSURE: ("client_id", "person_id", "id"),
        Resource.MESSAGE: ("client_id", "case_id", "consideration_id", "id"),
        Resource.TASK: ("client_id", "object_id"),
        Resource.NAME_TOKEN: ("record_id",),
        Resource.JOINING: ("client_id", "other_id"),
        Resource.SUPPORT_PAIR: ("client_id", "other_id"),
        **dict.fromkeys(
            (
                Resource.SPINE,
                Resource.IDENTITY,
                Resource.DEMOGRAPHICS,
                Resource.SAFE_PLACE,
                Resource.SAFE_CONTACT,
                Resource.EPISODE,
                Resource.INVOLVEMENT,
                Resource.APPROACH,
                Resource.APPROACH_ATTEMPT,
                Resource.AGREEMENT,
                Resource.STOP,
                Resource.ASSESSMENT,
                Resource.NEED_RATING,
                Resource.TRIAGE,
                Resource.TRIAGE_READING,
                Resource.REFERRAL,
                Resource.REFERRAL_PACK,
                Resource.ENGAGEMENT,
                Resource.CONTACT,
                Resource.CASE_NOTE,
                Resource.GOAL,
                Resource.GOAL_RATING,
                Resource.REVIEW,
                Resource.CLOSURE,
                Resource.FOLLOW_UP,
                Resource.OUTGOING,
                Resource.RESPONSE,
                Resource.SCORE,
                Resource.TOOL_RESULT,
                Resource.TOLD,
                Resource.DISPOSAL,
                Resource.BAR,
                Resource.EMERGENCY,
                Resource.CORRECTION,
                Resource.FORM_EDITION,
                Resource.ERASURE,
                Resource.LEGAL_HOLD,
                Resource.DRAFT,
                Resource.JOURNEY_EVENT,
                *OF_THE_PANEL,
            ),
            _HER_COLUMN,
        ),
    }
)
#: What is written while somebody reads her by emergency access: that it happened, and the work that follows.
_WRITTEN_OF_AN_EMERGENCY = frozenset(
    {Resource.EMERGENCY, Resource.TASK, Resource.DRAFT, Resource.JOURNEY_EVENT}
)
_MACHINE = MACHINE_ROLES
#: The kinds of event from which a level that was decided can be read.
TELLS_A_LEVEL = (
    EventKind.TRIAGED.value,
    EventKind.LEVEL_VIEWED.value,
    EventKind.LEVEL_READ.value,
    EventKind.LEVEL_TOLD.value,
    EventKind.LEVEL_QUESTIONED.value,
)

GUARDS: tuple[Guard, ...] = (
    Guard(
        "not_barred",
        frozenset(Action),
        MappingProxyType({each: NotBarred(columns) for each, columns in ABOUT_HER.items()}),
        _MACHINE,
        "Nobody sees a woman from whom they are barred, whatever their role.",
    ),
    Guard(
        "not_barred_from_any",
        frozenset({Action.READ}),
        MappingProxyType({Resource.ACCESS_EVENT: NotAmongBarred()}),
        _MACHINE,
        "Nobody sees a woman from whom they are barred, whatever their role.",
    ),
    Guard(
        "not_blind",
        frozenset({Action.READ, Action.CHANGE}),
        MappingProxyType(
            dict.fromkeys(
                (
                    Resource.CONSIDERATION,
                    Resource.FLAG_RECEIPT,
                    Resource.PROVISIONAL_PLAN,
                    Resource.EARLIER_DECISION,
                    Resource.SECOND_DRAW,
                    Resource.TASK,
                ),
                NotOwn("blind_to_id"),
            )
        ),
        _MACHINE,
        "Whoever reads a decision a second time does not see it before both readings are in.",
    ),
    Guard(
        "not_reading_blind",
        frozenset({Action.READ, Action.CHANGE}),
        MappingProxyType(
            {
                Resource.TRIAGE: NotBlind("id"),
                Resource.TRIAGE_READING: NotBlind("triage_id", "why", ("exit", "urgent", "asked")),
                Resource.JOURNEY_EVENT: NotBlind("client_id", "kind", TELLS_A_LEVEL),
            }
        ),
        _MACHINE,
        "Whoever reads a level blind does not see what was decided before her own reading is in.",
    ),
    Guard(
        "reads_only_in_emergency",
        frozenset({Action.CREATE, Action.CHANGE, Action.REMOVE}),
        MappingProxyType(
            {
                each: NotInEmergency(columns[0])
                for each, columns in ABOUT_HER.items()
                if each not in _WRITTEN_OF_AN_EMERGENCY
            }
        ),
        frozenset(),
        "Emergency access is for reading: nothing of hers is written, not even by the clerk for the reader.",
    ),
)


def guards_of(action: Action, resource: Resource) -> tuple[tuple[Guard, Condition], ...]:
    """The guards that stand before every rule of the resource for this action, with what each demands."""
    return tuple(
        (guard, guard.when[resource])
        for guard in GUARDS
        if action in guard.actions and resource in guard.when
    )


#: Whom to ask, when a role cannot see something.
ASK = {
    Role.POLICE_OFFICER: "your force’s single point of contact",
    Role.POLICE_SPOC: "the coordinator",
    Role.POLICE_ANALYST: "your force’s single point of contact",
    Role.COORDINATOR: "the information-governance lead",
    Role.PANEL_CHAIR: "the coordinator",
    Role.SUPPORT_WORKER: "your supervisor",
    Role.PROVIDER_WORKER: "your supervisor",
    Role.SUPERVISOR: "the information-governance lead",
    Role.EVALUATOR: "the coordinator",
    Role.GOVERNANCE_LEAD: "the coordinator",
    Role.COMMISSIONER: "the coordinator",
    Role.ADMINISTRATOR: "the information-governance lead",
    Role.CLERK: "",
    Role.COUNTING: "",
    Role.INDEXER: "",
    Role.KEEPER: "",
    Role.SEALING: "",
    Role.REGISTRAR: "",
}


def rules_for(role: Role, action: Action, resource: Resource) -> tuple[Rule, ...]:
    """The rules that could allow it, whatever the row."""
    return tuple(
        rule for rule in RULES if role in rule.roles and action in rule.actions and resource in rule.resources
    )


def roles_that(action: Action, resource: Resource) -> frozenset[Role]:
    """The roles that could take `action` on some row of `resource`: what a page declares itself by."""
    return frozenset(
        role for rule in RULES if action in rule.actions and resource in rule.resources for role in rule.roles
    )


def may(actor: Actor, action: Action, resource: Resource, row: RowFacts) -> Decision:
    """Whether this person may take `action` on this row.

    A refusal to read is hidden: to somebody who may not see her, she is not there. A guard
    refuses in the words in which a missing rule does, so that nobody can tell a bar from having no business.
    """
    for guard, demanded in guards_of(action, resource):
        if actor.role not in guard.exempt and not demanded.holds(actor, row):
            return _no(actor, action)
    for rule in rules_for(actor.role, action, resource):
        if rule.when.holds(actor, row):
            return decision.yes(rule.because)
    return _no(actor, action)


def _no(actor: Actor, action: Action) -> Decision:
    return decision.no(
        f"As {actor.role.label.lower()} you cannot {action.value} this.",
        ask=ASK[actor.role],
        hidden=action is Action.READ,
    )


def ever_reads(role: Role, resource: Resource) -> Decision:
    """Whether this role could read any row of the resource: what opens a page before a row is known."""
    if role in roles_that(Action.READ, resource):
        return decision.yes()
    return decision.no("This page is not for your role.", ask=ASK[role])


def could(actor: Actor, action: Action, resource: Resource) -> bool:
    """Whether there could be a row of the resource on which this person may take `action`.

    Finer than `ever_reads`: a supervisor of police and one of a charity hold the same role. Says whether a
    tab or an entry of the navigation is drawn at all, so that nothing hints at what is never shown.
    """
    return any(_leaves_room(rule.when, actor) for rule in rules_for(actor.role, action, resource))


def _leaves_room(condition: Condition, actor: Actor) -> bool:
    match condition:
        case OfSector(sectors):
            return actor.sector in sectors
        case InEmergency():
            return bool(actor.emergencies)
        case Both(parts):
            return all(_leaves_room(part, actor) for part in parts)
        case Either(parts):
            return any(_leaves_room(part, actor) for part in parts)
    return True
