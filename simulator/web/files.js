// Files in messages: those somebody dropped, those in one's OneDrive, and one that Doorman offers to put there.

import { el } from "./dom.js";

const PAGE = "M5.5 1.500h6l4 4v12a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-15a1 1 0 0 1 1-1z";
const FOLD = "M11.5 1.500v4h4";
const GRID = "M7 9.500h6M7 12.500h6M7 15.500h6M10 9.500v6";
const LINES = "M7 9.500h6M7 12.500h6M7 15.500h4";
const SHEETS = new Set(["csv", "xlsx", "xls", "xlsm", "tsv"]);

/** What kind of file the name says it is: `csv`. */
export const ending = (name) => (name.includes(".") ? name.split(".").pop().toLowerCase() : "");

export function sizeText(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1000, "KB"] : [bytes / 1_000_000, "MB"];
  return `${value.toLocaleString("en-GB", { maximumFractionDigits: value < 10 ? 1 : 0 })} ${unit}`;
}

/** A sheet of paper, green and ruled for what opens in a spreadsheet. */
export function fileIcon(name) {
  const sheet = SHEETS.has(ending(name));
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("file-icon");
  svg.classList.toggle("sheet", sheet);
  svg.innerHTML = `<path class="paper" d="${PAGE}"/><path d="${FOLD}"/><path d="${sheet ? GRID : LINES}"/>`;
  return svg;
}

/** Name and what is known of it, on two lines. */
export function fileLabel(name, about) {
  return el("span", { class: "file-label" }, el("b", { text: name }), about && el("span", { text: about }));
}

/** One file of a message, to be downloaded. `href` is its address on this page. */
export function fileChip(file, href, { stored = false } = {}) {
  const about = [ending(file.name).toUpperCase(), stored ? "in your OneDrive" : ""].filter(Boolean).join(" · ");
  return el("a", { class: "file", href, download: file.name, title: `Download ${file.name}`, data: { testid: "file" } },
    fileIcon(file.name), fileLabel(file.name, about),
    el("span", { class: "file-get", "aria-hidden": "true", text: "↓" }));
}

/** Teams' card that asks before a bot's file comes into one's OneDrive. `onAnswer(accept)` → promise. */
export function offerCard(offer, onAnswer) {
  const problem = el("p", { class: "card-problem", role: "alert", hidden: true });
  const buttons = [
    el("button", { class: "ac-pushButton style-positive", type: "button", text: "Allow", on: { click: () => answer(true) } }),
    el("button", { class: "ac-pushButton", type: "button", text: "Decline", on: { click: () => answer(false) } }),
  ];
  const status = el("span", { class: "quiet", role: "status" });
  const box = el("div", { class: "card offer", role: "group", "aria-label": `Doorman offers the file ${offer.name}`, data: { testid: "offer" } },
    el("div", { class: "offer-file" }, fileIcon(offer.name), fileLabel(offer.name, `${ending(offer.name).toUpperCase()} · about ${sizeText(offer.size)}`)),
    el("p", { class: "offer-text", text: offer.text }),
    el("p", { class: "quiet", text: "Allow puts the file into your OneDrive." }),
    el("div", { class: "offer-buttons" }, ...buttons, status));

  async function answer(accept) {
    for (const button of buttons) button.disabled = true;
    problem.hidden = true;
    status.textContent = accept ? "Uploading…" : "";
    try {
      await onAnswer(accept);
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    } finally {
      for (const button of buttons) button.disabled = false;
      status.textContent = "";
    }
  }

  return el("div", { class: "card-frame" }, box, problem);
}
