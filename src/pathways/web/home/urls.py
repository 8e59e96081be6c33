from django.urls import path

from pathways.web.home import views

app_name = "home"
urlpatterns = [
    path("", views.home, name="home"),
    path("tasks/", views.my_tasks, name="tasks"),
    path("tasks/<uuid:task_id>/done/", views.tick_off, name="tick_off"),
]
