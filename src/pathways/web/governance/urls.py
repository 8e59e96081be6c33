from django.urls import path

from pathways.web.governance import views

app_name = "governance"
urlpatterns = [
    path("", views.events, name="events"),
    path("refusals/", views.refusals, name="refusals"),
    path("seal/", views.seal, name="seal"),
    path("seal/head.json", views.head_file, name="head_file"),
    path("event/<uuid:event_id>/", views.event, name="event"),
    path("record/<uuid:record_id>/", views.record, name="record"),
]
