"""The pages about the service itself."""

from __future__ import annotations

import platform

import django
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

import pathways
from pathways.web.access import page


@page(public=True)
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "frame/about.html", {"title": "What this is"})


@page(public=True)
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "frame/privacy.html", {"title": "Privacy"})


@page(public=True)
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "frame/accessibility.html", {"title": "Accessibility"})


@page(public=True)
def version(request: HttpRequest) -> HttpResponse:
    rows = [
        {"key": "Version", "value": pathways.__version__},
        {"key": "Django", "value": django.get_version()},
        {"key": "Python", "value": platform.python_version()},
        {"key": "Licence", "value": "MIT"},
    ]
    return render(request, "frame/version.html", {"title": "Version", "rows": rows})


@page(public=True)
def cover(request: HttpRequest) -> HttpResponse:
    """Where the Cover button leads without scripts: an empty, neutral page."""
    return render(request, "frame/cover.html")


@page(public=True)
def alive(request: HttpRequest) -> HttpResponse:
    """For whoever watches that the server answers; says nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")
