from django.urls import path

from pathways.web.panel import views

app_name = "panel"
urlpatterns = [path("<uuid:client_id>/", views.agenda, name="agenda")]
