// The questions of the review page: counts, what excludes what, and what is still missing.

const form = document.getElementById("answers");

const icon = (name) => `<svg class="i" aria-hidden="true"><use href="#i-${name}"/></svg>`;
const fieldsOf = (question) => question.querySelectorAll(".opts input, .scale input, .body > .row > .inp, .body > .ta");

function isAnswered(question) {
  const cannot = question.querySelector(".reasons input:checked");
  if (cannot && cannot.value) return true;
  return [...fieldsOf(question)].some((field) => ("checked" in field && /radio|checkbox/.test(field.type)
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

function forgive(question) {
  if (!question || !isAnswered(question)) return;
  question.classList.remove("bad");
  question.querySelector(".errtx")?.remove();
}

function complain(question) {
  const chooses = question.querySelector(".opts, .scale");
  const words = `${chooses ? "Choose one" : "Write something"} to submit this item.`;
  question.querySelector(".errtx")?.remove();
  question.querySelector("legend").insertAdjacentHTML("afterend", `<p class="errtx">${icon("warn")}${words}</p>`);
  question.classList.add("bad");
  document.getElementById("live").textContent = words;
  document.getElementById("t-ans").checked = true;
  fieldsOf(question)[0].focus();
  question.scrollIntoView({ block: "nearest" });
}

form.addEventListener("input", (event) => {
  settle(event.target);
  forgive(event.target.closest(".q.bad"));
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
  const questions = [...form.querySelectorAll(".q[data-needed]")];
  const missing = questions.find((question) => !isAnswered(question));
  if (!missing) return;
  event.preventDefault();
  complain(missing);
});

count();
