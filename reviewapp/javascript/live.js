// Figures that keep themselves up to date: parts of a page are fetched again while somebody looks.
// [data-live] is where from, [data-live-every] how often, in seconds. What did not change answers 304.
// What did is changed in place, so that focus, scrolling, open menus and tables stay as they are.

import { clock } from "./dom.js";

const MISSES_TOLD = 2;
const KEPT = new Set(["open"]); // whether a table is unfolded is the reader's

const source = () => document.querySelector("[data-live]");
const line = document.querySelector("[data-live-state]");
let etag = "";
let misses = 0;
let timer = 0;
let fetched = Date.now();
let isOver = false;
let isAsking = false;

function key(node) {
  if (node?.nodeType !== Node.ELEMENT_NODE) return "";
  return node.dataset?.key || node.id || node.getAttribute("aria-labelledby") || "";
}

const isAlike = (old, fresh) => old.nodeType === fresh.nodeType
  && old.nodeName === fresh.nodeName && key(old) === key(fresh);

function takeAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!KEPT.has(name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (!KEPT.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

// Makes the old node say what the fresh one says; the node itself stays.
export function take(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  takeAttributes(old, fresh);
  const keyed = new Map([...old.children].filter(key).map((child) => [key(child), child]));
  const wanted = new Set([...fresh.children].map(key));
  let here = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const known = key(child) ? keyed.get(key(child)) : here;
    if (known && isAlike(known, child)) {
      // A node that is moved loses the focus, so what stands before it and is not wanted goes.
      while (here !== known && !(key(here) && wanted.has(key(here)))) here = dropped(here);
      if (known !== here) old.insertBefore(known, here);
      take(known, child);
      here = known.nextSibling;
    } else {
      old.insertBefore(child, here);
    }
  }
  while (here) here = dropped(here);
}

function dropped(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

function show(html) {
  const parts = new DOMParser().parseFromString(html, "text/html").body.children;
  for (const part of [...parts]) {
    const old = document.getElementById(part.id);
    if (old) take(old, document.adoptNode(part));
  }
}

// "12 minutes ago" grows old by itself.
const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60]];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
function tellTimes() {
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const seconds = (Date.now() - new Date(time.dateTime)) / 1000;
    const [unit, size] = STEPS.find(([, step]) => seconds >= step) ?? ["", 0];
    time.textContent = unit ? relative.format(-Math.floor(seconds / size), unit) : "just now";
  }
}

function tell(text) {
  if (line && line.textContent !== text) line.textContent = text;
}

async function ask() {
  const answer = await fetch(source().dataset.live, {
    cache: "no-store",
    redirect: "manual",
    headers: etag ? { "If-None-Match": etag } : {},
  });
  if (answer.status === 200) {
    show(await answer.text());
    etag = answer.headers.get("ETag") || "";
  } else if (answer.status !== 304) {
    // Signed out, or not to be seen any more: asking again would not help.
    isOver = answer.status < 500;
    throw new Error(String(answer.status));
  }
}

async function look() {
  if (document.hidden || isOver || isAsking || !source()) return;
  isAsking = true;
  try {
    await ask();
    misses = 0;
    tell("");
  } catch {
    misses += 1;
    const since = clock(fetched);
    if (isOver || misses >= MISSES_TOLD) tell(`These figures are of ${since}. Reload the page for new ones.`);
  }
  if (!misses) fetched = Date.now();
  isAsking = false;
  tellTimes();
  plan();
}

const pause = () => Number(source()?.dataset.liveEvery || 30) * 1000 * Math.min(2 ** misses, 8);

function plan() {
  clearTimeout(timer);
  if (!isOver && !document.hidden && source()) timer = setTimeout(look, pause());
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && Date.now() - fetched >= pause()) look();
  else plan();
});
plan();
