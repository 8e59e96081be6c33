"""Who may know what, written by hand from the confidentiality wall of the field.

This is the judge of the attempts, and so it calls nothing of the policy that it judges: no rule, no filter,
no Decision. The columns of the field's matrix are the branches below; a role that the matrix does not name
has the sentence that was written for it. Where the programme gives less than the matrix allows, the judge
is as strict as the programme says it is.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.walls.planted import Canary, Person, Planted

POLICE_DESK = ("police_spoc", "police_analyst", "supervisor")
SUPPORT = ("third_sector", "local_authority", "health", "probation", "other_statutory")
#: what a support organisation works with; a private company has none of it but by the pack of its referral
SUPPORT_RECORD = (
    "support_identity",
    "support_demographics",
    "support_episode",
    "support_approach",
    "support_approach_attempt",
    "support_agreement",
    "support_told",
    "support_assessment",
    "support_need_rating",
    "support_triage",
)
#: what tells everybody who works with her how not to harm her
MINIMUM = ("support_client", "support_safe_contact_plan", "support_stop")
#: what the panel's chair has of the women on the agenda
AGENDA = (*MINIMUM, "support_episode", "support_assessment", "support_need_rating", "support_triage",
          "support_referral")  # fmt: skip
#: what an organisation writes of its own work with her
OWN_WORK = (
    "support_engagement",
    "support_contact",
    "support_goal",
    "support_goal_rating",
    "support_review",
    "support_closure",
    "support_follow_up",
    "support_outgoing_message",
    "support_score",
)
#: what is told in confidence: read by nobody but the organisation that it was told to
CONFIDED = ("support_case_note", "support_response")
#: what whoever brought her to the open door wrote herself, and so may see again
BROUGHT = ("id", "reference", "given_names", "surname", "called", "date_of_birth", "telephone", "email",
           "address", "contact_plan", "why")  # fmt: skip
#: what a person who is not hers reads for minutes in an emergency: never a note, never where she is safe
EMERGENCY = ("support_client", "support_identity", "support_safe_contact_plan", "support_stop",
             "support_episode", "support_approach", "support_approach_attempt", "support_assessment",
             "support_need_rating", "support_triage", "support_contact", "support_referral",
             "journey_event")  # fmt: skip
#: who may read so, and of which organisations
IN_EMERGENCY = ("support_worker", "supervisor", "coordinator")
#: the table that each correction is of
CORRECTED = {
    "contact": "support_contact",
    "goal_rating": "support_goal_rating",
    "need_rating": "support_need_rating",
    "assessment": "support_assessment",
    "identity": "support_identity",
    "demographics": "support_demographics",
    "closure": "support_closure",
    "follow_up": "support_follow_up",
}
#: columns by which a row is about a woman, or about what she is called where police speak of her
ABOUT = ("client_id", "other_id", "case_id", "consideration_id", "person_id", "object_id", "referral_in_id")
#: who reads no record at all: numbers through disclosure control, logs, or the machine
NO_RECORD = ("evaluator", "commissioner", "administrator")
#: files that agencies send, and what they became
SENT = ("take_in", "take_in_part", "taken_row", "column_mapping")
#: the plan of the evaluation and records of the programme, which are of no woman
OF_THE_PROGRAMME = ("plan_version", "programme_record")
#: the register of releases: those who make and read them, and a commissioner what was released to her
RELEASES = ("evaluation_release", "evaluation_release_review", "funder_template")
#: submissions to the Justice Data Lab, as counts: where they are drawn up, and by whom they are approved
LAB = ("lab_submission", "lab_approval")
#: the panel's meetings: who meets when, nothing of any woman
PANEL = ("panel_series", "panel_member", "panel_meeting", "panel_attendance", "panel_copy")
AT_TABLE = ("coordinator", "panel_chair", "support_worker", "provider_worker", "supervisor", "police_spoc")
#: by hand, what each side may be shown of what another added to a woman's page at the panel
_RISK = {"worker_risk", "proposed"}
_NEVER_TO_SUPPORT = {"police_summary"}
_TO_POLICE = {"who", "safety", "her_view", *_RISK}
#: only a name of a row, which says that there is something and nothing of what it says
NAMES_OF_ROWS = ("id", "reference")


def may_know(who: Person, canary: Canary, world: Planted) -> bool:
    """Whether this person may meet this value on any page, in any file, header or log."""
    if who.organisation is None or who.account is None:
        return False
    facts, table = canary.facts, canary.table
    if is_barred(who, canary, world):
        return False
    if _is_in_the_log(who, canary, world):
        return True
    if table == "draft":
        return facts["account_id"] == who.account and facts["organisation_id"] == who.organisation
    if table == "task":
        if _is_told_of_her(who, facts, world):
            return True
        mine = facts["account_id"] in (None, who.account) or who.role == "supervisor"
        hers = facts["client_id"] is None or _is_hers(who, facts["client_id"], world)
        return facts["organisation_id"] == who.organisation and mine and hers
    if table in SENT:
        return _sent(who, canary)
    if table in OF_THE_PROGRAMME:
        return _of_the_programme(who, canary)
    if table.startswith("survey_"):
        return _survey(who, table, facts)
    if table in RELEASES:
        return _release(who, canary)
    if table.startswith("interview_"):
        return _interview(who, table, facts)
    if table in LAB:
        return _lab(who, facts["organisation_id"] == who.organisation)
    if who.role in NO_RECORD:
        return False
    if table == "support_emergency_access":
        return _emergency(who, canary)
    if table in ("erasure", "legal_hold"):
        return _erasing(who, canary)
    if table in ("erasure_key", "name_token", "spine"):
        return False  # the machine's alone
    if table == "support_bar" and who.role == "governance_lead":
        return bool(facts["organisation_id"] == who.organisation)
    if table in PANEL or table.startswith("support_panel_"):
        return _panel(who, canary, world) or _leads_from_a_task(who, canary, world)
    if canary.field in NAMES_OF_ROWS and _is_named_in_what_is_theirs(who, canary, world):
        return True
    if who.role == "governance_lead":
        return _governance(who, canary, world)
    if table.startswith("police_"):
        return _police_record(who, canary)
    if table == "disclosure":
        here = who.organisation in (facts["from_organisation_id"], facts["to_organisation_id"])
        return here and who.role in ("police_spoc", "police_analyst", "supervisor", "coordinator")
    if table == "message":
        return _message(who, facts)
    if table == "journey_event":
        return facts["organisation_id"] == who.organisation or _is_hers(who, facts["client_id"], world)
    if who.sector == "police":
        return False  # of support nothing, by any route
    if table in EMERGENCY and reads_in_emergency(who, canary.client, world):
        return True
    if table == "support_triage_reading":
        return _level_reading(who, canary, world) or _leads_from_a_task(who, canary, world)
    if table == "support_triage" and _is_read_again(who, canary, world):
        return True
    if table == "support_response" and _is_behind_a_score(who, canary, world):
        return True
    if table == "support_correction":
        return _correction(who, canary, world)
    if table in ("support_joining", "support_pair"):
        return who.role == "coordinator" and bool(facts["organisation_id"] == who.organisation)
    if table == "link_run":  # how many records were gone through, and who asked: nothing of anybody in them
        return bool(facts["organisation_id"] == who.organisation)
    if table == "support_earlier_decision":
        return who.role == "coordinator" and bool(facts["organisation_id"] == who.organisation)
    if table == "support_bar":
        at_work = who.role in ("coordinator", "support_worker", "supervisor") and who.sector in SUPPORT
        return at_work and _is_hers(who, canary.client, world)
    if table == "form_edition":
        return _is_hers(who, canary.client, world)
    if table == "support_referral_in":
        if who.role == "coordinator":
            return bool(facts["organisation_id"] == who.organisation)
        first = canary.field.split(".")[0]
        return facts["flagged_by_id"] == who.account and first in BROUGHT
    if table == "support_group_session":
        at_work = who.role in ("support_worker", "provider_worker", "supervisor")
        return at_work and facts["organisation_id"] == who.organisation
    if table == "support_involvement":
        mine = facts["organisation_id"] == who.organisation
        return mine or _is_hers(who, facts["client_id"], world)
    return _her_record(who, canary, world)


def _survey(who: Person, table: str, facts: dict[str, Any]) -> bool:
    """Everybody at work may know that there is a survey; an answer is nobody's; an invitation is one's own,
    and that of whoever runs the survey."""
    if table == "survey_wave":
        return bool(who.role)
    if table == "survey_sheet":
        return False
    runs = who.role == "evaluator" and facts["run_by_organisation_id"] == who.organisation
    return runs or facts["account_id"] == who.account


def _interview(who: Person, table: str, facts: dict[str, Any]) -> bool:
    """What was said is the evaluators' who heard it; a colleague's codes open when both are in, and how a
    third coder settled them is open to all of them; a quotation that a second person released is read by
    those who answer for the programme, and never by police."""
    is_out = table == "interview_quotation" and facts["status"] == "released"
    if is_out and who.role in ("coordinator", "governance_lead", "commissioner"):
        return True
    if who.role != "evaluator" or facts["organisation_id"] != who.organisation:
        return False
    return table != "interview_coding" or facts["is_open"] or facts["coder_id"] == who.account


def _of_the_programme(who: Person, canary: Canary) -> bool:
    """Four roles answer for the programme. What is heard in an interview stays where it was heard."""
    if who.role not in ("evaluator", "coordinator", "governance_lead", "commissioner"):
        return False
    kind = canary.facts.get("kind", "")
    if kind in ("interview", "topic_guide", "code"):
        return who.role == "evaluator" and canary.facts["organisation_id"] == who.organisation
    if kind == "risk_change":
        return who.role in ("evaluator", "coordinator")
    return True


def _release(who: Person, canary: Canary) -> bool:
    """Three roles make and read releases; a commissioner sees what is out, to her or to everybody."""
    if who.role in ("evaluator", "coordinator", "governance_lead"):
        return True
    if who.role != "commissioner" or canary.table == "evaluation_release_review":
        return False
    if canary.table == "funder_template":
        return True
    facts = canary.facts
    is_out = facts["status"] in ("released", "withdrawn")
    return is_out and (facts["to_organisation_id"] == who.organisation or facts["audience"] == "public")


def _lab(who: Person, ours: bool) -> bool:
    """The coordinator draws it up; a governance lead and a supervisor of the same place approve it."""
    if who.role == "supervisor":
        return ours and who.sector in SUPPORT
    return ours and who.role in ("coordinator", "governance_lead")


def _panel(who: Person, canary: Canary, world: Planted) -> bool:
    """Whoever is invited sees that the panel meets; of a woman whoever sits at the table for her sees what
    was decided and what belongs to her side; whoever stepped back sees nothing."""
    facts, table = canary.facts, canary.table
    hub = who.role in ("coordinator", "panel_chair")
    ours = facts.get("organisation_id") == who.organisation
    sits = f"{who.account} {who.organisation}" in (facts.get("seats") or ())
    sits = sits and who.role in AT_TABLE
    if table in PANEL:
        mine = facts.get("account_id") == who.account and facts.get("at_organisation_id") == who.organisation
        if table in ("panel_series", "panel_member"):
            return hub and ours
        return (hub and ours) or sits or (mine and table in ("panel_attendance", "panel_copy"))
    if table == "support_panel_request":
        if who.role == "coordinator":
            return ours and _is_hers(who, canary.client, world)
        asked = facts["asked_by_id"] == who.account and facts["from_organisation_id"] == who.organisation
        return asked and _is_hers(who, canary.client, world)
    if not sits:
        return who.role == "governance_lead" and _governance(who, canary, world)
    if table in ("support_panel_item", "support_panel_decision"):
        return True
    if table == "support_panel_ask":
        return (hub and ours) or facts["asked_organisation_id"] == who.organisation
    if table == "support_panel_answer":
        return bool(facts["from_organisation_id"] == who.organisation)
    if table == "support_panel_conflict":
        return who.role == "coordinator" and ours
    return _fact(who, facts, is_hub=hub)


def _leads_from_a_task(who: Person, canary: Canary, world: Planted) -> bool:
    """Work is given out by the number of a meeting or an action, also to a supervisor who sees her people's
    work: the number says nothing, and what it is of opens only to whoever sits at the table."""
    return canary.field == "id" and any(
        row["object_id"] == canary.row
        and may_know(who, Canary("task", "id", key, row.get("client_id"), row), world)
        for key, row in world.rows["task"].items()
    )


def _is_behind_a_score(who: Person, canary: Canary, world: Planted) -> bool:
    """A score names the answers it came from: their number is read with it, they are not."""
    return canary.field == "id" and any(
        row["response_id"] == canary.row
        and may_know(who, Canary("support_score", "id", key, row.get("client_id"), row), world)
        for key, row in world.rows["support_score"].items()
    )


def _fact(who: Person, facts: dict[str, Any], *, is_hub: bool) -> bool:
    side = "hub" if is_hub else who.sector if who.sector in ("police", "private") else "support"
    giver, field = facts["giver"], facts["field"]
    if facts["from_organisation_id"] == who.organisation and giver == side:
        return True
    if who.organisation not in facts["shown_to"]:
        return False
    if side == "hub":
        return True
    if giver == "police" and side != "police":
        return field in _RISK
    if side == "police":
        return field in (_RISK if giver == "private" else _TO_POLICE) or giver == "police"
    if side == "private":
        return field in _RISK | {"her_view"}
    return field not in _NEVER_TO_SUPPORT


def is_number_of_a_save(canary: Canary) -> bool:
    """The number of the last save of a form, which the form carries; what was saved is another value."""
    return canary.table == "form_edition" and canary.field == "id"


def _is_told_of_her(who: Person, facts: dict[str, Any], world: Planted) -> bool:
    """Work about a woman with whom its reader need not work: she is referred to them, or her time has ended.

    Only to whoever was ever asked to take her on, or supported her, at that very organisation.
    """
    if facts["organisation_id"] != who.organisation or facts["account_id"] not in (None, who.account):
        return False
    if who.role not in ("support_worker", "provider_worker", "supervisor"):
        return False
    client = facts["client_id"]
    if facts["kind"] == "time_ended":
        return (client, who.organisation) in world.ever_worked
    if facts["kind"] in ("referral", "referral_outcome", "referral_corrected"):
        asked = world.rows["support_referral"].values()
        return facts["account_id"] is None and any(
            row["client_id"] == client and row["to_organisation_id"] == who.organisation for row in asked
        )
    return False


def is_barred(who: Person, canary: Canary, world: Planted) -> bool:
    """Whether this person, or everybody where she works, is kept from the woman that the value is of.

    What police hold of their own stays theirs: the bar is on what crossed and on everything of the programme.
    """
    if canary.table.startswith("police_") or who.account is None or who.organisation is None:
        return False
    facts = canary.facts
    is_own_act = facts.get("client_id") is None and facts.get("from_organisation_id") == who.organisation
    if canary.table == "disclosure" and is_own_act:
        return False  # a force's own act on its own record: were it gone, the bar would show
    kept = world.barred.get(who.account, set()) | world.barred.get(who.organisation, set())
    mine = {canary.row, canary.client, *(canary.facts.get(name) for name in ABOUT)}
    return bool(kept & mine) or bool(kept & set(canary.facts.get("subjects") or ()))


def reads_in_emergency(who: Person, client: uuid.UUID | None, world: Planted) -> bool:
    """Whether her emergency access runs; a minute is allowed for a page that was drawn as it ended."""
    if client is None or who.account is None or who.organisation is None:
        return False
    until = world.emergencies.get((who.account, who.organisation, client))
    is_reader = who.role in IN_EMERGENCY and who.sector in SUPPORT
    return is_reader and until is not None and datetime.now(UTC) < until + timedelta(minutes=1)


def _emergency(who: Person, canary: Canary) -> bool:
    """Whoever reads so; whoever answers for the reader or for her record; both governance leads."""
    facts = canary.facts
    answers = who.organisation in (facts["organisation_id"], facts["holder_organisation_id"])
    if who.role == "governance_lead":
        return answers
    if who.sector not in SUPPORT or who.role not in IN_EMERGENCY:
        return False
    mine = facts["account_id"] == who.account and facts["organisation_id"] == who.organisation
    return mine or (answers and who.role in ("supervisor", "coordinator"))


def _erasing(who: Person, canary: Canary) -> bool:
    """The governance lead where it is asked, and of a request the second person who approves it."""
    if canary.facts["organisation_id"] != who.organisation:
        return False
    if who.role == "governance_lead":
        return True
    is_second = who.role in ("supervisor", "coordinator") and who.sector in (*SUPPORT, "private")
    return is_second and canary.table == "erasure"


def _correction(who: Person, canary: Canary, world: Planted) -> bool:
    """As its entry. Of the reason of a referral: the coordinator, and the service that it went to."""
    facts = canary.facts
    if facts["what"] == "referral_why":
        if who.role == "coordinator":
            return (canary.client, who.organisation) in world.works
        waits = not facts["is_answered"] and who.role in ("support_worker", "provider_worker", "supervisor")
        return facts["organisation_id"] == who.organisation and (
            waits or _is_hers(who, canary.client, world)
        )
    table = CORRECTED[facts["what"]]
    if table in EMERGENCY and reads_in_emergency(who, canary.client, world):
        return True
    return _her_record(who, Canary(table, canary.field, canary.row, canary.client, facts), world)


def _is_named_in_what_is_theirs(who: Person, canary: Canary, world: Planted) -> bool:
    """A woman's reference stands on a request to erase, and on an emergency, that somebody has to answer."""
    if canary.table not in ("support_client", "support_referral_in"):
        return False
    for table in ("erasure", "legal_hold", "support_emergency_access"):
        for key, row in world.rows[table].items():
            if canary.row in (row.get("client_id"), row.get("referral_in_id")):
                asked = Canary(table, "id", key, row.get("client_id"), row)
                if _emergency(who, asked) if table == "support_emergency_access" else _erasing(who, asked):
                    return True
    if canary.table == "support_client" and (canary.row, who.organisation) in world.ever_worked:
        # her time ended: those who supported her are told so by her reference, and without a reason
        for row in world.rows["task"].values():
            mine = row["organisation_id"] == who.organisation and row["account_id"] in (None, who.account)
            if canary.field == "reference" and mine and row["kind"] == "time_ended":
                return True
    is_governed = who.role == "governance_lead" and canary.table == "support_referral_in"
    return is_governed and canary.facts["organisation_id"] == who.organisation


