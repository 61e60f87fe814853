// Numbers and codes are taken along by a button, which is there only where it can do that.
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
