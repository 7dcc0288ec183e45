// Runs before the style sheets so that the page never flashes in the wrong theme.
// ?theme= wins for this visit, then the remembered choice, then the system.
(function () {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const asked = new URLSearchParams(location.search).get("theme");
  let chosen = asked === "dark" || asked === "light" ? asked : null;
  if (!chosen) {
    try { chosen = localStorage.getItem("doorman.theme"); } catch { /* storage is off */ }
  }

  function apply() {
    const theme = chosen || (dark.matches ? "dark" : "light");
    if (document.documentElement.dataset.theme === theme) return;
    document.documentElement.dataset.theme = theme;
    document.dispatchEvent(new CustomEvent("doorman:theme", { detail: theme }));
  }

  window.doormanTheme = {
    get current() { return document.documentElement.dataset.theme; },
    toggle() {
      chosen = this.current === "dark" ? "light" : "dark";
      try { localStorage.setItem("doorman.theme", chosen); } catch { /* storage is off */ }
      apply();
    },
  };
  dark.addEventListener("change", apply);
  apply();
})();
