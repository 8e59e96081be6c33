"""Who may hold which role where: the fit of a role and the kind of organisation that gives it."""

from __future__ import annotations

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.people import HUMAN_ROLES, NEVER_POLICE, POLICE_ROLES, Regime, Role, Sector

#: Organisations that may stand between police and support, and carry a woman through the programme.
MAY_COORDINATE = frozenset(
    {
        Sector.LOCAL_AUTHORITY,
        Sector.HEALTH,
        Sector.PROBATION,
        Sector.OTHER_STATUTORY,
        Sector.THIRD_SECTOR,
    }
)
#: Kinds of organisation among which there are competent authorities (DPA 2018 s30).
_COMPETENT = frozenset({Sector.POLICE, Sector.PROBATION, Sector.OTHER_STATUTORY})
_NO_SUPPORT = frozenset({Sector.POLICE, Sector.PRIVATE, Sector.ACADEMIC})


def fits(role: Role, sector: Sector, *, is_coordinating: bool = True) -> Decision:
    """Whether an organisation of this kind may give somebody this role."""
    if role not in HUMAN_ROLES:
        return decision.no("This role is the machine’s own and is held by nobody.")
    if role in POLICE_ROLES and sector is not Sector.POLICE:
        return decision.no(f"{role.label} is a role at a police organisation only.")
    if role in NEVER_POLICE and sector is Sector.POLICE:
        return decision.no(f"{role.label} can never be a role at a police organisation.")
    if role is Role.PROVIDER_WORKER and sector is not Sector.PRIVATE:
        return decision.no(f"{role.label} is a role at a private company only. Choose support worker.")
    if role is Role.SUPPORT_WORKER and sector in _NO_SUPPORT:
        return decision.no(
            f"{role.label} is not a role at an organisation of this kind: {sector.label.lower()}."
        )
    if role is Role.COORDINATOR and not is_coordinating:
        return decision.no(
            "A coordinator works at the organisation that coordinates the programme. Say first that this"
            " one does."
        )
    if role is Role.PANEL_CHAIR and sector in (Sector.PRIVATE, Sector.ACADEMIC):
        return decision.no(
            f"{role.label} is not a role at an organisation that may be referred to or counts."
        )
    return decision.yes()


def may_coordinate(sector: Sector) -> Decision:
    """Whether an organisation of this kind may coordinate the programme."""
    if sector in MAY_COORDINATE:
        return decision.yes()
    return decision.no(
        f"The coordinator is neutral; an organisation of this kind cannot be: {sector.label.lower()}."
    )


def regime_fits(regime: Regime, sector: Sector) -> Decision:
    """Whether this law can be the one under which an organisation of this kind processes."""
    if sector is Sector.POLICE and regime is not Regime.LAW_ENFORCEMENT:
        return decision.no("Police process under the law-enforcement part of the Act.")
    if regime is Regime.LAW_ENFORCEMENT and sector not in _COMPETENT:
        return decision.no(
            "Only a competent authority processes under the law-enforcement part of the Act. Choose UK GDPR."
        )
    return decision.yes()