def _governance(who: Person, canary: Canary, world: Planted) -> bool:
    """Logs, disclosures and what a request concerns; of a record that it is there, never what it says."""
    facts = canary.facts
    if canary.table == "disclosure":
        return who.organisation in (facts["from_organisation_id"], facts["to_organisation_id"])
    if canary.table == "access_event":
        return who.organisation in (facts["organisation_id"], facts["holder_organisation_id"])
    is_hers = canary.client is not None and (canary.client, who.organisation) in world.ever_worked
    return canary.field in NAMES_OF_ROWS and is_hers


def _is_in_the_log(who: Person, canary: Canary, world: Planted) -> bool:
    """A governance lead reads in the log which records were touched: that they are there, and no more."""
    is_lead = who.role == "governance_lead" and canary.field in NAMES_OF_ROWS
    return is_lead and (who.organisation, canary.row) in world.logged


def _police_record(who: Person, canary: Canary) -> bool:
    facts = canary.facts
    if who.sector != "police" or facts["organisation_id"] != who.organisation:
        return False
    if facts.get("blind_to_id") == who.account:
        return False  # she reads the decision a second time, and is not told before both are in
    if who.role in POLICE_DESK:
        return True
    if who.role != "police_officer":
        return False
    is_receipt = canary.table == "police_flag_receipt" or canary.field == "reference"
    return is_receipt and facts.get("flagged_by_id") == who.account


