from django.urls import path

from pathways.web.doors import views

app_name = "doors"
urlpatterns = [
    path("", views.referrals, name="list"),
    path("new/", views.Receive.as_view(), name="new"),
    path("under-18/", views.child, name="child"),
    path("mine/", views.mine, name="mine"),
    path("crossings/", views.crossings, name="crossings"),
    path("crossings/<uuid:disclosure_id>/", views.crossing, name="crossing"),
    path("again/<uuid:joined_id>/", views.again, name="again"),
    path("tell-police/<uuid:client_id>/", views.TellPolice.as_view(), name="tell_police"),
    path("<uuid:referral_in_id>/", views.referral, name="referral"),
    path("<uuid:referral_in_id>/move/", views.move, name="move"),
    path("<uuid:referral_in_id>/correct/", views.SayAgain.as_view(), name="say_again"),
    path("<uuid:referral_in_id>/decide/", views.Decide.as_view(), name="decide"),
]
