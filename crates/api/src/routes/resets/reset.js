"use strict";
// The code stands after the #, which a browser sends to nobody; here it is sent once, in a body.
const code = location.hash.slice(1);
const [form, first, second, send, said] =
  ["form", "first", "second", "send", "said"].map((id) => document.getElementById(id));

function say(text, wrong) {
  said.textContent = text;
  said.className = wrong ? "wrong" : "";
}

if (!code) {
  form.hidden = true;
  say("This link is not whole: open it as it was sent to you.", true);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (first.value !== second.value) {
    say("The two are not the same.", true);
    return;
  }
  send.disabled = true;
  try {
    const answer = await fetch("/api/v1/password-resets", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code, new_password: first.value }),
    });
    if (answer.ok) {
      form.hidden = true;
      history.replaceState(null, "", "/app/reset");
      say("Your new password is set.", false);
    } else {
      const { detail, errors: [error] = [] } = await answer.json();
      const subject = { "/code": "This link", "/new_password": "The password" }[error?.pointer];
      say(subject ? `${subject} ${error.message}.` : `${detail}.`, true);
    }
  } catch {
    say("The server can't be reached. Try again in a moment.", true);
  }
  send.disabled = false;
});
