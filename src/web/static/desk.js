// Keys of the desk. They press the buttons that are there anyway, so the page works the same without them.
"use strict";

// Single keys can get in the way of speech input, so they can be switched off (WCAG 2.1.4).
const OFF = "lantoa-keys-off";
const keys = document.querySelector("#keys");
if (keys) {
  const box = keys.querySelector("input");
  box.checked = !localStorage.getItem(OFF);
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
  keys.hidden = false;
}

document.addEventListener("keydown", (event) => {
  if (localStorage.getItem(OFF)) return;
  // Vietnamese input methods compose syllables with these very keys.
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;

  const cards = [...document.querySelectorAll(".card")];
  const here = cards.indexOf(document.activeElement.closest(".card"));
  if (event.code === "KeyJ" || event.code === "KeyK") {
    const step = event.code === "KeyJ" ? 1 : -1;
    const next = cards[Math.min(Math.max(here + step, 0), cards.length - 1)];
    if (next) {
      event.preventDefault();
      next.focus();
    }
    return;
  }
  // Undo belongs to the page; every other key to the chosen card, so that none is decided upon by accident.
  const place = event.code === "KeyZ" ? document : cards[here];
  const button = place && place.querySelector(`button[data-key="${CSS.escape(event.code)}"]`);
  if (button) {
    event.preventDefault();
    button.click();
  }
});

// After a decision the next card is chosen, so that a queue can be worked through without the mouse.
if (new URLSearchParams(location.search).has("done")) {
  const first = document.querySelector("#queue .card");
  if (first) first.focus({ preventScroll: true });
}
