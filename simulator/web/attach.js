// The paper clip of the message box: files chosen, dropped on the conversation, or taken from the samples.

import { el } from "./dom.js";
import { fileIcon, fileLabel, sizeText } from "./files.js";

const CLIP = '<svg viewBox="0 0 20 20" aria-hidden="true"><path d="m15.800 9.300-5.700 5.700a3.300 3.300 0 0 1-4.700-4.700l6.100-6.100a2.200 2.200 0 0 1 3.100 3.100l-6 6a1.100 1.100 0 0 1-1.500-1.500l5.300-5.400" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/></svg>';
const DOWN = '<svg viewBox="0 0 20 20" aria-hidden="true"><path d="m6 8 4 4 4-4" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/></svg>';

/**
 * Puts the clip into `field` and the list of attached files above it. `zone` is where files may be dropped.
 * `handlers`: {samples() → promise of names, sample(name) → promise of a File, onChange(), onProblem(sentence)}.
 * Returns {take() → the attached files, which are then no longer attached; give(files) back; any(); allow(yes)}.
 */
export function createAttachments(form, field, zone, handlers) {
  let files = [];
  let allowed = true;
  const input = el("input", { type: "file", multiple: true, hidden: true, data: { testid: "attach-input" } });
  const clip = el("button", { class: "icon-button clip", type: "button", "aria-label": "Attach a file", title: "Attach a file", data: { testid: "attach" }, on: { click: () => input.click() } });
  const more = el("button", { class: "icon-button samples-button", type: "button", "aria-label": "Sample files", title: "Sample files", "aria-haspopup": "menu", "aria-expanded": "false", data: { testid: "samples" }, on: { click: () => (menu.hidden ? open() : close()) } });
  clip.innerHTML = CLIP;
  more.innerHTML = DOWN;
  const menu = el("ul", { class: "samples", role: "menu", "aria-label": "Sample files", hidden: true });
  const list = el("ul", { class: "attached", "aria-label": "Attached files", hidden: true });
  const veil = el("div", { class: "drop-veil", "aria-hidden": "true", hidden: true }, el("span", { text: "Drop the file here for Doorman" }));
  form.insertBefore(list, field);
  field.prepend(input, clip, more);
  field.append(menu);
  zone.append(veil);

  function draw() {
    list.hidden = !files.length;
    list.replaceChildren(...files.map((file) => el("li", { class: "file", data: { testid: "attached" } }, fileIcon(file.name), fileLabel(file.name, sizeText(file.size)),
      el("button", { class: "icon-button", type: "button", "aria-label": `Remove ${file.name}`, text: "✕", on: { click: () => { files = files.filter((each) => each !== file); draw(); } } }))));
    handlers.onChange();
  }

  function add(more) {
    files.push(...more);
    draw();
  }

  async function open() {
    try {
      const names = await handlers.samples();
      menu.replaceChildren(el("li", { class: "samples-title", role: "presentation", text: "Sample files" }), ...names.map((name) => el("li", { role: "presentation" },
        el("button", { type: "button", role: "menuitem", data: { testid: "sample" }, on: { click: () => pick(name) } }, fileIcon(name), el("span", { text: name })))));
      menu.hidden = false;
      more.setAttribute("aria-expanded", "true");
      menu.querySelector("button")?.focus();
    } catch (error) {
      handlers.onProblem(error.message);
    }
  }

  function close() {
    menu.hidden = true;
    more.setAttribute("aria-expanded", "false");
  }

  async function pick(name) {
    close();
    more.classList.add("busy");
    try {
      add([await handlers.sample(name)]);
    } catch (error) {
      handlers.onProblem(`${name} could not be made: ${error.message}`);
    } finally {
      more.classList.remove("busy");
    }
  }

  menu.addEventListener("keydown", (event) => {
    const items = [...menu.querySelectorAll("button")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) items[(items.indexOf(document.activeElement) + step + items.length) % items.length]?.focus();
    else if (event.key === "Escape") { event.stopPropagation(); close(); more.focus(); }
    else return;
    event.preventDefault();
  });
  field.addEventListener("focusout", (event) => { if (!menu.contains(event.relatedTarget) && event.relatedTarget !== more) close(); });
  input.addEventListener("change", () => { add(input.files); input.value = ""; });

  const carriesFiles = (event) => allowed && [...(event.dataTransfer?.types || [])].includes("Files");
  zone.addEventListener("dragover", (event) => { if (carriesFiles(event)) { event.preventDefault(); veil.hidden = false; } });
  zone.addEventListener("dragleave", (event) => { if (!zone.contains(event.relatedTarget)) veil.hidden = true; });
  zone.addEventListener("drop", (event) => {
    veil.hidden = true;
    if (!carriesFiles(event)) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  });

  return {
    any: () => files.length > 0,
    give: add,
    take() {
      const taken = files;
      files = [];
      draw();
      return taken;
    },
    /** Teams gives bots files in personal chats alone; whoever goes elsewhere takes none along. */
    allow(yes) {
      allowed = yes;
      clip.hidden = !yes;
      more.hidden = !yes;
      files = [];
      draw();
      close();
    },
  };
}
