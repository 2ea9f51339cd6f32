// What others do at the desk while it is open. The list is brought up to date in place; nothing that is being looked at
// or typed in moves. Without this script a page shows what was true when it was loaded.
"use strict";

{
  const me = desk.dataset.me;
  let waiting = null;

  /** Loads the list anew, a moment after the first of several changes. */
  const later = () => {
    if (waiting || !queue) return;
    waiting = setTimeout(async () => {
      waiting = null;
      try {
        const here = new URL(location.href);
        ["done", "late"].forEach((name) => here.searchParams.delete(name));
        const { status, address, page } = await ask("GET", here.href.split("#")[0]);
        if (status !== 200 || !page || !address.includes("/desk")) return;
        // What was just decided stays to be taken back.
        page.getElementById("done")?.remove();
        bringUp(page);
      } catch {
        say(desk.dataset.lost);
      }
    }, 600);
  };

  const changed = (event) => {
    const told = JSON.parse(event.data);
    const card = document.querySelector(`.card[data-id="${CSS.escape(String(told.item))}"]`);
    if (card && Number(card.dataset.revision) >= told.revision) return;
    if (told.actor !== me && card && (busy(card) || !queue)) tell(card, told.said);
    if (queue) later();
  };

  const looking = (event) => {
    const told = JSON.parse(event.data);
    const place = document.querySelector(`.card[data-id="${CSS.escape(String(told.item))}"] .lookers`);
    if (place) place.textContent = told.names.length ? `${told.names.join(", ")} ${place.dataset.words}` : "";
  };

  let source = null;
  const open = () => {
    source = new EventSource(desk.dataset.events);
    source.addEventListener("open", () => say(""));
    source.addEventListener("change", changed);
    source.addEventListener("looking", looking);
    source.addEventListener("reload", later);
    source.addEventListener("end", () => {
      source.close();
      say(desk.dataset.over);
    });
    source.addEventListener("error", () => say(desk.dataset.lost));
  };
  open();
  addEventListener("pagehide", () => source.close());
  // A page that comes back from the browser's memory asks from where it was.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    open();
    later();
  });
}
