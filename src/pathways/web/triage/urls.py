"""Addresses of triage."""

from django.urls import path

from pathways.web.triage import views

app_name = "triage"

urlpatterns = [
    path("", views.waiting, name="list"),
    path("<uuid:triage_id>/", views.Decide.as_view(), name="decide"),
    path("<uuid:triage_id>/return/", views.SendBack.as_view(), name="send_back"),
    path("<uuid:triage_id>/again/", views.again, name="again"),
]
