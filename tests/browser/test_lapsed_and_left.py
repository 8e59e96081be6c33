"""A sign-in that lapses in the middle of any form; and what is left in a browser after signing out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import Resolver404, resolve
from playwright.sync_api import TimeoutError as Timeout

from pathways.web import sessions
from tests.browser.conftest import Programme
from tests.browser.walking import kind_of
from tests.conftest import chromium
from tests.web.conftest import ARGUMENTS

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.prove]

FORMS = 100

ODD = "  Zoë said “it’s <b>5</b> > 3 & fine”\n\t– ✓ 😀 ﷽ 'quoted' \"twice\" \\n %s {{ no }}\n\n"
LONG = "\n" + (ODD * 80)[:3998] + " "

#: fills in everything of the form without a word to the server, and says what stands in it
FILL = """([odd, long]) => {
    const form = document.querySelector('main form[data-draft]');
    const groups = {};
    for (const field of form.elements) {
        if (!field.name || field.name.startsWith('_') || field.name.startsWith('csrf')) continue;
        const kind = field.type;
        if (kind === 'radio' || kind === 'checkbox') { (groups[field.name] ||= []).push(field); continue; }
        if (kind === 'password') { field.value = 'not to be kept anywhere'; continue; }
        if (kind === 'hidden' || kind === 'file' || kind === 'submit' || kind === 'button') continue;
        if (field.tagName === 'SELECT') { field.selectedIndex = field.options.length - 1; }
        else if (field.tagName === 'TEXTAREA') { field.value = long; }
        else {
            const line = odd.replace(/\\n/g, ' ');
            field.value = field.maxLength > 0 ? line.slice(0, field.maxLength) : line;
        }
    }
    for (const all of Object.values(groups)) {
        for (const one of all) one.checked = false;
        all[all.length - 1].checked = true;
        if (all[0].type === 'checkbox') all[0].checked = true;
    }
    form.dispatchEvent(new Event('input', { bubbles: true }));
}"""

PRESS = """document.querySelector(
    'main form[data-draft] button:not([type=button]):not([value=save]):not([value=discard])').click()"""

#: all of it but a password, which is kept nowhere and asked again
STANDS = """() => JSON.stringify([...new FormData(document.querySelector('main form[data-draft]')).entries()]
    .filter(([name, value]) => !name.startsWith('_') && !name.startsWith('csrf') && typeof value === 'string'
        && document.querySelector(`main form[data-draft] [name="${CSS.escape(name)}"]`).type !== 'password')
    .sort((a, b) => a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0))"""


def forms_of(programme: Programme, email: str, known: dict[str, int]) -> Iterator[str]:
    """Every form that this person finds by links, at each of its pages, each kind once."""
    client = Client(raise_request_exception=False)
    client.post("/account/sign-in/", {"email": email, "password": programme.password})
    waiting, met, seen = ["/"], {"/"}, set()
    while waiting:
        path = waiting.pop(0)
        kind = kind_of(path)
        if kind in seen:
            continue
        seen.add(kind)
        answer = client.get(path)
        if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        page = answer.content.decode()
        for href in re.findall(r'href="(/[^"#]*)"', page):
            onward = href.replace("&amp;", "&")
            if onward not in met and not re.search(r"/static/|/account/|download|\.svg$", onward):
                met.add(onward)
                waiting.append(onward)
        for address in steps_of(path):
            drawn = page if address == path else client.get(address).content.decode()
            slug = re.search(r'data-draft.*?name="_step" value="([^"]+)"', drawn, re.S)
            if slug is None or not re.search(r"<(textarea|select|input)[^>]* name=\"[a-z]", drawn):
                continue
            form = f"{kind_of(path.partition('?')[0])} {slug[1]}"
            if known.get(form, 0) < 5:
                known[form] = known.get(form, 0) + 1
                yield f"{path.partition('?')[0]}?step={slug[1]}"


def steps_of(path: str) -> list[str]:
    try:
        view = getattr(resolve(path.partition("?")[0]).func, "view_class", None)
    except Resolver404:
        view = None
    steps = getattr(view, "steps", ())
    return [path, *(f"{path.partition('?')[0]}?step={step.slug}" for step in steps)]


def lapse(number: int) -> None:
    """Ends every session: by the clock, or outright."""
    if number % 2:
        Session.objects.all().delete()
        return
    for row in Session.objects.all():
        held = row.get_decoded()
        held[sessions.SEEN] = held.get(sessions.SEEN, 0) - 20 * 60
        row.session_data = Session.objects.encode(held)
        row.save()


ARRIVED = """() => document.readyState === 'complete' && !location.pathname.startsWith('/account/sign-in/')"""


def test_a_lapsed_sign_in_returns_to_the_same_words_in_every_form(
    programme: Programme, open_tab: Callable[..., Any]
) -> None:
    known: dict[str, int] = {}
    found = [
        (email, path)
        for email in programme.sign_ins.values()
        for path in forms_of(programme, email, known)
    ]
    first = {
        f"{kind_of(path.partition('?')[0])} {path.rpartition('=')[2]}": (who, path) for who, path in found
    }
    chosen = list(first.values())
    chosen += [one for one in found if one not in chosen][: max(0, FORMS - len(chosen))]
    chosen.reverse()  # later pages first: what is kept of a form’s first page settles which others there are
    print(f"\n{len(found)} forms found, {len(first)} of them different", flush=True)
    unlike: list[tuple[str, str]] = []
    tab, who = open_tab(), ""
    for number, (email, path) in enumerate(chosen):
        if email != who:
            tab.context.clear_cookies()
            programme.sign_in(tab, email)
            who = email
        tab.goto(programme.address + path)
        tab.evaluate(FILL, [ODD, LONG])
        before = tab.evaluate(STANDS)
        lapse(number)
        try:
            with tab.expect_navigation(url=re.compile("/account/sign-in/"), timeout=15_000):
                tab.evaluate(PRESS if number % 3 else "document.dispatchEvent(new Event('pathways:keep'))")
        except Timeout:
            unlike.append((path, f"stays at {tab.url}: {tab.inner_text('[data-saved]')}"))
            print(unlike[-1], flush=True)
            who = ""
            continue
        assert "Zoë" not in tab.content()
        tab.fill("#id_email", email)
        tab.fill("#id_password", programme.password)
        tab.click("main button[type=submit]:not([aria-controls])")
        try:
            tab.wait_for_function(ARRIVED)  # one load may overtake another: where it ends is judged
        except Timeout:
            unlike.append((path, f"signing in stays at {tab.url}: {tab.inner_text('main')[:400]}"))
            print(unlike[-1], flush=True)
            who = ""
            continue
        if not tab.url.startswith(programme.address + path):
            unlike.append((path, f"came to {tab.url}"))
            print(unlike[-1], flush=True)
            continue
        after = tab.evaluate(STANDS)
        assert "not to be kept anywhere" not in tab.content()
        if before != after:
            unlike.append((path, differing(before, after)))
            print(unlike[-1], flush=True)
    print(f"\n{len(chosen)} forms, {len(first)} of them different; {len(unlike)} unlike")
    assert unlike == []
    assert tab.said == []
    assert len(chosen) >= FORMS


def differing(before: str, after: str) -> str:
    was, now = dict(json.loads(before)), dict(json.loads(after))
    names = [name for name in {*was, *now} if was.get(name) != now.get(name)]
    return "; ".join(f"{name}: {was.get(name)!r:.80} became {now.get(name)!r:.80}" for name in names)


KEPT = """async () => [
    ...Object.keys(localStorage).map(key => 'localStorage ' + key),
    ...Object.keys(sessionStorage).filter(key => key !== 'covered').map(key => 'sessionStorage ' + key),
    ...(await indexedDB.databases()).map(one => 'indexedDB ' + one.name),
    ...('caches' in window ? (await caches.keys()).map(key => 'caches ' + key) : []),
    ...(navigator.serviceWorker
        ? (await navigator.serviceWorker.getRegistrations()).map(() => 'worker') : []),
]"""


def test_after_signing_out_nothing_of_hers_is_left_in_the_browser(
    her_words: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the browser's cache of whole pages on, which the other tests' tool turns off."""
    programme = her_words
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as tool:
        browser = tool.chromium.launch(
            executable_path=chromium(),
            args=ARGUMENTS,
            ignore_default_args=["--disable-back-forward-cache"],
        )
        context = browser.new_context()
        tab, other = context.new_page(), context.new_page()
        kept: list[tuple[str, list[str]]] = []
        seen = 0
        for role in ("support_worker", "coordinator", "police_spoc", "provider_worker"):
            programme.sign_in(tab, role)
            paths = hers(programme, programme.sign_ins[role])
            other.goto(programme.address + paths[0])
            assert named(other, programme), f"no name on {paths[0]}"
            for path in paths:
                tab.goto(programme.address + path)
                seen += named(tab, programme)
                if stored := tab.evaluate(KEPT):
                    kept.append((path, stored))
            tab.click("header summary >> nth=0")
            with tab.expect_navigation():
                tab.locator('header form[action="/account/sign-out/"] button').click()
            other.wait_for_url(re.compile("/account/sign-in/"), timeout=10_000)
            assert not named(other, programme)
            for _ in range(len(paths) + 2):
                tab.go_back()
                assert not named(tab, programme), tab.url
            for _ in range(3):
                tab.go_forward()
                assert not named(tab, programme), tab.url
            tab.reload()
            assert not named(tab, programme), tab.url
            fresh = context.new_page()
            fresh.goto(programme.address + paths[0])
            assert "/account/sign-in/" in fresh.url and not named(fresh, programme)
            fresh.close()
        browser.close()
    assert kept == []
    assert seen > 20


