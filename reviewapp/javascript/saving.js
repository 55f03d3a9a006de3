// Drafts of the review page are saved by themselves, one save at a time, and kept on this device until
// the server has them. A draft goes to the item's own address with the version it was made from.
// Longer than most files: one more would be one more request of a first visit. outbox.js sends submits.

import { isOurs } from "./answers.js";
import { clock, made, one, say } from "./dom.js";
import { excuse, isShared, reached, refuse, tell, withdraw } from "./telling.js";
import { fill, isSame, wordsOf } from "./words.js";

const IDLE = 800;
const LONGEST = 5000;
const SLOW = 600;
const AWAY = 60000;
export const RETRY = [2, 4, 8, 16, 32, 60];
export const pathOf = (form) => new URL(form.action).pathname;
const who = () => one("#answers").dataset.who;
const isWorded = () => "autosave" in page.form.dataset || "editing" in page.form.dataset;

// What is kept on this device; nothing at all on a computer that others use too.
export const store = {
  read(name) {
    if (isShared()) return null;
    try { return JSON.parse(localStorage.getItem(name)); } catch { return null; }
  },
  write(name, value) {
    if (isShared()) return false;
    try { localStorage.setItem(name, JSON.stringify(value)); return true; } catch { return false; }
  },
  drop(name) {
    try { localStorage.removeItem(name); } catch { /* nothing was kept */ }
  },
};
export const copyName = (path) => `draft ${who()} ${path}`;
const reasonName = (path) => `reason ${who()} ${path}`;

// The page's state: one object per item shown, so that a late answer finds the form it is about.
export let page = null;

// Active time: the tab is visible and something was done in it within the last minute.
let spent = 0;
let counted = performance.now();
let lastInput = counted;
let isSeen = !document.hidden;

function countTime() {
  const now = performance.now();
  if (isSeen) spent += Math.max(0, Math.min(now, lastInput + AWAY) - counted);
  counted = now;
}

export function takeTime() {
  countTime();
  const taken = Math.round(spent);
  spent = 0;
  return taken;
}

for (const name of ["keydown", "pointerdown", "pointermove", "wheel", "scroll", "input"]) {
  addEventListener(name, () => {
    countTime();
    lastInput = performance.now();
  }, { capture: true, passive: true });
}

function keepCopy(it) {
  const { form, sent } = it;
  const copy = { version: form.elements.version.value, at: Date.now(), words: wordsOf(form), sent };
  it.isKept = store.write(copyName(pathOf(form)), copy);
}

// Fields as they are sent. Signing in again in another tab changes the token that every form carries.
export function post(path, fields, { leaving = false } = {}) {
  const body = new FormData();
  for (const [name, value] of fields) body.append(name, value);
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  body.set("csrfmiddlewaretoken", token ?? one("#answers").elements.csrfmiddlewaretoken.value);
  const headers = { Accept: "application/json" };
  return fetch(path, { method: "POST", body, headers, redirect: "manual", keepalive: leaving });
}

// What came of a request: {ok, answer}, {code} for a refusal, {retry: why} for what may yet succeed.
export async function outcome(sending) {
  try {
    const response = await sending;
    if (response.ok) return { answer: await response.json() };
    if (response.type === "opaqueredirect") return { retry: "signed_out" };
    if (response.status === 403 || response.status === 429 || response.status >= 500) return { retry: "failed" };
    if (response.status === 404) return { code: "missing" };
    return await response.json();
  } catch {
    return { retry: navigator.onLine ? "failed" : "offline" };
  }
}

function changed() {
  const it = page;
  if (!it.dirty) it.since = performance.now();
  it.dirty = true;
  keepCopy(it);
  if (it.stopped) return;
  clearTimeout(it.timer);
  it.timer = setTimeout(save, Math.max(0, Math.min(IDLE, LONGEST - (performance.now() - it.since))));
}

export function save({ leaving = false } = {}) {
  const it = page;
  clearTimeout(it.timer);
  if (it.stopped || !it.dirty || it.saving) return;
  it.dirty = false;
  const slow = setTimeout(tell, SLOW, "clock", "Saving…");
  it.saving = sendDraft(it, leaving).finally(() => {
    clearTimeout(slow);
    it.saving = null;
    if (it === page && it.dirty && !it.failures) changed();
  });
}

async function sendDraft(it, leaving) {
  const { form } = it;
  const time = takeTime();
  it.sent = [...it.sent.slice(-9), wordsOf(form)];
  keepCopy(it);
  const hindered = await takeBackFirst(it);
  const fields = new FormData(form);
  fields.set("act", "draft");
  fields.set("active_ms", time);
  const { answer, retry, ...refusal } = hindered ?? await outcome(post(pathOf(form), fields, { leaving }));
  if (!answer) spent += time;
  if (answer) saved(it, answer);
  else if (retry) failed(it, retry);
  else refused(it, refusal);
}

// A submit that was undone before it was answered: if it did arrive, the server takes it back now, knowing it
// by its words. Answers what hindered it.
export async function takeBackFirst(it) {
  if (!it.undoes) return null;
  const { path, fields } = it.undoes;
  const back = fields.filter(([name]) => name !== "key").map(([name, value]) => [name, name === "act" ? "undo" : value]);
  const result = await outcome(post(path, back));
  if (!result.answer && result.code !== "wrong_moment") return result;
  it.undoes = null;
  if (result.answer) (it.form?.elements.version ?? {}).value = it.version = result.answer.version;
  return null;
}

