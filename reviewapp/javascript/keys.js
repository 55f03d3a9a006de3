// Keyboard of the review page. Every key clicks a real control, so mouse and keyboard share one path.
// Single keys never fire while typing, with a modifier, on repeat, or while a box is open over the page.

import { isUnread } from "./answers.js";
import { all, forItem, isTyping, one, say } from "./dom.js";

const CHOICES = ".opts .opt input:enabled, .scale .opt input:enabled";
const STEP_DELAY = 120;

const singleKeys = () => document.documentElement.dataset.keys !== "off";
const advances = () => document.documentElement.dataset.advance !== "off";
const covered = () => one(":popover-open, dialog[open], .menu[open]");
const isSent = () => Boolean(one("#answers[inert]"));
const active = () => !isSent() && (one(".qs .q.act") || one(".qs .q:enabled"));

function activate(question, { focus = true } = {}) {
  if (!question || question.disabled) return;
  for (const other of all(".q.act")) other.classList.remove("act");
  question.classList.add("act");
  if (focus) {
    const field = one(".opts input:checked, .scale input:checked", question)
      || one(".opts input, .scale input, .inp, .ta", question);
    field?.focus({ preventScroll: true });
    question.scrollIntoView({ block: "nearest" });
  }
}

function step(by) {
  if (isSent()) return;
  const questions = all(".qs .q:enabled");
  activate(questions[questions.indexOf(active()) + by]);
}

function choose(digit) {
  const question = active();
  const place = digit === 0 ? 9 : digit - 1;
  const input = question && all(CHOICES, question)[place];
  if (!input || (one("#answers[data-picks]") && isUnread())) return false;
  if (input.type === "radio" && input.checked) {
    input.checked = false;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    say("Cleared");
    return true;
  }
  input.click();
  const label = one("span", input.closest("label")).textContent.trim();
  say(`${label} ${input.checked ? "selected" : "not selected"}`);
  if (one("#answers[data-picks]") && input.checked) press("submit");
  else if (input.type === "radio" && advances()) setTimeout(() => active() === question && step(1), STEP_DELAY);
  return true;
}

function comment() {
  const why = active() && one(".why", active());
  if (!why) return false;
  if (why.tagName === "DETAILS") why.open = true;
  one("textarea", why).focus();
  return true;
}

function press(name) {
  const control = one(`[data-key="${name}"]`);
  if (!control || control.form?.inert) return false;
  control.click();
  if (control.tagName === "SUMMARY") control.scrollIntoView({ block: "start" });
  return true;
}

const ACTS = {
  j: () => (step(1), true),
  k: () => (step(-1), true),
  c: comment,
  l: () => {
    if (!one("[data-key=rail]")?.offsetWidth) return press("list");
    import("./rail.js");
    return press("rail");
  },
};
const CONTROLS = { s: "skip", x: "cant", n: "next", p: "prev", u: "undo", d: "docs", t: "steps", g: "guide", e: "edit", "?": "help" };

addEventListener("focusin", (event) => {
  const question = event.target.closest?.(".qs .q");
  if (question) activate(question, { focus: false });
});

addEventListener("click", (event) => {
  const question = event.target.closest?.(".qs .q");
  if (question) activate(question, { focus: false });
});

addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    if (!event.repeat && !covered()) press("submit");
    event.preventDefault();
    return;
  }
  if (event.key === "Escape" && isTyping(document.activeElement) && !covered()) {
    document.activeElement.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (!singleKeys() || covered() || isTyping(event.target)) return;
  const key = event.key.toLowerCase();
  const done = /^[0-9]$/.test(key) ? choose(Number(key)) : ACTS[key] ? ACTS[key]() : press(CONTROLS[key]);
  if (done) event.preventDefault();
});

forItem(() => one(".rail [aria-current=true]:not(.seg *)")?.scrollIntoView({ block: "nearest" }));

// Only who goes there needs what the rail can do.
const isRail = ({ target }) => target.closest?.("#rail, [data-key=rail]") && import("./rail.js");
for (const type of ["pointerover", "touchstart", "focusin"]) addEventListener(type, isRail, { passive: true });
