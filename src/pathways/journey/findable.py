"""Each record made findable from what it holds, and made so again when a later version finds by more.

The search tokens of an earlier version find her by less than this one does: by fewer forms of her name, or by
none that two records of one woman meet under. `again` makes them anew, a few at a time under the running
programme, and can be stopped at any moment. Until it is done the former tokens stand.
"""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from pathways.domain.governance.actors import Actor
from pathways.journey import comparing, identity, involving, knowing, naming
from pathways.records import tokens
from pathways.records.models import Client, Nominal, Organisation, ReferralIn

LOG = logging.getLogger("pathways.findable")

#: So many records are made findable again in one transaction.
BATCH = 100

#: Editions that every record was once seen to have: what is made after that has it too.
_seen_whole: set[str] = set()


def nominal(row: Nominal, *, by: Actor) -> None:
    """Makes a person of police records findable at the force that holds her."""
    naming.index(
        naming.Kind.NOMINAL,
        row.id,
        row.organisation_id,
        names=[str(row.given_names), str(row.surname), str(row.other_names)],
        born=row.date_of_birth,
        kept_under=comparing.kept_under(knowing.paper_of_nominal(row)),
        by=by,
    )


def brought(row: ReferralIn, *, by: Actor) -> None:
    """Makes a woman who came by the open door findable at the organisation that she came to."""
    naming.index(
        naming.Kind.REFERRAL_IN,
        row.id,
        row.organisation_id,
        names=[row.called, row.given_names, row.surname],
        born=row.date_of_birth,
        kept_under=comparing.kept_under(knowing.paper_of_referral(row)),
        by=by,
    )


def again(*, at: datetime) -> int:
    """Makes every record findable as this version finds, that an earlier one made findable. How many."""
    edition = naming.edition()
    if edition in _seen_whole:
        return 0
    made = 0
    for place in Organisation.objects.order_by("id").values_list("id", flat=True):
        while rows := _of_earlier(edition, place):
            with transaction.atomic():
                done = sum(_make(naming.Kind(kind), record_id, place, edition) for record_id, kind in rows)
            made += done
            LOG.info("made findable again: %d", made)
            if not done:
                return made  # somebody is at all of them: they are looked for again in a minute
    _seen_whole.add(edition)
    return made


def _of_earlier(edition: str, place: UUID, only: UUID | None = None) -> list[tuple[UUID, str]]:
    """Some records of an organisation whose tokens are of another edition; or this one, where it is such."""
    (token,) = tokens.keyed([edition], place)
    with transaction.atomic(), identity.clerk(), connection.cursor() as cursor:
        cursor.execute(
            "select distinct held.record_id, held.record_kind from name_token held"
            " where held.organisation_id = %s and held.record_id = coalesce(%s::uuid, held.record_id)"
            " and not exists (select 1 from name_token made"
            " where made.organisation_id = held.organisation_id and made.token = %s"
            " and made.record_id = held.record_id) limit %s",
            [place, only, token, BATCH],
        )
        return cursor.fetchall()


def _make(kind: naming.Kind, record_id: UUID, place: UUID, edition: str) -> bool:
    """One record, from what stands in it now; what is no longer there is no longer found.

    Whether it was done: a record that somebody is at, or that was forgotten meanwhile, is left alone.
    """
    if not naming.is_free(record_id) or not _of_earlier(edition, place, record_id):
        return False
    by = identity.MACHINE
    row: object
    if kind is naming.Kind.CLIENT:
        with identity.clerk(by):
            row = Client.objects.filter(id=record_id).first()
    else:
        with identity.indexer(by, place):
            held = {naming.Kind.NOMINAL: Nominal, naming.Kind.REFERRAL_IN: ReferralIn}[kind]
            row = held._default_manager.filter(id=record_id).first()
    if isinstance(row, Client):
        involving.make_findable(record_id, place, by=by)
    elif isinstance(row, Nominal):
        nominal(row, by=by)
    elif isinstance(row, ReferralIn):
        brought(row, by=by)
    else:
        naming.forget(record_id, place, by=by)
    return True
