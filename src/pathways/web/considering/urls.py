from django.urls import path

from pathways.web.considering import police_records, views

app_name = "considering"
urlpatterns = [
    path("runs/", views.runs_list, name="runs"),
    path("runs/ask/", views.Ask.as_view(), name="ask"),
    path("runs/<uuid:run_id>/", views.run, name="run"),
    path("runs/<uuid:run_id>/again/", views.again, name="again"),
    path("learning/", views.learning, name="learning"),
    path("police-records/", police_records.drawn, name="police_records"),
    path("how-it-works/", views.how_it_works, name="record"),
    path("second/", views.seconds, name="seconds"),
    path("second/rate/", views.Rate.as_view(), name="rate"),
    path("second/<uuid:reading_id>/", views.second, name="second"),
    path("second/<uuid:reading_id>/read/", views.Read.as_view(), name="read"),
    path("second/<uuid:reading_id>/talk/", views.Talk.as_view(), name="talk"),
]
