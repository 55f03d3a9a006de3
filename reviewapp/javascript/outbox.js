// Submits are sent in order, one at a time, and the next item, fetched ahead, shows at once. What waits
// is kept on this device too, and goes out with the same key, so that it is one submit however often sent.

import { isUnread } from "./answers.js";
import { clock, made, one, say, svg } from "./dom.js";
import { RETRY, begin, compare, copyName, forget, outcome, page, pathOf, post, save, store, takeBackFirst, takeTime } from "./saving.js";
import { GONE, banner, excuse, isShared, link, reached, refuse, tell } from "./telling.js";
import { fill, wordsOf } from "./words.js";

const MOST_WAITING = 5;
const KEEP_AHEAD = 300000;
const LONGEST_WAIT = 2000;
const SEEN_LATE = 300;
const SAID = { submit: "Submitted item", skip: "Skipped item", cannot_judge: "Marked as can’t judge: item" };
const MARKS = { submit: "d", skip: "s", cannot_judge: "x" };
const prefix = `submit ${one("#answers").dataset.who} ${one("#next").action.replace(/.*(\/r\/.*)next\/$/, "$1")}`;
const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 500));

let waiting = kept();
let sending = null;
let failures = 0;
let timer = 0;
let ahead = null;
let looking = false;
let behind = null;

const positionOf = (path) => path.match(/(\d+)\/$/)?.[1];
const lastOf = (entry) => prefix + positionOf(entry.path);

// What an earlier page of this session could not send.
function kept() {
  if (isShared()) return [];
  const names = Object.keys(localStorage).filter((name) => name.startsWith(prefix));
  return names.map((name) => store.read(name)).filter(Boolean).sort((a, b) => a.at - b.at);
}

// --- The next item, ahead of time: nothing is claimed by looking.

function lookAhead() {
  if (ahead || looking || waiting.length >= MOST_WAITING || !("autosave" in page.form.dataset)) return;
  looking = true;
  idle(async () => {
    const left = new Set([...waiting.map((entry) => entry.path), pathOf(page.form)].map(positionOf));
    const address = `${one("#next").action}?${[...left].map((n) => `after=${n}`).join("&")}`;
    const from = page;
    const found = await fetched(address);
    looking = false;
    // Another item is shown meanwhile, after which something else comes.
    if (page !== from) return lookAhead();
    ahead = found;
    if (!found) return;
    setTimeout(() => { if (ahead === found) ahead = null; }, KEEP_AHEAD);
    const entry = page.form.inert && waiting.find((other) => other.form === page.form);
    if (entry) goOn(entry);
  });
}

async function fetched(address) {
  try {
    const response = await fetch(address, { headers: { "X-Prefetch": "1" }, redirect: "manual" });
    return response.status === 200 ? parsed(await response.text()) : null;
  } catch {
    return null;
  }
}

function parsed(html) {
  const read = new DOMParser().parseFromString(html, "text/html");
  const form = one("#answers", read);
  if (!form) return null;
  const path = new URL(form.getAttribute("action"), location.href).pathname;
  return { rv: one(".rv", read), title: read.title, path, stamp: form.dataset.stamp };
}

function show(next, { focus } = {}) {
  const before = { rv: one(".rv"), title: document.title, path: pathOf(page.form) };
  ahead = null;
  before.rv.replaceWith(next.rv);
  document.title = next.title;
  history.pushState(null, "", next.path);
  begin({ fresh: !focus });
  document.dispatchEvent(new Event("item:shown"));
  say(next.title.split(" – ")[0]);
  (focus ?? one("#item")).focus({ preventScroll: true });
  return before;
}

async function go(path) {
  const isItem = positionOf(path) && path !== pathOf(page.form);
  const from = page;
  const next = isItem && await fetched(path);
  if (page !== from) return null;
  if (next) return show(next);
  page.leaving = true;
  location.assign(path);
  return null;
}

// --- Submitting.

function take(form, act) {
  const fields = new FormData(form);
  fields.delete("csrfmiddlewaretoken");
  fields.set("act", act);
  fields.set("active_ms", takeTime());
  return { path: pathOf(form), at: Date.now(), version: form.elements.version.value, fields: [...fields], act, undoes: page.undoes };
}

