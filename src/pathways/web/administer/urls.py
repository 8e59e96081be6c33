from django.urls import path

from pathways.web.administer import organisations, people, programme

app_name = "administer"
urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/add/", people.add, name="add_person"),
    path("people/<uuid:account_id>/", people.person, name="person"),
    path("people/<uuid:account_id>/correct/", people.Correct.as_view(), name="correct_person"),
    path("people/<uuid:account_id>/role/", people.Appoint.as_view(), name="appoint"),
    path("people/<uuid:account_id>/left/", people.left, name="leave"),
    path("people/<uuid:account_id>/back/", people.back, name="come_back"),
    path("people/<uuid:account_id>/link/", people.link, name="link"),
    path("people/<uuid:account_id>/unlock/", people.unlock, name="unlock"),
    path("people/<uuid:account_id>/role/<uuid:appointment_id>/end/", people.end, name="end"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/add/", organisations.Add.as_view(), name="add_organisation"),
    path("organisations/<uuid:organisation_id>/", organisations.organisation, name="organisation"),
    path("organisations/<uuid:organisation_id>/change/", organisations.Change.as_view(), name="change"),
    path(
        "organisations/<uuid:organisation_id>/modern-slavery/",
        organisations.ModernSlaveryAct.as_view(),
        name="modern_slavery",
    ),
    path("organisations/<uuid:organisation_id>/duty/", organisations.Duty.as_view(), name="duty"),
    path(
        "organisations/<uuid:organisation_id>/coordinating/", organisations.coordinating, name="coordinating"
    ),
    path("organisations/<uuid:organisation_id>/end/", organisations.End.as_view(), name="end_organisation"),
    path("settings/", programme.settings, name="settings"),
    path("settings/change/", programme.Change.as_view(), name="change_settings"),
    path("settings/holidays/", programme.holidays, name="holidays"),
    path("settings/holidays/<str:day>/remove/", programme.remove_holiday, name="remove_holiday"),
    path("settings/agreements/", programme.agreements, name="agreements"),
    path("settings/agreements/add/", programme.AddAgreement.as_view(), name="add_agreement"),
    path(
        "settings/agreements/<uuid:agreement_id>/end/", programme.EndAgreement.as_view(), name="end_agreement"
    ),
    path("settings/health/", programme.health, name="health"),
]
