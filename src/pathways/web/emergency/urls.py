from django.urls import path

from pathways.web.emergency import views

app_name = "emergency"
urlpatterns = [
    path("", views.Ask.as_view(), name="ask"),
    path("accesses/", views.listed, name="list"),
    path("<uuid:emergency_id>/", views.show, name="show"),
    path("<uuid:emergency_id>/end/", views.end, name="end"),
    path("<uuid:emergency_id>/review/", views.Review.as_view(), name="review"),
]
