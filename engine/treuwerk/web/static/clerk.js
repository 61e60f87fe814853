// Only comfort for entering documents by keyboard: the form works without this file.
// Enter leads to the next cell, Ctrl+Enter to a new line, Ctrl+S keeps the draft, Alt+P shows where a value
// was read, Alt+A, Alt+F and Alt+R decide.
const form = document.querySelector("form[data-entry]");
const lines = form?.querySelector("[data-lines]");
const cells = (root) => [...root.querySelectorAll("input:not([type=hidden]), select, textarea")].filter((one) => one.checkVisibility());

function go(field) {
  field?.focus();
  if (field?.matches("input")) field.select();
  field?.closest(".entry-line")?.scrollIntoView({ block: "nearest" });
}

// New lines
function newest() {
  return Math.max(0, ...[...lines.children].map((line) => Number(line.dataset.number)));
}

function add(after) {
  const number = newest() + 1;
  const made = form.querySelector("template[data-line]").content.cloneNode(true).firstElementChild;
  made.innerHTML = made.innerHTML.replaceAll("l__", `l${number}`).replaceAll("__", number);
  made.dataset.number = number;
  const before = after ?? lines.lastElementChild;
  lines.append(made);
  const positions = [...lines.querySelectorAll('[name$="-id"]')].map((one) => Number(one.value) || 0);
  made.querySelector(`#l${number}-id`).value = Math.max(number, ...positions.map((one) => one + 1));
  for (const select of before?.querySelectorAll("select:not([data-skip])") ?? []) {
    const same = made.querySelector(`#l${number}-${select.id.split("-").slice(1).join("-")}`);
    if (same) same.value = select.value;
  }
  return made;
}

const firstCell = (line) => line.querySelector("[data-suggest]");

function next(field) {
  const line = field.closest(".entry-line");
  const within = line ? cells(line).filter((one) => !one.hasAttribute("data-skip")) : cells(form.querySelector(".entry-head"));
  const following = within[within.indexOf(field) + 1];
  if (following) return go(following);
  if (!line) return go(firstCell(lines.firstElementChild));
  go(firstCell(line.nextElementSibling ?? add(line)));
}

// Articles: a list from the server under the field, chosen by arrows and Enter.
let list, asked = 0, timer = 0;
const closed = () => !list || list.hidden;

function close() {
  if (!list) return;
  list.hidden = true;
  list.owner?.setAttribute("aria-expanded", "false");
  list.owner?.removeAttribute("aria-activedescendant");
}

function mark(option) {
  for (const one of list.children) one.setAttribute("aria-selected", String(one === option));
  option?.scrollIntoView({ block: "nearest" });
  if (option) list.owner.setAttribute("aria-activedescendant", option.id);
}

