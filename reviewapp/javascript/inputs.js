// What the inputs of a question do beyond plain fields, wherever questions are shown: a filter over long
// choices, "None of these", number bounds, a counter, one message beside a question. Without this the
// form works too, and the server says the same.

import { all, forParts, made, one, say, svg } from "./dom.js";

const NUMBER = /^[+-]?(\d{1,15}|\d{0,15}\.\d{1,15}(e[+-]?\d{1,2})?)$/i;
const COUNTED_FROM = 0.8;
const MOST_LINES = 12;
const grows = CSS.supports("field-sizing", "content");
const length = (text) => [...text.trim()].length;

export const valuesOf = (question) => all("[name$='-value']", question);

const tooLong = (text, most) => (most && length(text) > most
  ? `Write at most ${most} characters; this has ${length(text)}.`
  : "");

function numberFault({ value, dataset: { low, high, step } }) {
  const text = value.trim().replace(",", ".");
  if (!text) return "";
  if (!NUMBER.test(text)) return "Write a number.";
  const number = Number(text);
  if (low !== "" && number < Number(low)) return `Write a number of at least ${low}.`;
  if (high !== "" && number > Number(high)) return `Write a number of at most ${high}.`;
  if (step === "any") return "";
  const steps = (number - Number(low)) / Number(step);
  const isOff = Math.abs(steps - Math.round(steps)) > 1e-9 * Math.max(1, Math.abs(steps));
  return isOff ? `Write a multiple of ${step} from ${low || 0}.` : "";
}

function listFault({ value, dataset: { mostEach, mostCount } }) {
  const lines = value.split("\n").filter((line) => line.trim());
  if (mostCount && lines.length > mostCount) return `Write at most ${mostCount} entries; there are ${lines.length}.`;
  const long = lines.findIndex((line) => tooLong(line, mostEach));
  return long < 0 ? "" : `Entry ${long + 1}: ${tooLong(lines[long], mostEach)}`;
}

function fieldFault(field) {
  if ("step" in field.dataset) return numberFault(field);
  if ("list" in field.dataset) return listFault(field);
  return tooLong(field.value, field.dataset.most);
}

// Why a question cannot be submitted: { words, field }, or nothing. The server's own words.
export function faultOf(question, isAnswered) {
  if (one(".reasons input:checked", question)?.value) return null;
  const [field] = valuesOf(question);
  if (!isAnswered) return question.dataset.needed ? { words: question.dataset.needed, field } : null;
  const words = fieldFault(field);
  const why = one("[data-why]", question) ?? (one("[data-explain]:checked", question) && one("[name$='-why']", question));
  if (words) return { words, field };
  return why && !why.value.trim() ? { words: "Say why, in a comment.", field: why } : null;
}

export function forgive(question) {
  question.classList.remove("bad");
  one(".errtx", question)?.remove();
  for (const field of all("[aria-invalid]", question)) {
    field.removeAttribute("aria-invalid");
  }
}

export function complain(question, { words, field }) {
  forgive(question);
  const note = made("p", { className: "errtx", id: `${field.name.replace(/-\w+$/, "")}-fault`, innerHTML: svg("warn") });
  note.append(words);
  one("legend", question).after(note);
  question.classList.add("bad");
  const shown = field.hidden ? field.nextElementSibling.querySelector(":scope > textarea") : field; // see lists.js
  if (!/radio|checkbox/.test(shown.type)) shown.setAttribute("aria-invalid", "true");
  const described = new Set((question.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  question.setAttribute("aria-describedby", [...described.add(note.id)].join(" "));
  say(words);
  return shown;
}

// "None of these" and the others put each other out, before anybody counts or saves.
function settleAlone(field) {
  if ("explain" in field.dataset && field.checked) one("details.why", field.closest(".q")).open = true;
  if (field.type !== "checkbox" || !field.checked || !field.name.endsWith("-value")) return;
  for (const other of valuesOf(field.closest(".q"))) {
    if (other !== field && ("alone" in field.dataset || "alone" in other.dataset)) other.checked = false;
  }
}

function addFilter(choices) {
  const find = made("input", { type: "search", className: "find", placeholder: "Find a choice", ariaLabel: "Find a choice", autocomplete: "off" });
  const none = made("p", { className: "sm dim", role: "status" });
  const narrow = () => {
    const wanted = find.value.trim().toLocaleLowerCase();
    let shown = 0;
    for (const choice of all(".opt", choices)) {
      const fits = one("span", choice).textContent.toLocaleLowerCase().includes(wanted);
      choice.hidden = !fits && !one("input", choice).checked;
      shown += fits;
    }
    none.textContent = shown ? "" : "No choice has this in it.";
  };
  find.addEventListener("narrow", narrow);
  choices.before(find, none);
}

function showCount(field) {
  const [used, most] = [length(field.value), Number(field.dataset.most)];
  let count = one(".count", field.parentElement);
  if (!count) {
    count = made("p");
    field.after(count);
  }
  count.className = `count sm ${used > most ? "over" : "dim"}`;
  count.textContent = used > most * COUNTED_FROM ? `${used} of ${most} characters` : "";
}

function fit(field) {
  if (!grows) field.rows = Math.min(MOST_LINES, Math.max(field.defaultRows ??= field.rows, field.value.split("\n").length));
  if (field.dataset.most) showCount(field);
}

// What is typed to find a choice is no answer: nobody else hears of it.
for (const name of ["input", "change"]) {
  addEventListener(name, (event) => {
    if (!event.target.matches(".find")) return;
    event.stopImmediatePropagation();
    event.target.dispatchEvent(new Event("narrow"));
  }, true);
}

addEventListener("input", (event) => {
  if (!event.target.closest(".q")) return;
  settleAlone(event.target);
  if (event.target.tagName === "TEXTAREA") fit(event.target);
}, true);

// "Keep" puts what is expected already into the fields; without this the server does.
addEventListener("click", (event) => {
  const button = event.target.closest("[data-keeps]");
  if (!button) return;
  event.preventDefault();
  const lines = button.dataset.keeps.split("\n");
  const fields = valuesOf(button.closest(".q"));
  for (const field of fields) {
    if (/radio|checkbox/.test(field.type)) field.checked = lines.includes(field.value);
    else field.value = button.dataset.keeps;
  }
  for (const name of ["input", "change"]) fields[0].dispatchEvent(new Event(name, { bubbles: true }));
  say("Kept");
});

// A number is judged when it is left, not while it is written.
addEventListener("focusout", (event) => {
  const field = event.target;
  if (!field.closest(".q") || !("step" in field.dataset)) return;
  if (isPressed) addEventListener("pointerup", () => setTimeout(judge, 0, field), { once: true });
  else judge(field);
});

function judge(field) {
  const words = fieldFault(field);
  if (words) complain(field.closest(".q"), { words, field });
  else if (field.value.trim()) forgive(field.closest(".q"));
}

// A message moves what is below it: not between a press of the mouse and its release.
let isPressed = false;
addEventListener("pointerdown", () => { isPressed = true; }, true);
for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => { isPressed = false; }, true);

// A draft put back into the fields announces itself on the form.
addEventListener("change", (event) => {
  if (event.target.id !== "answers") return;
  for (const field of all(".q textarea[name]")) fit(field);
}, true);

// Also questions that come later, when another item is shown in place.
function dress() {
  for (const part of all(".q:enabled :is(.opts.long, textarea[name]):not([data-dressed])")) {
    part.dataset.dressed = "";
    if (part.tagName === "TEXTAREA") fit(part);
    else addFilter(part);
  }
}

forParts(dress);
