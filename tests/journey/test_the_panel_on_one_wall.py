"""The panel’s rows with row security down: the first wall alone shows each attendee what it should."""

from __future__ import annotations

import pytest
from django.db import transaction

from pathways.records import models as r
from tests.journey import people
from tests.journey.test_the_panel import (
    AT_TABLE,
    agree_with_each_other,
    asked,
    everything_from_everybody,
    expected,
    seen,
)

pytestmark = pytest.mark.database


def test_without_the_database_wall_the_filter_alone_holds(fresh_database, as_superuser):
    with transaction.atomic():
        cast = people.cast()
        agree_with_each_other(cast)
        _, items, _ = asked(cast)
        everything_from_everybody(cast, items["Rosa"])
        assert r.PanelFact.objects.count() > 30  # row security is down
        for name in AT_TABLE:
            assert seen(cast, name, items["Rosa"]) == expected(cast, name), name
