// A list of texts as entries that can be edited, moved and removed. The textarea that is sent stays,
// one line per entry, hidden: saving and restoring know nothing of the entries.

import { all, forParts, made, one, say, svg } from "./dom.js";

const linesOf = (text) => text.split(/\r?\n/).map((line) => line.trim()).filter(Boolean);

const entriesOf = (list) => all("textarea", list.rows);
const textOf = (list) => [...entriesOf(list), list.add].flatMap((entry) => linesOf(entry.value)).join("\n");

function hand(list) {
  const text = textOf(list);
  if (text === list.field.value) return;
  list.field.value = text;
  list.field.dispatchEvent(new Event("input", { bubbles: true }));
}

function draw(list) {
  list.rows.replaceChildren();
  list.add.value = "";
  for (const line of linesOf(list.field.value)) append(list, line);
  renumber(list);
}

function append(list, text) {
  const row = made("li", { innerHTML: `<textarea class="ta grows" rows="1" dir="auto"></textarea>${["up", "down", "out"].map((name) => (
    `<button class="btn quiet s ico" type="button" data-move="${name}">${name === "out" ? svg("x") : svg("chev", name)}</button>`
  )).join("")}` });
  one("textarea", row).value = text;
  list.rows.append(row);
  return row;
}

const MOVES = { up: "Move up", down: "Move down", out: "Remove" };

function renumber(list) {
  const rows = [...list.rows.children];
  rows.forEach((row, n) => {
    one("textarea", row).ariaLabel = `Entry ${n + 1}`;
    for (const button of all("button", row)) {
      const { move } = button.dataset;
      button.ariaLabel = `${MOVES[move]} entry ${n + 1}`;
      button.ariaDisabled = (move === "up" && n === 0) || (move === "down" && n === rows.length - 1);
    }
  });
}

function takeIn(list) {
  for (const entry of entriesOf(list)) if (!entry.value.trim()) entry.closest("li").remove();
  const added = linesOf(list.add.value);
  list.add.value = "";
  for (const line of added) append(list, line);
  renumber(list);
  hand(list);
  if (added.length) say(added.length === 1 ? "Added" : `${added.length} entries added`);
}

function move(list, button) {
  const row = button.closest("li");
  const by = button.dataset.move;
  if (button.ariaDisabled === "true") return;
  if (by === "out") {
    const near = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (near ? one("textarea", near) : list.add).focus();
  } else {
    if (by === "up") row.previousElementSibling.before(row);
    else row.nextElementSibling.after(row);
    button.focus();
  }
  renumber(list);
  hand(list);
  say(by === "out" ? "Removed" : `Moved to place ${[...list.rows.children].indexOf(row) + 1}`);
}

function typed(list, event) {
  if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey) return;
  if (event.target.tagName !== "TEXTAREA") return;
  event.preventDefault();
  if (event.target === list.add) takeIn(list);
  else list.add.focus();
}

// Pasted lines become entries: at the cursor the first one, the others behind it.
function paste(list, event) {
  const lines = linesOf(event.clipboardData?.getData("text/plain") ?? "");
  if (lines.length < 2) return;
  event.preventDefault();
  const field = event.target;
  field.setRangeText(lines.join("\n"), field.selectionStart, field.selectionEnd, "end");
  if (field === list.add) {
    takeIn(list);
    return;
  }
  hand(list);
  draw(list);
  list.add.focus();
}

function build(field) {
  const box = made("div", { className: "entries" });
  const { ariaLabel } = field;
  const rows = made("ol", { ariaLabel });
  const add = made("textarea", { className: "ta grows", rows: 1, placeholder: "Add an entry, then press Enter", dir: "auto", ariaLabel: `Add an entry: ${ariaLabel}` });
  box.append(rows, add);
  const list = { field, rows, add };
  box.addEventListener("input", (event) => {
    event.stopPropagation(); // the field that is sent tells of it
    hand(list);
  });
  box.addEventListener("keydown", (event) => typed(list, event));
  box.addEventListener("paste", (event) => paste(list, event));
  box.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (button) move(list, button);
  });
  // A draft put back into the fields announces itself on the form.
  addEventListener("change", (event) => {
    if ((event.target === field || event.target.id === "answers") && linesOf(field.value).join("\n") !== textOf(list)) draw(list);
  });
  field.hidden = true;
  field.after(box);
  if (field.autofocus) add.focus();
  draw(list);
}

// Also lists that come later, when another item is shown in place.
function buildAll() {
  for (const field of all(".q:enabled textarea[data-list]:not([hidden])")) build(field);
}

forParts(buildAll);
