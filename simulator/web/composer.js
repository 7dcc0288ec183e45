// The message box: examples to start from, Enter to send, the last lines with the arrow keys, replies.

import { createAttachments } from "./attach.js";
import { el, recall, remember } from "./dom.js";
import { createMentions } from "./mentions.js";

const KEPT = 50;

/** `zone` is where files may be dropped. `handlers`: {send({text, mentions, replyTo, files}) → promise, people(), samples(), sample(name)}. */
export function createComposer(form, zone, handlers) {
  let replyTo = null;
  let place = -1; // where in the history; -1 is the line being written
  let draft = "";
  let prompt = "Message";
  const history = recall("history", []);

  const chips = el("div", { class: "chips", role: "group", "aria-label": "Examples" });
  const reply = el("div", { class: "replying", hidden: true });
  const box = el("textarea", { id: "composer-text", rows: "1", autocomplete: "off", spellcheck: "false", readonly: true, "aria-label": "Message", data: { testid: "composer" } });
  const send = el("button", { class: "send", type: "submit", data: { testid: "send" }, "aria-label": "Send" });
  send.innerHTML = '<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M3 10 17.5 3.5 13 17l-3.2-5.200z" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round"/><path d="m9.8 11.8 3.4-3.6" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/></svg>';
  const problem = el("p", { class: "composer-problem", role: "alert", hidden: true });
  const note = el("p", { class: "composer-note" });
  let attachments; // made below: it sits in the field
  const field = el("div", { class: "field" }, box, send);
  form.append(chips, reply, field, problem, note);
  attachments = createAttachments(form, field, zone, {
    samples: handlers.samples, sample: handlers.sample, onChange: () => { fit(); if (attachments?.any()) box.focus(); }, onProblem: complain,
  });
  const find = el("button", { class: "icon-button clip", type: "button", "aria-label": "Find a person with Doorman", title: "Find a person with Doorman", data: { testid: "find" }, on: { click: handlers.find } });
  find.innerHTML = '<svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="8.800" cy="8.800" r="5" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="m12.600 12.600 4 4" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"/></svg>';
  field.insertBefore(find, box);
  const mentions = createMentions(field, box, handlers.people);

  function fit() {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
    send.classList.toggle("ready", Boolean(box.value.trim() || attachments?.any()));
  }

  function write(text) {
    box.value = text;
    box.setSelectionRange(text.length, text.length);
    fit();
  }

  function walk(step) {
    const next = place + step;
    if (next < -1 || next >= history.length) return;
    if (place === -1) draft = box.value;
    place = next;
    write(place === -1 ? draft : history[place]);
  }

  function complain(sentence) {
    problem.textContent = sentence;
    problem.hidden = false;
  }

  async function submit() {
    if (box.readOnly) return;
    const text = box.value.trim();
    if (!text && !attachments.any()) return;
    const sent = { text, files: attachments.take(), mentions: mentions.used(text).map(({ upn }) => ({ upn })), replyTo: replyTo?.id ?? null };
    if (text && history[0] !== text) history.unshift(text);
    history.splice(KEPT);
    remember("history", history);
    place = -1;
    write("");
    mentions.close();
    problem.hidden = true;
    try {
      await handlers.send(sent);
    } catch (error) {
      complain(`Not sent: ${error.message}`);
      if (!box.value) write(text);
      attachments.give(sent.files);
    }
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  box.addEventListener("input", () => { place = -1; fit(); });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || mentions.handleKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); submit(); }
    else if (event.key === "Escape" && replyTo) { event.stopPropagation(); setReply(null); }
    else if (event.key === "ArrowUp" && !event.shiftKey && (place >= 0 || !box.value)) { event.preventDefault(); walk(1); }
    else if (event.key === "ArrowDown" && !event.shiftKey && place >= 0) { event.preventDefault(); walk(-1); }
  });

  function setReply(message) {
    replyTo = message;
    reply.hidden = !message;
    box.placeholder = message ? "Reply in this thread" : prompt;
    box.setAttribute("aria-label", box.placeholder);
    if (!message) return reply.replaceChildren();
    reply.replaceChildren(el("span", {}, "Replying to ", el("b", { text: message.from?.name || "the thread" }), (message.text ? `: ${message.text.replace(/<[^>]*>/g, "")}` : "").slice(0, 80)),
      el("button", { class: "icon-button", type: "button", "aria-label": "Do not reply; start a new post", text: "✕", on: { click: () => { setReply(null); box.focus(); } } }));
    box.focus();
  }

  function setExamples(examples) {
    chips.replaceChildren(...examples.map((example) => el("button", {
      class: "chip", type: "button", text: example, title: "Put this in the message box",
      on: { click: () => { write(example); box.focus(); } },
    })));
  }

  /** Nothing can be written (`false`) while it is not settled whose words these would be and where they would go. */
  function allow(yes) {
    box.readOnly = !yes;
  }

  /** Tells whose words these will be and where they go. */
  function setPlace({ me, conversation }) {
    const channel = conversation.kind === "channel";
    prompt = channel ? `Post in ${conversation.name} as ${me.name}` : `Write to Doorman as ${me.name}`;
    note.textContent = channel ? "@Doorman is mentioned for you. Enter sends, Shift+Enter starts a new line." : "Enter sends, Shift+Enter starts a new line.";
    attachments.allow(!channel);
    setReply(null);
    problem.hidden = true;
  }

  fit();
  return { write: (text) => { write(text); box.focus(); }, setReply, setExamples, setPlace, allow, focus: () => box.focus({ preventScroll: true }) };
}
