"""Addresses of triage."""

from django.urls import path

from pathways.web.triage import policy, reading, views, watching

app_name = "triage"

urlpatterns = [
    path("", views.waiting, name="list"),
    path("<uuid:triage_id>/", views.Decide.as_view(), name="decide"),
    path("<uuid:triage_id>/own-view/", views.OwnView.as_view(), name="own"),
    path("<uuid:triage_id>/return/", views.SendBack.as_view(), name="send_back"),
    path("<uuid:triage_id>/give/", views.HandOver.as_view(), name="hand_over"),
    path("<uuid:triage_id>/again/", views.again, name="again"),
    path("<uuid:triage_id>/why/", views.why, name="why"),
    path("<uuid:triage_id>/why/told/", views.Told.as_view(), name="told"),
    path("<uuid:triage_id>/another-look/", views.AnotherLook.as_view(), name="another_look"),
    path("readings/", reading.readings, name="readings"),
    path("readings/<uuid:level_reading_id>/", reading.reading, name="reading"),
    path("readings/<uuid:level_reading_id>/read/", reading.Read.as_view(), name="read"),
    path("readings/<uuid:level_reading_id>/set-aside/", reading.set_aside, name="set_aside"),
    path("policy/", policy.history, name="history"),
    path("policy/in-force/", policy.in_force, name="in_force"),
    path("policy/draft/", policy.draft, name="draft"),
    path("policy/<uuid:version_id>/", policy.version, name="version"),
    path("policy/<uuid:version_id>/table/", policy.edit, name="edit"),
    path("policy/<uuid:version_id>/put-forward/", policy.Propose.as_view(), name="propose"),
    path("policy/<uuid:version_id>/approve/", policy.Approve.as_view(), name="approve"),
    path("policy/<uuid:version_id>/return/", policy.Return.as_view(), name="return"),
    path("policy/<uuid:version_id>/withdraw/", policy.Withdraw.as_view(), name="withdraw"),
    path("policy/<uuid:version_id>/file/<slug:kind>/", policy.as_file, name="file"),
    path("watching/", watching.watching, name="watching"),
    path("what-if/", watching.what_if, name="what_if"),
    path("record/", watching.record, name="record"),
    path("record/fill-in/", watching.FillIn.as_view(), name="fill_in"),
    path("record/file/<slug:kind>/", watching.record_file, name="record_file"),
    path("choices/", policy.Choices.as_view(), name="choices"),
]
