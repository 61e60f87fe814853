// Only comfort for the service centre: "/" goes to the search, ids are copied, a running proof is looked at again.
const typing = (element) => element?.closest("input, textarea, select, [contenteditable]") !== null;

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing(document.activeElement)) return;
  const field = document.querySelector('[data-shortcut="/"]');
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const word = button.querySelector(".unseen"), before = word.textContent;
    word.textContent = button.dataset.copied;
    button.classList.add("copied");
    setTimeout(() => { word.textContent = before; button.classList.remove("copied"); }, 2000);
  });
}

const again = document.querySelector("[data-reload]");
if (again) setTimeout(() => location.reload(), Number(again.dataset.reload) * 1000);
