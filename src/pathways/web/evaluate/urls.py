from django.urls import path

from pathways.web.evaluate import bringing, justice_lab, releases, views

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
    path("dashboard/", views.dashboard, name="dashboard"),
    path("releases/", releases.listed, name="releases"),
    path("releases/make/", releases.Ask.as_view(), name="ask_release"),
    path("releases/<uuid:release_id>/", releases.show, name="release"),
    path("releases/<uuid:release_id>/change/", releases.Change.as_view(), name="change_release"),
    path("releases/<uuid:release_id>/put-forward/", releases.Propose.as_view(), name="propose_release"),
    path("releases/<uuid:release_id>/say/", releases.Review.as_view(), name="review_release"),
    path("releases/<uuid:release_id>/withdraw/", releases.Withdraw.as_view(), name="withdraw_release"),
    path("releases/<uuid:release_id>/file/<slug:kind>/", releases.file, name="release_file"),
    path(
        "releases/<uuid:release_id>/headings/<uuid:template_id>/<slug:kind>/",
        releases.in_template,
        name="release_in_template",
    ),
    path("justice-data-lab/", justice_lab.listed, name="lab"),
    path("justice-data-lab/draw/", justice_lab.Draw.as_view(), name="lab_draw"),
    path("justice-data-lab/notices/", justice_lab.notices, name="notices"),
    path("justice-data-lab/notices/add/", justice_lab.AddNotice.as_view(), name="add_notice"),
    path("justice-data-lab/<uuid:submission_id>/", justice_lab.show, name="lab_submission"),
    path("justice-data-lab/<uuid:submission_id>/women/", justice_lab.women, name="lab_women"),
    path("justice-data-lab/<uuid:submission_id>/again/", justice_lab.DrawAgain.as_view(), name="lab_again"),
    path(
        "justice-data-lab/<uuid:submission_id>/put-forward/",
        justice_lab.Propose.as_view(),
        name="lab_propose",
    ),
    path("justice-data-lab/<uuid:submission_id>/say/", justice_lab.Say.as_view(), name="lab_say"),
    path("justice-data-lab/<uuid:submission_id>/take-out/", justice_lab.take_out, name="lab_take_out"),
    path(
        "justice-data-lab/<uuid:submission_id>/withdraw/",
        justice_lab.Withdraw.as_view(),
        name="lab_withdraw",
    ),
    path("headings/", releases.templates, name="templates"),
    path("headings/add/", releases.AddTemplate.as_view(), name="add_template"),
    path("headings/<uuid:template_id>/", releases.template, name="template"),
    path("headings/<uuid:template_id>/change/", releases.MapTemplate.as_view(), name="map_template"),
    path("headings/<uuid:template_id>/file/", releases.template_file, name="template_file"),
]
