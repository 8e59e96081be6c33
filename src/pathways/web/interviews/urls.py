from django.urls import path

from pathways.web.interviews import views

app_name = "interviews"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("differences/", views.differences, name="differences"),
    path("of/<uuid:kept_id>/excerpt/", views.Keep.as_view(), name="keep"),
    path("excerpt/<uuid:excerpt_id>/", views.excerpt, name="excerpt"),
    path("excerpt/<uuid:excerpt_id>/code/", views.GiveCodes.as_view(), name="code"),
    path("excerpt/<uuid:excerpt_id>/settle/", views.Settle.as_view(), name="settle"),
    path("excerpt/<uuid:excerpt_id>/quote/", views.Quote.as_view(), name="quote"),
    path("excerpt/<uuid:excerpt_id>/take-out/", views.TakeOut.as_view(), name="take_out"),
    path("quotation/<uuid:quotation_id>/", views.Decide.as_view(), name="decide"),
    path("quotation/<uuid:quotation_id>/take-back/", views.TakeBack.as_view(), name="take_back"),
]
