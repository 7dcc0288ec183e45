// On narrow windows the two side columns are drawers over the conversation.

export function createDrawers() {
  const parts = {
    rail: { box: document.getElementById("rail"), opener: document.getElementById("open-rail"), narrow: matchMedia("(max-width: 799px)") },
    panel: { box: document.getElementById("panel"), opener: document.getElementById("open-panel"), narrow: matchMedia("(max-width: 1179px)") },
  };
  const backdrop = document.getElementById("backdrop");
  let shown = null;

  function apply() {
    for (const [name, { box, opener, narrow }] of Object.entries(parts)) {
      const isOpen = shown === name && narrow.matches;
      box.classList.toggle("open", isOpen);
      box.inert = narrow.matches && !isOpen; // a closed drawer takes no focus
      opener.setAttribute("aria-expanded", String(isOpen));
    }
    backdrop.hidden = !shown || !parts[shown].narrow.matches;
  }

  function reveal(name) {
    if (!parts[name].narrow.matches || shown === name) return;
    shown = name;
    apply();
  }

  function close() {
    const opener = shown && parts[shown].narrow.matches ? parts[shown].opener : null;
    shown = null;
    apply();
    opener?.focus();
  }

  for (const [name, { box, opener, narrow }] of Object.entries(parts)) {
    opener.addEventListener("click", () => {
      if (shown === name) return close();
      reveal(name);
      box.querySelector("button:not(.close-drawer)")?.focus();
    });
    box.querySelector(".close-drawer")?.addEventListener("click", close);
    narrow.addEventListener("change", apply);
  }
  backdrop.addEventListener("click", close);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && shown) close(); });
  apply();
  return { reveal, close };
}
