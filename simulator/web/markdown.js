// Markdown to HTML, the only place (beside the card renderer) where HTML is made from text.
// Raw HTML is off, so what a person types can never become markup.

const OPEN = "\uE000"; // private-use characters stand for <at>…</at> while markdown-it works
const CLOSE = "\uE001";

function build(disabled) {
  const md = window.markdownit({ html: false, linkify: true, breaks: true });
  md.linkify.set({ fuzzyEmail: false, fuzzyLink: false }); // a sign-in name is not a mail link
  md.disable(["image", ...disabled]); // nothing in a message loads pictures from elsewhere
  md.renderer.rules.link_open = (tokens, index, options, env, self) => {
    tokens[index].attrSet("target", "_blank");
    tokens[index].attrSet("rel", "noopener noreferrer");
    return self.renderToken(tokens, index, options);
  };
  return md;
}

// Cards in Teams know a part of Markdown: bold, italic, lists and links. So does this page.
const NOT_IN_CARDS = ["heading", "lheading", "table", "code", "fence", "backticks", "blockquote", "hr", "strikethrough"];

let forMessages;
let forCards;

const hideMentions = (text) => String(text ?? "").replace(/[\uE000\uE001]/g, "").replace(/<at(?:\s[^>]*)?>([\s\S]*?)<\/at>/g, `${OPEN}$1${CLOSE}`);

export function messageHtml(text) {
  forMessages ??= build([]);
  return forMessages.render(hideMentions(text));
}

export function cardHtml(text) {
  forCards ??= build(NOT_IN_CARDS);
  return forCards.render(hideMentions(text));
}

/** The text of a message by a person: mentions marked, everything else as typed. */
export function plainText(text) {
  return hideMentions(text);
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Turns mention marks, and `@Name` for the given names, into chips inside an element. */
export function showMentions(element, names) {
  const known = [...new Set(names.filter(Boolean))].sort((a, b) => b.length - a.length);
  const parts = [`${OPEN}([^${CLOSE}]*)${CLOSE}`];
  if (known.length) parts.push(`@(${known.map(escaped).join("|")})`);
  const pattern = new RegExp(parts.join("|"), "g");
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  for (const node of nodes) {
    const text = node.nodeValue;
    const pieces = [];
    let from = 0;
    for (const match of text.matchAll(pattern)) {
      const chip = document.createElement("span");
      chip.className = "mention";
      chip.textContent = `@${(match[1] ?? match[2]).replace(/^@/, "")}`;
      pieces.push(text.slice(from, match.index), chip);
      from = match.index + match[0].length;
    }
    if (pieces.length) node.replaceWith(...pieces, text.slice(from));
  }
}
