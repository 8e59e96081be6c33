"""What a page says when an answer signals danger to her: that work was made, for whom, and who is not told.

It stands on the form for as long as the work waits, and on the next page after Continue, so that nobody has
to find the task by chance. It names no woman.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse

from pathways.domain.governance.actors import Actor
from pathways.journey import danger, programme
from pathways.web.request import Request


def words(client_id: UUID, by: Actor) -> str:
    """For a form whose kept answers signal danger; nothing where no such work waits any more."""
    if not (whose := danger.whose(client_id=client_id, by=by)):
        return ""
    return (
        f"An answer signals danger. An urgent task stands on {whose} list now: see to her safety before this "
        f"form. {programme.turn_to_now()} Police are not told by this."
    )


def on_the_next_page(request: Request, answer: HttpResponse, said: str) -> HttpResponse:
    """Carries the words to the page after Continue. A page that is shown again has them on itself."""
    if said and answer.status_code == 302 and request.POST.get("_do", "continue") == "continue":
        messages.warning(request, said)
    return answer


