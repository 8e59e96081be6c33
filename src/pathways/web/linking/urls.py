from django.urls import path

from pathways.web.linking import known, views

app_name = "linking"
urlpatterns = [
    path("", views.pairs, name="list"),
    path("known/", known.typed, name="typed"),
    path("progress/", views.progress, name="progress"),
    path("<uuid:pair_id>/", views.pair, name="pair"),
    path("<uuid:pair_id>/decide/", views.Decide.as_view(), name="decide"),
    path("<uuid:pair_id>/not-known/", views.not_known, name="not_known"),
    path("<uuid:pair_id>/part/", views.Part.as_view(), name="part"),
]
