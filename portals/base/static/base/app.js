// Comfort only: every page works without this file.
(() => {
  "use strict";
  const WAIT_MS = 8000;

  // Where the browser did not follow `autofocus`, the error summary gets the focus here.
  window.addEventListener("load", () => {
    const summary = document.querySelector("[data-error-summary]");
    if (summary && document.activeElement === document.body) summary.focus();
    // Who goes back to a refused log-in gets the page itself, not a question whether to send the password again.
    if (summary && document.querySelector("input[type=password]")) history.replaceState(null, "", window.location.href);
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

  // What is typed into a form is saved as a draft soon after the last key, and when the page is left.
  const PAUSE_MS = 10000;
  const keepTyped = async (form) => {
    delete form.dataset.typed;
    const typed = new FormData(form);
    [...typed.entries()].forEach(([name, value]) => value instanceof File && typed.delete(name));
    typed.set("draft", "auto");
    const saved = await fetch(form.action, { method: "POST", body: typed, redirect: "manual", keepalive: true }).catch(() => null);
    const state = document.querySelector("[data-draft-state]");
    if (!saved?.ok) form.dataset.typed = "1";
    else if (state) {
      state.textContent = await saved.text();
      state.hidden = false;
    }
  };
  const keepIfTyped = (form) => form.dataset.typed && !form.dataset.sent && keepTyped(form);
  document.querySelectorAll("form[data-draft]").forEach((form) => {
    let pause;
    form.addEventListener("input", () => {
      form.dataset.typed = "1";
      window.clearTimeout(pause);
      pause = window.setTimeout(keepIfTyped, PAUSE_MS, form);
    });
    document.addEventListener("visibilitychange", () => document.hidden && keepIfTyped(form));
  });

  // What is being made is asked for again, part by part, so that nobody loses the place where he reads or stands.
  const LOOK_AGAIN_MS = 1500;
  const lookAgain = async () => {
    const answer = await fetch(window.location.href).catch(() => null);
    if (answer?.redirected) return window.location.assign(answer.url); // the session has ended
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
    const part = document.querySelector("[data-waiting]");
    if (part) window.setTimeout(lookAgain, Number(part.dataset.waiting) * 1000 || LOOK_AGAIN_MS);
  };
  waitAndLook();

  // A button that prints the page; without script the browser's own menu does.
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  // The back button may bring the page back as it was left.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
})();
