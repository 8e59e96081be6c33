"""Addresses of the instruments of the site."""

from django.urls import path

from pathways.web.instruments import views

app_name = "instruments"

urlpatterns = [
    path("", views.all_of, name="list"),
    path("bring/", views.bring, name="bring"),
    path("bring/download/template/", views.template, name="template"),
    path("<slug:code>/<str:edition>/", views.one, name="one"),
    path("<slug:code>/<str:edition>/paper/", views.paper, name="paper"),
    path("<slug:code>/<str:edition>/on/", views.TurnOn.as_view(), name="on"),
    path("<slug:code>/<str:edition>/off/", views.TurnOff.as_view(), name="off"),
    path("<slug:code>/<str:edition>/wording/", views.wording, name="wording"),
    path("<slug:code>/<str:edition>/wording/remove/", views.remove_wording, name="remove_wording"),
]
