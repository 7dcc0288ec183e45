// "Entra ID now": the live state of the person concerned, with what changed shown for a moment.

import { avatar, clock, el } from "./dom.js";
import { describeMethod, label, valueText } from "./methods.js";
import { pickPerson } from "./people.js";
import * as api from "./api.js";

const EVERY = 2500; // ms between two looks while the page is visible
const SHINE = 6000; // ms a change stays highlighted
const SHOWN_ELSEWHERE = new Set(["displayName", "userPrincipalName", "accountEnabled", "userType", "onPremisesSyncEnabled", "methods", "groups", "roles", "id", "synced", "phones", "strong", "signIn", "jobTitle", "department"]);

/** `people()` gives everybody who can be chosen. */
export function createEntra(root, people) {
  let subject = null;
  let before = null; // what was shown last, as Map(key → text)
  let shining = new Map(); // key → {until, old}
  let drawn = "";
  let turn = 0;

  const pick = el("button", { class: "who subject", type: "button", "aria-haspopup": "dialog", "aria-expanded": "false", data: { testid: "entra-person" }, title: "Show somebody else" });
  const state = el("div", { class: "entra-state" });
  const foot = el("p", { class: "entra-foot" });
  root.append(el("div", { class: "panel-head" }, el("h2", { id: "entra-title", text: "Entra ID now" }), el("span", { class: "live" }, el("i", { "aria-hidden": "true" }), "live")), pick, state, foot);
  pick.addEventListener("click", () => pickPerson({
    anchor: pick, people: people(), current: subject?.upn, title: "Whose account to show", idPrefix: "entra", onPick: (person) => { show(person); pick.focus(); },
  }));

  /** Shows this person from now on. */
  function show(person) {
    if (!person || person.upn === subject?.upn) return refresh();
    subject = person;
    before = null;
    shining = new Map();
    drawn = "";
    pick.replaceChildren(avatar(person.name), el("span", { class: "who-text" }, el("b", { text: person.name }), el("span", { text: person.upn })), el("span", { class: "chevron", "aria-hidden": "true", text: "⌄" }));
    state.replaceChildren(el("p", { class: "quiet", text: "Reading…" }));
    return refresh();
  }

  async function refresh() {
    if (!subject) return;
    const mine = ++turn;
    const { upn } = subject;
    try {
      const account = await api.entra(upn);
      if (mine === turn && subject.upn === upn) update(account);
    } catch (error) {
      if (mine !== turn) return;
      foot.textContent = error.status === 404 ? "Entra ID has no such account." : error.message;
      if (error.status === 404) state.replaceChildren();
    }
  }

  function update(account) {
    const now = flat(account);
    const at = Date.now();
    for (const [key, change] of shining) if (change.until < at) shining.delete(key);
    if (before) {
      for (const [key, text] of now) if (before.get(key) !== text) shining.set(key, { until: at + SHINE, old: before.get(key) });
      for (const [key, text] of before) if (!now.has(key)) shining.set(key, { until: at + SHINE, old: text, gone: true });
    }
    before = now;
    const picture = JSON.stringify([account, [...shining.keys()]]);
    if (picture !== drawn) {
      drawn = picture;
      state.replaceChildren(...draw(account, now));
    }
    foot.textContent = `Read from the simulated tenant at ${clock(new Date())}.`;
  }

  /** Highlights a node when its fact changed; `title` is left out of what it was before, as it stands there already. */
  function mark(node, key, title = "") {
    const change = shining.get(key);
    if (!change) return node;
    node.classList.add(change.gone ? "gone" : "changed");
    const old = title && change.old?.startsWith(`${title}, `) ? change.old.slice(title.length + 2) : change.old;
    if (old && !change.gone) (node.querySelector(".method-text") || node).append(el("span", { class: "was", text: `was ${old}` }));
    return node;
  }

  function draw(account, now) {
    const rows = [];
    const flags = el("div", { class: "flags" });
    const flag = (key, tone, text) => flags.append(mark(el("span", { class: `mark ${tone}`, text }), key));
    flag("accountEnabled", account.accountEnabled === false ? "red" : "green", account.accountEnabled === false ? "sign-in blocked" : "enabled");
    if (account.userType && account.userType !== "Member") flag("userType", "blue", account.userType.toLowerCase());
    if (account.onPremisesSyncEnabled || account.synced) flag("synced", "grey", "synced from on-premises AD");
    for (const role of account.roles || []) flag("roles", "brass", valueText(role));
    const job = [account.jobTitle, account.department].filter(Boolean).join(" · ");
    rows.push(flags);
    if (job) rows.push(el("p", { class: "quiet", text: job }));

    rows.push(el("h3", { text: "Sign-in methods" }));
    const methods = el("ul", { class: "methods", data: { testid: "entra-methods" } });
    for (const [index, method] of (account.methods || []).entries()) {
      const words = describeMethod(method);
      methods.append(mark(methodRow(words), methodKey(method, index), words.title));
    }
    for (const [key, change] of shining) {
      if (change.gone && key.startsWith("method ")) methods.append(mark(el("li", { class: "method" }, el("span", { class: "method-icon", "aria-hidden": "true", text: "–" }), el("span", { class: "method-text" }, el("s", { text: change.old }), el("span", { class: "was", text: "removed" }))), key));
    }
    if (!methods.children.length) methods.append(el("li", { class: "quiet", text: "None registered." }));
    rows.push(methods);

    if (account.groups?.length) {
      rows.push(el("h3", { text: "Groups" }), mark(el("p", { class: "groups" }, ...account.groups.map((group) => el("span", { class: "mark grey", text: valueText(group) }))), "groups"));
    }
    const rest = [...now].filter(([key, text]) => text && !SHOWN_ELSEWHERE.has(key) && !key.startsWith("method "));
    const list = el("dl", {});
    for (const [key, text] of [...rest, ["id", now.get("id")]]) {
      if (text) list.append(mark(el("div", {}, el("dt", { text: label(key) }), el("dd", { text })), key));
    }
    rows.push(el("details", { class: "more", open: root.querySelector("details.more")?.open }, el("summary", { text: "More properties" }), list));
    return rows;
  }

  setInterval(() => { if (!document.hidden) refresh(); }, EVERY);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });

  return { show, refresh, get subject() { return subject; } };
}

const methodKey = (method, index) => `method ${method["@odata.type"] || ""} ${method.id || index}`;

const methodRow = ({ icon, title, value, note }) => el("li", { class: "method" },
  el("span", { class: "method-icon", "aria-hidden": "true", text: icon }),
  el("span", { class: "method-text" }, el("b", { text: title }), value && el("span", { class: "method-value", text: value }), note && el("span", { class: "quiet", text: note })));

/** Every fact of an account as Map(key → text), so that two readings can be compared. */
function flat(account) {
  const facts = new Map();
  for (const [key, value] of Object.entries(account)) if (key !== "methods" && !key.startsWith("@")) facts.set(key, valueText(value));
  for (const [index, method] of (account.methods || []).entries()) {
    const { title, value, note } = describeMethod(method);
    facts.set(methodKey(method, index), [title, value, note].filter(Boolean).join(", "));
  }
  return facts;
}
