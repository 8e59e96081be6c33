from django.urls import path

from pathways.web.drafts import views

app_name = "drafts"
urlpatterns = [path("", views.unfinished, name="list")]
