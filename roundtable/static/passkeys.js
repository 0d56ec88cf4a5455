// Passkeys. A form marked with data-passkey appears where the browser knows them; when it is sent, the browser
// is asked first, and what the passkey says goes with the form.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const question = async (form) => {
  const body = new FormData();
  for (const name of ["csrf_token", "step"]) if (form.elements[name]) body.set(name, form.elements[name].value);
  const answer = await fetch(form.dataset.question, { method: "POST", body });
  if (!answer.ok) throw new Error(String(answer.status));
  const options = await answer.json();
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of [options.allowCredentials, options.excludeCredentials]) for (const one of list ?? []) one.id = bytes(one.id);
  return options;
};

const said = (credential) => {
  const answer = credential.response;
  const response = { clientDataJSON: text(answer.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) if (answer[name]) response[name] = text(answer[name]);
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
};

const send = async (form) => {
  const publicKey = await question(form);
  const act = form.dataset.passkey === "create" ? "create" : "get";
  form.elements.credential.value = said(await navigator.credentials[act]({ publicKey }));
  if (form.dataset.passkey !== "confirm") return form.submit();
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
  if (!answer.ok) throw new Error(String(answer.status));
  if (form.dataset.goesOn) location.assign(form.dataset.goesOn);
  else document.getElementById("goes-on").submit();
};

if (globalThis.PublicKeyCredential) {
  for (const one of document.querySelectorAll("[data-no-passkeys]")) one.hidden = true;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    const fault = form.querySelector(".fault[role=alert]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      fault.hidden = true;
      try {
        await send(form);
      } catch {
        fault.textContent = form.dataset.failed;
        fault.hidden = false;
      }
    });
  }
}
