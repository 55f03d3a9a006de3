// Adjudication: the button names what it will set, and keys press what is on the page, under the
// same rules as on the review page: never while typing, with a modifier, on repeat or under a box.

import { all, isTyping, one, say } from "./dom.js";

const form = one("#answers");
const words = one("[data-settle]", form);

// Tells of one choice its words; of several how many there are.
function name() {
  if (!words) return;
  const picks = all(`${PICKS}:checked`, form);
  const said = picks.map((pick) => pick.dataset.words || "something else");
  words.textContent = said.length === 1 ? `Set consensus: ${said[0]}` : said.length ? `Set consensus: ${said.length} questions` : "Set consensus";
}

function press(key) {
  const control = one(`[data-key="${key}"]`);
  control?.click();
  return Boolean(control);
}

const PICKS = `input[name$='${form.dataset.picks ?? "-pick"}']`;
const wordsOf = (input) => input.dataset.words || one("span", input.labels[0])?.textContent;
const active = () => one(".q.act", form) || one(".q:enabled", form);

function activate(question, { focus = true } = {}) {
  if (!question || question.disabled) return;
  for (const other of all(".q.act", form)) other.classList.remove("act");
  question.classList.add("act");
  if (!focus) return;
  const control = one(`${PICKS}:checked`, question) || one(`${PICKS}, button`, question);
  control?.focus({ preventScroll: true });
  question.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const questions = all(".q:enabled", form);
  const next = questions[questions.indexOf(active()) + by];
  activate(next);
  return Boolean(next);
}

function choose(digit) {
  const input = active() && all(PICKS, active())[digit - 1];
  if (!input || input.matches(":disabled")) return false;
  input.focus({ preventScroll: true });
  input.click();
  say(`${wordsOf(input)} selected`);
  return true;
}

function explain() {
  const why = active() && one("[data-why]:enabled", active());
  why?.focus();
  return Boolean(why);
}

const ACTS = { j: () => step(1), k: () => step(-1), c: explain };
const CONTROLS = { p: "previous", n: "next", u: "undo" };

for (const event of ["focusin", "click"]) {
  form.addEventListener(event, ({ target }) => activate(target.closest(".q"), { focus: false }));
}

addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  const covered = one(":popover-open, dialog[open], .menu[open]");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    if (!event.repeat && !covered) press("settle");
    event.preventDefault();
    return;
  }
  if (event.key === "Escape" && isTyping(event.target) && !covered) {
    event.target.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || covered) return;
  if (isTyping(event.target) || document.documentElement.dataset.keys === "off") return;
  const key = event.key.toLowerCase();
  const done = /^[1-9]$/.test(key) ? choose(Number(key)) : ACTS[key] ? ACTS[key]() : CONTROLS[key] && press(CONTROLS[key]);
  if (done) event.preventDefault();
});
// To tick an entry of the merged lists is to choose them.
form.addEventListener("change", ({ target }) => {
  if (target.name.endsWith("-keep")) one("input[value=merged]", target.closest(".opts")).checked = true;
  name();
});
name();