def _message(who: Person, facts: dict[str, Any]) -> bool:
    sent = facts["from_organisation_id"] == who.organisation
    got = facts["to_organisation_id"] == who.organisation
    mine = facts["sent_by_id"] == who.account
    if who.role == "coordinator" or (who.role == "police_spoc" and who.sector == "police"):
        return sent or got
    if who.role == "police_analyst":
        return sent
    if who.role == "supervisor":
        return (sent and mine) or (got and facts["kind"] not in ("police", "disclosure"))
    if who.role in ("support_worker", "provider_worker"):
        to_her = facts["to_account_id"] in (None, who.account)
        return (sent and mine) or (got and to_her and facts["kind"] not in ("police", "disclosure"))
    return False


def _her_record(who: Person, canary: Canary, world: Planted) -> bool:
    facts, table, client = canary.facts, canary.table, canary.client
    if client is None:
        return False
    here = (client, who.organisation) in world.works
    herself = (client, who.organisation, who.account) in world.works_personally
    ours = facts.get("organisation_id") == who.organisation
    if who.role == "coordinator":
        if table in (*CONFIDED, "support_safe_place"):
            return False
        return here or (table == "support_client" and ours)
    if who.role == "panel_chair":
        return herself and table in AGENDA
    if who.role in ("support_worker", "provider_worker"):
        works = herself
    elif who.role == "supervisor":
        works = here
    else:
        return False
    is_private = who.sector == "private"
    if table == "support_referral":
        if canary.field == "reference" and facts["to_organisation_id"] == who.organisation:
            return True  # what it is called is said to whom it was sent, when it is withdrawn as well
        to_us = facts["to_organisation_id"] == who.organisation
        return (works and (to_us or not is_private)) or _asked(who, facts)
    if table == "support_referral_pack":
        return facts["organisation_id"] == who.organisation and (works or not facts["is_answered"])
    if table == "support_stop" and canary.field == "words" and is_private:
        return works and facts["recorded_by_organisation_id"] == who.organisation
    if table in MINIMUM:
        return works
    if table in OWN_WORK or table in CONFIDED:
        return works and ours
    if table == "support_disposal":  # probation, and a worker what she herself was told
        wrote = who.role == "support_worker" and facts["recorded_by_id"] == who.account
        return works and (who.sector == "probation" or (wrote and who.sector in SUPPORT))
    if table == "support_tool_result":  # of abuse to those who keep her safe, of justice to probation
        is_of_abuse = facts["tool"] in ("dash", "dara")
        return works and who.sector in SUPPORT and (is_of_abuse or who.sector == "probation")
    if is_private:
        return False
    if table == "support_safe_place":
        return works and ours
    return works and table in SUPPORT_RECORD and who.sector in SUPPORT


