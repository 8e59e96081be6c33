from django.urls import path

from pathways.web.taking import views

app_name = "taking"
urlpatterns = [
    path("", views.listed, name="list"),
    path("add/", views.add, name="add"),
    path("<uuid:take_in_id>/", views.show, name="show"),
    path("<uuid:take_in_id>/columns/", views.match, name="match"),
    path("<uuid:take_in_id>/values/", views.values, name="values"),
    path("<uuid:take_in_id>/mapping/", views.mapping, name="mapping"),
    path("<uuid:take_in_id>/rejected/<int:number>/", views.rejected, name="rejected"),
    path("<uuid:take_in_id>/check/", views.check, name="check"),
    path("<uuid:take_in_id>/take-in/", views.take_in, name="take_in"),
    path("<uuid:take_in_id>/take-back/", views.undo, name="undo"),
    path("<uuid:take_in_id>/give-up/", views.give_up, name="give_up"),
]
