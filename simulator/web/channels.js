// The left list: the personal chat with Doorman and the channels this person is in.

import { avatar, el } from "./dom.js";

const snippet = (last) => {
  const text = typeof last === "string" ? last : last?.text || (last?.card ? "Sent a card" : last?.files?.[0]?.name || (last?.offer ? `Offers ${last.offer.name}` : ""));
  return text.replace(/<[^>]*>/g, "").replace(/[*_`#]/g, "").replace(/\s+/g, " ").trim().slice(0, 90);
};

/** Draws the list; `onOpen(conversation)` when one is chosen. */
export function drawChats(root, conversations, current, onOpen) {
  const focused = root.contains(document.activeElement) ? document.activeElement.dataset.id : null;
  const section = (title, kind) => {
    const rows = conversations.filter((conversation) => conversation.kind === kind);
    if (!rows.length) return [];
    return [el("h2", { class: "eyebrow", text: title }), el("ul", {}, ...rows.map((conversation) => el("li", {}, row(conversation, current, onOpen))))];
  };
  root.replaceChildren(...section("Chat", "personal"), ...section("Channels", "channel"));
  if (!conversations.some((conversation) => conversation.kind === "channel")) {
    root.append(el("p", { class: "no-channels", text: "Not a member of the IT Service Desk team, so no channels here." }));
  }
  if (focused) [...root.querySelectorAll("button")].find((button) => button.dataset.id === focused)?.focus();
}

function row(conversation, current, onOpen) {
  const unread = conversation.unread || 0;
  const last = snippet(conversation.last);
  return el("button", {
    class: "chat-row", type: "button", "aria-current": conversation.id === current ? "true" : null,
    data: { testid: `conversation-${conversation.name}`, id: conversation.id }, on: { click: () => onOpen(conversation) },
  },
  conversation.kind === "personal" ? avatar("Doorman", { bot: true }) : el("span", { class: "hash", "aria-hidden": "true", text: "#" }),
  el("span", { class: "chat-text" }, el("b", { text: conversation.name }), last && el("span", { text: last })),
  unread > 0 && el("span", { class: "unread", "aria-label": `${unread} unread`, text: unread > 99 ? "99+" : String(unread) }));
}
