from django.urls import path

from pathways.web.governance import views

app_name = "governance"
urlpatterns = [
    path("", views.events, name="events"),
    path("kept-out/", views.bars, name="bars"),
    path("refusals/", views.refusals, name="refusals"),
    path("event/<uuid:event_id>/", views.event, name="event"),
    path("record/<uuid:record_id>/", views.record, name="record"),
]
