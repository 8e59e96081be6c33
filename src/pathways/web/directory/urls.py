from django.urls import path

from pathways.web.directory import views

app_name = "directory"
urlpatterns = [
    path("", views.services, name="list"),
    path("add/", views.Add.as_view(), name="add"),
    path("<uuid:service_id>/", views.service, name="service"),
    path("<uuid:service_id>/change/", views.Change.as_view(), name="change"),
    path("<uuid:service_id>/places/", views.Places.as_view(), name="places"),
    path("<uuid:service_id>/close/", views.Close.as_view(), name="close"),
    path("<uuid:service_id>/reopen/", views.reopen, name="reopen"),
]
