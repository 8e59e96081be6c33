"""Every address, by area. An area brings its own `urls.py` with an `app_name`."""

from django.urls import include, path

urlpatterns = [
    path("", include("pathways.web.home.urls")),
    path("", include("pathways.web.frame.urls")),
    path("women/", include("pathways.web.cases.urls")),
    path("search/", include("pathways.web.search.urls")),
    path("her/", include("pathways.web.herpage.urls")),
    path("administer/", include("pathways.web.administer.urls")),
    path("account/", include("pathways.web.accounts.urls")),
    path("correct/", include("pathways.web.correct.urls")),
    path("joining/", include("pathways.web.joining.urls")),
    path("linking/", include("pathways.web.linking.urls")),
    path("police/", include("pathways.web.police.urls")),
    path("considering/", include("pathways.web.considering.urls")),
    path("doors/", include("pathways.web.doors.urls")),
    path("assess/", include("pathways.web.assess.urls")),
    path("drafts/", include("pathways.web.drafts.urls")),
    path("directory/", include("pathways.web.directory.urls")),
    path("evaluate/", include("pathways.web.evaluate.urls")),
    path("partners/", include("pathways.web.partners.urls")),
    path("interviews/", include("pathways.web.interviews.urls")),
    path("plan/", include("pathways.web.plan.urls")),
    path("governance/", include("pathways.web.governance.urls")),
    path("panel/", include("pathways.web.panel.urls")),
    path("messages/", include("pathways.web.messages.urls")),
    path("reach/", include("pathways.web.reach.urls")),
    path("refer/", include("pathways.web.refer.urls")),
    path("triage/", include("pathways.web.triage.urls")),
    path("bars/", include("pathways.web.bars.urls")),
    path("emergency/", include("pathways.web.emergency.urls")),
    path("take-in/", include("pathways.web.taking.urls")),
    path("support/", include("pathways.web.support.urls")),
    path("measures/", include("pathways.web.measures.urls")),
    path("instruments/", include("pathways.web.instruments.urls")),
]

handler400 = "pathways.web.frame.refusals.bad_request"
handler403 = "pathways.web.frame.refusals.forbidden"
handler404 = "pathways.web.frame.refusals.not_found"
handler500 = "pathways.web.frame.refusals.our_fault"
