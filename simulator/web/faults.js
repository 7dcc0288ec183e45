// "Make it difficult": switches that make Entra ID or Teams misbehave the way the real ones do.

import { el } from "./dom.js";
import * as api from "./api.js";

// Effects and fields as in simulator/entra/faults.py. A switch may need several rules.
const GRAPH = { path: "^/(v1\\.0|beta)/", regex: true }; // Graph, but not the login service
const writes = (fault) => ["POST", "PATCH", "PUT"].map((method) => ({ path: "phoneMethods", method, ...fault }));
const SWITCHES = [
  { name: "slow", title: "Graph is slow", says: "Every answer from Entra ID takes three seconds.", rules: [{ ...GRAPH, effect: "latency", seconds: 3 }] },
  { name: "throttle", title: "Graph is busy (429)", says: "Changes to phones are refused with “try again in two seconds”.", rules: writes({ effect: "throttle", retry_after: 2 }) },
  { name: "unavailable", title: "Graph is down (503)", says: "Entra ID answers nothing but “service unavailable”.", rules: [{ ...GRAPH, effect: "unavailable" }] },
  { name: "drop", title: "Connection drops after the write", says: "The number is saved, but the answer never arrives.", rules: writes({ effect: "drop", after: true }) },
  { name: "conflict", title: "Saved, but reported as a conflict", says: "The number is saved, and still the answer is 409.", rules: writes({ effect: "conflict", after: true }) },
  { name: "delay", title: "Changes show up late", says: "What was written can be read only eight seconds later.", rules: [...writes({ effect: "late", seconds: 8 }), { path: "/authentication/", method: "DELETE", effect: "late", seconds: 8 }] },
  { name: "token", title: "Token expires early", says: "The next request is refused once, as if Doorman’s token had run out.", rules: [{ ...GRAPH, effect: "unauthorized", times: 1 }] },
];
const LOG_DOWN = { name: "log-down", title: "Log channel down", says: "Teams takes no posts in the log channel; they must arrive once it is back." };

/** `logChannel()` → the log channel's id or undefined; `onCount(n)` hears how many switches are on. */
export function createFaults(root, { logChannel, onCount }) {
  const on = new Set();
  const boxes = new Map();
  const problem = el("p", { class: "card-problem", role: "alert", hidden: true });
  const clear = el("button", { class: "pill-button", type: "button", text: "All off", hidden: true, data: { testid: "faults-clear" } });
  let queue = Promise.resolve(); // one change after the other

  const row = ({ name, title, says }) => {
    const box = el("input", { type: "checkbox", role: "switch", id: `fault-${name}`, "aria-describedby": `fault-${name}-says`, data: { testid: `fault-${name}` } });
    box.addEventListener("change", () => change(() => (box.checked ? on.add(name) : on.delete(name))));
    boxes.set(name, box);
    return el("li", { class: "fault" }, el("label", { for: `fault-${name}` },
      el("span", { class: "fault-text" }, el("b", { text: title }), el("span", { id: `fault-${name}-says`, text: says })), box, el("i", { class: "switch", "aria-hidden": "true" })));
  };
  root.append(el("div", { class: "panel-head" }, el("h2", { id: "faults-title", text: "Make it difficult" }), clear),
    el("p", { class: "quiet", text: "Switch a fault on, repeat a command, and see what Doorman makes of it." }),
    el("ul", { class: "fault-list" }, ...[...SWITCHES, LOG_DOWN].map(row)), problem);
  clear.addEventListener("click", () => change(() => on.clear()));

  let changes = 0; // by the person at the page

  function change(alter) {
    changes += 1;
    const downBefore = on.has(LOG_DOWN.name);
    alter();
    paint();
    const wanted = new Set(on);
    queue = queue.then(() => send(wanted, downBefore)).then(() => tell(""), (error) => tell(`The switch did not work: ${error.message}`));
  }

  async function send(wanted, downBefore) {
    const down = wanted.has(LOG_DOWN.name);
    if (down !== downBefore) {
      const channel = logChannel();
      if (!channel) throw new Error("there is no log channel.");
      await api.faults.channelDown(channel, down);
    }
    await api.faults.clear("entra");
    for (const { name, rules } of SWITCHES) if (wanted.has(name)) for (const rule of rules) await api.faults.add("entra", { times: null, ...rule });
  }

  function tell(sentence) {
    problem.textContent = sentence;
    problem.hidden = !sentence;
  }

  function paint() {
    for (const [name, box] of boxes) box.checked = on.has(name);
    clear.hidden = !on.size;
    onCount(on.size);
  }

  /** Takes over what is in force at the server: after a reload of the page, or when a fault that strikes once has struck. */
  async function load() {
    const before = changes;
    let down, rules;
    try {
      ({ down = [] } = (await api.faults.list("teams")) || {});
      const answer = await api.faults.list("entra");
      rules = answer?.value ?? answer ?? [];
    } catch {
      return; // the switches stay as they are
    }
    if (changes !== before) return; // what somebody has switched meanwhile is newer than this answer
    if (down.includes(logChannel())) on.add(LOG_DOWN.name);
    else on.delete(LOG_DOWN.name);
    for (const { name, rules: [own] } of SWITCHES) {
      const there = rules.find((rule) => rule.effect === own.effect);
      if (there && !(there.times && there.fired >= there.times)) on.add(name);
      else on.delete(name);
    }
    paint();
  }

  setInterval(() => { if (!document.hidden && on.has("token")) queue = queue.then(load); }, 3000);

  return { load };
}
