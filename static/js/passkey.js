// Lets the browser ask for a passkey, and sends what it answers with the form.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => buffer ? btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "") : null;
const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function ask(form) {
  const said = form.querySelector("[data-passkey-said]");
  const options = JSON.parse(form.dataset.options);
  options.challenge = bytes(options.challenge);
  try {
    const making = form.dataset.passkey === "create";
    const publicKey = making
      ? { ...options, user: { ...options.user, id: bytes(options.user.id) }, excludeCredentials: known(options.excludeCredentials) }
      : { ...options, allowCredentials: known(options.allowCredentials) };
    const found = making ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
    const answer = found.response;
    form.elements.credential.value = JSON.stringify({
      id: found.id,
      rawId: text(found.rawId),
      type: found.type,
      response: {
        clientDataJSON: text(answer.clientDataJSON),
        ...(making
          ? { attestationObject: text(answer.attestationObject), transports: answer.getTransports?.() ?? [] }
          : { authenticatorData: text(answer.authenticatorData), signature: text(answer.signature), userHandle: text(answer.userHandle) }),
      },
      extensions: JSON.stringify(found.getClientExtensionResults()),
    });
    form.submit();
  } catch {
    said.textContent = "The passkey gave no answer. Ask once more, or leave it.";
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.querySelector("[data-passkey-again]").addEventListener("click", () => ask(form));
  ask(form);
}
