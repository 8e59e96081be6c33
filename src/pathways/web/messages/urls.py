"""Addresses of messages between organisations."""

from django.urls import path

from pathways.web.messages import views

app_name = "messages"
urlpatterns = [
    path("", views.listed, name="list"),
    path("<uuid:message_id>/", views.one, name="read"),
    path("<uuid:message_id>/pass-on/", views.PassOn.as_view(), name="pass_on"),
    path("<uuid:message_id>/reply/", views.Reply.as_view(), name="reply"),
    path("about/<uuid:consideration_id>/", views.FromPolice.as_view(), name="from_police"),
]
