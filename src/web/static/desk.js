// Keys and quick answers of the desk. Keys press the buttons that are there anyway, and forms are sent without leaving
// the page; without this script the page works the same.
"use strict";

const desk = document.querySelector("#desk");
const queue = document.querySelector("#queue");
const say = (text) => {
  const news = document.querySelector("#news");
  if (news && news.textContent !== text) news.textContent = text;
};

// What an input method composes is no key of ours, whatever letters it uses on the way (Telex, VNI).
let composing = false;
document.addEventListener("compositionstart", () => (composing = true));
document.addEventListener("compositionend", () => (composing = false));

const cards = () => [...document.querySelectorAll(".card")];
const cardOf = (node) => (node instanceof Element ? node.closest(".card") : null);

function focusCard(card) {
  if (!card) return;
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

/** The card that the eye goes to when this one is decided. */
const neighbour = (card) => {
  const all = cards().filter((other) => other === card || !other.classList.contains("sent"));
  const at = all.indexOf(card);
  return all[at + 1] || all[at - 1] || null;
};

/** Opens whatever hides a control, and goes to it. */
function reveal(control) {
  for (let box = control.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  control.focus();
}

function press(event) {
  const code = event.code;
  const card = cardOf(document.activeElement);
  // An open list of quick reasons takes figures first.
  const quick = document.activeElement.closest("details.quick[open]");
  if (quick && /^(Digit|Numpad)[1-9]$/.test(code)) {
    const button = quick.querySelectorAll("button")[Number(code.slice(-1)) - 1];
    if (button) button.click();
    return true;
  }
  if (code === "Slash") {
    if (event.shiftKey) {
      const help = document.querySelector("#help");
      if (!help) return false;
      help.open = true;
      help.querySelector("summary").focus();
      return true;
    }
    const find = document.querySelector("#find");
    if (find) find.focus();
    return Boolean(find);
  }
  if (event.shiftKey) return false;
  if (code === "KeyJ" || code === "KeyK") {
    const all = cards();
    const at = all.indexOf(card) + (code === "KeyJ" ? 1 : -1);
    focusCard(all[Math.min(Math.max(at, 0), all.length - 1)]);
    return all.length > 0;
  }
  const own = code.replace("Numpad", "Digit");
  // Undo belongs to the page; every other key to the chosen card, so that none is decided upon by accident.
  const place = own === "KeyZ" ? document : card;
  if (!place || (card && card.classList.contains("sent") && own !== "KeyZ")) return false;
  const find = (name) => place.querySelector(`[data-${name}="${CSS.escape(own)}"]`);
  if (own === "Enter" && document.activeElement === card) {
    const link = card.querySelector("h2 a");
    if (link) link.click();
    return Boolean(link);
  }
  const button = find("key");
  if (button) {
    button.click();
    return true;
  }
  const control = find("focus");
  if (control) {
    reveal(control);
    return true;
  }
  const box = find("open");
  if (box) {
    box.parentElement.open = true;
    const first = box.parentElement.querySelector("button");
    if (first) first.focus();
    return true;
  }
  return false;
}

document.addEventListener("keydown", (event) => {
  if (composing || event.isComposing || event.keyCode === 229) return;
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const field = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (field) {
    const pair = field.closest(".pair");
    if (event.code === "Escape" && cardOf(field)) {
      cardOf(field).focus();
    } else if (event.code === "Enter" && field.localName === "select" && pair && pair.querySelector("button")) {
      event.preventDefault();
      pair.querySelector("button").click();
    }
    return;
  }
  if (event.code === "Escape") {
    const open = document.activeElement.closest("details[open]");
    if (open && cardOf(open)) {
      open.open = false;
      cardOf(open).focus();
    }
    return;
  }
  if (desk && desk.dataset.keys === "on" && press(event)) event.preventDefault();
});

// How many are chosen; the box with what can be done with them opens by itself.
document.addEventListener("change", (event) => {
  if (!event.target.matches(".choose input")) return;
  const count = document.querySelectorAll(".choose input:checked").length;
  const box = document.querySelector(".bulk-box");
  if (!box) return;
  box.open = count > 0;
  document.querySelector("#chosen").textContent = count ? `${count} ${desk.dataset.chosen}` : "";
});

/** Asks for a page as a document. Nothing of it runs. */
function ask(method, address, body) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.responseType = "document";
    request.onload = () => resolve({ status: request.status, address: request.responseURL, page: request.response });
    request.onerror = () => reject(new Error("unsent"));
    request.send(body);
  });
}

