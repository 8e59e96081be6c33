from django.urls import path

from pathways.web.governance import erasing, views

#: A record is a woman's own, or of one who was brought to the open door and not taken on.
CLIENT, DOOR = {"kind": "client"}, {"kind": "door"}

app_name = "governance"
urlpatterns = [
    path("", views.events, name="events"),
    path("kept-out/", views.bars, name="bars"),
    path("refusals/", views.refusals, name="refusals"),
    path("seal/", views.seal, name="seal"),
    path("seal/head.json", views.head_file, name="head_file"),
    path("event/<uuid:event_id>/", views.event, name="event"),
    path("record/<uuid:record_id>/", views.record, name="record"),
    path("erasing/", erasing.erasures, name="erasures"),
    path("erasing/kept/", erasing.retention, name="retention"),
    path("erasing/holds/", erasing.holds, name="holds"),
    path("erasing/begin/client/<uuid:record_id>/", erasing.Begin.as_view(), CLIENT, name="request_client"),
    path("erasing/begin/door/<uuid:record_id>/", erasing.Begin.as_view(), DOOR, name="request_door"),
    path("erasing/hold/client/<uuid:record_id>/", erasing.PutHold.as_view(), CLIENT, name="put_hold_client"),
    path("erasing/hold/door/<uuid:record_id>/", erasing.PutHold.as_view(), DOOR, name="put_hold_door"),
    path("erasing/holds/<uuid:hold_id>/", erasing.LiftHold.as_view(), name="hold"),
    path("erasing/<uuid:erasure_id>/", erasing.one, name="erasure"),
    path("erasing/<uuid:erasure_id>/check/", erasing.Check.as_view(), name="check"),
    path("erasing/<uuid:erasure_id>/approve/", erasing.approve, name="approve"),
    path("erasing/<uuid:erasure_id>/refuse/", erasing.Refuse.as_view(), name="refuse"),
    path("erasing/<uuid:erasure_id>/erase/", erasing.Erase.as_view(), name="erase"),
]
