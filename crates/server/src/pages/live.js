// Keeps the table of a page current. Without it, the page has a link that does the same.
"use strict";
(() => {
  const root = document.querySelector("[data-events]");
  if (!root || !window.EventSource) return;
  const { events, table, pause, resume, changed, stopped } = root.dataset;
  const rows = root.querySelector("tbody");
  const count = root.querySelector("[aria-live]");
  let seen = root.dataset.seen, source, paused = false, late = false;

  // What a screen reader reads out, only where it changes.
  const say = text => { if (count.textContent !== text) count.textContent = text; };
  const inUse = row => row.contains(document.activeElement);

  // Rows stay the same elements, so that the focus stays where it is; a row with the focus stays even where it is over.
  const merge = page => {
    const fresh = [...page.querySelectorAll("tbody > tr")];
    const ids = new Set(fresh.map(row => row.id));
    for (const row of [...rows.children]) {
      if (ids.has(row.id)) continue;
      if (inUse(row)) row.className = "over";
      else row.remove();
    }
    let next = rows.firstElementChild;
    for (const row of fresh) {
      while (next && !ids.has(next.id)) next = next.nextElementSibling;
      if (!next || next.id !== row.id) {
        rows.insertBefore(row, next);
        continue;
      }
      [...row.cells].forEach((cell, at) => {
        const old = next.cells[at];
        if (old.innerHTML !== cell.innerHTML && !inUse(old)) old.replaceChildren(...cell.childNodes);
      });
      next = next.nextElementSibling;
    }
    say(page.querySelector("[aria-live]").textContent);
  };

  const close = () => { if (source) source.close(); source = null; };

  const load = async () => {
    if (!table) return say(changed);
    // A row must not move away below a pointer that is about to press its button.
    if (late = rows.matches(":hover")) return;
    try {
      const answer = await fetch(table, { redirect: "error", cache: "no-store" });
      if (!answer.ok) throw answer;
      merge(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      close();
      say(stopped);
    }
  };
  rows.addEventListener("pointerleave", () => { if (late && !paused) load(); });

  const open = () => {
    close();
    if (paused || document.hidden) return;
    source = new EventSource(events);
    source.onmessage = event => {
      if (event.data === seen) return;
      seen = event.data;
      load();
    };
    source.onerror = () => { if (source && source.readyState === 2) say(stopped); };
  };

  const button = document.createElement("button");
  button.type = "button";
  button.className = "small";
  button.textContent = pause;
  button.onclick = () => {
    paused = !paused;
    button.textContent = paused ? resume : pause;
    open();
  };
  root.append(button);
  // A page that nobody sees holds no connection.
  document.addEventListener("visibilitychange", open);
  open();
})();
