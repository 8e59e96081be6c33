"""Addresses of referrals."""

from django.urls import path

from pathways.web.refer import making, views

app_name = "refer"

urlpatterns = [
    path("", views.listed, name="list"),
    path("new/<uuid:client_id>/", making.New.as_view(), name="new"),
    path("<uuid:referral_id>/", views.show, name="show"),
    path("<uuid:referral_id>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("<uuid:referral_id>/take/", views.take, name="take"),
    path("<uuid:referral_id>/accept/", views.Accept.as_view(), name="accept"),
    path("<uuid:referral_id>/waiting-list/", views.Waitlist.as_view(), name="waitlist"),
    path("<uuid:referral_id>/decline/", views.Decline.as_view(), name="decline"),
    path("<uuid:referral_id>/withdraw/", views.Withdraw.as_view(), name="withdraw"),
    path("<uuid:referral_id>/she-declines/", views.HerNo.as_view(), name="her_no"),
    path("<uuid:referral_id>/unanswered/", views.expire, name="expire"),
]
