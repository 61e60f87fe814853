// Files of a report: dropped, sent as soon as they are chosen, with progress. Without this file the plain fields do it.
const MEGABYTE = 1_048_576;
const DELAY = 400; // a short upload needs no bar

const filled = (text, values) => Object.entries(values).reduce((words, [name, value]) => words.replaceAll(`{${name}}`, value), text);

function enhance(zone) {
  const form = zone.closest("form");
  const inputs = [...zone.querySelectorAll("input[type=file]")];
  const box = zone.querySelector(".drop-progress");
  const [bar, words] = [box.querySelector("progress"), box.querySelector("[role=status]")];
  const { megabytes, drop: action } = zone.dataset;
  let busy = false;

  zone.querySelector(".drop-here").hidden = false;
  const tell = (text) => { box.hidden = false; words.textContent = text; };
  const fits = (files) => {
    const large = files.filter((file) => file.size > Number(megabytes) * MEGABYTE);
    if (large.length) tell(large.map((file) => filled(zone.dataset.tooLarge, { file: file.name })).join(" "));
    return files.filter((file) => !large.includes(file));
  };

  function send(files) {
    const wanted = fits([...files]);
    if (busy || wanted.length === 0) return;
    busy = true;
    const body = new FormData(form);
    body.delete("files");
    wanted.forEach((file) => body.append("files", file, file.name));
    const request = new XMLHttpRequest();
    const late = setTimeout(() => { bar.hidden = false; box.hidden = false; }, DELAY);
    const end = (text) => { clearTimeout(late); busy = false; bar.hidden = true; tell(text); inputs.forEach((input) => { input.value = ""; }); };
    bar.hidden = true;
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      const percent = Math.round((event.loaded / event.total) * 100);
      bar.value = percent;
      words.textContent = percent < 100 ? filled(zone.dataset.progress, { percent }) : zone.dataset.reading;
    });
    request.addEventListener("load", () => {
      if (request.status >= 400) { end(zone.dataset.failed); return; }
      form.removeAttribute("data-changed"); // what was typed was sent along
      const url = new URL(request.responseURL); // without its fragment
      url.hash = "pages";
      const stays = url.pathname === location.pathname;
      location.assign(url);
      if (stays) location.reload();
    });
    request.addEventListener("error", () => end(zone.dataset.failed));
    request.open("POST", action);
    request.send(body);
  }

  inputs.forEach((input) => input.addEventListener("change", () => send(input.files)));
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.setAttribute("data-over", ""); });
  zone.addEventListener("dragleave", (event) => { if (!zone.contains(event.relatedTarget)) zone.removeAttribute("data-over"); });
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.removeAttribute("data-over");
    send(event.dataTransfer.files);
  });
  zone.parentElement.querySelectorAll(".drop-send").forEach((row) => { row.hidden = true; });
}

document.querySelectorAll("[data-drop]").forEach(enhance);
