// Before anything is drawn: say that scripts run, and keep a covered screen covered.
(function () {
  var root = document.documentElement;
  root.classList.add("js-enabled");
  if ("noModule" in HTMLScriptElement.prototype) root.classList.add("govuk-frontend-supported");
  try { if (sessionStorage.getItem("covered") === "1") root.classList.add("is-covered"); } catch (e) { /* no storage */ }
})();
