"""Every workflow, in the order of her journey: for the documentation's diagrams and the exhaustive test."""

from __future__ import annotations

from typing import Any

from pathways.domain.evaluation import interviews, justice_lab, release
from pathways.domain.governance import emergency, erasure, hold
from pathways.domain.identification import consideration, linking, referral_in, run, second_reading
from pathways.domain.outcomes import followup, in_use, response
from pathways.domain.reach import approach, plan, stop
from pathways.domain.referral import referral
from pathways.domain.support import closure, engagement, episode, goal, joining
from pathways.domain.triage import assessment, meeting, reading, triage, version
from pathways.domain.workflow import Workflow

ALL: tuple[Workflow[Any, Any, Any], ...] = (
    run.WORKFLOW,
    consideration.WORKFLOW,
    second_reading.WORKFLOW,
    referral_in.WORKFLOW,
    plan.WORKFLOW,
    approach.WORKFLOW,
    stop.WORKFLOW,
    assessment.WORKFLOW,
    triage.WORKFLOW,
    reading.WORKFLOW,
    version.WORKFLOW,
    meeting.REQUEST_WORKFLOW,
    meeting.WORKFLOW,
    meeting.COPY_WORKFLOW,
    referral.WORKFLOW,
    engagement.WORKFLOW,
    goal.WORKFLOW,
    closure.WORKFLOW,
    episode.WORKFLOW,
    response.WORKFLOW,
    followup.WORKFLOW,
    emergency.WORKFLOW,
    erasure.WORKFLOW,
    hold.WORKFLOW,
    joining.WORKFLOW,
    linking.POLICE_WORKFLOW,
    linking.SUPPORT_WORKFLOW,
    linking.RUN_WORKFLOW,
    in_use.WORKFLOW,
    release.WORKFLOW,
    interviews.WORKFLOW,
    justice_lab.WORKFLOW,
)
