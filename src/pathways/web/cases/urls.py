from django.urls import path

from pathways.web.cases import views

app_name = "cases"
urlpatterns = [path("", views.cases, name="list")]
