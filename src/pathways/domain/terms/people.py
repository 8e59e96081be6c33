"""Who takes part: sectors, legal regimes and roles."""

from __future__ import annotations

from pathways.domain.terms.words import Worded


class Sector(Worded):
    """What kind of organisation it is. Sector settles which milestone its support counts towards."""

    POLICE = "police", "Police"
    LOCAL_AUTHORITY = "local_authority", "Local authority"
    HEALTH = "health", "Health"
    PROBATION = "probation", "Probation"
    OTHER_STATUTORY = "other_statutory", "Other statutory body"
    THIRD_SECTOR = "third_sector", "Third sector"
    PRIVATE = "private", "Private company"
    ACADEMIC = "academic", "Academic"


class Regime(Worded):
    """The law a record is processed under."""

    LAW_ENFORCEMENT = "part3_le", "Law enforcement (Data Protection Act 2018 Part 3)"
    GENERAL = "ukgdpr_general", "General (UK GDPR)"


class Role(Worded):
    """What a person does at an organisation. The last three are the machine's own hands, held by nobody."""

    POLICE_OFFICER = "police_officer", "Police officer"
    POLICE_SPOC = "police_spoc", "Police single point of contact"
    POLICE_ANALYST = "police_analyst", "Police analyst"
    COORDINATOR = "coordinator", "Coordinator"
    PANEL_CHAIR = "panel_chair", "Panel chair"
    SUPPORT_WORKER = "support_worker", "Support worker"
    PROVIDER_WORKER = "provider_worker", "Private provider’s worker"
    SUPERVISOR = "supervisor", "Supervisor"
    EVALUATOR = "evaluator", "Evaluator"
    GOVERNANCE_LEAD = "governance_lead", "Information-governance lead"
    COMMISSIONER = "commissioner", "Commissioner"
    ADMINISTRATOR = "administrator", "System administrator"
    CLERK = "clerk", "The programme’s clerk (automatic)"
    COUNTING = "counting", "The programme’s counting (automatic)"
    KEEPER = "keeper", "The programme’s keeper of records (automatic)"
    INDEXER = "indexer", "The programme’s keeper of its index (automatic)"
    REGISTRAR = "registrar", "The programme’s registrar (automatic)"
    SEALING = "sealing", "The programme’s sealing of its log (automatic)"


#: Identities of the machine, which nobody can be given.
MACHINE_ROLES = frozenset(
    {Role.CLERK, Role.COUNTING, Role.INDEXER, Role.KEEPER, Role.REGISTRAR, Role.SEALING}
)

#: Roles that a person can be given.
HUMAN_ROLES: tuple[Role, ...] = tuple(role for role in Role if role not in MACHINE_ROLES)

#: Roles only a police organisation can give, and roles police can never hold.
POLICE_ROLES = frozenset({Role.POLICE_OFFICER, Role.POLICE_SPOC, Role.POLICE_ANALYST})
NEVER_POLICE = frozenset({Role.COORDINATOR, Role.SUPPORT_WORKER, Role.PROVIDER_WORKER})

#: Those who work with a woman herself; supervisors act as the workers of their own organisation.
WORKER_ROLES = frozenset({Role.SUPPORT_WORKER, Role.PROVIDER_WORKER, Role.SUPERVISOR})

#: Everyone on the support side who may act for her.
ALONGSIDE_ROLES = WORKER_ROLES | {Role.COORDINATOR}
