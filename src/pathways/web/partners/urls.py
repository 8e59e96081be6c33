from django.urls import path

from pathways.web.partners import views

app_name = "partners"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("download/", views.download, name="download"),
    path("waves/begin/", views.Begin.as_view(), name="begin"),
    path("waves/<uuid:wave_id>/", views.wave, name="wave"),
    path("waves/<uuid:wave_id>/end/", views.MoveEnd.as_view(), name="move_end"),
    path("survey/<uuid:wave_id>/", views.Answer.as_view(), name="answer"),
]
