// Words of a form as [name, value]: what the reviewer chose and wrote, and nothing else.

import { all } from "./dom.js";

const NOT_WORDS = /^(csrfmiddlewaretoken|who|key|act|active_ms|version|reason|note)$/;

export const wordsOf = (form) => [...new FormData(form)].filter(([name]) => !NOT_WORDS.test(name));
export const isSame = (some, others) => said(some) === said(others);
const said = (words) => JSON.stringify(words.filter(([, value]) => value.trim() !== ""));

export function fill(form, words) {
  const values = new Map();
  for (const [name, value] of words) values.set(name, [...(values.get(name) || []), value]);
  for (const field of all(".q input, .q textarea", form)) {
    const mine = values.get(field.name) || [];
    if (/radio|checkbox/.test(field.type)) field.checked = mine.includes(field.value);
    else field.value = mine.shift() ?? "";
    const aside = field.closest("details");
    if (aside && field.value.trim() && (field.checked ?? true)) aside.open = true;
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
}
