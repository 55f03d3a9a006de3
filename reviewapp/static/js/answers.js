// The questions of the review page: counts, what excludes what, and what is still missing.

import { complain, faultOf, forgive, valuesOf } from "./inputs.js";

const form = document.getElementById("answers");

function isAnswered(question) {
  const cannot = question.querySelector(".reasons input:checked");
  if (cannot && cannot.value) return true;
  return valuesOf(question).some((field) => ("checked" in field && /radio|checkbox/.test(field.type)
    ? field.checked
    : field.value.trim() !== ""));
}

function write(selector, text) {
  const place = document.querySelector(selector);
  if (place) place.textContent = text;
}

function count() {
  const questions = [...form.querySelectorAll(".q")];
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
    for (const other of question.querySelectorAll(".opts input, .scale input")) other.checked = false;
  } else if (field.name.endsWith("-value")) {
    const able = question.querySelector(".reasons input[value='']");
    if (able) able.checked = true;
  }
}

function ask(question, fault) {
  const field = complain(question, fault);
  document.getElementById("t-ans").checked = true;
  field.focus();
  question.scrollIntoView({ block: "nearest" });
}

form.addEventListener("input", (event) => {
  settle(event.target);
  const question = event.target.closest(".q.bad");
  if (question && !faultOf(question, isAnswered(question))) forgive(question);
  count();
});
form.addEventListener("change", count);

// Enter in a field submits nothing; buttons keep their own Enter.
form.addEventListener("keydown", (event) => {
  const isPlain = event.key === "Enter" && !event.ctrlKey && !event.metaKey;
  if (isPlain && event.target.tagName === "INPUT") event.preventDefault();
});

form.addEventListener("submit", (event) => {
  if (event.submitter?.value !== "submit") return;
  for (const question of form.querySelectorAll(".q")) {
    const fault = faultOf(question, isAnswered(question));
    if (!fault) continue;
    event.preventDefault();
    ask(question, fault);
    return;
  }
});

count();
