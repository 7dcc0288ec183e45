// One message: picture, name, time, text or card, and what may be done with it.

import { avatar, clock, el, moment } from "./dom.js";
import { messageHtml, plainText, showMentions } from "./markdown.js";
import { renderCard } from "./cards.js";
import { fileChip, offerCard } from "./files.js";

const EYE = "M1.5 10S4.5 4.5 10 4.5 18.5 10 18.5 10 15.5 15.5 10 15.5 1.5 10 1.5 10z";

function eye() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  svg.innerHTML = `<path d="${EYE}" fill="none" stroke="currentColor" stroke-width="1.5"/><circle cx="10" cy="10" r="2.5" fill="currentColor"/>`;
  return svg;
}

/** "Only you can see this", with an eye. */
export function privateMark() {
  return el("span", { class: "private-mark" }, eye(), "Only you can see this");
}

function body(message) {
  const bot = message.from?.bot;
  const node = el("div", { class: "text" });
  if ((message.textFormat || (bot ? "markdown" : "plain")) === "markdown") {
    node.innerHTML = messageHtml(message.text);
  } else {
    node.classList.add("plain");
    node.textContent = plainText(message.text);
  }
  const names = (message.mentions || []).map((mention) => mention.name || mention.mentioned?.name || (mention.text || "").replace(/<[^>]*>/g, ""));
  showMentions(node, [...names, "Doorman"]);
  return node;
}

/**
 * The element of `message`. `view`: {me, mine(message), onPress(message, action), onEdit(message, text), onConsent(message, accept),
 * fileAddress(file), errors: Map(id → sentence)}.
 */
export function renderMessage(message, view) {
  const { from = {} } = message;
  const mine = view.mine(message);
  const date = moment(message.time);
  const name = from.name || "Somebody";
  const node = el("article", {
    class: `message ${mine ? "mine" : "theirs"}${from.bot ? " bot" : ""}${message.private ? " private" : ""}`,
    data: { testid: "message", id: message.id, author: from.id || name, time: String(date.getTime()) },
    "aria-label": `${name}, ${clock(date)}`,
  });
  const head = el("header", { class: "message-head" },
    el("b", { text: name }),
    from.bot && el("span", { class: "mark green", text: "bot" }),
    el("time", { datetime: date.toISOString(), title: date.toLocaleString(), text: clock(date) }),
    message.edited && !message.deleted && el("span", { class: "edited", text: "edited" }),
    message.private && privateMark());
  const content = el("div", { class: "content" }, head);
  node.append(avatar(name, { bot: from.bot }), content);

  if (message.deleted) {
    content.append(el("p", { class: "deleted", text: "This message was deleted." }));
    return node;
  }
  if (message.text) content.append(body(message));
  for (const file of message.files || []) content.append(fileChip(file, view.fileAddress(file), { stored: Boolean(from.bot) }));
  if (message.offer) content.append(offerCard(message.offer, (accept) => view.onConsent(message, accept)));
  if (message.card) content.append(card(message, view));
  if (mine && message.text && view.onEdit) content.append(editButton(message, content, view));
  if (!from.bot && message.text && view.canAsk?.()) {
    content.append(el("button", { class: "edit-button ask-button", type: "button", text: "Ask Doorman", data: { testid: "ask" }, on: { click: () => view.onAsk(message) } }));
  }
  return node;
}

function card(message, view) {
  const box = el("div", { class: "card", tabindex: "-1", data: { testid: "card" }, role: "group", "aria-label": "Card from Doorman" });
  const problem = el("p", { class: "card-problem", role: "alert", data: { testid: "card-error" } });
  const note = el("p", { class: "card-problem note", role: "status", data: { testid: "card-note" } });
  const show = (place, sentence) => {
    place.replaceChildren(...(sentence ? [privateMark(), el("span", { text: sentence })] : []));
    place.hidden = !sentence;
    if (sentence) place.scrollIntoView({ block: "nearest" });
  };
  const busy = (on) => {
    box.classList.toggle("busy", on);
    box.setAttribute("aria-busy", String(on));
    for (const button of box.querySelectorAll("button, input, select, textarea")) {
      if (on && !button.disabled) {
        button.disabled = true;
        button.dataset.held = "";
      } else if (!on && "held" in button.dataset) {
        button.disabled = false;
        delete button.dataset.held;
      }
    }
  };
  box.append(renderCard(message.card, async (action) => {
    if (box.classList.contains("busy")) return;
    const pressed = document.activeElement;
    view.errors.delete(message.id);
    show(problem, "");
    busy(true);
    try {
      show(note, await view.onPress(message, action));
    } catch (error) {
      view.errors.set(message.id, error.message);
      show(problem, error.message);
    } finally {
      busy(false);
      if (box.isConnected && box.contains(pressed)) pressed.focus({ preventScroll: true });
    }
  }));
  show(note, "");
  show(problem, view.errors.get(message.id));
  return el("div", { class: "card-frame" }, box, problem, note);
}

function editButton(message, content, view) {
  const button = el("button", { class: "edit-button", type: "button", text: "Edit", "aria-label": "Edit this message" });
  button.addEventListener("click", () => {
    const shown = content.querySelector(".text");
    const box = el("textarea", { class: "edit-box", "aria-label": "Edit the message", rows: "2" });
    box.value = plainText(message.text).replace(/\uE000@?/g, "@").replace(/\uE001/g, "");
    const close = () => { form.replaceWith(shown); button.hidden = false; button.focus(); };
    const save = async () => {
      const text = box.value.trim();
      if (!text || text === message.text) return close();
      try {
        await view.onEdit(message, text);
        if (form.isConnected) close();
      } catch (error) {
        form.append(el("p", { class: "card-problem", role: "alert", text: error.message }));
      }
    };
    const form = el("div", { class: "edit-form" }, box,
      el("button", { class: "pill-button strong", type: "button", text: "Save", on: { click: save } }),
      el("button", { class: "pill-button", type: "button", text: "Cancel", on: { click: close } }));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { event.stopPropagation(); close(); }
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); save(); }
    });
    shown.replaceWith(form);
    button.hidden = true;
    box.focus();
  });
  return button;
}
