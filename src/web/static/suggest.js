// Suggestions while a question is typed: an editable combobox with a list (ARIA practices). Without this script the
// same box is a plain form.
"use strict";

// Shorter than between two words, longer than between two keys of a syllable.
const WAIT_MS = 180;

for (const input of document.querySelectorAll("input[data-suggest]")) attach(input);

function attach(input) {
  const words = input.dataset;
  const list = document.createElement("ul");
  list.id = `${input.id}-list`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", words.list);
  list.hidden = true;
  const said = document.createElement("div");
  said.className = "hidden";
  said.setAttribute("role", "status");
  input.parentElement.append(list, said);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]])
    input.setAttribute(name, value);

  let timer = 0;
  let request = null;
  let composing = false;
  let chosen = -1;
  // What was typed, to come back to when the arrows leave the list.
  let typed = input.value;

  function close() {
    clearTimeout(timer);
    if (request) request.abort();
    list.hidden = true;
    list.replaceChildren();
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    said.textContent = "";
  }

  function option(item, place) {
    const line = document.createElement("li");
    line.id = `${list.id}-${place}`;
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    line.dataset.address = item.address;
    line.dataset.text = item.text;
    const text = document.createElement("span");
    text.textContent = item.text;
    const kind = document.createElement("span");
    kind.className = "kind";
    kind.textContent = words[item.kind] || "";
    line.append(text, " ", kind);
    return line;
  }

  function show(items) {
    list.replaceChildren(...items.map(option));
    list.hidden = items.length === 0;
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-expanded", String(items.length > 0));
    said.textContent = items.length ? words.count.replace("{n}", items.length) : words.none;
  }

  function choose(place) {
    const lines = [...list.children];
    chosen = place;
    for (const [at, line] of lines.entries()) line.setAttribute("aria-selected", String(at === place));
    if (place < 0) {
      input.value = typed;
      input.removeAttribute("aria-activedescendant");
      return;
    }
    input.value = lines[place].dataset.text;
    input.setAttribute("aria-activedescendant", lines[place].id);
    lines[place].scrollIntoView({ block: "nearest" });
  }

  async function ask() {
    typed = input.value;
    if (typed.trim().length < 2) return close();
    if (request) request.abort();
    request = new AbortController();
    try {
      const answer = await fetch(`${words.suggest}?q=${encodeURIComponent(typed)}`, { signal: request.signal, credentials: "omit" });
      if (!answer.ok) return close();
      const { items } = await answer.json();
      // Somebody who went on or away does not want a list any more.
      if (composing || input.value !== typed || document.activeElement !== input) return;
      show(items);
    } catch {
      // Aborted, or no network: the form works without suggestions.
    }
  }

  function later() {
    clearTimeout(timer);
    if (!composing) timer = setTimeout(ask, WAIT_MS);
  }

  // An input method composes a syllable letter by letter; half of one is no question.
  input.addEventListener("compositionstart", () => {
    composing = true;
    close();
  });
  input.addEventListener("compositionend", () => {
    composing = false;
    later();
  });
  input.addEventListener("input", later);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (composing || event.isComposing) return;
    const last = list.children.length - 1;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      input.value = typed;
      close();
    } else if (event.key === "ArrowDown" && list.hidden) {
      event.preventDefault();
      ask();
    } else if (event.key === "ArrowDown" && last >= 0) {
      event.preventDefault();
      choose(chosen === last ? -1 : chosen + 1);
    } else if (event.key === "ArrowUp" && last >= 0) {
      event.preventDefault();
      choose(chosen < 0 ? last : chosen - 1);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      location.assign(list.children[chosen].dataset.address);
    }
  });
  // Before the click takes the focus and closes the list.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const line = event.target.closest("[role=option]");
    if (line) location.assign(line.dataset.address);
  });
}
