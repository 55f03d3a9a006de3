// The rail goes on as one scrolls to its ends; where it is opened over the page, the focus goes in with it.

import { all, forItem, one } from "./dom.js";

const AHEAD = "400px";
const rail = () => one("#rail");
const parsed = (html) => new DOMParser().parseFromString(html, "text/html");
const isOpen = () => rail().matches(":popover-open");
// Nothing is begun, seen or used up by asking.
const asked = async (address) => {
  const response = await fetch(address, { headers: { "X-Prefetch": "1" }, redirect: "manual" });
  if (response.status !== 200) throw new Error(String(response.status));
  return parsed(await response.text());
};

// A part that could not be had stays a link to the whole list.
async function goOn(way) {
  const nav = rail();
  const { rows } = one("a", way).dataset;
  let part;
  try { part = await asked(rows); } catch { return; }
  if (!way.isConnected) return;
  const isAbove = /[?&]before=/.test(rows);
  const height = nav.scrollHeight;
  one("ol", nav)[isAbove ? "prepend" : "append"](...all("li", part));
  way.replaceWith(...all(".more", part));
  if (isAbove) nav.scrollTop += nav.scrollHeight - height;
  watch();
}

let near = null;
function watch() {
  near?.disconnect();
  near = new IntersectionObserver((seen, observer) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      goOn(target);
    }
  }, { root: rail(), rootMargin: AHEAD });
  for (const way of all(".more", rail())) near.observe(way);
}

// What is sent at first is enough until somebody goes there: whoever brought this script did, and may
// have scrolled before it came; on the items after that, whoever scrolls.
const isMoved = ({ target }) => target.closest?.("#rail") && watch();
forItem(() => {
  near?.disconnect();
  for (const type of ["wheel", "touchmove", "keydown"]) rail().addEventListener(type, isMoved, { once: true, passive: true });
});
watch();

const enter = () => (one("li[aria-current] a", rail()) ?? one("a", rail())).focus();
addEventListener("toggle", ({ target, newState }) => {
  if (target === rail() && newState === "open") enter();
}, true);
// The press that opened it may have been what brought this script.
if (isOpen()) enter();

addEventListener("focusout", ({ target, relatedTarget: to }) => {
  if (!to || to.dataset.key === "rail" || !isOpen() || !rail().contains(target) || rail().contains(to)) return;
  rail().hidePopover();
});

// "To do" and "Skipped" narrow the open rail, which a page of its own would close.
addEventListener("click", async (event) => {
  const way = isOpen() && event.target.closest?.("#rail .seg a");
  if (!way || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    const fresh = await asked(way.href);
    rail().replaceChildren(...one("#rail", fresh).childNodes);
    one(".seg [aria-current]", rail()).focus();
    watch();
  } catch {
    location.assign(way.href);
  }
});
