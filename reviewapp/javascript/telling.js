// What the review page says about saving: the line in the top bar, one banner, the spoken line.

import { made, one, say, svg } from "./dom.js";

const BANNERS = ["failed", "signed_out", "offline", "conflict", "session_closed", "place_taken", "missing", "other"];
export const GONE = "You can’t review this item any more.";

export const isShared = () => "shared" in one("#answers").dataset;

// The line in the top bar. It is spoken only when it turns bad and when it recovers.
export function tell(name, text, { bad = false } = {}) {
  const state = one("[data-save]");
  if (bad || state.classList.contains("bad")) say(text);
  state.classList.toggle("bad", bad);
  state.innerHTML = `${svg(name)}<span${bad ? "" : ' class="hide-s"'}>${text}</span>`;
}

// One banner at a time; the most severe stays.
export function banner(name, strong, text, control) {
  const present = one(".rv > .banner");
  if (present && BANNERS.indexOf(present.dataset.name) < BANNERS.indexOf(name)) return;
  const bar = made("section", {
    ariaLabel: "Notice",
    className: name === "failed" ? "banner err" : "banner",
    innerHTML: `${svg("warn")}<span class="grow"><b class="b"></b> <span></span></span>`,
  });
  bar.dataset.name = name;
  one("b", bar).textContent = strong;
  one("span span", bar).textContent = text;
  if (control) bar.append(control);
  if (present?.dataset.name !== name) say(`${strong} ${text}`);
  present?.remove();
  one(".rv > .bar").after(bar);
}

export function withdraw(...names) {
  const present = one(".rv > .banner");
  if (present && names.includes(present.dataset.name)) present.remove();
}

// The server answered, whatever it said: nothing hinders it any more.
export const reached = () => withdraw("failed", "offline", "signed_out");

export function button(words, press) {
  return made("button", { type: "button", className: "btn s", textContent: words, onclick: press });
}

export function link(words, href, { apart = false } = {}) {
  return made("a", { className: "btn s", textContent: words, href, target: apart ? "_blank" : "" });
}

// Says what is wrong, where the words are, and when it is tried again.
export function excuse(why, seconds, again) {
  const safe = isShared() ? "Leave this page open." : "It is safe on this device.";
  if (why === "offline") {
    tell("cloud", isShared() ? "Not saved. Retrying" : "Saved on this device", { bad: true });
    const isHeld = one("#answers").inert;
    const kept = isShared() ? safe : "Your answers are kept on this device and sent when you reconnect.";
    banner("offline", "You’re offline.", isHeld ? `${kept} The next item comes then.` : `Keep going. ${kept}`);
  } else if (why === "signed_out") {
    tell("warn", "Signed out", { bad: true });
    const back = `/login/?next=${encodeURIComponent("/me/")}`;
    banner("signed_out", "You are signed out.", `${isShared() ? safe : "What you wrote is safe on this device."} Sign in in a new tab, then come back here.`,
      link("Sign in", back, { apart: true }));
  } else {
    tell("warn", "Not saved. Retrying", { bad: true });
    banner("failed", "We couldn’t save this answer.", `${safe} We’ll try again in ${seconds} seconds.`, button("Try now", again));
  }
}

// The words stay where they are, and on this device; the reason is said with the way out.
export function refuse({ code, detail, ask }, compare) {
  reached();
  if (code === "changed_meanwhile") {
    tell("warn", "Changed in another tab", { bad: true });
    banner("conflict", "You changed this item in another tab.", "Nothing is lost.", button("Compare", compare));
  } else if (code === "session_closed") {
    tell("lock", "Not saved", { bad: true });
    banner("session_closed", "This session was closed while you were writing.",
      isShared() ? "Copy what you wrote before you leave." : "What you wrote stays here and on this device.");
    one("#answers").classList.add("closed");
    one(".reopen")?.setAttribute("href", ask);
  } else if (code === "place_taken") {
    tell("warn", "Not saved", { bad: true });
    banner("place_taken", "Others took the last place on this item.", "What you wrote is still here, but it cannot be saved.",
      button("Next item", () => one("#next").requestSubmit()));
  } else if (code === "missing") {
    tell("warn", "Not saved", { bad: true });
    banner("missing", GONE, isShared() ? "Copy what you wrote before you leave." : "What you wrote stays here and on this device.",
      link("Your sessions", "/me/"));
  } else {
    tell("warn", "Not saved", { bad: true });
    if (detail) banner("other", "This was not saved.", detail);
  }
}
