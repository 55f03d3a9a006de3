// Every page: reading settings apply at once, menus close, dialogs and copy buttons work.

const root = document.documentElement;


addEventListener("change", (event) => {
  const form = event.target.closest("form[data-reading]");
  if (!form) return;
  root.dataset[event.target.name] = event.target.value;
  fetch(form.action, { method: "POST", body: new FormData(form) });
});

addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.opens).showModal();
  }
  if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
  const copier = event.target.closest("[data-copies]");
  if (copier) copy(copier);
});

addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector(".menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

function copy(button) {
  const box = button.closest(".codebox");
  const text = box ? box.querySelector("pre").textContent : button.dataset.copies;
  navigator.clipboard.writeText(text || location.href).then(() => say("Copied"));
}

function say(text) {
  document.getElementById("live").textContent = text;
}

// Code boxes come from the sanitiser without a button, because without a script it would do nothing.
function equip(box) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn s quiet ico";
  button.dataset.copies = "";
  button.setAttribute("aria-label", "Copy code");
  button.innerHTML = '<svg class="i" aria-hidden="true"><use href="#i-copy"/></svg>';
  box.append(button);
}

// A tree of JSON tells the path of the row that was clicked or reached by keyboard.
for (const type of ["click", "focusin"]) {
  addEventListener(type, (event) => {
    const row = event.target.closest?.(".tree li:not(.page)");
    const acts = row?.closest(".value").querySelector(".value-acts");
    if (!acts) return;
    const button = acts.querySelector("button") || document.createElement("button");
    button.type = "button";
    button.className = "lnk xs path";
    button.dataset.copies = pathOf(row).replace(/^\./, "");
    button.textContent = `Copy path ${button.dataset.copies}`;
    if (!button.isConnected) acts.lastElementChild.before(button);
  });
}

function pathOf(row) {
  const above = row.parentElement.closest(".tree li:not(.page)");
  const key = row.querySelector(".key").textContent;
  const named = /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
  return (above ? pathOf(above) : "") + (row.parentElement.localName === "ol" ? `[${key}]` : named);
}

// Times are written in UTC by the server and shown in the reader's own zone.
const TIMES = {
  minute: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" },
  day: { day: "numeric", month: "long" },
};
function localise(time) {
  const local = new Date(time.dateTime).toLocaleString("en-GB", TIMES[time.dataset.local]);
  time.textContent = time.textContent.trim().startsWith("on ") ? `on ${local}` : local;
}

// After a submit the reader is at the next item's heading, and hears which item it is.
function arrive() {
  const heading = document.getElementById("item");
  if (!heading || !document.querySelector("[data-flash]")) return;
  heading.focus();
  setTimeout(say, 100, document.title.split(" – ")[0]);
}
arrive();

function decorate() {
  document.querySelectorAll(".codebox:not(:has(> [data-copies]))").forEach(equip);
  document.querySelectorAll("time[data-local]").forEach(localise);
}

document.addEventListener("item:shown", decorate);
decorate();
