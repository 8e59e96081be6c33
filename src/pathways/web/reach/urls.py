"""Addresses of reaching her safely."""

from django.urls import path

from pathways.web.reach import approaching, outgoing, plan, stopping, taking_part, told

app_name = "reach"
urlpatterns = [
    path("", approaching.listed, name="list"),
    path("approach/<uuid:approach_id>/", approaching.one, name="approach"),
    path("approach/<uuid:approach_id>/attempt/", approaching.RecordAttempt.as_view(), name="attempt"),
    path("approach/<uuid:approach_id>/unreached/", approaching.unreached, name="unreached"),
    path("sent/<uuid:message_id>/", outgoing.sent, name="sent"),
    path("<uuid:client_id>/assign/", approaching.Assign.as_view(), name="assign"),
    path("<uuid:client_id>/plan/", plan.shown, name="plan"),
    path("<uuid:client_id>/plan/confirm/", plan.Confirm.as_view(), name="plan_confirm"),
    path("<uuid:client_id>/plan/again/", plan.again, name="plan_again"),
    path("<uuid:client_id>/plan/changed/", plan.Changed.as_view(), name="plan_changed"),
    path("<uuid:client_id>/plan/not-safe/", plan.NotSafe.as_view(), name="plan_not_safe"),
    path("<uuid:client_id>/agreement/", taking_part.shown, name="agreement"),
    path("<uuid:client_id>/agreement/record/", taking_part.Record.as_view(), name="agreement_record"),
    path("<uuid:client_id>/told/", told.shown, name="told"),
    path("<uuid:client_id>/told/record/", told.Record.as_view(), name="told_record"),
    path("<uuid:client_id>/told/disposal/", told.KeepDisposal.as_view(), name="keep_disposal"),
    path("disposal/<uuid:disposal_id>/take-out/", told.take_out, name="take_out_disposal"),
    path("<uuid:client_id>/return/", taking_part.returned, name="return"),
    path("<uuid:client_id>/messages/", outgoing.listed, name="messages"),
    path("<uuid:client_id>/messages/write/", outgoing.Write.as_view(), name="write"),
    path("<uuid:client_id>/place/", stopping.Place.as_view(), name="place"),
    path("<uuid:client_id>/stop/", stopping.Stop.as_view(), name="stop"),
    path("<uuid:client_id>/start-again/", stopping.StartAgain.as_view(), name="start_again"),
]
