// Comfort only: every page works without this file.
(() => {
  "use strict";
  const WAIT_MS = 8000;

  // Where the browser did not follow `autofocus`, the error summary gets the focus here.
  window.addEventListener("load", () => {
    const summary = document.querySelector("[data-error-summary]");
    if (summary && document.activeElement === document.body) summary.focus();
  });

  const buttonsOf = (form) => form.querySelectorAll("button:not([type=button]):not([type=reset])");
  const release = (form) => {
    delete form.dataset.sent;
    buttonsOf(form).forEach((button) => button.removeAttribute("aria-disabled"));
  };

  // A second press while the first is on its way is dropped; after a while the buttons work again (slow line, download).
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "get" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    buttonsOf(form).forEach((button) => button.setAttribute("aria-disabled", "true"));
    window.setTimeout(release, WAIT_MS, form);
  });

  // What is being made is asked for again, part by part, so that nobody loses the place where he reads or stands.
  const LOOK_AGAIN_MS = 1500;
  const lookAgain = async () => {
    const answer = await fetch(window.location.href).catch(() => null);
    const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelectorAll("[data-fresh]").forEach((part) => {
      const now = page && page.getElementById(part.id);
      if (!now || part.contains(document.activeElement)) return;
      part.toggleAttribute("data-waiting", now.hasAttribute("data-waiting"));
      if (part.innerHTML !== now.innerHTML) part.replaceChildren(...now.childNodes);
    });
    waitAndLook();
  };
  const waitAndLook = () => {
    if (document.querySelector("[data-waiting]")) window.setTimeout(lookAgain, LOOK_AGAIN_MS);
  };
  waitAndLook();

  // The back button may bring the page back as it was left.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
})();
