from django.urls import path

from pathways.web.considering import views

app_name = "considering"
urlpatterns = [
    path("second/", views.seconds, name="seconds"),
    path("second/rate/", views.Rate.as_view(), name="rate"),
    path("second/<uuid:reading_id>/", views.second, name="second"),
    path("second/<uuid:reading_id>/read/", views.Read.as_view(), name="read"),
    path("second/<uuid:reading_id>/talk/", views.Talk.as_view(), name="talk"),
]