def _asked(who: Person, facts: dict[str, Any]) -> bool:
    """The organisation that is asked to take her on, and its supervisor afterwards."""
    if facts["to_organisation_id"] != who.organisation:
        return False
    return who.role == "supervisor" or facts["status"] in ("sent", "acknowledged", "waitlisted")


_TAKE = re.compile(r"/refer/([0-9a-f-]{36})/take/")


def taken_on(who: Person, address: str, world: Planted) -> Planted:
    """What stands once a worker who was asked has taken her on at this address: she is theirs from then."""
    found = _TAKE.fullmatch(address)
    row = world.rows["support_referral"].get(uuid.UUID(found[1])) if found else None
    is_worker = who.role in ("support_worker", "provider_worker")
    if row is None or who.organisation is None or who.account is None or not (is_worker and _asked(who, row)):
        return world
    client = row["client_id"]
    return replace(
        world,
        works=world.works | {(client, who.organisation)},
        works_personally=world.works_personally | {(client, who.organisation, who.account)},
    )


def _is_hers(who: Person, client: uuid.UUID | None, world: Planted) -> bool:
    if client is None:
        return False
    if who.role in ("coordinator", "supervisor"):
        return (client, who.organisation) in world.works and who.sector != "police"
    return (client, who.organisation, who.account) in world.works_personally


