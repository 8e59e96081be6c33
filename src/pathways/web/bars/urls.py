from django.urls import path

from pathways.web.bars import views

app_name = "bars"
urlpatterns = [
    path("<uuid:client_id>/", views.hers, name="hers"),
    path("<uuid:client_id>/keep-out/", views.KeepOut.as_view(), name="keep_out"),
    path("<uuid:client_id>/conflict/", views.DeclareConflict.as_view(), name="conflict"),
    path("lift/<uuid:bar_id>/", views.Lift.as_view(), name="lift"),
]
