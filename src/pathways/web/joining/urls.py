from django.urls import path

from pathways.web.joining import views

app_name = "joining"
urlpatterns = [
    path("<uuid:client_id>/", views.alike, name="alike"),
    path("<uuid:client_id>/with/<uuid:other_id>/", views.Join.as_view(), name="join"),
    path("<uuid:client_id>/with/<uuid:other_id>/apart/", views.KeepApart.as_view(), name="keep_apart"),
    path("part/<uuid:joining_id>/", views.Part.as_view(), name="part"),
]
