// What is seldom needed, and loaded then: the same person's two versions of one item side by side, and words
// that a closed session does not take any more.

import { all, made, one } from "./dom.js";
import { fill, isSame, wordsOf } from "./words.js";

const CHOICES = ".opts input:checked, .scale input:checked";
const isComment = (name) => name.endsWith("-why");

// Asks which to keep and puts it into the form. Answers whether the other tab submitted the item; null when
// nothing was chosen yet.
export async function choose(form) {
  const there = await otherVersion(form);
  if (!there) return null;
  if (!isSame(wordsOf(form), wordsOf(there))) {
    const kept = await ask(form, there);
    if (!kept) return null;
    fill(form, joined(kept === "this" ? form : there, kept === "this" ? there : form));
  }
  form.elements.version.value = there.elements.version.value;
  return { isSubmitted: "editing" in there.dataset };
}

async function otherVersion(form) {
  try {
    const response = await fetch(`${form.action}?edit`, { headers: { "X-Prefetch": "1" } });
    return one("#answers", new DOMParser().parseFromString(await response.text(), "text/html"));
  } catch {
    return null;
  }
}

// The kept words; comments of the other are put behind them where they are not in them already.
function joined(kept, other) {
  const words = new Map(wordsOf(kept).filter(([name]) => isComment(name)));
  for (const [name, text] of wordsOf(other).filter(([field]) => isComment(field))) {
    const mine = words.get(name) ?? "";
    if (!text.trim() || mine.includes(text)) continue;
    words.set(name, text.includes(mine) ? text : `${mine}\n\n${text}`);
  }
  return [...wordsOf(kept).filter(([name]) => !isComment(name)), ...words];
}

function ask(form, there) {
  const dialog = made("dialog", { className: "dlg compare" });
  dialog.setAttribute("aria-labelledby", "compare-title");
  dialog.innerHTML = `<h2 id="compare-title">You changed this item in another tab</h2>
    <p class="sm mut">Comments of both are kept, whichever you choose.</p>
    <div class="tw-x"><table class="tbl"><thead><tr><th>Question</th><th>Here</th><th>In the other tab</th></tr></thead>
    <tbody></tbody><tfoot><tr><td></td><td><button class="btn pri" value="this">Keep this</button></td>
    <td><button class="btn" value="other">Keep the other</button></td></tr></tfoot></table></div>`;
  one("tbody", dialog).append(...differences(form, there));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("click", (event) => event.target.value && dialog.close(event.target.value));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
  });
}

function differences(form, there) {
  const rows = [];
  for (const question of all(".q", form)) {
    const other = there.querySelector(`#${question.id}`);
    const texts = [inWords(question), other ? inWords(other) : "Not asked"];
    if (texts[0] === texts[1]) continue;
    const row = document.createElement("tr");
    for (const text of [one("legend span[dir]", question).textContent, ...texts]) {
      const cell = row.insertCell();
      cell.dir = "auto";
      cell.textContent = text;
    }
    rows.push(row);
  }
  return rows;
}

function inWords(question) {
  const cannot = one(".reasons input:checked", question)?.value;
  if (cannot) return `Can’t judge: ${cannot}`;
  const chosen = all(CHOICES, question).map((field) => one("span", field.closest("label")).textContent.trim());
  const typed = all("[name$='-value']:not([type=radio], [type=checkbox])", question).map((field) => field.value.trim());
  const comment = one("[name$='-why']", question)?.value.trim();
  const answer = [...chosen, ...typed].filter(Boolean).join(", ") || "No answer";
  return comment ? `${answer} “${comment}”` : answer;
}

// They can be read, and copied.
export function showWords(form, words) {
  for (const question of all("[data-prefix]", form)) {
    const own = words.filter(([name, value]) => name.startsWith(question.dataset.prefix) && value.trim());
    if (!own.length) continue;
    const said = own.map(([, value]) => question.dataset[value] ?? value).join(". ");
    one(".body", question).append(made("p", { className: "elsewhere", dir: "auto", textContent: `Only on this device: ${said}` }));
  }
}
