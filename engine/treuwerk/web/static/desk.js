// Only comfort for the service centre: keys, a running proof that is looked at again.
// Keys: "/" or Ctrl+K leads to the search, "?" tells what there is, letters press what carries them. All but Ctrl+K can
// be switched off, since who speaks to the machine says letters too.
const OFF = "keys off";
const off = () => localStorage.getItem(OFF) === "1";
const typing = (element) => element !== null && element.closest("input, textarea, select, [contenteditable]") !== null;

function search() {
  const field = document.querySelector('[data-shortcut="/"]');
  field?.focus();
  field?.select();
  return Boolean(field);
}

function press(letter) {
  const target = [...document.querySelectorAll(`[data-key="${CSS.escape(letter)}"]`)].find((one) => one.checkVisibility());
  target?.click();
  return Boolean(target);
}

function answer(event) {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key === "k") return search();
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || off() || typing(event.target)) return false;
  if (event.key === "/") return search();
  const list = document.getElementById("keys");
  if (event.key === "?" && list) {
    list.togglePopover();
    return true;
  }
  return event.key.length === 1 && !document.querySelector("[popover]:popover-open") && press(event.key.toLowerCase());
}

document.addEventListener("keydown", (event) => {
  if (answer(event)) event.preventDefault();
});

const letters = document.getElementById("keys-on");
if (letters) {
  letters.closest("[hidden]").hidden = false;
  letters.checked = !off();
  letters.addEventListener("change", () => {
    if (letters.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
}

const again = document.querySelector("[data-reload]");
if (again) setTimeout(() => location.reload(), Number(again.dataset.reload) * 1000);
