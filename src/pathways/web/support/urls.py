"""Addresses of support."""

from django.urls import path

from pathways.web.support import caseloads, contacts, endings, plans

app_name = "support"

urlpatterns = [
    path("", caseloads.women, name="list"),
    path("today/", contacts.today, name="today"),
    path("groups/", contacts.groups, name="groups"),
    path("groups/register/", contacts.RunGroup.as_view(), name="group"),
    path("workload/", caseloads.workload, name="workload"),
    path("cover/", caseloads.Cover.as_view(), name="cover"),
    path("cover/<uuid:from_id>/<uuid:to_id>/end/", caseloads.end_cover, name="end_cover"),
    path("hand-over/", caseloads.HandOver.as_view(), name="hand_over"),
    path("sign-offs/", endings.sign_offs, name="sign_offs"),
    path("sign-offs/<uuid:closure_id>/", endings.SignOff.as_view(), name="sign_off"),
    path("follow-ups/", endings.follow_ups, name="follow_ups"),
    path("follow-ups/<uuid:follow_up_id>/", endings.FollowUp.as_view(), name="follow_up"),
    path("contact/<uuid:contact_id>/", contacts.RecordPlanned.as_view(), name="record_planned"),
    path("contact/<uuid:contact_id>/missed/", contacts.missed, name="missed"),
    path("contact/<uuid:contact_id>/call-off/", contacts.call_off, name="call_off"),
    path("note/<uuid:note_id>/", contacts.CorrectNote.as_view(), name="correct_note"),
    path("goal/<uuid:goal_id>/rate/", plans.Rate.as_view(), name="rate"),
    path("goal/<uuid:goal_id>/<slug:action>/", plans.settle, name="settle"),
    path("<uuid:client_id>/contacts/", contacts.of_her, name="contacts"),
    path("<uuid:client_id>/contact/", contacts.RecordContact.as_view(), name="contact"),
    path("<uuid:client_id>/appointment/", contacts.PlanAppointment.as_view(), name="plan_contact"),
    path("<uuid:client_id>/note/", contacts.WriteNote.as_view(), name="note"),
    path("<uuid:client_id>/plan/", plans.of_her, name="plan"),
    path("<uuid:client_id>/goal/", plans.SetGoal.as_view(), name="goal"),
    path("<uuid:client_id>/review/", plans.Review.as_view(), name="review"),
    path("<uuid:client_id>/engagement/<slug:action>/", plans.Engagement.as_view(), name="engagement"),
    path("<uuid:client_id>/cover/", caseloads.Cover.as_view(), name="cover_her"),
    path("<uuid:client_id>/hand-over/", caseloads.HandOver.as_view(), name="hand_her_over"),
    path("<uuid:client_id>/after/", endings.after, name="after"),
    path("<uuid:client_id>/close/", endings.Close.as_view(), name="close"),
    path("<uuid:client_id>/close-early/", endings.CloseEarly.as_view(), name="close_early"),
    path("<uuid:client_id>/come-back/", endings.ComeBack.as_view(), name="come_back"),
]
