from django.urls import path

from pathways.web.plan import measuring, recording, theory, views

app_name = "plan"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("theory/", theory.show, name="theory"),
    path("theory/add/", theory.AddNode.as_view(), name="add_node"),
    path("theory/part/<slug:code>/change/", theory.ChangeNode.as_view(), name="change_node"),
    path("theory/part/<slug:code>/remove/", theory.RemoveNode.as_view(), name="remove_node"),
    path("theory/link/", theory.AddLink.as_view(), name="add_link"),
    path("theory/link/<slug:start>/<slug:end>/change/", theory.ChangeLink.as_view(), name="change_link"),
    path("theory/link/<slug:start>/<slug:end>/remove/", theory.RemoveLink.as_view(), name="remove_link"),
    path("theory/take-in/", theory.TakeIn.as_view(), name="take_in"),
    path("theory/versions/", theory.versions, name="theory_versions"),
    path("theory/versions/<int:number>/", theory.version, name="theory_version"),
    path("theory/versions/<int:number>/bring-back/", theory.BringBack.as_view(), name="bring_back"),
    path("theory/compare/", theory.compare, name="theory_compare"),
    path("theory/download/<slug:kind>/", theory.download, name="theory_file"),
    path("measures/", measuring.listed, name="measures"),
    path("measures/add/", measuring.Add.as_view(), name="add_measure"),
    path("measures/one/<slug:code>/", measuring.one, name="measure"),
    path("measures/one/<slug:code>/change/", measuring.Change.as_view(), name="change_measure"),
    path("measures/versions/", measuring.versions, name="measures_versions"),
    path("measures/compare/", measuring.compare, name="measures_compare"),
    path("measures/download/<slug:kind>/", measuring.download, name="measures_file"),
    path("records/", recording.kinds, name="records"),
    path("records/of/<slug:kind>/", recording.listed, name="record_list"),
    path("records/of/<slug:kind>/add/", recording.Add.as_view(), name="add_record"),
    path("records/of/<slug:kind>/download/<slug:ending>/", recording.download, name="records_file"),
    path("records/one/<uuid:kept_id>/", recording.one, name="record"),
    path("records/one/<uuid:kept_id>/correct/", recording.Correct.as_view(), name="correct_record"),
    path("records/one/<uuid:kept_id>/withdraw/", recording.Withdraw.as_view(), name="withdraw_record"),
]
