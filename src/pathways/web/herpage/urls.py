from django.urls import path

from pathways.web.herpage import views

app_name = "herpage"
urlpatterns = [
    path("held/", views.find_held, name="find_held"),
    path("<uuid:client_id>/", views.story, name="story"),
    path("<uuid:client_id>/assessment/", views.assessment, name="assessment"),
    path("<uuid:client_id>/measures/", views.measures, name="measures"),
    path("<uuid:client_id>/plan/", views.plan, name="plan"),
    path("<uuid:client_id>/contacts/", views.contacts, name="contacts"),
    path("<uuid:client_id>/referrals/", views.referrals, name="referrals"),
    path("<uuid:client_id>/safety/", views.safety, name="safety"),
    path("<uuid:client_id>/involved/", views.involved, name="involved"),
    path("<uuid:client_id>/kept-out/", views.kept_out, name="kept_out"),
    path("<uuid:client_id>/held/", views.held, name="held"),
    path("<uuid:client_id>/history/", views.history, name="history"),
]
