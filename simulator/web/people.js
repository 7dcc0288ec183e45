// Choosing a person: one popover with a search field and a list that works by keyboard, used by the
// person switcher and by the Entra panel.

import { avatar, el, marks } from "./dom.js";

const SHOWN = 20;

/** Whether this person wrote the message. Its sender's id is a Teams id, so the name decides where no sign-in name is given. */
export function wrote(person, { from = {} }) {
  if (from.bot) return false;
  return from.upn ? from.upn === person.upn : [person.id, person.upn].includes(from.id) || from.name === person.name;
}

const fold = (text) => String(text || "").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** The people whose name, sign-in name, job or marks hold every word; the first 20 without a search. */
export function searchPeople(people, text) {
  const words = fold(text).split(/\s+/).filter(Boolean);
  if (!words.length) return people.slice(0, SHOWN);
  const hay = (person) => fold([person.name, person.upn, person.jobTitle, person.department, ...(person.marks || [])].join(" "));
  const starts = (person) => (fold(person.name).startsWith(words[0]) || fold(person.upn).startsWith(words[0]) ? 0 : 1);
  return people.filter((person) => words.every((word) => hay(person).includes(word))).sort((a, b) => starts(a) - starts(b)).slice(0, 40);
}

/** The people one of whose names starts like this: for mentions. */
export function named(people, text) {
  const asked = fold(text);
  return people.filter((person) => fold(person.name).startsWith(asked) || fold(person.name).split(/\s+/).some((word) => word.startsWith(asked)));
}

/** The person a command speaks of: by sign-in name or its first part, by full name, or by a name only one person has. */
export function personIn(text, people) {
  const low = fold(text);
  const only = (found) => (found.length === 1 ? found[0] : null);
  const words = new Set(low.split(/[\s,;:()*_`"<>]+/).map((word) => word.replace(/^@/, "").replace(/[.?!]+$/, "")));
  return people.find((person) => words.has(fold(person.upn)) || low.includes(fold(person.upn)))
    || people.find((person) => low.includes(fold(person.name)))
    || people.find((person) => words.has(fold(person.upn).split("@")[0]))
    || only(people.filter((person) => fold(person.name).split(/\s+/).some((name) => name.length > 2 && words.has(name))));
}

/** Everybody whose sign-in name stands in the text, or else everybody whose full name does. */
export function peopleIn(text, people) {
  const words = new Set(fold(text).split(/[\s,;:()*`"<>·]+/));
  const found = people.filter((person) => words.has(fold(person.upn)));
  return found.length ? found : people.filter((person) => fold(text).includes(fold(person.name)));
}

let open; // at most one popover at a time

/**
 * Opens the popover under `anchor` and calls `onPick(person)`. Escape, Tab or a click elsewhere closes it.
 * `idPrefix` goes into the data-testid of each row: person-<upn> for the switcher.
 */
export function pickPerson({ anchor, people, current, title, idPrefix, onPick }) {
  if (open) {
    const same = open.anchor === anchor;
    open.close();
    if (same) return;
  }
  let found = [];
  let active = 0;
  const list = el("ul", { class: "people-list", id: "people-list", role: "listbox", "aria-label": title });
  const search = el("input", {
    class: "people-search", type: "search", placeholder: `Search ${people.length} people`, autocomplete: "off", spellcheck: "false",
    role: "combobox", "aria-expanded": "true", "aria-controls": "people-list", "aria-autocomplete": "list", "aria-label": title, data: { testid: "person-search" },
  });
  const count = el("p", { class: "people-count", role: "status" });
  const box = el("div", { class: "popover", role: "dialog", "aria-label": title }, search, list, count);

  function draw() {
    found = searchPeople(people, search.value);
    active = Math.max(0, search.value ? 0 : found.findIndex((person) => person.upn === current));
    list.replaceChildren(...found.map((person, index) => el("li", {
      class: "people-row", role: "option", id: `people-row-${index}`, "aria-selected": "false",
      data: { testid: `${idPrefix}-${person.upn}` },
      on: { click: () => choose(person), pointermove: () => activate(index, false) },
    }, avatar(person.name), el("span", { class: "people-text" },
      el("span", { class: "people-name" }, el("b", { text: person.name }), marks(person)),
      el("span", { class: "people-job", text: [person.jobTitle, person.department].filter(Boolean).join(" · ") || person.upn })))));
    count.textContent = !found.length ? "Nobody is called so."
      : search.value ? `${found.length} found` : `The first ${found.length} of ${people.length}; type to find the others.`;
    activate(active, true);
  }

  function activate(index, scroll) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = index;
    const row = list.children[active];
    row?.setAttribute("aria-selected", "true");
    if (row) search.setAttribute("aria-activedescendant", row.id);
    else search.removeAttribute("aria-activedescendant");
    if (scroll) row?.scrollIntoView({ block: "nearest" });
  }

  function choose(person) {
    close(false);
    onPick(person);
  }

  function close(refocus = true) {
    document.removeEventListener("pointerdown", outside, true);
    box.remove();
    anchor.setAttribute("aria-expanded", "false");
    open = null;
    if (refocus) anchor.focus();
  }

  const outside = (event) => { if (!box.contains(event.target) && !anchor.contains(event.target)) close(false); };

  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) { event.preventDefault(); activate((active + step + found.length) % found.length, true); }
    else if (event.key === "Enter") { event.preventDefault(); if (found[active]) choose(found[active]); }
    else if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(); }
    else if (event.key === "Tab") close();
  });

  const place = anchor.getBoundingClientRect();
  const width = Math.min(372, window.innerWidth - 16);
  box.style.width = `${width}px`;
  box.style.left = `${Math.max(8, Math.min(place.left, window.innerWidth - width - 8))}px`;
  box.style.top = `${place.bottom + 6}px`;
  box.style.maxHeight = `${Math.max(220, Math.min(560, window.innerHeight - place.bottom - 18))}px`;
  document.body.append(box);
  anchor.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  open = { anchor, close };
  draw();
  search.focus();
}
