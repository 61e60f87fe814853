// Only comfort: lists are links and forms. What htmx exchanges keeps the focus; what is no list is opened as a page.
document.addEventListener("htmx:before:response", (event) => {
  const { response, request } = event.detail.ctx;
  if (response.headers.get("x-fragment")) return;
  // What a page asks by itself is no reason to leave it.
  if (event.detail.ctx.sourceElement.matches("[data-quiet]")) return event.preventDefault();
  // Signed out, or an error: shown as the page that it is.
  event.preventDefault();
  location.assign(request.action);
});

// After paging to the end the button is gone: the reader goes on at the list itself.
document.addEventListener("htmx:after:swap", (event) => {
  const list = event.target.closest?.(".list") ?? document.querySelector(".list");
  if (list && (document.activeElement === document.body || !document.activeElement)) list.focus({ preventScroll: true });
  dress();
});

// Choosing all rows of a page needs a script; choosing all results does not.
function dress() {
  for (const button of document.querySelectorAll("[data-pick-all]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-pick-all]");
  if (!button) return;
  const boxes = [...document.querySelectorAll(`input[name="row"][form="${button.form.id}"]`)];
  const all = boxes.every((box) => box.checked);
  for (const box of boxes) box.checked = !all;
});

dress();
