// The form of the review page: counts, autosave, and one submit at a time.
// A draft goes to the same address as everything else, with the version it was made from; "saved" is
// said only after the server said so, and a submit waits for the save that is on its way.

const form = document.getElementById("answers");
const state = document.querySelector("[data-save]");
const IDLE = 800;
const LONGEST = 5000;
const RETRY = [2000, 4000, 8000, 16000, 32000, 60000];
const AWAY = 60000;

let dirty = false;
let dirtySince = 0;
let timer = 0;
let saving = null;
let failures = 0;
let stopped = !("autosave" in form.dataset);
let leaving = false;
let activeSince = performance.now();
let lastInput = activeSince;

const icon = (name) => `<svg class="i" aria-hidden="true"><use href="#i-${name}"/></svg>`;

function tell(name, text, { bad = false } = {}) {
  state.classList.toggle("bad", bad);
  state.innerHTML = `${icon(name)}<span></span>`;
  state.lastChild.textContent = text;
  if (!bad) state.lastChild.className = "hide-s";
}

// Active time: the tab is visible and something was pressed within the last minute.
function takeActiveTime() {
  const now = performance.now();
  const end = document.hidden ? lastInput : Math.min(now, lastInput + AWAY);
  const spent = Math.max(0, end - activeSince);
  activeSince = now;
  return Math.round(spent);
}

function isAnswered(question) {
  const cannot = question.querySelector(".reasons input:checked");
  if (cannot && cannot.value) return true;
  const field = question.querySelector(".body > .row > .inp, .body > .ta");
  if (field) return field.value.trim() !== "";
  return question.querySelector(".opts input:checked, .scale input:checked") !== null;
}

function count() {
  const questions = [...form.querySelectorAll(".q")];
  let answered = 0;
  let needed = 0;
  for (const question of questions) {
    const has = isAnswered(question);
    question.classList.toggle("done", has);
    if (has) answered += 1;
    else if ("needed" in question.dataset) needed += 1;
  }
  const set = (selector, text) => {
    const place = document.querySelector(selector);
    if (place) place.textContent = text;
  };
  set("[data-answered]", answered);
  set("[data-count]", `${answered}/${questions.length}`);
  set("[data-required]", needed ? `${needed} required left` : "");
}

function changed() {
  if (!dirty) dirtySince = performance.now();
  dirty = true;
  if (stopped) return;
  const waited = performance.now() - dirtySince;
  clearTimeout(timer);
  timer = setTimeout(save, Math.max(0, Math.min(IDLE, LONGEST - waited)));
}

function body() {
  const data = new FormData(form);
  data.set("act", "draft");
  data.set("active_ms", takeActiveTime());
  return data;
}

function save() {
  clearTimeout(timer);
  if (stopped || !dirty || saving) return saving;
  dirty = false;
  const slow = setTimeout(tell, 600, "clock", "Saving…");
  saving = send().finally(() => {
    clearTimeout(slow);
    saving = null;
    if (dirty) changed();
  });
  return saving;
}

async function send() {
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: body(),
      headers: { Accept: "application/json" },
      redirect: "manual",
      keepalive: true,
    });
    if (response.ok) return saved(await response.json());
    if (response.status >= 500 || response.status === 0) return failed();
    return refused(response);
  } catch {
    return failed();
  }
}

function saved(answer) {
  failures = 0;
  form.elements.version.value = answer.version;
  if (!dirty) tell("cloud", "Draft saved");
}

function failed() {
  dirty = true;
  const wait = RETRY[Math.min(failures, RETRY.length - 1)];
  failures += 1;
  tell("warn", navigator.onLine ? "Not saved. Retrying" : "Offline. Not saved yet", { bad: true });
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

// Nothing more is saved in the background: the next submit shows the page with both texts.
async function refused(response) {
  dirty = true;
  if (response.status === 422) {
    tell("warn", "Not saved yet", { bad: true });
    return;
  }
  stopped = true;
  const { code } = await response.json().catch(() => ({}));
  tell("warn", code === "changed_meanwhile" ? "Changed in another tab" : "Not saved", { bad: true });
}

form.addEventListener("input", (event) => {
  if (event.target.closest("[popover]")) return;
  lastInput = performance.now();
  count();
  changed();
});

form.addEventListener("change", (event) => {
  if (event.target.closest("[popover]")) return;
  settle(event.target);
  count();
  dirty = true;
  save();
});

// An answer and "can't judge this" exclude each other.
function settle(field) {
  const question = field.closest(".q");
  if (!question) return;
  if (field.name.endsWith("-cannot")) {
    if (field.value) for (const input of question.querySelectorAll(".opts input, .scale input")) input.checked = false;
  } else if (field.name.endsWith("-value")) {
    const able = question.querySelector(".reasons input[value='']");
    if (able) able.checked = true;
  }
}

form.addEventListener("focusout", save);
addEventListener("online", save);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) save();
  else activeSince = lastInput = performance.now();
});

form.addEventListener("submit", (event) => {
  if (leaving) {
    event.preventDefault();
    return;
  }
  clearTimeout(timer);
  if (saving) {
    event.preventDefault();
    const button = event.submitter;
    saving.finally(() => form.requestSubmit(button));
    return;
  }
  const missing = event.submitter?.value === "submit" && firstMissing();
  if (missing) {
    event.preventDefault();
    complain(missing);
    return;
  }
  form.elements.active_ms.value = takeActiveTime();
  stopped = leaving = true;
});

function firstMissing() {
  return [...form.querySelectorAll(".q[data-needed]")].find((question) => !isAnswered(question));
}

function complain(question) {
  question.classList.add("bad");
  if (!question.querySelector(".errtx")) {
    const text = document.createElement("p");
    text.className = "errtx";
    text.innerHTML = `${icon("warn")}<span></span>`;
    const chooses = question.querySelector(".opts, .scale");
    text.lastChild.textContent = `${chooses ? "Choose one" : "Write something"} to submit this item.`;
    question.querySelector("legend").after(text);
    document.getElementById("live").textContent = text.textContent;
  }
  document.getElementById("t-ans").checked = true;
  question.querySelector(".opts input, .scale input, .inp, .ta").focus();
  question.scrollIntoView({ block: "nearest" });
}

form.addEventListener("input", (event) => {
  const question = event.target.closest(".q.bad");
  if (!question || !isAnswered(question)) return;
  question.classList.remove("bad");
  question.querySelector(".errtx")?.remove();
});

addEventListener("beforeunload", (event) => {
  if (!leaving && (dirty || saving)) event.preventDefault();
});

// Coming back by the browser's back button shows an old rendering: take the present one.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

count();
