// Everything here is a comfort: each page does the same work without it.
(function () {
  "use strict";
  document.body.classList.add("js-enabled", "govuk-frontend-supported");

  function start(root) {
    if (window.GOVUKFrontend) window.GOVUKFrontend.initAll({ scope: root });
  }
  start(document);

  // A radio that holds further questions. (GOV.UK's own script marks it with aria-expanded, which a radio
  // may not carry.)
  function reveal() {
    document.querySelectorAll("input[data-reveals]").forEach(function (radio) {
      var held = document.getElementById(radio.dataset.reveals);
      if (held) held.classList.toggle("govuk-radios__conditional--hidden", !radio.checked);
    });
    var shared = {}; // one question under several answers
    document.querySelectorAll("input[data-reveals-shared]").forEach(function (input) {
      shared[input.dataset.revealsShared] = shared[input.dataset.revealsShared] || input.checked;
    });
    Object.keys(shared).forEach(function (id) {
      var held = document.getElementById(id);
      if (held) held.classList.toggle("govuk-radios__conditional--hidden", !shared[id]);
    });
  }
  document.addEventListener("change", function (event) { if (event.target.type === "radio" || event.target.type === "checkbox") reveal(); });
  window.addEventListener("pageshow", reveal);
  document.addEventListener("htmx:load", function (event) {
    if (event.target !== document.body) start(event.target);
  });
  document.addEventListener("htmx:configRequest", function (event) {
    var token = document.querySelector("input[name=csrfmiddlewaretoken]");
    if (token) event.detail.headers["X-CSRFToken"] = token.value;
  });

  // htmx leaves the address of the page, which may be hers, in the session's storage; nothing of ours needs it.
  try { sessionStorage.removeItem("htmx-current-path-for-history"); } catch (e) { /* no storage */ }

  // --- drafts: kept on the server, never in this browser --------------------------------------
  document.querySelectorAll("form[data-draft]").forEach(function (form) {
    var line = form.querySelector("[data-saved]");
    var dirty = false, busy = false, leaving = false, again = false;
    // Saves travel beside the person's own presses and may arrive after them: each post says which it is.
    var opened = Math.random().toString(36).slice(2) + Date.now().toString(36), posts = 0;
    var turn = document.createElement("input");
    turn.type = "hidden"; turn.name = "_turn";
    form.appendChild(turn);
    function count() { posts += 1; turn.value = opened + ":" + posts; }
    function typed() {
      count();
      var data = new FormData(form);
      Array.from(data.keys()).forEach(function (name) {  // a file goes when the person sends it, not before
        if (data.getAll(name).some(function (value) { return value instanceof File; })) data.delete(name);
      });
      data.set("_do", "save");
      return data;
    }
    function say(text) { if (line && line.textContent !== text) line.textContent = text; }
    function small(data) {  // what a browser still sends for a page that is being left: 64 KiB, with its heads
      var size = 0;
      data.forEach(function (value, name) { size += 200 + 3 * (name.length + value.length); });
      return size < 60000;
    }
    function save(last) {  // form.action would be the field of that name, where a form has one
      if (!dirty || leaving) return;
      if (busy && last !== true) { again = true; return; } // what changed meanwhile goes as soon as this is back
      dirty = false; busy = true;
      var body = typed();
      fetch(form.getAttribute("action") || location.href, {
        method: "POST", body: body, credentials: "same-origin", headers: { "X-Pathways-Save": "1" },
        keepalive: small(body)
      }).then(function (answer) {
        if (answer.status === 401) {
          if (dirty) { again = true; return; } // more was typed meanwhile: it is kept first
          leaving = true; location.assign(answer.headers.get("HX-Redirect") || "/"); return;
        }
        if (!answer.ok) throw new Error("not kept");
        return answer.json().then(function (body) { if (!dirty) say("Saved " + body.saved); seen(); });
      }).catch(function () {
        dirty = true; again = false; say("Not saved yet. It will be tried again; keep this page open.");
      }).then(function () { busy = false; if (again) { again = false; save(); } });
    }
    form.addEventListener("input", function () { dirty = true; });
    form.addEventListener("change", function () { dirty = true; save(); });
    form.addEventListener("focusout", save);
    form.addEventListener("submit", function () { leaving = true; count(); });
    window.addEventListener("pageshow", function () { leaving = false; });
    document.addEventListener("visibilitychange", function () { if (document.hidden) save(true); });
    window.addEventListener("pagehide", function () { save(true); });
    document.addEventListener("pathways:keep", save);
    setInterval(save, 10000);
  });

  // --- cover: Escape, or the Cover button ------------------------------------------------------
  var cover = document.getElementById("cover"), all = document.getElementById("all"), before = null;
  function remember(on) { try { if (on) sessionStorage.setItem("covered", "1"); else sessionStorage.removeItem("covered"); } catch (e) { /* no storage */ } }
  function show(on) {
    if (!cover) return;
    if (on) before = document.activeElement;
    cover.hidden = !on;
    all.inert = on;
    document.documentElement.classList.toggle("is-covered", on);
    remember(on);
    if (on) cover.querySelector("[data-uncover]").focus();
    else if (before && before.focus) before.focus();
  }
  if (cover) {
    document.querySelectorAll("[data-cover]").forEach(function (link) {
      link.addEventListener("click", function (event) { event.preventDefault(); show(true); });
    });
    cover.querySelector("[data-uncover]").addEventListener("click", function () { show(false); });
    document.addEventListener("keydown", function (event) {
      if (event.key !== "Escape" || !cover.hidden || event.isComposing) return;
      if (document.querySelector("dialog[open]")) return;
      var menu = document.querySelector("details.pw-menu[open]");
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); return; }
      event.preventDefault();
      show(true);
    });
    if (document.documentElement.classList.contains("is-covered")) show(true);
  }
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.pw-menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  // --- the session's end: a warning two minutes before -----------------------------------------
  var dialog = document.getElementById("timeout");
  var idle = Number(document.body.dataset.idleSeconds || 0) * 1000, last = Date.now();
  var channel = "BroadcastChannel" in window ? new BroadcastChannel("pathways") : null;
  function seen() { last = Date.now(); if (channel) channel.postMessage(last); if (dialog && dialog.open) dialog.close(); }
  // Signing out in one tab empties the others.
  if (channel && document.querySelector("[data-signed-out]")) channel.postMessage("out");
  if (channel) channel.onmessage = function (event) {
    if (event.data === "out") { if (dialog) location.replace(dialog.dataset.out); return; }
    last = Math.max(last, event.data); if (dialog && dialog.open) dialog.close();
  };
  document.addEventListener("htmx:afterRequest", function (event) {
    if (event.target && event.target.id === "watch") return; // looks by itself: nobody is using the page
    seen();
  });

  // --- a screen that everybody looks at: says when it can no longer be sure of who is in the room ----------
  var watch = document.querySelector("[data-watch]");
  if (watch && window.htmx) {
    watch.querySelector("[data-watch-on]").hidden = false;
    watch.querySelector("[data-watch-off]").hidden = true;
    document.addEventListener("htmx:afterRequest", function (event) {
      if (event.target !== watch) return;
      var lost = watch.querySelector("[data-watch-lost]");
      if (lost.hidden !== event.detail.successful) lost.hidden = event.detail.successful;
      watch.querySelector("[data-watch-on]").hidden = !event.detail.successful;
    });
  }
  if (dialog && idle) {
    if (channel) channel.postMessage(last);
    var left = dialog.querySelector("[data-left]");
    var stay = function () {
      fetch(dialog.dataset.stay, { credentials: "same-origin", headers: { "X-Pathways-Save": "1" } }).then(function (answer) {
        if (answer.ok) seen(); else end();
      }).catch(function () { /* offline: the clock goes on */ });
    };
    dialog.querySelector("[data-stay-now]").addEventListener("click", stay);
    dialog.addEventListener("cancel", function (event) { event.preventDefault(); stay(); });
    var end = function () {
      location.assign(dialog.dataset.ended + "&next=" + encodeURIComponent(location.pathname + location.search));
    };
    setInterval(function () {
      var rest = idle - (Date.now() - last);
      if (rest <= 0) { end(); return; }
      if (rest <= 120000) {
        if (!dialog.open) { document.dispatchEvent(new Event("pathways:keep")); dialog.showModal(); }
        var words = rest > 60000 ? "2 minutes" : rest > 30000 ? "1 minute" : "a few seconds";
        if (left.textContent !== words) left.textContent = words;
      } else if (dialog.open) dialog.close();
    }, 1000);
  }

  // Figures that are being made: the page looks again by itself while nobody is doing anything on it.
  if (document.querySelector("[data-look-again]")) setTimeout(function () { location.reload(); }, 4000);
})();
