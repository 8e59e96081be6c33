from django.urls import path

from pathways.web.correct import views

app_name = "correct"
urlpatterns = [
    path("<uuid:client_id>/", views.history, name="history"),
    path("<uuid:client_id>/who-she-is/", views.WhoSheIs.as_view(), name="identity"),
    path("contact/<uuid:contact_id>/", views.Contact.as_view(), name="contact"),
    path("rating/<uuid:rating_id>/", views.GoalRating.as_view(), name="goal_rating"),
    path("referral/<uuid:referral_id>/", views.ReferralWhy.as_view(), name="referral_why"),
    path("ending/<uuid:closure_id>/", views.Ending.as_view(), name="closure"),
    path("follow-up/<uuid:follow_up_id>/", views.FollowUp.as_view(), name="follow_up"),
]
