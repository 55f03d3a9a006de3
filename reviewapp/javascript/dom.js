// What every script of ours needs of the document.

export const one = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];
export const svg = (name, more = "") => `<svg class="i ${more}" aria-hidden="true"><use href="#i-${name}"/></svg>`;

// The line that is spoken.
export function say(text) {
  one("#live").textContent = text;
}

// Whether single keys are letters here.
export function isTyping(element) {
  if (!element) return false;
  if (element.isContentEditable || /^(TEXTAREA|SELECT)$/.test(element.tagName)) return true;
  return element.tagName === "INPUT" && !/^(radio|checkbox|button|submit)$/.test(element.type);
}

// A time of day as every page writes it.
export const clock = (at) => new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

export const made = (tag, parts) => Object.assign(document.createElement(tag), parts);

// Now, and whenever another item is shown in place.
export function forItem(work) {
  document.addEventListener("item:shown", work);
  work();
}

// Now, and whenever something comes into the page.
export function forParts(work) {
  new MutationObserver(work).observe(document.body, { childList: true, subtree: true });
  work();
}