# --- what may be written -------------------------------------------------------------------------------

#: who writes nothing about any woman
WRITES_NOTHING = ("", "evaluator", "commissioner", "administrator", "governance_lead", "panel_chair")
#: everybody's own: drafts, the log of what was done and refused, sessions
OWN = (
    "draft",
    "access_event",
    "form_edition",
    "row_change",
    "event_unsealed",
    "django_session",
    "axes_accessattempt",
    "axes_accesslog",
    "axes_accessfailurelog",
    "journey_event",
    "task",
    "account",
    "appointment",
)
#: what follows from a verb by the clerk's hand, whoever took it
CONSEQUENCES = ("message", "disclosure", "police_flag_receipt", "police_consideration", "spine", "name_token")
#: what the administrator and the keepers of the directory look after: nothing about any woman
REFERENCE = ("organisation", "organisation_term", "setting", "bank_holiday", "sharing_agreement", "service",
             "service_offer", "service_partners", "need_category", "triage_policy",
             "privacy_notice")  # fmt: skip
WHO_KEEPS = ("administrator", "coordinator", "governance_lead")
NEVER_BY_A_COMPANY = ("support_identity", "support_demographics", "support_safe_place", "support_assessment",
                      "support_need_rating", "support_triage", "support_agreement", "support_told",
                      "support_disposal",
                      "support_referral_in")  # fmt: skip


