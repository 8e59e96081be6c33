from django.urls import path

from pathways.web.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("where/", views.choose, name="choose"),
    path("password/", views.password, name="password"),
    path("set-password/<uuid:account_id>/<str:token>/", views.set_password, name="set_password"),
    path("forgotten/", views.forgotten, name="forgotten"),
    path("sessions/", views.sessions, name="sessions"),
    path("stay/", views.stay, name="stay"),
]
