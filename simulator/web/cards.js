// Adaptive Cards on the page, drawn by Microsoft's own renderer.

import { cardHtml, showMentions } from "./markdown.js";
import { hostConfig } from "./hostconfig.js";
import { labelPickers, preparePickers } from "./pickers.js";

let prepared = false;

function prepare() {
  if (prepared) return;
  prepared = true;
  const { AdaptiveCard } = window.AdaptiveCards;
  AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = cardHtml(text);
    result.didProcess = true;
  };
  AdaptiveCard.onParseError = (error) => console.warn("Card:", error.message);
}

/** A message's card arrives bare or as an attachment; a private view wins when the server sent one. */
export function cardContent(card) {
  return card?.content?.type === "AdaptiveCard" ? card.content : card;
}

function mentionedNames(card) {
  return (card.msteams?.entities || []).map((entity) => (entity.text || "").replace(/<[^>]*>/g, ""));
}

/**
 * Draws `card` and returns its element. `onPress({type, verb, data})` is called for Action.Execute and
 * Action.Submit; the data already holds the card's inputs. A card that cannot be drawn says so.
 */
export function renderCard(card, onPress) {
  prepare();
  const { AdaptiveCard, HostConfig, SerializationContext, Version } = window.AdaptiveCards;
  const content = cardContent(card);
  const drawn = new AdaptiveCard();
  drawn.hostConfig = new HostConfig(hostConfig(document.documentElement.dataset.theme));
  let element;
  let picked = (data) => data;
  drawn.onExecuteAction = (action) => act(action, picked, onPress);
  try {
    // Teams draws up to version 1.5; anything newer takes its fallbacks, here as there.
    drawn.parse(content, new SerializationContext(new Version(1, 5)));
    picked = preparePickers(drawn, content);
    element = drawn.render();
  } catch (error) {
    console.error("The card could not be drawn", error);
  }
  if (!element) {
    element = document.createElement("p");
    element.className = "card-unreadable";
    element.textContent = content?.fallbackText || "This card cannot be shown here.";
    return element;
  }
  labelPickers(element);
  showMentions(element, mentionedNames(content));
  for (const link of element.querySelectorAll("a")) link.rel = "noopener noreferrer";
  return element;
}

function act(action, picked, onPress) {
  const type = action.getJsonTypeName();
  if (type === "Action.OpenUrl") {
    if (/^https?:/i.test(action.url || "")) window.open(action.url, "_blank", "noopener,noreferrer");
    return;
  }
  if (type === "Action.Execute" || type === "Action.Submit") {
    onPress({ type, verb: action.verb, data: picked(action.data ?? {}) });
  }
}

/** All the words of a card in one string: where the person concerned is looked for. */
export function cardWords(card) {
  const words = [];
  const walk = (node) => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (typeof node === "string") return words.push(node);
    if (!node || typeof node !== "object") return;
    for (const fact of node.facts || []) words.push(`${fact.title ?? ""} ${fact.value ?? ""}`);
    if (typeof node.text === "string") words.push(node.text);
    for (const key of ["body", "items", "columns", "rows", "cells", "inlines"]) walk(node[key]);
  };
  walk(cardContent(card));
  return words.join("\n");
}
