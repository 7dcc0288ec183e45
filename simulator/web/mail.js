// "Mail": the inbox of the person one is. What a mail says is shown as text with links, whatever it is made of.

import { clock, el, moment } from "./dom.js";
import * as api from "./api.js";

const EVERY = 2500; // ms between two looks while the page is visible
const ADDRESS = /\bhttps?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]]/g;
const BLOCKS = new Set(["P", "DIV", "LI", "TR", "TABLE", "UL", "OL", "H1", "H2", "H3", "H4", "BLOCKQUOTE", "SECTION", "HEADER", "FOOTER", "HR"]);
const UNSEEN = new Set(["SCRIPT", "STYLE", "HEAD", "TEMPLATE", "TITLE", "NOSCRIPT", "IFRAME", "OBJECT"]);

/** `row` is its place in the left list, `box` where it is read; `onOpen()` when the row is pressed, `onUnread()` when a count changed. */
export function createMail(row, box, { onOpen, onUnread }) {
  let me = null;
  let inbox = { address: "", unread: 0, mails: [] };
  let shown = false;
  let drawn = "";
  let turn = 0;
  let opened = new Set();

  /** Shows this person's mail from now on. */
  function become(person) {
    me = person;
    inbox = { address: "", unread: 0, mails: [] };
    opened = new Set();
    drawn = "";
    return refresh();
  }

  async function refresh() {
    if (!me) return;
    const mine = ++turn;
    try {
      const found = await api.mail(me.upn);
      if (mine !== turn) return;
      inbox = found;
    } catch {
      return; // the next look will tell
    }
    draw();
  }

  function draw() {
    const picture = JSON.stringify([inbox, shown]);
    if (picture === drawn) return;
    drawn = picture;
    const { unread, mails } = inbox;
    row.replaceChildren(el("h2", { class: "eyebrow", text: "Mail" }), el("ul", {}, el("li", {}, el("button", {
      class: "chat-row", type: "button", "aria-current": shown ? "true" : null, data: { testid: "mail" }, on: { click: onOpen },
    },
    el("span", { class: "hash", "aria-hidden": "true", text: "✉" }),
    el("span", { class: "chat-text" }, el("b", { text: "Inbox" }), el("span", { text: mails[0]?.subject || "Empty" })),
    unread > 0 && el("span", { class: "unread", "aria-label": `${unread} unread`, text: unread > 99 ? "99+" : String(unread) })))));
    box.replaceChildren(...(mails.length ? mails.map(letter) : [el("p", { class: "quiet mail-none", text: `Nothing has come to ${inbox.address}.` })]));
    onUnread();
  }

  function letter(mail) {
    const details = el("details", { class: mail.unread ? "mail-letter new" : "mail-letter", open: opened.has(mail.id), data: { testid: "letter" } },
      el("summary", {}, el("b", { text: mail.subject }), el("time", { text: clock(moment(mail.time)) }), el("span", { text: mail.from })),
      el("div", { class: "mail-body" }, ...(mail.type === "html" ? fromHtml(mail.content) : [linked(mail.content)])));
    details.addEventListener("toggle", () => {
      if (details.open) opened.add(mail.id);
      else opened.delete(mail.id);
      if (details.open && mail.unread) api.readMail(me.upn, mail.id).then(refresh).catch(() => {});
    });
    return details;
  }

  setInterval(() => { if (!document.hidden) refresh(); }, EVERY);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });

  return {
    become, refresh,
    show(on) { shown = on; drawn = ""; box.hidden = !on; draw(); },
    get shown() { return shown; },
    get address() { return inbox.address || me?.upn; },
    get unread() { return inbox.unread; },
  };
}

const link = (address, words) => el("a", { href: address, target: "_blank", rel: "noopener noreferrer", text: words });

/** A text in one paragraph, its addresses to be followed. */
function linked(text) {
  const place = el("p", {});
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    place.append(text.slice(end, match.index), link(match[0], match[0]));
    end = match.index + match[0].length;
  }
  place.append(text.slice(end));
  return place;
}

/** The paragraphs of a page that is only read: nothing of it runs, loads or looks as it wants. */
function fromHtml(html) {
  const paragraphs = [];
  let place = null;
  const write = (node) => { place ??= paragraphs[paragraphs.push(el("p", {})) - 1]; place.append(node); };
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = node.textContent.replace(/\s+/g, " ");
      if (text.trim() || place) write(text);
    } else if (node.nodeName === "BR") write(el("br"));
    else if (node.nodeName === "A" && /^(https?|mailto):/i.test(node.getAttribute("href") || "")) write(link(node.getAttribute("href").trim(), node.textContent.trim() || node.getAttribute("href")));
    else if (!UNSEEN.has(node.nodeName)) {
      const block = BLOCKS.has(node.nodeName);
      if (block) place = null;
      if (node.nodeName === "LI") write("• ");
      for (const child of node.childNodes) walk(child);
      if (block) place = null;
    }
  };
  walk(new DOMParser().parseFromString(html, "text/html").body);
  return paragraphs.filter((paragraph) => paragraph.textContent.trim());
}
