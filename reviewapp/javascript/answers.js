// The questions of the review page: counts, what excludes what, what is still missing, and the words in them.

import { all, forItem, one } from "./dom.js";
import { complain, faultOf, forgive, valuesOf } from "./inputs.js";

const CHOSEN = ".opts input, .scale input";
const UNREAD = 500;

const form = () => one("#answers");

function isAnswered(question) {
  const cannot = one(".reasons input:checked", question);
  if (cannot && cannot.value) return true;
  return valuesOf(question).some((field) => ("checked" in field && /radio|checkbox/.test(field.type)
    ? field.checked
    : field.value.trim() !== ""));
}

function write(selector, text) {
  const place = one(selector);
  if (place) place.textContent = text;
}

function count() {
  const questions = all(".q:enabled", form());
  if (!questions.length) return;
  const open = questions.filter((question) => !isAnswered(question));
  for (const question of questions) question.classList.toggle("done", !open.includes(question));
  const answered = questions.length - open.length;
  const needed = open.filter((question) => "needed" in question.dataset).length;
  write("[data-answered]", answered);
  write("[data-count]", `${answered}/${questions.length}`);
  write("[data-required]", needed ? `${needed} required left` : "");
}

// An answer and "can't judge this" exclude each other.
function settle(field) {
  const question = field.closest(".q");
  if (!question) return;
  if (field.name.endsWith("-cannot") && field.value) {
    for (const other of all(CHOSEN, question)) other.checked = false;
  } else if (field.name.endsWith("-value")) {
    const able = one(".reasons input[value='']", question);
    if (able) able.checked = true;
  }
}

function ask(question, fault) {
  const field = complain(question, fault);
  one("#t-ans").checked = true;
  field.focus();
  question.scrollIntoView({ block: "nearest" });
}

export const isOurs = (event) => event.target.closest?.("#answers");

addEventListener("input", (event) => {
  if (!isOurs(event)) return;
  settle(event.target);
  const question = event.target.closest(".q.bad, .q:has(.errtx)");
  if (question && !faultOf(question, isAnswered(question))) forgive(question);
  count();
}, { capture: true });
addEventListener("change", (event) => {
  if (isOurs(event)) count();
});

// An item that came in place of another, under the pointer or a key that was pressed twice, has not been read yet:
// nothing is submitted of it for half a second, unless something was put in.
let came = -UNREAD;
export const isUnread = () => performance.now() - came < UNREAD;
document.addEventListener("item:shown", () => { came = performance.now(); });
addEventListener("click", (event) => {
  if (!isUnread() || !event.target.closest?.("#answers[data-picks] .opt")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });
addEventListener("input", (event) => {
  if (isOurs(event)) came = -UNREAD;
});

// A single pass/fail question is submitted by pressing its answer. Arrows, which choose on their way, do not.
addEventListener("click", (event) => {
  const choice = event.detail && event.target.closest?.("#answers[data-picks] .pf .opt");
  if (choice && event.target.tagName !== "INPUT") setTimeout(() => form().requestSubmit(one("[data-key=submit]")));
});

// Enter in a field submits nothing; buttons keep their own Enter.
addEventListener("keydown", (event) => {
  const isPlain = event.key === "Enter" && !event.ctrlKey && !event.metaKey;
  if (isPlain && isOurs(event) && event.target.tagName === "INPUT") event.preventDefault();
});

addEventListener("submit", (event) => {
  if (event.target !== form() || event.submitter?.value !== "submit") return;
  for (const question of all(".q:enabled", form())) {
    const fault = faultOf(question, isAnswered(question));
    if (!fault) continue;
    event.preventDefault();
    ask(question, fault);
    return;
  }
});

forItem(count);
