// The people picker that opens when `@` is typed in the message box.

import { avatar, el, marks } from "./dom.js";
import { named } from "./people.js";

/**
 * Watches `box` (a textarea inside `frame`). `people()` are those who can be mentioned.
 * Returns {used(text) → people mentioned in the text, handleKey(event) → true when the picker took the key, close()}.
 */
export function createMentions(frame, box, people) {
  const chosen = new Map(); // name → person
  const list = el("ul", { class: "mention-list", id: "mention-list", role: "listbox", "aria-label": "Mention", hidden: true, data: { testid: "mention-list" } });
  let found = [];
  let active = 0;
  let start = -1;
  frame.append(list);
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", "mention-list");

  function look() {
    const before = box.value.slice(0, box.selectionStart);
    const match = before.match(/(?:^|[\s(])@([\p{L}\p{N}.'’-]*(?: [\p{L}\p{N}.'’-]*)?)$/u);
    if (!match) return close();
    const asked = match[1];
    start = before.length - asked.length - 1;
    const bot = { name: "Doorman", bot: true, jobTitle: "The bot" };
    const others = named(people(), asked);
    found = ["doorman".startsWith(asked.toLowerCase()) ? bot : null, ...others].filter(Boolean).slice(0, 7);
    // "@Name " with a full name already there is a finished mention
    if (!found.length || [...chosen.keys(), "Doorman"].some((name) => `${asked}`.startsWith(`${name} `) || asked === name)) return close();
    list.replaceChildren(...found.map((person, index) => el("li", {
      class: "people-row", role: "option", id: `mention-${index}`, data: { testid: person.bot ? "mention-doorman" : `mention-${person.upn}` },
      on: { pointerdown: (event) => { event.preventDefault(); choose(index); }, pointermove: () => activate(index) },
    }, avatar(person.name, { bot: person.bot, small: true }), el("span", { class: "people-text" },
      el("span", { class: "people-name" }, el("b", { text: person.name }), person.bot ? null : marks(person)),
      el("span", { class: "people-job", text: person.bot ? person.jobTitle : person.upn })))));
    list.hidden = false;
    activate(0);
  }

  function activate(index) {
    active = index;
    [...list.children].forEach((row, place) => row.setAttribute("aria-selected", String(place === index)));
    box.setAttribute("aria-activedescendant", `mention-${index}`);
    list.children[index]?.scrollIntoView({ block: "nearest" });
  }

  function choose(index) {
    const person = found[index];
    const end = box.selectionStart;
    if (!person.bot) chosen.set(person.name, person);
    box.setRangeText(`@${person.name} `, start, end, "end");
    close();
    box.dispatchEvent(new Event("input"));
    box.focus();
  }

  function close() {
    list.hidden = true;
    box.removeAttribute("aria-activedescendant");
  }

  function handleKey(event) {
    if (list.hidden) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) activate((active + step + found.length) % found.length);
    else if (event.key === "Enter" || event.key === "Tab") choose(active);
    else if (event.key === "Escape") { event.stopPropagation(); close(); }
    else return false;
    event.preventDefault();
    return true;
  }

  box.addEventListener("input", look);
  box.addEventListener("click", look);
  box.addEventListener("blur", close);

  const used = (text) => [...chosen.values()].filter((person) => text.includes(`@${person.name}`));
  return { used, handleKey, close };
}
