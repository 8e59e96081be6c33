"""Addresses of what is measured with her. Her scores over time are a tab of her page."""

from django.urls import path

from pathways.web.measures import views

app_name = "measures"

urlpatterns = [
    path("answers/<uuid:response_id>/", views.one, name="one"),
    path("answers/<uuid:response_id>/take-out/", views.Withdraw.as_view(), name="withdraw"),
    path("answers/<uuid:response_id>/put-back/", views.put_back, name="put_back"),
    path("<uuid:client_id>/fill/<slug:code>/<str:edition>/", views.FillIn.as_view(), name="fill"),
    path("<uuid:client_id>/result/", views.KeepResult.as_view(), name="result"),
]
