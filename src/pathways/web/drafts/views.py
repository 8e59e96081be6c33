"""What one began and has not finished, to go on with it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from pathways.domain.terms import references
from pathways.journey import home
from pathways.web.access import page
from pathways.web.request import Request


@page(signed_in=True)
def unfinished(request: Request) -> HttpResponse:
    found = home.waiting.read_drafts(by=request.actor, at=request.now)
    context = {
        "title": "Drafts to finish",
        "columns": [{"label": "Form"}, {"label": "About"}, {"label": "Kept"}],
        "rows": [
            {
                "cells": [
                    {"text": draft["title"], "href": draft["url"]},
                    {"text": references.spaced(draft["reference"]) if draft["reference"] else "–"},
                    {"date": draft["kept_at"]},
                ]
            }
            for draft in found
        ],
    }
    return render(request, "drafts/list.html", context)
