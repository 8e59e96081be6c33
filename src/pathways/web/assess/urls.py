"""Addresses of the assessment."""

from django.urls import path

from pathways.web.assess import views

app_name = "assess"

urlpatterns = [
    path("<uuid:client_id>/", views.her, name="her"),
    path("<uuid:client_id>/start/", views.start, name="start"),
    path("<uuid:client_id>/again/", views.again, name="again"),
    path("<uuid:client_id>/paper/", views.paper, name="paper"),
    path("<uuid:client_id>/refused/", views.Refuse.as_view(), name="refuse"),
    path("write/<uuid:assessment_id>/", views.Write.as_view(), name="write"),
    path("write/<uuid:assessment_id>/reopen/", views.Reopen.as_view(), name="reopen"),
]
