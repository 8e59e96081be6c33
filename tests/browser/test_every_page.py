"""Every page that a role can reach: nothing for axe, nothing too wide, no name in a title, no other host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pathways.domain.terms.people import HUMAN_ROLES, Role
from tests.browser.conftest import Programme
from tests.browser.walking import Walk

pytestmark = [pytest.mark.browser, pytest.mark.database]


def told(wrong: list[Any]) -> str:
    return "\n".join(f"{path}: {what} {more}" for path, what, more in wrong)


@pytest.mark.prove
@pytest.mark.parametrize("role", HUMAN_ROLES, ids=lambda role: role.value)
def test_nothing_is_found_on_any_page_of_this_role(
    programme: Programme, open_tab: Callable[..., Any], role: Role
) -> None:
    tab = open_tab()
    programme.sign_in(tab, role.value)
    walk = Walk(tab, programme.address, programme.names)
    for path in walk.pages():
        walk.look(path)
    walk.fail_every_form()
    walk.wrong += [("somewhere", "complained", line) for line in tab.said]
    print(f"{role.value}: {len(walk.visited)} pages, {len(walk.forms)} forms")
    assert not walk.wrong, told(walk.wrong)
    assert len(walk.visited) >= 3
