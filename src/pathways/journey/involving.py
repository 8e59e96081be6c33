"""Who works with her: all sight of her record follows from an involvement, and ends with it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pathways.domain.governance.actors import Actor
from pathways.domain.terms.people import Sector
from pathways.journey import comparing, identity, kept_out, naming
from pathways.journey.comparing import Paper
from pathways.records.models import Client, Identity, Involvement, InvolvementKind, Organisation


def involve(
    *,
    client_id: UUID,
    organisation_id: UUID,
    account_id: UUID | None,
    kind: InvolvementKind,
    by: Actor,
    at: datetime,
    is_lead: bool = False,
    referral_id: UUID | None = None,
    expires_at: datetime | None = None,
    covers_account_id: UUID | None = None,
) -> Involvement:
    """Lets an organisation, or one of its people, work with her; the organisation can now find her.

    The same involvement a second time changes nothing and is answered as it stands.
    """
    with identity.clerk(by):
        live = Involvement.objects.filter(
            client_id=client_id,
            organisation_id=organisation_id,
            account_id=account_id,
            kind=kind,
            referral_id=referral_id,
            until_at__isnull=True,
        ).first()
        if live is not None:
            return live
        involvement = Involvement(
            client_id=client_id,
            organisation_id=organisation_id,
            account_id=account_id,
            kind=kind,
            is_lead=is_lead,
            referral_id=referral_id,
            from_at=at,
            expires_at=expires_at,
            covers_account_id=covers_account_id,
            given_by_id=by.account_id,
        )
        involvement.save(force_insert=True)
    make_findable(client_id, organisation_id, by=by)
    return involvement


def end(
    *,
    client_id: UUID,
    by: Actor,
    at: datetime,
    organisation_id: UUID | None = None,
    account_id: UUID | None = None,
    kinds: tuple[InvolvementKind, ...] = (),
    referral_id: UUID | None = None,
) -> int:
    """Ends her involvements that fit all that is given, and her being found where none is left."""
    with identity.clerk(by):
        rows = Involvement.objects.filter(client_id=client_id, until_at__isnull=True)
        for name, value in (
            ("organisation_id", organisation_id),
            ("account_id", account_id),
            ("referral_id", referral_id),
        ):
            if value is not None:
                rows = rows.filter(**{name: value})
        if kinds:
            rows = rows.filter(kind__in=kinds)
        organisations = set(rows.values_list("organisation_id", flat=True))
        ended = rows.update(until_at=at)
        left = set(
            Involvement.objects.filter(client_id=client_id, until_at__isnull=True).values_list(
                "organisation_id", flat=True
            )
        )
    for organisation in organisations - left:
        naming.forget(client_id, organisation, by=by)
    return ended


def make_findable(client_id: UUID, organisation_id: UUID, *, by: Actor) -> None:
    """(Re)makes her search tokens at one organisation. A private company finds her by the name she uses."""
    with identity.clerk(by):
        client = Client.objects.get(id=client_id)
        sector = Organisation.objects.values_list("sector", flat=True).get(id=organisation_id)
        names, born, under = [client.called], None, list[str]()
        if sector != Sector.PRIVATE.value:
            paper = Identity.objects.filter(client_id=client_id).first()
            if paper is not None:
                names += [paper.given_names, paper.surname, paper.other_names]
                born = paper.date_of_birth
                under = comparing.kept_under(paper_of(client, paper))
    naming.index(
        naming.Kind.CLIENT, client_id, organisation_id, names=names, born=born, kept_under=under, by=by
    )


def paper_of(client: Client, paper: Identity | None) -> Paper:
    """Who she is, to be held against another record."""
    if paper is None:
        return Paper(given_names=client.called)
    return Paper(
        paper.given_names or client.called,
        paper.surname,
        f"{client.called} {paper.other_names}",
        paper.date_of_birth,
        paper.address,
        paper.telephone,
    )


def organisations_of(client_id: UUID, *, by: Actor) -> set[UUID]:
    """The organisations that work with her now."""
    with identity.clerk(by):
        return set(
            Involvement.objects.filter(client_id=client_id, until_at__isnull=True).values_list(
                "organisation_id", flat=True
            )
        )


def workers_of(client_id: UUID, *, by: Actor) -> list[tuple[UUID, UUID]]:
    """(account, organisation) of every person who works with her now and is not kept from her record."""
    out = kept_out.of_her(client_id, by=by)
    with identity.clerk(by):
        rows = Involvement.objects.filter(
            client_id=client_id, until_at__isnull=True, account_id__isnull=False
        ).values_list("account_id", "organisation_id")
        return [
            (account, organisation)
            for account, organisation in rows
            if account is not None and not out.includes(account_id=account, organisation_id=organisation)
        ]