function choose(option) {
  const field = list.owner;
  if (option?.dataset.value) {
    field.value = option.dataset.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  clearTimeout(timer);
  asked += 1;
  close();
}

async function suggest(field) {
  const turn = ++asked;
  if (field.value.trim().length < 2) return close();
  const answer = await fetch(`${form.dataset.articles}?q=${encodeURIComponent(field.value)}`);
  if (!answer.ok || !answer.headers.get("x-fragment") || turn !== asked || document.activeElement !== field) return;
  list ??= Object.assign(document.createElement("ul"), { className: "suggestions", id: "suggestions" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.labels[0].textContent);
  list.innerHTML = await answer.text();
  list.owner = field;
  field.parentElement.append(list);
  list.hidden = false;
  field.setAttribute("aria-expanded", "true");
  mark(list.querySelector("[data-value]"));
}

function equip(field) {
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", "suggestions");
  field.setAttribute("aria-expanded", "false");
}

function inList(event) {
  if (closed() || event.target !== list.owner) return false;
  const options = [...list.querySelectorAll("[data-value]")];
  const current = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    mark(options[(current + (event.key === "ArrowDown" ? 1 : options.length - 1)) % options.length]);
    return true;
  }
  if (event.key === "Escape") {
    close();
    return true;
  }
  if (event.key === "Enter" && !event.ctrlKey && options[current]) {
    choose(options[current]);
    next(event.target);
    return true;
  }
  return false;
}

// Keys
function press(button) {
  close();
  form.requestSubmit(button);
  return true;
}

function answered(event) {
  if (event.altKey && !event.ctrlKey && !event.metaKey) {
    const mark = event.key.toLowerCase() === "p" && document.activeElement?.closest?.(".entry-line, .entry-field") && readMark(document.activeElement);
    if (mark) return showPlace(mark);
    const button = form.querySelector(`[data-alt="${CSS.escape(event.key.toLowerCase())}"]`);
    return Boolean(button) && press(button);
  }
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") return press(form.querySelector("[data-draft]") ?? form.querySelector("[value=look]"));
  if (!form.contains(event.target)) return false;
  if (inList(event)) return true;
  if (event.key !== "Enter" || event.target.matches("textarea, button, summary, a")) return false;
  if (event.ctrlKey || event.metaKey) {
    go(firstCell(add(event.target.closest(".entry-line"))));
    return true;
  }
  // A serial scanner ends with Enter, too: it leads on and sends nothing.
  next(event.target);
  return true;
}

if (form) {
  document.addEventListener("keydown", (event) => { if (answered(event)) event.preventDefault(); });
  form.addEventListener("input", (event) => {
    const line = event.target.closest(".entry-line");
    const page = line?.querySelector("[data-line-page]");
    if (page && !page.value) page.value = document.querySelector("[data-page][data-current]")?.dataset.page ?? "";
    if (!event.target.matches("[data-suggest]")) return;
    clearTimeout(timer);
    timer = setTimeout(() => suggest(event.target), 150);
  });
  form.addEventListener("focusin", (event) => { if (event.target.matches("[data-suggest]")) equip(event.target); });
  form.addEventListener("focusout", () => setTimeout(() => { if (!closed() && document.activeElement !== list.owner) close(); }, 150));
  form.addEventListener("mousedown", (event) => {
    const option = event.target.closest?.("#suggestions [data-value]");
    if (!option) return;
    event.preventDefault();
    choose(option);
  });
  form.querySelector("[data-add]").addEventListener("click", (event) => {
    event.preventDefault();
    go(firstCell(add()));
  });
  for (const hint of form.querySelectorAll("[data-keys-hint], .entry-acts kbd")) hint.hidden = false;
  // What is kept by itself needs no question on leaving.
  document.addEventListener("htmx:after:swap", () => { if (document.querySelector("#preview .preview-note")) form.removeAttribute("data-changed"); });
  if (!document.querySelector("#errors, #conflict")) go(cells(form.querySelector(".entry-head")).find((one) => !one.value) ?? firstCell(lines.lastElementChild));
}

// What was read: its place stands out while its field has the focus; Alt+P leads there, a button takes it.
const readMark = (field) => (field.closest(".cell, .entry-field"))?.querySelector("[data-read]");
const placeOf = (mark) => document.querySelector(`[data-mark="${CSS.escape(mark.dataset.read)}"]`);

function standOut(place) {
  for (const other of document.querySelectorAll("[data-mark][data-on]")) other.removeAttribute("data-on");
  place?.setAttribute("data-on", "");
}

function showPlace(mark) {
  const place = placeOf(mark);
  standOut(place);
  place?.scrollIntoView({ block: "center", inline: "nearest" });
  return Boolean(place);
}

function put(field, value) {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

function take(button) {
  const offer = button.closest("[data-offer]");
  if (!offer) return put(button.closest(".cell, .entry-field").querySelector("input, select"), button.closest("[data-read]").dataset.value);
  const last = lines.lastElementChild;
  const made = last && !last.querySelector("[data-suggest]").value ? last : add();
  const cell = (name) => made.querySelector(`#l${made.dataset.number}-${name}`);
  cell("article").value = button.dataset.article;
  made.querySelector("[data-line-page]").value = offer.dataset.page;
  offer.remove();
  put(cell("qty"), button.dataset.qty);
}

if (form) {
  form.addEventListener("focusin", (event) => {
    const mark = event.target.matches("input, select") && readMark(event.target);
    standOut(mark ? placeOf(mark) : null);
  });
  form.addEventListener("input", (event) => {
    const mark = readMark(event.target);
    mark?.toggleAttribute("data-same", mark.dataset.value === event.target.value);
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest?.(".read-take");
    if (!button) return;
    event.preventDefault();
    take(button);
  });
}

// Pages: zoom, rotation and the share of the window, kept for this browser.
const viewer = document.querySelector(".viewer");
const SHARE = "pages share", ZOOM = "pages zoom";

function view() {
  const zoom = Number(localStorage.getItem(ZOOM) ?? 100);
  for (const picture of viewer.querySelectorAll(".page-sheet")) {
    const turned = (Number(picture.dataset.turned) || 0) % 360;
    picture.style.setProperty("inline-size", `${zoom}%`);
    picture.style.setProperty("rotate", `${turned}deg`);
    picture.classList.toggle("on-its-side", turned % 180 !== 0);
  }
}

if (viewer?.querySelector("img")) {
  const split = document.querySelector("[data-split]");
  const share = viewer.querySelector("[data-view-share]");
  const widen = () => split.style.setProperty("--pages", `${share.value}%`);
  share.value = localStorage.getItem(SHARE) ?? 45;
  widen();
  share.addEventListener("input", () => { localStorage.setItem(SHARE, share.value); widen(); });
  viewer.querySelector("[data-viewer-tools]").hidden = false;
  viewer.addEventListener("click", (event) => {
    const act = event.target.closest?.("[data-view]")?.dataset.view;
    if (!act) return;
    const zoom = Number(localStorage.getItem(ZOOM) ?? 100);
    const wanted = { in: Math.min(zoom * 1.25, 400), out: Math.max(zoom / 1.25, 25), fit: 100, turn: zoom }[act];
    localStorage.setItem(ZOOM, Math.round(wanted));
    if (act === "turn") {
      const picture = (viewer.querySelector("[data-current] .page-sheet") ?? viewer.querySelector(".page-sheet"));
      picture.dataset.turned = (Number(picture.dataset.turned) || 0) + 90;
    }
    view();
  });
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) entry.target.toggleAttribute("data-current", entry.isIntersecting);
  }, { threshold: 0.5 });
  for (const page of viewer.querySelectorAll("[data-page]")) seen.observe(page);
  viewer.querySelector("[data-page]").setAttribute("data-current", "");
  view();
}
