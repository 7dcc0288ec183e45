// Doorman where people write to each other: a search beside the message box, and an action on a message.

import * as api from "./api.js";
import { renderCard } from "./cards.js";
import { el } from "./dom.js";

let shown; // at most one at a time

/** A dialog with this title and content; returns its parts. */
function dialog(title, ...content) {
  shown?.close();
  const body = el("div", { class: "dialog-body" }, ...content);
  const box = el("dialog", { class: "dialog", "aria-label": title, data: { testid: "dialog" } },
    el("header", { class: "dialog-head" }, el("h2", { text: title }), el("button", { class: "icon-button", type: "button", "aria-label": "Close", text: "✕", on: { click: () => box.close() } })), body);
  box.addEventListener("close", () => { box.remove(); shown = null; });
  document.body.append(box);
  box.showModal();
  shown = box;
  return body;
}

/** Opens "Ask Doorman" on a message; `where` gives {as}. */
export async function askAbout(message, where) {
  const body = dialog("Ask Doorman", el("p", { class: "quiet", text: "Asking Doorman…" }));
  const show = ({ card, text }) => body.replaceChildren(card ? renderCard(card, send) : el("p", { class: "dialog-said", role: "status", text }));
  const send = (action) => api.extension.send({ ...where, message: message.id, filled: action.data }).then(show, say);
  const say = (error) => body.replaceChildren(el("p", { role: "alert", text: error.message }));
  await api.extension.open({ ...where, message: message.id }).then(show, say);
}

/** Opens the search; whoever is picked lands in the conversation. `where` gives {as, conversation}. */
export function findPerson(where) {
  const box = el("input", { class: "people-search", type: "search", placeholder: "Name or address", "aria-label": "Name or address", autocomplete: "off", spellcheck: "false", data: { testid: "extension-search" } });
  const list = el("ul", { class: "people-list", "aria-label": "People found" });
  const said = el("p", { class: "people-count", role: "status" });
  dialog("Find a person", box, list, said);
  let turn = 0;
  async function look() {
    const mine = ++turn;
    const { results, text } = await api.extension.search({ ...where, text: box.value }).catch((error) => ({ results: [], text: error.message }));
    if (mine !== turn) return;
    said.textContent = text || `${results.length} found`;
    list.replaceChildren(...results.map((each) => el("li", {}, el("button", {
      class: "people-row", type: "button", data: { testid: "extension-result" },
      on: { click: () => api.extension.pick({ ...where, card: each.card }).then(() => shown?.close(), (error) => { said.textContent = error.message; }) },
    }, el("span", { class: "people-text" }, el("b", { text: each.title }), el("span", { class: "people-job", text: each.text }))))));
  }
  let soon;
  box.addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(look, 250); });
  look();
  box.focus();
}