function put(form, act) {
  const entry = take(form, act);
  waiting.push(entry);
  Object.defineProperties(entry, { form: { value: form }, before: { value: page.saving }, focus: { value: document.activeElement } });
  page.stopped = true;
  page.dirty = false;
  clearTimeout(page.timer);
  page.isKept = store.write(lastOf(entry), entry);
  if (page.isKept) forget(entry.path);
  form.inert = true;
  setTimeout(() => { if (page.form === form && form.inert && !failures) tell("clock", "Submitting…"); }, SEEN_LATE);
  if (ahead && !("editing" in form.dataset)) goOn(entry);
  else lookAhead();
  send();
}

function goOn(entry) {
  behind = { ...show(ahead), entry };
  mark(entry);
  toast(entry);
  lookAhead();
}

async function send() {
  clearTimeout(timer);
  if (sending || !waiting.length) return;
  const [entry] = waiting;
  sending = entry.result = deliver(entry);
  const { answer, retry, ...refusal } = await sending;
  sending = null;
  if (retry) return again(entry, retry);
  failures = 0;
  waiting = waiting.filter((other) => other !== entry);
  store.drop(lastOf(entry));
  reached();
  if (answer) await done(entry, answer);
  else sendBack(entry, refusal);
  send();
}

// After the save of its page that may still be on its way.
async function deliver(entry) {
  await entry.before;
  return await takeBackFirst(entry) ?? outcome(post(entry.path, sent(entry)));
}

// A save that was on its way when this was pressed has moved the version on.
function sent(entry) {
  const version = entry.form?.elements.version.value ?? entry.version;
  return entry.fields.map(([name, value]) => [name, name === "version" ? version : value]);
}

function again(entry, why) {
  const seconds = RETRY[Math.min(failures, RETRY.length - 1)];
  failures += 1;
  entry.result = null;
  timer = setTimeout(send, seconds * 1000);
  mark(entry, "h");
  excuse(why, seconds, send);
}

async function done(entry, answer) {
  if (!entry.form && pathOf(page.form) === entry.path) {
    page.leaving = true;
    location.reload();
    return;
  }
  if (ahead && ahead.stamp !== answer.stamp) ahead = null;
  const shown = pathOf(page.form);
  const isHere = shown === entry.path;
  entry.version = answer.version;
  if (isHere || (!waiting.length && answer.next !== shown && !page.dirty && !page.saving && isToAnswer(page.form))) {
    const before = await go(answer.next);
    if (before && isHere) behind = { ...before, entry };
  }
  mark(entry);
  if (isHere && behind?.entry === entry) toast(entry);
  if (!page.isRefused) tell("check", `Submitted ${clock(Date.now())}`);
  lookAhead();
}

// An item that can only be read was opened to be read.
const isToAnswer = (form) => "autosave" in form.dataset && wordsOf(form).every(([, value]) => !value.trim());

// What the server refuses stays: on the page when its item is shown, on this device for when it is opened.
function sendBack(entry, refusal) {
  const words = entry.fields.filter(([name]) => /-(value|why|cannot)$/.test(name));
  store.write(copyName(entry.path), { version: entry.version, at: entry.at, words, sent: [] });
  if (pathOf(page.form) !== entry.path) {
    mark(entry, "h");
    const isGone = refusal.code === "missing";
    banner("other", `Item ${positionOf(entry.path)} was not submitted.`, isGone ? GONE : refusal.detail ?? "",
      isGone ? link("Your sessions", "/me/") : link("Open it", entry.path));
    return;
  }
  const { form } = page;
  form.inert = false;
  page.stopped = page.dirty = page.isRefused = true;
  if (refusal.code === "invalid_answers") return sendPlainly(form, entry.act);
  page.isKept = true;
  refuse(refusal, compare);
  if ("over" in form.dataset) begin();
}

// The server shows the faults beside their questions.
function sendPlainly(form, act) {
  form.append(made("input", { type: "hidden", name: "act", value: act }));
  page.leaving = true;
  HTMLFormElement.prototype.submit.call(form);
}

// --- What is seen of it: the strip, the rail, and the way back.

function mark(entry, name = MARKS[entry.act]) {
  const tick = one(`.strip:not(.grouped) a[href="${entry.path}"]`)?.parentElement;
  if (tick) tick.className = name + (tick.classList.contains("now") ? " now" : "");
  const row = one(`.rail li:not([aria-current]) a[href^="${entry.path}"]`);
  if (row) markRow(row, name);
  if (!entry.isCounted && (row || tick)) recount(entry);
}

