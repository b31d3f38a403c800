/* what is nicer with a script; every page works without: progress comes by reloading then */
"use strict";
(function () {
  var live = document.querySelector("[data-live]");
  function again() {
    fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" })
      .then(function (answer) { return answer.ok ? answer.text() : Promise.reject(); })
      .then(function (html) {
        var page = new DOMParser().parseFromString(html, "text/html");
        var now = page.querySelector("[data-live]") || page.querySelector("main");
        var was = document.querySelector("[data-live]");
        var busy = document.activeElement && was.contains(document.activeElement) && document.activeElement !== document.body;
        if (!page.querySelector("[data-live]")) { location.reload(); return; }
        /* whoever stands on a button keeps it */
        if (!busy && was.innerHTML !== now.innerHTML) { was.innerHTML = now.innerHTML; }
        /* what may be decided is known before what would change */
        var choice = document.querySelector("[data-follows]"), next = page.querySelector("[data-follows]");
        if (choice && next && !choice.contains(document.activeElement) && choice.innerHTML !== next.innerHTML) { choice.innerHTML = next.innerHTML; }
        setTimeout(again, 1500);
      })
      .catch(function () { setTimeout(again, 5000); });
  }
  if (live) { setTimeout(again, 1500); }

  var form = document.querySelector("form[data-upload]");
  if (!form) { return; }
  var area = form.querySelector(".drop"), input = form.querySelector("input[type=file]");
  var bar = form.querySelector("progress"), said = form.querySelector("[role=status]");
  ["dragover", "dragleave", "drop"].forEach(function (name) {
    area.addEventListener(name, function (event) {
      event.preventDefault();
      area.classList.toggle("over", name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length) { input.files = event.dataTransfer.files; }
    });
  });
  form.addEventListener("submit", function (event) {
    var most = Number(form.dataset.limit) * 1000000, large = null;
    Array.prototype.forEach.call(input.files, function (file) { if (file.size > most) { large = file.name; } });
    if (large) { event.preventDefault(); said.textContent = large + form.dataset.large; return; }
    event.preventDefault();
    var request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", function (step) {
      bar.hidden = false;
      bar.max = step.total; bar.value = step.loaded;
      said.textContent = Math.floor(100 * step.loaded / step.total) + " %";
    });
    request.addEventListener("load", function () {
      if (request.status < 400 && request.responseURL) { location.assign(request.responseURL); return; }
      document.open(); document.write(request.responseText); document.close();
    });
    request.addEventListener("error", function () { said.textContent = form.dataset.failed; });
    request.send(new FormData(form));
  });
})();
