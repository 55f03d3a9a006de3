// Copying the path of a row in a tree of JSON; loaded once somebody is in one.

import { made, one } from "./dom.js";

export function tellPath(within) {
  const row = within.closest(".tree li:not(.page)");
  const acts = row && one(".value-acts", row.closest(".value"));
  if (!acts) return;
  const button = one("button", acts) ?? made("button", { type: "button", className: "lnk xs path" });
  button.dataset.copies = keyPath(row).replace(/^\./, "");
  button.textContent = `Copy path ${button.dataset.copies}`;
  if (!button.isConnected) acts.lastElementChild.before(button);
}

function keyPath(row) {
  const above = row.parentElement.closest(".tree li:not(.page)");
  const key = one(".key", row).textContent;
  const named = /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
  return (above ? keyPath(above) : "") + (row.parentElement.localName === "ol" ? `[${key}]` : named);
}