const typed = (card) =>
  [...card.querySelectorAll("textarea, input[type=text]")].some((field) => field.value !== field.defaultValue);
const busy = (card) => card.contains(document.activeElement) || typed(card);

/** Brings the list up to what the page of the server says, without moving what is looked at or typed in. */
function bringUp(page) {
  const fresh = page.querySelector("#queue");
  if (!queue || !fresh) return;
  const anchor = cardOf(document.activeElement) || cards().find((card) => card.getBoundingClientRect().bottom > 0);
  const before = anchor ? anchor.getBoundingClientRect().top : 0;
  for (const id of ["tabs", "done"]) {
    const [old, other] = [document.getElementById(id), page.getElementById(id)];
    if (old && other && !old.contains(document.activeElement)) old.replaceWith(document.importNode(other, true));
  }
  const known = new Map(cards().map((card) => [card.id, card]));
  const coming = [...fresh.querySelectorAll(".card")];
  const ids = new Set(coming.map((card) => card.id));
  for (const [id, card] of known) {
    if (ids.has(id)) continue;
    if (busy(card) && !card.classList.contains("sent")) {
      card.classList.add("left");
      tell(card, desk.dataset.left);
    } else {
      card.remove();
    }
  }
  let place = null;
  for (const other of coming.reverse()) {
    let card = known.get(other.id);
    const same = card && card.dataset.revision === other.dataset.revision && !card.classList.contains("sent");
    // A card that was just answered is made anew whoever looks at it; others keep what is typed in them.
    if (!card || (!same && (card.classList.contains("sent") || !busy(card)))) {
      const made = document.importNode(other, true);
      if (card) card.replaceWith(made);
      else if (place) place.before(made);
      else queue.append(made);
      card = made;
    }
    place = card;
  }
  const nothing = queue.querySelector(".empty");
  if (nothing) nothing.remove();
  if (!coming.length && fresh.querySelector(".empty")) queue.append(document.importNode(fresh.querySelector(".empty"), true));
  if (anchor && anchor.isConnected) window.scrollBy(0, anchor.getBoundingClientRect().top - before);
}

/** Says something on a card. */
function tell(card, text) {
  let notice = card.querySelector(":scope > .notice");
  if (!notice) {
    notice = document.createElement("div");
    notice.className = "notice";
    notice.setAttribute("role", "alert");
    card.prepend(notice);
  }
  notice.textContent = text;
}

/** Somebody was faster: what happened, and the form as it was filled in, on the card itself. */
function showRefusal(card, page) {
  const notice = page.querySelector(".notice[role=alert]");
  const other = page.querySelector(".card[data-id]");
  if (!notice) return location.reload();
  // What was asked about stories shows its answer elsewhere; here it only says that there is one.
  if (!other) return tell(card, notice.textContent.trim());
  card.querySelectorAll(":scope > .notice, :scope > form.hands, :scope > details.more").forEach((node) => node.remove());
  card.prepend(document.importNode(notice, true));
  for (const node of other.querySelectorAll(":scope > form.hands, :scope > details.more")) {
    const made = document.importNode(node, true);
    const back = document.querySelector("#bulk input[name=back]");
    made.querySelectorAll("input[name=back]").forEach((field) => back && (field.value = back.value));
    card.append(made);
  }
  card.dataset.revision = other.dataset.revision;
  const box = card.querySelector(".choose input");
  if (box) box.value = `${card.dataset.id}:${card.dataset.revision}`;
  return undefined;
}