function saved(it, answer) {
  it.failures = 0;
  it.form.elements.version.value = answer.version;
  it.sent = [];
  it.renewed = performance.now();
  document.dispatchEvent(new CustomEvent("draft:saved", { detail: answer }));
  if (it.dirty) return keepCopy(it);
  store.drop(copyName(pathOf(it.form)));
  if (it !== page) return;
  reached();
  tell("cloud", "Draft saved");
}

function failed(it, why) {
  it.dirty = true;
  const seconds = RETRY[Math.min(it.failures, RETRY.length - 1)];
  it.failures += 1;
  if (it !== page) return;
  it.timer = setTimeout(save, seconds * 1000);
  excuse(why, seconds, () => save());
}

function refused(it, refusal) {
  it.dirty = true;
  it.stopped = refusal.code !== "invalid_answers";
  it.isRefused = it.stopped;
  if (it === page) refuse(refusal, compare);
}

export async function compare() {
  const { choose } = await import("./compare.js");
  const it = page;
  const chosen = await choose(it.form);
  if (!chosen) return;
  withdraw("conflict");
  it.dirty = true;
  keepCopy(it);
  if (chosen.isSubmitted) {
    location.assign(`${pathOf(it.form)}?edit`);
    return;
  }
  it.stopped = it.isRefused = false;
  save();
}

// The words of this device, when they are not those of the server. They go on from what the server has when
// it is what this device sent, the answer to which was lost; else another tab was there, and the two are compared.
function restore() {
  const { form } = page;
  const name = copyName(pathOf(form));
  const copy = store.read(name);
  if (!copy) return;
  const theirs = wordsOf(form);
  if (isSame(copy.words, theirs)) return store.drop(name);
  const isNext = copy.version === form.elements.version.value || copy.sent.some((words) => isSame(words, theirs));
  fill(form, copy.words);
  if (!isNext) form.elements.version.value = copy.version;
  const words = `Restored what you wrote at ${clock(copy.at)}.`;
  one(".qs", form).insertAdjacentHTML("afterbegin", '<p class="restored sm mut"></p>');
  one(".restored", form).textContent = words;
  say(words);
  if (isNext) return changed();
  page.dirty = page.stopped = page.isRefused = true;
  refuse({ code: "changed_meanwhile" }, compare);
}

// Words of this device for an item that takes none any more are shown; for one that is submitted and may be
// changed, the way back to them is.
async function recall(it) {
  const copy = store.read(copyName(pathOf(it.form)));
  if (!copy) return;
  if ("over" in it.form.dataset) (await import("./compare.js")).showWords(it.form, copy.words);
  else if (one("main a[data-key=edit]")) {
    const line = made("p", { className: "restored sm mut", textContent: "A change that you began is kept on this device. " });
    line.append(made("a", { href: "?edit", textContent: "Go on with it" }));
    one(".qs", it.form).prepend(line);
  }
}

// Why the whole item cannot be judged is no draft: while it is being written, only this device has it.
const reasons = (form) => [...form.querySelectorAll("[name=reason], [name=note]")];

function keepReason(form) {
  const said = new FormData(form);
  store.write(reasonName(pathOf(form)), { reason: said.get("reason"), note: said.get("note") });
}

function restoreReason(form) {
  const kept = store.read(reasonName(pathOf(form)));
  for (const field of kept ? reasons(form) : []) {
    if (field.name === "note") field.value = kept.note;
    else field.checked = field.value === kept.reason;
  }
}

export function forget(path) {
  store.drop(copyName(path));
  store.drop(reasonName(path));
}

// Takes up the item that is on the page now.
export function begin({ fresh = true } = {}) {
  const form = one("#answers");
  page = { form, dirty: false, since: 0, timer: 0, saving: null, sent: [], failures: 0, isKept: false, stopped: !("autosave" in form.dataset), renewed: performance.now() };
  restoreReason(form);
  if (!isWorded()) recall(page);
  else if (fresh) restore();
}

const isWritten = (event) => isOurs(event) && !event.target.closest("[popover]");

addEventListener("input", (event) => {
  if (isOurs(event) && reasons(page.form).includes(event.target)) keepReason(page.form);
  if (isWritten(event) && isWorded()) changed();
});
addEventListener("change", (event) => {
  if (event.target !== page.form && isWritten(event)) save();
});
addEventListener("focusout", (event) => {
  if (isWritten(event)) save();
});
addEventListener("online", () => save());
addEventListener("focus", () => page.failures && save());
document.addEventListener("visibilitychange", () => {
  countTime();
  isSeen = !document.hidden;
  if (isSeen) lastInput = performance.now();
  else save({ leaving: true });
});
addEventListener("pagehide", () => save({ leaving: true }));
addEventListener("beforeunload", (event) => {
  if (!page.leaving && (page.dirty || page.saving) && !page.isKept) event.preventDefault();
});

// While somebody reads without writing a word, the place is held on.
setInterval(() => {
  const every = Number(page.form.dataset.renew);
  const now = performance.now();
  if (page.stopped || page.dirty || page.saving || now - page.renewed < every || now - lastInput > every) return;
  page.renewed = now;
  renew(page);
}, 15000);

async function renew(it) {
  const time = takeTime();
  const fields = new FormData(it.form);
  fields.set("act", "renew");
  fields.set("active_ms", time);
  const { answer, ...refusal } = await outcome(post(pathOf(it.form), fields));
  if (!answer) spent += time;
  if (refusal.code) refused(it, refusal);
}

// The browser's back button shows an old rendering: take the present one, unless words are unsaved.
addEventListener("pageshow", (event) => {
  if (event.persisted && !page.dirty) location.reload();
});

begin();
