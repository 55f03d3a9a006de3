// Every page: reading settings apply at once, menus close, copy buttons work.

import { all, forItem, made, one, say, svg } from "./dom.js";

addEventListener("change", (event) => {
  const form = event.target.closest("form[data-reading]");
  if (!form) return;
  document.documentElement.dataset[event.target.name] = event.target.value;
  fetch(form.action, { method: "POST", body: new FormData(form), keepalive: true }); // also when the page is left
});

addEventListener("click", (event) => {
  for (const menu of all(".menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const copier = event.target.closest("[data-copies]");
  if (copier) copy(copier);
});

addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && one(".menu[open]");
  if (!menu) return;
  menu.open = false;
  one("summary", menu).focus();
});

function copy(button) {
  const box = button.closest(".codebox");
  const text = box ? one("pre", box).textContent : button.dataset.copies;
  navigator.clipboard.writeText(text || location.href).then(() => say("Copied"));
}

// Code boxes come from the sanitiser without a button, because without a script it would do nothing.
function equip(box) {
  const button = made("button", { type: "button", className: "btn s quiet ico", ariaLabel: "Copy code", innerHTML: svg("copy") });
  button.dataset.copies = "";
  box.append(button);
}

// A tree of JSON tells the path of the row that was clicked or reached by keyboard.
for (const type of ["click", "focusin"]) {
  addEventListener(type, async ({ target }) => {
    if (target.closest?.(".tree")) (await import("./tree.js")).tellPath(target);
  });
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
  const heading = one("#item");
  if (!heading || !one("[data-flash]")) return;
  heading.focus();
  setTimeout(say, 100, document.title.split(" – ")[0]);
}
arrive();

function decorate() {
  all(".codebox:not(:has(> [data-copies]))").forEach(equip);
  all("time[data-local]").forEach(localise);
}

forItem(decorate);

if (location.hash.startsWith("#/")) import("./links.js").then(({ follow }) => follow(location.hash));
