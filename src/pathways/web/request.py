"""The request as our views meet it: with who acts, and the one moment at which all of it happens."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from pathways.domain.governance.actors import Actor


class Request(HttpRequest):
    """What `OneTransaction` hands to a view. For annotations: nothing is ever made of this class.

    `actor` is None only on pages declared `public` or `account`.
    """

    actor: Actor
    now: datetime
    #: everywhere this person could work, for the switch
    workplaces: list[Actor]