def _level_reading(who: Person, canary: Canary, world: Planted) -> bool:
    """A level that another person reads: the coordinators of hers, whoever was asked, the supervisor of an
    urgent one that nobody read. Her worker knows that she asked for another look."""
    facts = canary.facts
    if who.role == "coordinator":
        return _is_hers(who, canary.client, world)
    if who.role in ("panel_chair", "supervisor") and facts["reader_id"] == who.account:
        return True
    if who.role == "supervisor":
        late = facts["status"] == "with_supervisor"
        return late and who.sector in SUPPORT and facts["organisation_id"] == who.organisation
    asked = facts["why"] == "asked" and _is_hers(who, canary.client, world)
    return who.role == "support_worker" and bool(asked)


def _is_read_again(who: Person, canary: Canary, world: Planted) -> bool:
    """Why a level was decided, for whoever read it again: at once, or once a reading by lot is in."""
    return canary.field == "reasons" and any(
        row["triage_id"] == canary.row
        and (row["why"] != "drawn" or row["status"] not in ("waiting", "with_supervisor"))
        and _level_reading(who, Canary("support_triage_reading", "id", key, row["client_id"], row), world)
        for key, row in world.rows["support_triage_reading"].items()
    )


def may_write(who: Person, table: str, row: dict[str, Any], world: Planted) -> bool:
    """Whether this row may stand in the database, new or changed, after something this person did."""
    if table in OWN:
        return _own(who, table, row)
    if table in ("triage_policy", "setting") and who.role == "panel_chair":
        return True  # the chair drafts the policy and chooses how triage is done here
    if table in REFERENCE:
        return who.role in WHO_KEEPS
    if table in ("instrument", "instrument_event"):  # which questionnaires are asked here
        return who.role in ("administrator", "governance_lead", "supervisor") and who.sector != "police"
    place = str(who.organisation)
    if table in OF_THE_PROGRAMME:
        return who.role in ("evaluator", "coordinator", "governance_lead", "commissioner")
    if table in ("survey_wave", "survey_invitation"):
        is_own = table == "survey_invitation" and row["account_id"] == str(who.account)
        return who.role == "evaluator" or is_own
    if table.startswith("interview_"):
        return who.role == "evaluator" and row["organisation_id"] == place
    if table == "survey_sheet":
        return True  # whoever is invited puts one in; of which woman it is not
    if table in RELEASES:
        return who.role in ("evaluator", "coordinator", "governance_lead")
    if table in LAB:
        return _lab(who, row["organisation_id"] == place)
    if table == "link_run":  # asked for by whoever looks for the same person among their own
        is_desk = who.role in ("police_spoc", "police_analyst") and who.sector == "police"
        return row["organisation_id"] == place and (is_desk or who.role == "coordinator")
    if table in SENT:
        said = {"organisation_id": uuid.UUID(row["organisation_id"]), "kind": row["kind"]}
        is_reader_alone = who.role == "governance_lead"
        return not is_reader_alone and _sent(who, Canary(table, "id", uuid.UUID(row["id"]), None, said))
    if table in ("erasure", "legal_hold"):
        is_lead = who.role == "governance_lead"
        is_second = who.role in ("supervisor", "coordinator") and who.sector != "police"
        return row["organisation_id"] == place and (is_lead or (is_second and table == "erasure"))
    if table == "support_emergency_access":
        is_reader = who.role in IN_EMERGENCY and who.sector in SUPPORT
        reads = is_reader and row["account_id"] == str(who.account)
        return reads or (who.role == "governance_lead" and row["holder_organisation_id"] == place)
    if table in PANEL or table.startswith("support_panel_"):
        return _writes_panel(who, table, row, world)
    if table == "support_bar" and row["barred_account_id"] == str(who.account):
        return _is_hers(who, uuid.UUID(row["client_id"]), world)  # stepping back: the panel's chair as well
    if who.role in WRITES_NOTHING or who.account is None:
        return False
    client = uuid.UUID(row["client_id"]) if row.get("client_id") else None
    if table == "support_client":
        client = uuid.UUID(row["id"])
    if table.startswith("police_"):
        return _writes_police(who, table, row, client, world)
    is_new_woman = client is not None and client not in world.rows["support_client"]
    if who.sector == "police":
        if table in ("message", "disclosure"):
            return place in (row["from_organisation_id"], row["to_organisation_id"])
        return is_new_woman or table in ("spine", "name_token")
    if table == "support_referral_in":
        if who.role == "coordinator":
            return bool(row["organisation_id"] == place)
        return row["flagged_by_id"] == str(who.account) and uuid.UUID(row["id"]) not in world.rows[table]
    if table == "support_group_session":
        return bool(row["organisation_id"] == place)
    if is_new_woman:
        return who.role == "coordinator"
    if client is not None and is_barred(who, Canary(table, "id", client, client, {}), world):
        return False
    if table in ("support_joining", "support_earlier_decision", "support_pair"):
        return who.role == "coordinator" and row["organisation_id"] == place
    if _was_moved(who, table, row, client, world):
        return True
    if client is None:
        return table in CONSEQUENCES
    if not (_is_hers(who, client, world) or _was_asked_about(who, client, world)):
        return table == "support_client" and who.role == "coordinator" and row["organisation_id"] == place
    if who.sector == "private" and table in NEVER_BY_A_COMPANY:
        return _ended_at_her_word(table, row, world)
    if table in (*CONFIDED, "support_safe_place"):
        return who.role != "coordinator" and row["organisation_id"] == place
    return True


