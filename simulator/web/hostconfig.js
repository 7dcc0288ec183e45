// How the official card renderer should look here: sizes, and one palette per theme.
// https://learn.microsoft.com/adaptive-cards/rendering-cards/host-config

const LIGHT = {
  text: "#1f2a27", subtle: "#55625d", light: "#ffffff", accent: "#1d6351", good: "#1d6b3a", warning: "#7d5410", attention: "#a32a24",
  card: "#ffffff", emphasis: "#f4f1e9", goodBack: "#e6f2e8", warningBack: "#f9efd8", attentionBack: "#fae7e4", accentBack: "#e3efea",
  line: "#e0dace",
};
const DARK = {
  text: "#e6ebe7", subtle: "#a6b3ad", light: "#ffffff", accent: "#86cfb5", good: "#8bd29c", warning: "#e8bf6a", attention: "#f59d92",
  card: "#202b27", emphasis: "#29352f", goodBack: "#1e3a29", warningBack: "#3d321b", attentionBack: "#442623", accentBack: "#1f3a32",
  line: "#37443e",
};

function style(colours, background) {
  const pair = (name) => ({ default: colours[name], subtle: colours[name] });
  return {
    backgroundColor: background,
    borderColor: colours.line,
    foregroundColors: {
      default: { default: colours.text, subtle: colours.subtle },
      dark: { default: colours.text, subtle: colours.subtle },
      light: pair("light"),
      accent: pair("accent"),
      good: pair("good"),
      warning: pair("warning"),
      attention: pair("attention"),
    },
  };
}

/** The HostConfig object for "light" or "dark". */
export function hostConfig(theme) {
  const colours = theme === "dark" ? DARK : LIGHT;
  return {
    supportsInteractivity: true,
    hostCapabilities: { capabilities: null },
    fontFamily: "inherit",
    fontTypes: {
      default: { fontFamily: "inherit" },
      monospace: { fontFamily: "ui-monospace, 'Cascadia Mono', Consolas, 'Liberation Mono', monospace" },
    },
    fontSizes: { small: 12, default: 14, medium: 15, large: 18, extraLarge: 22 },
    fontWeights: { lighter: 300, default: 400, bolder: 600 },
    lineHeights: { small: 17, default: 20, medium: 21, large: 24, extraLarge: 29 },
    spacing: { small: 6, default: 10, medium: 14, large: 20, extraLarge: 28, padding: 16 },
    separator: { lineThickness: 1, lineColor: colours.line },
    imageSizes: { small: 32, medium: 52, large: 96 },
    containerStyles: {
      default: style(colours, colours.card),
      emphasis: style(colours, colours.emphasis),
      good: style(colours, colours.goodBack),
      warning: style(colours, colours.warningBack),
      attention: style(colours, colours.attentionBack),
      accent: style(colours, colours.accentBack),
    },
    textStyles: { heading: { size: "large", weight: "bolder" }, columnHeader: { weight: "bolder" } },
    textBlock: { headingLevel: 2 },
    actions: {
      maxActions: 6,
      spacing: "medium",
      buttonSpacing: 8,
      actionsOrientation: "horizontal",
      actionAlignment: "left",
      allowTitleToWrap: true,
      showCard: { actionMode: "inline", inlineTopMargin: 12, style: "emphasis" },
    },
    adaptiveCard: { allowCustomStyle: true },
    factSet: {
      title: { color: "default", size: "default", isSubtle: true, weight: "default", wrap: true, maxWidth: 132 },
      value: { color: "default", size: "default", weight: "default", wrap: true },
      spacing: 16,
    },
    inputs: {
      label: { inputSpacing: "small", requiredInputs: { weight: "bolder", suffix: " *", suffixColor: "attention" }, optionalInputs: { weight: "bolder" } },
      errorMessage: { color: "attention", weight: "default" },
    },
    table: { cellSpacing: 8 },
  };
}
