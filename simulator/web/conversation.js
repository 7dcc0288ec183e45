// The middle column: the messages of one conversation, threads in channels, typing, and staying at the end.

import { avatar, el, moment } from "./dom.js";
import { renderMessage } from "./message.js";

/**
 * `root` is the log element, `newer` the button shown while unread messages wait below.
 * `handlers`: {mine(message), onPress, onEdit, onConsent, fileAddress, onReply(rootMessage), welcome() → element}.
 */
export function createConversation(root, newer, handlers) {
  let kind = "personal";
  let messages = new Map(); // id → {message, node, json}
  let typingTimer;
  let myThread = null; // the root of the thread one spoke in last
  const errors = new Map(); // message id → the private sentence under its card
  const view = { ...handlers, errors };
  const typing = el("div", { class: "typing", role: "status", "aria-label": "Doorman is typing", data: { testid: "typing" }, hidden: true },
    avatar("Doorman", { bot: true, small: true }), el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")));

  const atEnd = () => root.scrollHeight - root.scrollTop - root.clientHeight < 120;
  const toEnd = () => { root.scrollTop = root.scrollHeight; newer.hidden = true; };
  newer.addEventListener("click", toEnd);
  root.addEventListener("scroll", () => { if (atEnd()) newer.hidden = true; }, { passive: true });

  function open(conversation, list) {
    kind = conversation.kind;
    root.dataset.kind = kind;
    messages = new Map();
    myThread = null;
    root.replaceChildren();
    stopTyping();
    if (!list.length) root.append(handlers.welcome());
    for (const message of [...list].sort((a, b) => moment(a.time) - moment(b.time))) place(message);
    group();
    root.append(typing);
    toEnd();
  }

  /** Adds a message or replaces the one with its id. */
  function put(message) {
    const old = messages.get(message.id);
    if (old) return replace(old, message);
    root.querySelector(".welcome")?.remove();
    const own = handlers.mine(message);
    const thread = message.replyTo || message.id;
    if (own) myThread = thread;
    // one's own words and the answers to them are always shown; others only when one is reading at the end
    const follow = atEnd() || own || (kind === "channel" && thread === myThread);
    const entry = place(message);
    root.append(typing);
    group();
    if (message.from?.bot) stopTyping();
    entry.node.classList.add("fresh");
    const outside = kind === "channel" && entry.thread !== [...root.querySelectorAll(".thread")].pop();
    if (!follow) newer.hidden = false;
    else if (outside) entry.node.scrollIntoView({ block: "nearest" });
    else toEnd();
    // what is higher than the window is read from its top
    if (follow && entry.node.offsetHeight > root.clientHeight) entry.node.scrollIntoView({ block: "start" });
  }

  function place(message) {
    const entry = { message, json: JSON.stringify(message), node: renderMessage(message, view) };
    const thread = kind === "channel" && message.replyTo ? messages.get(message.replyTo)?.thread : null;
    messages.set(message.id, entry);
    if (thread) {
      thread.querySelector(".replies").append(entry.node);
      entry.thread = thread; // a reply to a reply stays in the same thread
    } else if (kind === "channel") {
      entry.thread = el("div", { class: "thread", role: "group", "aria-label": "Thread" }, entry.node, el("div", { class: "replies" }),
        el("button", { class: "reply-button", type: "button", text: "Reply", data: { testid: "reply" }, on: { click: () => handlers.onReply(messages.get(message.id).message) } }));
      root.append(entry.thread);
    } else {
      root.append(entry.node);
    }
    return entry;
  }

  function replace(entry, message) {
    const json = JSON.stringify(message);
    if (json === entry.json) return;
    const follow = atEnd();
    const focused = entry.node.contains(document.activeElement) ? document.activeElement : null;
    if (JSON.stringify(message.card) !== JSON.stringify(entry.message.card)) errors.delete(message.id);
    const node = renderMessage(message, view);
    entry.node.replaceWith(node);
    Object.assign(entry, { message, json, node });
    node.classList.add("changed");
    group();
    if (focused) (sameAs(focused, node) || node.querySelector(".card") || root).focus({ preventScroll: true });
    if (follow) toEnd();
  }

  /** What stands in the new card where one was: the button with the same words, the field with the same label. */
  function sameAs(old, node) {
    const called = (each) => each.getAttribute("aria-label") || each.textContent;
    return [...node.querySelectorAll(old.tagName)].find((each) => called(each) === called(old) && each.id === old.id)
      || [...node.querySelectorAll(old.tagName)].find((each) => called(each) && called(each) === called(old));
  }

  function remove(id) {
    const entry = messages.get(id);
    if (entry) replace(entry, { ...entry.message, deleted: true, card: null, text: "", files: [], offer: null });
  }

  /** Messages of one person within five minutes share one picture and name. */
  function group() {
    let before;
    for (const node of root.querySelectorAll(".message")) {
      const close = before && before.parentElement === node.parentElement && !before.classList.contains("private")
        && before.dataset.author === node.dataset.author && !node.classList.contains("private")
        && node.dataset.time - before.dataset.time < 300_000;
      node.classList.toggle("follows", Boolean(close));
      before = node;
    }
  }

  function startTyping() {
    const follow = atEnd();
    typing.hidden = false;
    clearTimeout(typingTimer);
    typingTimer = setTimeout(stopTyping, 8000);
    if (follow) toEnd();
  }

  function stopTyping() {
    clearTimeout(typingTimer);
    typing.hidden = true;
  }

  /** Draws everything again, for instance in another theme. */
  function redraw() {
    const top = root.scrollTop;
    for (const entry of messages.values()) {
      const node = renderMessage(entry.message, view);
      entry.node.replaceWith(node);
      entry.node = node;
    }
    group();
    root.scrollTop = top;
  }

  const list = () => [...messages.values()].map((entry) => entry.message);

  return { open, put, remove, startTyping, stopTyping, redraw, list, toEnd };
}
