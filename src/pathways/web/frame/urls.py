from django.urls import path

from pathways.web.frame import tour, views

app_name = "frame"
urlpatterns = [
    path("about/", views.about, name="about"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("version/", views.version, name="version"),
    path("cover/", views.cover, name="cover"),
    path("tour/", tour.tour, name="tour"),
    path("up/", views.alive, name="alive"),
]