/** What is typed on a card outside of the form that is sent: fields by their ids. */
const typedBeside = (card, form) =>
  [...card.querySelectorAll("textarea, input[type=text]")]
    .filter((field) => field.id && !form.contains(field) && field.value !== field.defaultValue)
    .map((field) => [field.id, field.value]);

/** Fills fields in again where their card was made anew. */
function fillAgain(fields) {
  for (const [id, value] of fields) {
    const field = document.getElementById(id);
    if (!field) continue;
    field.value = value;
    for (let box = field.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  }
}

/** The cards that an undo is about: they change although somebody looks at them. */
const undone = (form) => {
  const many = [...form.querySelectorAll("input[name=item]")].map((field) => field.value.split(":")[0]);
  const ids = many.length ? many : [/\/items\/(\d+)\//.exec(form.getAttribute("action"))?.[1]];
  return ids.map((id) => document.getElementById(`item-${id}`)).filter((card) => card && !typed(card));
};

async function send(form, button) {
  const card = cardOf(form);
  const body = new URLSearchParams(new FormData(form));
  if (button && button.name) body.set(button.name, button.value);
  const stays = ["note", "assign", "classify", "same", "apart"].includes(button ? button.value : "");
  const undoes = button && button.value === "undo";
  const follows = card && neighbour(card);
  if (card) {
    card.classList.add("sent");
    focusCard(stays ? card : follows);
  }
  try {
    const { status, address, page } = await ask("POST", form.getAttribute("action"), body);
    if (card) card.classList.remove("sent");
    if (!page || !address.includes("/desk")) return location.reload();
    if (status === 409 && card) return showRefusal(card, page);
    if (status >= 400) {
      const words = page.querySelector("main h1, main p");
      const why = words ? words.textContent : desk.dataset.unsent;
      return card ? tell(card, why) : say(why);
    }
    const beside = card ? typedBeside(card, form) : [];
    if (undoes) undone(form).forEach((other) => other.classList.add("sent"));
    // What was typed was sent: nothing keeps the card as it is.
    if (card) {
      card.querySelectorAll("textarea, input[type=text]").forEach((field) => (field.value = field.defaultValue));
      if (!stays && card.contains(document.activeElement)) document.activeElement.blur();
      card.classList.add("sent");
    } else {
      document.querySelectorAll(".choose input:checked").forEach((box) => cardOf(box).classList.add("sent"));
      if (document.activeElement.closest("#done, #bulk")) document.activeElement.blur();
    }
    bringUp(page);
    fillAgain(beside);
    const id = new URL(address).searchParams.get("done");
    // The card itself may have gone into another one: then the eye goes on to the next.
    const places = [`item-${id}`, card && card.id, follows && follows.id].filter(Boolean);
    if (undoes || stays) focusCard(places.map((place) => document.getElementById(place)).find(Boolean));
    else if (document.activeElement === document.body) focusCard(document.querySelector("#queue .card"));
    if (!card) document.querySelector(".choose input")?.dispatchEvent(new Event("change", { bubbles: true }));
  } catch {
    if (card) {
      card.classList.remove("sent");
      tell(card, desk.dataset.unsent);
    } else {
      say(desk.dataset.unsent);
    }
  }
  return undefined;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!queue || form.method !== "post" || !form.getAttribute("action").includes("/decisions")) return;
  event.preventDefault();
  send(form, event.submitter);
});

// After a decision the next card is chosen, so that a queue can be worked through without the mouse.
if (new URLSearchParams(location.search).has("done")) {
  const place = queue && document.getElementById(location.hash.slice(1))?.closest(".card");
  focusCard(place || document.querySelector("#queue .card, #questions .card"));
}