def _ended_at_her_word(table: str, row: dict[str, Any], world: Planted) -> bool:
    """Anybody who works with her stops everything at her word: that ends her agreement."""
    was = world.rows[table].get(uuid.UUID(row["id"]))
    return table == "support_agreement" and was is not None and row.get("ended_at") is not None


def _was_moved(
    who: Person, table: str, row: dict[str, Any], client: uuid.UUID | None, world: Planted
) -> bool:
    """A row of one of two records of hers that its coordinator joined: moved, whoever wrote it."""
    known = world.rows[table].get(uuid.UUID(row["id"])) if row.get("id") and table in world.rows else None
    if who.role != "coordinator" or known is None or client is None:
        return False
    was = known.get("client_id")
    return was not in (None, client) and _is_hers(who, client, world) and _is_hers(who, was, world)


def _own(who: Person, table: str, row: dict[str, Any]) -> bool:
    if table == "draft":
        return row["account_id"] == str(who.account) and row["organisation_id"] == str(who.organisation)
    if table == "form_edition":
        return row["made_by_id"] == str(who.account) and row["organisation_id"] == str(who.organisation)
    if table in ("account", "appointment"):
        return who.role == "administrator" or row["id"] == str(who.account)
    return True


def _was_asked_about(who: Person, client: uuid.UUID, world: Planted) -> bool:
    return any(
        row["client_id"] == client and _asked(who, row) for row in world.rows["support_referral"].values()
    )


