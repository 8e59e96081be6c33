from django.urls import path, register_converter

from pathways.web.governance import erasing, views


class Kind:
    """What a record is known by here: a woman with a record of her own, or one brought to the open door."""

    regex = "client|door"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Kind, "record_kind")

app_name = "governance"
urlpatterns = [
    path("", views.events, name="events"),
    path("refusals/", views.refusals, name="refusals"),
    path("event/<uuid:event_id>/", views.event, name="event"),
    path("record/<uuid:record_id>/", views.record, name="record"),
    path("erasing/", erasing.erasures, name="erasures"),
    path("erasing/kept/", erasing.retention, name="retention"),
    path("erasing/holds/", erasing.holds, name="holds"),
    path("erasing/begin/<record_kind:kind>/<uuid:record_id>/", erasing.Begin.as_view(), name="request"),
    path("erasing/hold/<record_kind:kind>/<uuid:record_id>/", erasing.PutHold.as_view(), name="put_hold"),
    path("erasing/holds/<uuid:hold_id>/", erasing.LiftHold.as_view(), name="hold"),
    path("erasing/<uuid:erasure_id>/", erasing.one, name="erasure"),
    path("erasing/<uuid:erasure_id>/check/", erasing.Check.as_view(), name="check"),
    path("erasing/<uuid:erasure_id>/approve/", erasing.approve, name="approve"),
    path("erasing/<uuid:erasure_id>/refuse/", erasing.Refuse.as_view(), name="refuse"),
    path("erasing/<uuid:erasure_id>/erase/", erasing.Erase.as_view(), name="erase"),
]
