// Drafts of the review page are saved by themselves, one save at a time.
// A draft goes to the page's own address with the version it was made from. "Saved" is said only after
// the server said so; until then the words are kept on this device. A submit waits for a save that is
// on its way, so that the two cannot overtake each other.

const form = document.getElementById("answers");
const state = document.querySelector("[data-save]");
const saves = "autosave" in form.dataset;
const copyName = `draft ${location.pathname}`;
const IDLE = 800;
const LONGEST = 5000;
const RETRY = [2000, 4000, 8000, 16000, 32000, 60000];
const AWAY = 60000;

let dirty = false;
let dirtySince = 0;
let timer = 0;
let saving = null;
let failures = 0;
let stopped = !saves;
let leaving = false;
let activeSince = performance.now();
let lastInput = activeSince;

function tell(name, text, { bad = false } = {}) {
  state.classList.toggle("bad", bad);
  state.innerHTML = `<svg class="i" aria-hidden="true"><use href="#i-${name}"/></svg><span${bad ? "" : ' class="hide-s"'}>${text}</span>`;
}

// Active time: the tab is visible and something was pressed within the last minute.
function takeActiveTime() {
  const now = performance.now();
  const end = document.hidden ? lastInput : Math.min(now, lastInput + AWAY);
  const spent = Math.max(0, end - activeSince);
  activeSince = now;
  return Math.round(spent);
}

// Signing in again in another tab changes the token that every form must carry.
function renewToken() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  if (cookie) form.elements.csrfmiddlewaretoken.value = cookie[1];
}

function written() {
  const skipped = /^(csrfmiddlewaretoken|key|act|active_ms|version|reason|note)$/;
  return [...new FormData(form)].filter(([name]) => !skipped.test(name));
}

function keepCopy() {
  const copy = { version: form.elements.version.value, at: Date.now(), fields: written() };
  try { localStorage.setItem(copyName, JSON.stringify(copy)); } catch { /* a full or forbidden store: the page still saves */ }
}

function dropCopy() {
  try { localStorage.removeItem(copyName); } catch { /* nothing was kept */ }
}

function changed() {
  if (stopped) {
    dirty = true;
    return;
  }
  if (!dirty) dirtySince = performance.now();
  dirty = true;
  keepCopy();
  const waited = performance.now() - dirtySince;
  clearTimeout(timer);
  timer = setTimeout(save, Math.max(0, Math.min(IDLE, LONGEST - waited)));
}

function save() {
  clearTimeout(timer);
  if (stopped || !dirty || saving) return;
  dirty = false;
  const slow = setTimeout(tell, 600, "clock", "Saving…");
  saving = send().finally(() => {
    clearTimeout(slow);
    saving = null;
    if (dirty && !failures) changed();
  });
}

async function send() {
  renewToken();
  const body = new FormData(form);
  body.set("act", "draft");
  body.set("active_ms", takeActiveTime());
  const headers = { Accept: "application/json" };
  try {
    const response = await fetch(form.action, { method: "POST", body, headers, redirect: "manual", keepalive: true });
    if (response.ok) saved(await response.json());
    else if (response.type === "opaqueredirect") failed("Signed out. Sign in in another tab");
    else if (response.status >= 500 || response.status === 403) failed("Not saved. Retrying");
    else refused(response.status, await response.json());
  } catch {
    failed(navigator.onLine ? "Not saved. Retrying" : "Saved on this device");
  }
}

function saved(answer) {
  failures = 0;
  form.elements.version.value = answer.version;
  if (dirty) return;
  dropCopy();
  tell("cloud", "Draft saved");
}

function failed(words) {
  dirty = true;
  timer = setTimeout(save, RETRY[Math.min(failures, RETRY.length - 1)]);
  failures += 1;
  tell("warn", words, { bad: true });
}

// The next submit shows the page with the reason, and with both texts when they differ.
function refused(status, { code }) {
  dirty = true;
  stopped = status !== 422;
  tell("warn", code === "changed_meanwhile" ? "Changed in another tab" : "Not saved", { bad: true });
}

function restore() {
  let copy = null;
  try { copy = JSON.parse(localStorage.getItem(copyName)); } catch { /* unreadable: as if there were none */ }
  if (!copy) return;
  if (copy.version !== form.elements.version.value) {
    dropCopy();
    return;
  }
  const fields = new Map();
  for (const [name, value] of copy.fields) fields.set(name, [...(fields.get(name) || []), value]);
  for (const field of form.querySelectorAll(".q input, .q textarea")) {
    const values = fields.get(field.name) || [];
    if (/radio|checkbox/.test(field.type)) field.checked = values.includes(field.value);
    else field.value = values[0] ?? "";
  }
  const at = new Date(copy.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  document.getElementById("live").textContent = `Restored what you wrote at ${at}.`;
  form.dispatchEvent(new Event("change"));
  changed();
}

const isOurs = (event) => event.target.closest && !event.target.closest("[popover]");

form.addEventListener("input", (event) => {
  if (!isOurs(event)) return;
  lastInput = performance.now();
  changed();
});
form.addEventListener("change", (event) => {
  if (event.target !== form && isOurs(event)) save();
});
form.addEventListener("focusout", save);
addEventListener("online", save);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) save();
  else activeSince = lastInput = performance.now();
});

form.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (leaving || saving) event.preventDefault();
  if (leaving) return;
  clearTimeout(timer);
  if (saving) {
    const button = event.submitter ?? undefined;
    saving.finally(() => form.requestSubmit(button));
    return;
  }
  renewToken();
  form.elements.active_ms.value = takeActiveTime();
  stopped = leaving = true;
  dropCopy();
});

addEventListener("beforeunload", (event) => {
  if (!leaving && (dirty || saving)) event.preventDefault();
});

// The browser's back button shows an old rendering: take the present one, unless words are unsaved.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  if (!dirty) location.reload();
  leaving = false;
  stopped = !saves;
});

if (saves) restore();
