"""The panel: meetings, agendas, what agencies add, the room, decisions, paper."""

from django.urls import path

from pathways.web.panel import views

app_name = "panel"
urlpatterns = [
    path("", views.listed, name="list"),
    path("turnout/", views.turnout, name="turnout"),
    path("series/new/", views.StartSeries.as_view(), name="series"),
    path("series/<uuid:series_id>/", views.series_one, name="series_one"),
    path("series/<uuid:series_id>/attendees/", views.ChangeAttendees.as_view(), name="attendees"),
    path("meeting/<uuid:meeting_id>/", views.meeting, name="meeting"),
    path("meeting/<uuid:meeting_id>/invite/", views.Invite.as_view(), name="invite"),
    path("meeting/<uuid:meeting_id>/move/", views.Move.as_view(), name="move"),
    path("meeting/<uuid:meeting_id>/begin/", views.Begin.as_view(), name="begin"),
    path("meeting/<uuid:meeting_id>/cancel/", views.Cancel.as_view(), name="cancel"),
    path("meeting/<uuid:meeting_id>/agenda/", views.agenda_of, name="agenda_of"),
    path("meeting/<uuid:meeting_id>/agenda/<uuid:client_id>/", views.PutOn.as_view(), name="put_on"),
    path("meeting/<uuid:meeting_id>/room/", views.room, name="room"),
    path("meeting/<uuid:meeting_id>/copies/", views.copies, name="copies"),
    path("meeting/<uuid:meeting_id>/copies/<uuid:copy_id>/", views.SettleCopy.as_view(), name="copy"),
    path("meeting/<uuid:meeting_id>/print/<slug:kind>/", views.print_copy, name="print"),
    path("item/<uuid:item_id>/", views.item, name="item"),
    path("item/<uuid:item_id>/add/", views.Add.as_view(), name="add"),
    path("item/<uuid:item_id>/step-back/", views.StepBack.as_view(), name="step_back"),
    path("item/<uuid:item_id>/screen/", views.screen, name="screen"),
    path("item/<uuid:item_id>/screen/same/", views.watch, name="watch"),
    path("item/<uuid:item_id>/decide/", views.Decide.as_view(), name="decide"),
    path("action/<uuid:decision_id>/", views.action, name="action"),
    path("action/<uuid:decision_id>/done/", views.Finish.as_view(), name="finish"),
    path("<uuid:client_id>/", views.agenda, name="agenda"),
    path("<uuid:client_id>/requests/", views.requests_of, name="requests_of"),
    path("<uuid:client_id>/requests/new/", views.AskFor.as_view(), name="ask_for"),
    path("<uuid:client_id>/requests/<uuid:request_id>/", views.AnswerRequest.as_view(), name="answer"),
]
