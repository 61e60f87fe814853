// Only comfort: everything that is filled in works without this file.
const CHANGED = "data-changed";

// A form that was changed and not sent is not left without a question.
const guarded = () => document.querySelectorAll(`form[data-guard][${CHANGED}]`);

document.addEventListener("input", (event) => {
  event.target.form?.matches("form[data-guard]") && event.target.form.setAttribute(CHANGED, "");
});

let leaving = false;
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  leaving = event.target.hasAttribute(CHANGED) || guarded().length === 0;
  if (event.target.matches("form[data-keeps-typed]")) {
    keep();
    leaving = true;
  }
});

window.addEventListener("beforeunload", (event) => {
  if (!leaving && guarded().length > 0) event.preventDefault();
  leaving = false;
});

// A page that comes back from the browser's memory may be left again.
window.addEventListener("pageshow", () => { leaving = false; });

// Switching the language reloads the page; what was typed waits in this window until it is there again.
const typedKey = () => `typed ${location.pathname}`;
const keepable = (form) => [...form.elements].filter((field) => field.name
  && !["hidden", "password", "file", "submit", "button"].includes(field.type) && field.tagName !== "FIELDSET");

function keep() {
  const forms = [...document.querySelectorAll("form[data-guard]")].map((form) => keepable(form).map((field) => (
    ["checkbox", "radio"].includes(field.type) ? field.checked : field.value)));
  if (guarded().length > 0) sessionStorage.setItem(typedKey(), JSON.stringify(forms));
}

function restore() {
  const kept = sessionStorage.getItem(typedKey());
  if (!kept) return;
  sessionStorage.removeItem(typedKey());
  document.querySelectorAll("form[data-guard]").forEach((form, place) => {
    const values = JSON.parse(kept)[place] ?? [];
    keepable(form).forEach((field, number) => {
      if (values[number] === undefined) return;
      if (["checkbox", "radio"].includes(field.type)) field.checked = values[number];
      else field.value = values[number];
    });
    form.setAttribute(CHANGED, "");
  });
}

// What was refused, or what somebody else saved, is told first.
function tell() {
  (document.querySelector("#conflict") ?? document.querySelector("#errors"))?.focus();
}

// A password can be looked at while it is typed. The button does nothing without a script, so the script makes it.
function reveal(row) {
  const input = row.querySelector("input");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-plain";
  button.textContent = row.dataset.reveal;
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => {
    const hidden = input.type === "password";
    input.type = hidden ? "text" : "password";
    button.textContent = hidden ? row.dataset.conceal : row.dataset.reveal;
    input.focus();
  });
  input.form?.addEventListener("submit", () => { input.type = "password"; });
  row.append(button);
}

// The end of the session: announced two minutes before, put off by a button, in all windows at once. After the end the
// page stays as it is, so that what was typed can be sent once the reader has signed in elsewhere. The same for the view
// as a participant, which no button puts off: it asks for a new reason.
const WARN_BEFORE = 120_000;

function watchSession(bar) {
  const channel = new BroadcastChannel(`treuwerk-${bar.dataset.channel ?? "session"}`);
  const [soon, over] = bar.querySelectorAll("[data-session]");
  let timers = [];
  const at = (milliseconds, act) => timers.push(setTimeout(act, Math.min(Math.max(milliseconds, 0), 2 ** 31 - 1)));
  const arm = (seconds) => {
    timers.forEach(clearTimeout);
    timers = [];
    bar.hidden = true;
    at(seconds * 1000 - WARN_BEFORE, () => { soon.hidden = false; over.hidden = true; bar.hidden = false; });
    at(seconds * 1000, () => { soon.hidden = true; over.hidden = false; bar.hidden = false; });
  };
  const told = (seconds) => { arm(seconds); channel.postMessage(seconds); };
  channel.addEventListener("message", (event) => arm(event.data));
  bar.querySelector("form")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const answer = await fetch(event.target.action, { method: "POST", headers: { accept: "application/json" } });
    const left = answer.ok && !answer.redirected ? (await answer.json()).seconds : 0;
    told(left);
  }, true);
  told(Number(bar.dataset.seconds));
}

restore();
tell();
document.querySelectorAll("[data-reveal]").forEach(reveal);
document.querySelectorAll("[data-seconds]").forEach(watchSession);
