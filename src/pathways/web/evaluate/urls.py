from django.urls import path

from pathways.web.evaluate import bringing, views

app_name = "evaluate"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("process/", views.process, name="process"),
    path("women/", views.women, name="women"),
    path("compared/", views.compared, name="compared"),
    path("impact/", views.impact, name="impact"),
    path("comparison/", bringing.comparison, name="comparison"),
    path("police-contact/", bringing.police_contact, name="police_contact"),
    path("definitions/", views.definitions, name="definitions"),
    path("download/<slug:kind>/", views.download, name="download"),
]
