// The questions of the review page: counts, what excludes what, what is still missing, and the words in them.

import { complain, faultOf, forgive, valuesOf } from "./inputs.js";

const NOT_WORDS = /^(csrfmiddlewaretoken|who|key|act|active_ms|version|reason|note)$/;
const CHOSEN = ".opts input, .scale input";

export const one = (selector, within = document) => within.querySelector(selector);
export const svg = (name) => `<svg class="i" aria-hidden="true"><use href="#i-${name}"/></svg>`;
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
  const questions = [...form().querySelectorAll(".q:enabled")];
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
    for (const other of question.querySelectorAll(CHOSEN)) other.checked = false;
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

// Words of a form as [name, value]; what stands in them is the reviewer's own and nothing else.
export const wordsOf = (form) => [...new FormData(form)].filter(([name]) => !NOT_WORDS.test(name));
export const isSame = (some, others) => said(some) === said(others);
const said = (words) => JSON.stringify(words.filter(([, value]) => value.trim() !== ""));

export function fill(form, words) {
  const values = new Map();
  for (const [name, value] of words) values.set(name, [...(values.get(name) || []), value]);
  for (const field of form.querySelectorAll(".q input, .q textarea")) {
    const mine = values.get(field.name) || [];
    if (/radio|checkbox/.test(field.type)) field.checked = mine.includes(field.value);
    else field.value = mine.shift() ?? "";
    const aside = field.closest("details");
    if (aside && field.value.trim() && (field.checked ?? true)) aside.open = true;
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
}


const isOurs = (event) => event.target.closest?.("#answers");

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

// Enter in a field submits nothing; buttons keep their own Enter.
addEventListener("keydown", (event) => {
  const isPlain = event.key === "Enter" && !event.ctrlKey && !event.metaKey;
  if (isPlain && isOurs(event) && event.target.tagName === "INPUT") event.preventDefault();
});

addEventListener("submit", (event) => {
  if (event.target !== form() || event.submitter?.value !== "submit") return;
  for (const question of form().querySelectorAll(".q:enabled")) {
    const fault = faultOf(question, isAnswered(question));
    if (!fault) continue;
    event.preventDefault();
    ask(question, fault);
    return;
  }
});

document.addEventListener("item:shown", count);
count();