def named(tab: Any, programme: Programme) -> bool:
    """Whether the page says a word that is a woman's alone: a name of hers, or her reference."""
    text = tab.evaluate("document.body ? document.body.innerText : ''")
    return bool(set(re.findall(r"\w+", text)) & programme.names)


@pytest.fixture
def her_words(programme: Programme) -> Programme:
    """The programme with every name by which a woman goes, where no colleague of ours is called so."""
    from django.db import transaction

    from pathways.journey import identity
    from pathways.records.models import Account, Client, Identity

    with transaction.atomic(), identity.clerk():
        ours = set(re.findall(r"\w+", " ".join(Account.objects.values_list("name", flat=True))))
        hers = [client.called for client in Client.objects.all()]
        hers += [f"{one.given_names} {one.surname}" for one in Identity.objects.all()]
    programme.names |= {word for word in re.findall(r"\w+", " ".join(hers)) if len(word) > 2} - ours
    return programme


def hers(programme: Programme, email: str) -> list[str]:
    """Pages on which a woman stands by name, for this person."""
    client = Client(raise_request_exception=False)
    client.post("/account/sign-in/", {"email": email, "password": programme.password})
    waiting, met, found = ["/"], {"/"}, []
    while waiting and len(found) < 20 and len(met) < 400:
        path = waiting.pop(0)
        page = client.get(path).content.decode()
        text = re.sub(r"<[^>]+>", " ", page)
        if set(re.findall(r"\w+", text)) & programme.names:
            found.append(path)
        for href in re.findall(r'href="(/[^"#?]*)"', page):
            if href not in met and not re.search(r"/static/|/account/|download|\.svg$", href):
                met.add(href)
                waiting.append(href)
    assert found, f"{email} finds nobody"
    return found