def _writes_panel(who: Person, table: str, row: dict[str, Any], world: Planted) -> bool:
    """The coordinator and the chair of their own panel; an attendee what she prints, asks for and answers.

    Who may see a row stands on it, so stepping back writes every row of the woman whom it concerns.
    """
    if who.role in ("coordinator", "panel_chair") and row["organisation_id"] == str(who.organisation):
        return True
    if table == "panel_copy":
        return bool(row["account_id"] == str(who.account))
    if table == "support_panel_request":
        return bool(row["asked_by_id"] == str(who.account))
    if table in PANEL or who.role not in AT_TABLE:
        return False
    item = world.rows["support_panel_item"].get(uuid.UUID(row.get("item_id") or row["id"]))
    return item is not None and f"{who.account} {who.organisation}" in item["seats"]


def _writes_police(
    who: Person, table: str, row: dict[str, Any], client: uuid.UUID | None, world: Planted
) -> bool:
    """A force writes its own; from elsewhere comes only "closed", by the clerk's hand."""
    if who.sector == "police":
        return row["organisation_id"] == str(who.organisation) and (
            who.role in POLICE_DESK or uuid.UUID(row["id"]) not in world.rows[table]
        )
    is_known = uuid.UUID(row["id"]) in world.rows[table]
    return table in ("police_consideration", "police_flag_receipt") and is_known


def _sent(who: Person, canary: Canary) -> bool:
    """A file is its sender's: the force's for police records, the provider's for its own system's."""
    facts, kind = canary.facts, canary.facts["kind"]
    if facts["organisation_id"] != who.organisation:
        return False
    if who.role == "governance_lead":  # that it came, by whom, and when it goes: nothing of what is in it
        return canary.table == "take_in" and canary.field in NAMES_OF_ROWS
    if kind == "pole":
        return who.sector == "police" and who.role in ("police_spoc", "police_analyst")
    if kind == "reference":
        return who.role in ("coordinator", "administrator")
    if kind == "referrals":
        return who.role == "coordinator" or (who.role == "supervisor" and who.sector in SUPPORT)
    return who.role == "supervisor" and who.sector != "police"
