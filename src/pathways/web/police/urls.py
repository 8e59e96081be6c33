from django.urls import path

from pathways.web.police import views

app_name = "police"
urlpatterns = [
    path("", views.considerations, name="list"),
    path("flag/", views.Flag.as_view(), name="flag"),
    path("flag/under-18/", views.child, name="child"),
    path("flags/", views.mine, name="mine"),
    path("told/", views.told, name="told"),
    path("told/<uuid:message_id>/", views.told_one, name="told_one"),
    path("<uuid:consideration_id>/", views.consideration, name="consideration"),
    path("<uuid:consideration_id>/evidence/", views.evidence, name="evidence"),
    path("<uuid:consideration_id>/move/", views.move, name="move"),
    path("<uuid:consideration_id>/plan/", views.PlanContact.as_view(), name="plan"),
    path("<uuid:consideration_id>/correct/", views.SayAgain.as_view(), name="say_again"),
    path("<uuid:consideration_id>/decide/", views.Decide.as_view(), name="decide"),
    path("again/<uuid:nominal_id>/", views.FlagAgain.as_view(), name="flag_again"),
]
