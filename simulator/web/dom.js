// Small helpers to build the page. Text always goes in as text, never as HTML.

/**
 * An element. `options`: class, text, data {…}, on {event: handler}; anything else is an attribute
 * (true → empty, false/null/undefined → left out). Children: nodes or strings.
 */
export function el(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const TONES = ["#7a4a2b", "#1f6a6a", "#6b4a7d", "#8a3f4d", "#3d5a8a", "#5a6427", "#7b5a12", "#48566a"];

function initials(name) {
  const words = name.replace(/\(.*?\)/g, "").split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  if (!words.length) return "?";
  const last = words.length > 1 ? words[words.length - 1] : "";
  return ([...words[0]][0] + ([...last][0] || "")).toUpperCase();
}

/** A round picture with initials; the bot has its door. */
export function avatar(name, { bot = false, small = false } = {}) {
  if (bot) return el("img", { class: small ? "avatar small" : "avatar", src: "doorman.svg", alt: "", width: 36, height: 36 });
  let sum = 7;
  for (const char of name) sum = (sum * 41 + char.codePointAt(0)) % 1009;
  const node = el("span", { class: small ? "avatar small" : "avatar", "aria-hidden": "true", text: initials(name) });
  node.style.backgroundColor = TONES[sum % TONES.length];
  return node;
}

const MARK_TONES = { helpdesk: "green", senior: "green", admin: "brass", guest: "blue", disabled: "red", privileged: "brass", vip: "brass" };

/** The small words after a name: guest, disabled, helpdesk, … */
export function markList(person) {
  const words = [...(person.marks || [])];
  const known = words.map((word) => word.toLowerCase());
  if (person.helpdesk && !known.some((word) => word.includes("helpdesk"))) words.unshift("helpdesk");
  if (person.admin && !known.some((word) => word.includes("admin"))) words.push("admin");
  return words;
}

export function marks(person) {
  const box = el("span", { class: "marks" });
  for (const word of markList(person)) {
    const tone = Object.entries(MARK_TONES).find(([key]) => word.toLowerCase().includes(key))?.[1] || "grey";
    box.append(el("span", { class: `mark ${tone}`, text: word }));
  }
  return box;
}

export function moment(time) {
  const date = typeof time === "number" ? new Date(time < 1e12 ? time * 1000 : time) : new Date(time || Date.now());
  return Number.isNaN(date.getTime()) ? new Date() : date;
}

export function clock(date) {
  return date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

export function remember(key, value) {
  try { localStorage.setItem(`doorman.${key}`, JSON.stringify(value)); } catch { /* storage is off */ }
}

export function recall(key, otherwise) {
  try { return JSON.parse(localStorage.getItem(`doorman.${key}`)) ?? otherwise; } catch { return otherwise; }
}
