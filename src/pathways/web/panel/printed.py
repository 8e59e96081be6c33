"""A pack or minutes as a PDF that one person prints: made in memory, asking nothing of elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from pathways.journey.minuting import Paper

_STYLE = Path(__file__).parent.parent / "static" / "panel-paper.css"


def answer(request: HttpRequest, paper: Paper) -> HttpResponse:
    """The copy as a PDF; where the system has no Pango, the same as a page to print from the browser."""
    about: dict[str, Any] = {"paper": paper, "now": request.now}  # type: ignore[attr-defined]
    try:
        import weasyprint  # here, because it needs Pango from the system, which may be absent
    except OSError:
        return HttpResponse(render_to_string("panel/paper.html", {**about, "is_page": True}))
    made = weasyprint.HTML(
        string=render_to_string("panel/paper.html", about), url_fetcher=_no_fetching
    ).write_pdf(pdf_variant="pdf/ua-1", stylesheets=[weasyprint.CSS(string=_STYLE.read_text("utf-8"))])
    response = HttpResponse(bytes(made), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="panel-{paper.kind.value}-{paper.number}.pdf"'
    return response


def _no_fetching(url: str, *_: object, **__: object) -> dict[str, Any]:
    raise ValueError("a copy asks nothing of any other place")