// As the server writes a row.
function markRow(row, name) {
  const isDone = name === "d";
  const [icon, words] = { d: ["check", "Submitted"], s: ["skip", "Skipped"], x: ["ban", "Can’t judge"], h: ["clock", "Not sent yet"] }[name];
  one(".st, .n ~ .sr", row)?.remove();
  if (isDone) one(".n", row).innerHTML = svg("check");
  row.append(made("span", { className: isDone ? "sr" : "st", innerHTML: (isDone ? "" : svg(icon)) + words }));
}

// The page that is shown was made before this was submitted.
function recount(entry) {
  const isSkip = entry.act === "skip";
  const change = (selector, part, by) => {
    const place = one(selector);
    if (place) place[part] = place[part].replace(/\d+/, (n) => Number(n) + by);
  };
  entry.isCounted = true;
  if (isSkip) return change(".rail .seg a[href*=skipped]", "textContent", 1);
  change(".rail .seg a[href*=todo]", "textContent", -1);
  change(".strip", "ariaLabel", 1);
}

function toast(entry) {
  const box = made("div", { className: "toast", role: "status" });
  box.append(made("span", { textContent: `${SAID[entry.act]} ${positionOf(entry.path)}` }));
  const back = made("button", { type: "button", innerHTML: "Undo <kbd>U</kbd>", onclick: undo });
  back.dataset.key = "undo";
  if (entry.act !== "skip") box.append(back);
  one(".toast")?.remove();
  one(".rv").append(box);
}

async function undo() {
  if (!behind) return;
  const { entry, ...item } = behind;
  behind = null;
  save();
  await entry.result;
  const isUnanswered = waiting.includes(entry);
  if (isUnanswered) {
    waiting = waiting.filter((other) => other !== entry);
    store.drop(lastOf(entry));
  } else if (!await takeBack(entry)) {
    behind = { entry, ...item };
    return;
  }
  const form = one("#answers", item.rv);
  form.inert = false;
  show(item, { focus: entry.focus });
  if (isUnanswered) page.undoes = entry;
  else form.elements.version.value = entry.version;
  form.elements.key.value = crypto.getRandomValues(new Uint32Array(4)).join("-");
  form.dispatchEvent(new Event("input", { bubbles: true }));
  lookAhead();
}

async function takeBack(entry) {
  const fields = [["act", "undo"], ["version", entry.version], ["active_ms", 0]];
  const { answer, detail } = await outcome(post(entry.path, fields));
  if (answer) entry.version = answer.version;
  else banner("other", "This was not undone.", detail || "Try again in a moment.");
  return Boolean(answer);
}

addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id !== "answers" || event.defaultPrevented) return;
  const act = event.submitter?.value ?? "draft";
  if (act === "undo" || page.isPlain) {
    page.leaving = true;
    return;
  }
  event.preventDefault();
  if (act === "draft") save();
  else if (form.inert || isUnread()) return;
  else if (one(".rv > .banner[data-name=conflict]")) compare();
  else if (waiting.length < MOST_WAITING) put(form, act);
  else tell("warn", "Five items wait to be sent", { bad: true });
});

// A page asked for now would not show yet what is on its way; without a network there would be none at all.
let waited = null;
addEventListener("click", async (event) => {
  const way = event.target.closest?.("a:is([href^='/'], [href^='?']):not([target])");
  if (way?.matches("[data-leaves]")) forget(pathOf(page.form));
  if (!way || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (isCutOff(event) || !sending || way === waited) return;
  event.preventDefault();
  event.stopImmediatePropagation(); // whoever else takes this click takes the one that is made then
  await Promise.race([sending, new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT))]);
  waited = way;
  way.click();
  waited = null;
});

addEventListener("online", send);
addEventListener("focus", () => failures && send());
function isCutOff(event) {
  if (navigator.onLine) return false;
  event.preventDefault();
  excuse("offline", 0, send);
  return true;
}
addEventListener("submit", (event) => event.target.id === "next" && isCutOff(event));
addEventListener("popstate", () => {
  if (location.pathname === pathOf(page.form)) return;
  if (navigator.onLine) location.reload();
  else history.pushState(null, "", pathOf(page.form));
});
addEventListener("beforeunload", (event) => {
  if (waiting.length && isShared()) event.preventDefault();
});
document.addEventListener("draft:saved", (event) => {
  if (ahead && ahead.stamp !== event.detail.stamp) ahead = null;
  lookAhead();
});

// What was submitted here and is not sent yet is shown as it was written, and not for changing.
const pending = waiting.find((entry) => entry.path === pathOf(page.form));
if (pending && "autosave" in page.form.dataset) {
  fill(page.form, pending.fields);
  page.form.inert = page.stopped = true;
}
send();
lookAhead();
