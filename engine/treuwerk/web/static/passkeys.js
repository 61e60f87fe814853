// Passkeys: asks the device, puts its answer into the form and sends it. Without this file the password works as ever.
const forms = document.querySelectorAll("form[data-passkey]");

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const decoded = (options) => ({
  ...options,
  challenge: bytes(options.challenge),
  ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
  ...Object.fromEntries(["excludeCredentials", "allowCredentials"].filter((name) => options[name])
    .map((name) => [name, options[name].map((one) => ({ ...one, id: bytes(one.id) }))])),
});

const encoded = (credential) => JSON.stringify({
  id: credential.id,
  rawId: text(credential.rawId),
  type: credential.type,
  clientExtensionResults: credential.getClientExtensionResults(),
  response: Object.fromEntries(["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]
    .filter((name) => credential.response[name]).map((name) => [name, text(credential.response[name])])),
});

async function ask(form) {
  const answer = await fetch(form.dataset.challenge, { method: "POST" });
  if (answer.redirected) return location.assign(answer.url);
  if (!answer.ok) throw new Error(answer.statusText);
  const publicKey = decoded(await answer.json());
  const device = navigator.credentials;
  form.elements.answer.value = encoded(await (form.dataset.passkey === "create"
    ? device.create({ publicKey }) : device.get({ publicKey })));
  form.submit();
}

for (const form of forms) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const problem = form.querySelector("[data-problem]");
    problem.hidden = true;
    problem.removeAttribute("role");
    ask(form).catch(() => {
      problem.setAttribute("role", "alert"); // only now, or a hidden alert stands on every page
      problem.hidden = false;
    });
  });
}
