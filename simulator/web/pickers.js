// The people picker, which Teams has and the renderer only half: a list that the simulated Teams fills while somebody types.

import { people } from "./api.js";

const QUERY = "Data.Query";

/** Every people picker in a card's JSON, by the id of its input. */
function pickersIn(node, found = new Map()) {
  if (Array.isArray(node)) node.forEach((each) => pickersIn(each, found));
  else if (node && typeof node === "object") {
    if (node.type === "Input.ChoiceSet" && node["choices.data"]?.type === QUERY) found.set(node.id, node);
    Object.values(node).forEach((each) => pickersIn(each, found));
  }
  return found;
}

/**
 * Makes the pickers of a parsed card work; to be called before it is drawn. Returns a function that puts, in what is
 * submitted, the account's object id in the place of the name that stands in the box; a name nobody picked counts as none.
 */
export function preparePickers(drawn, json) {
  const { ChoiceSetInputDataQuery, ChoiceSetInput } = window.AdaptiveCards;
  const known = new Map();
  for (const [id, picker] of pickersIn(json)) {
    const input = drawn.getElementById(id);
    if (!(input instanceof ChoiceSetInput)) continue;
    const query = new ChoiceSetInputDataQuery();
    query.type = QUERY;
    query.dataset = picker["choices.data"].dataset;
    input.choicesData = query;
    input.placeholder = "Type a name";
    known.set(id, new Map((picker.choices || []).map((choice) => [choice.title, choice.value])));
    input.defaultValue = (picker.choices || []).find((choice) => choice.value === picker.value)?.title;
  }
  drawn.onInputValueChanged = async (input) => {
    if (!known.has(input.id)) return;
    const filter = input.getFilterForDynamicSearch();
    if (!filter || known.get(input.id).has(filter)) return;
    input.showLoadingIndicator();
    try {
      const found = await people(input.choicesData.dataset, filter);
      for (const choice of found) known.get(input.id).set(choice.title, choice.value);
      input.renderChoices(filter, found.map((choice) => ({ title: choice.title, value: choice.title })));
    } catch (error) {
      input.showErrorIndicator(filter, error.message);
    }
  };
  return (data) => {
    const sent = { ...data };
    for (const [id, ids] of known) {
      const isAccount = [...ids.values()].includes(sent[id]);  // the renderer knows those that stood in the card
      if (id in sent && !isAccount) sent[id] = ids.get(sent[id]) ?? "";
    }
    return sent;
  };
}

/** The renderer labels the box around a picker; whoever hears the page needs the label on the field itself. */
export function labelPickers(element) {
  for (const box of element.querySelectorAll(".ac-choiceSetInput-filtered-container")) {
    box.querySelector("input").setAttribute("aria-labelledby", box.getAttribute("aria-labelledby") || "");
    box.removeAttribute("aria-labelledby");
  }
}
