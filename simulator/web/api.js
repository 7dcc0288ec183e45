// Every request of the page goes through here; a refusal becomes an Error with a sentence in it.

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined || body instanceof Blob ? {} : { "Content-Type": "application/json" },
      body: body === undefined || body instanceof Blob ? body : JSON.stringify(body),
    });
  } catch {
    throw new Error("The demo server does not answer. Is it still running?");
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) {
    const error = new Error(sentence(answer) || `The demo server answered ${response.status}.`);
    error.status = response.status;
    throw error;
  }
  return answer;
}

/** The sentence for a person in an error answer, however it is wrapped. */
function sentence(answer) {
  const error = answer?.error ?? answer?.message;
  if (!error) return "";
  if (typeof error === "string") return error.replace(/^[A-Z]\w*Error: /, "");
  return error.message || error.code || JSON.stringify(error);
}

const query = (values) => new URLSearchParams(values).toString();

export const world = () => call("GET", "/api/world");
export const conversations = (as) => call("GET", `/api/conversations?${query({ as })}`);
export const messages = (as, conversation) => call("GET", `/api/messages?${query({ as, conversation })}`);
/** The same, without their having seen it by that. */
export const peek = (as, conversation) => call("GET", `/api/messages?${query({ as, conversation, peek: 1 })}`);
export const people = (dataset, filter) => call("GET", `/api/people?${query({ dataset, filter })}`);
// The language of this page's Teams: ?locale=nl-NL for this visit, otherwise the browser's.
export const locale = new URLSearchParams(location.search).get("locale") || navigator.language;
/** What leads a newcomer is Dutch too; the rest of the page is English, as the simulators are. */
export const dutch = /^nl\b/i.test(locale);
const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions();

export const say = (what) => call("POST", "/api/say", { ...what, locale, zone });
/** Tells that this person has seen a message, so that it is no news to them later. */
export const read = (as, conversation, message) => call("POST", "/api/read", { as, conversation, message });
/** Drops `file` into one's own chat, with words beside it. */
export const drop = ({ as, conversation, text, file }) => call("PUT", `/api/drop?${query({ as, conversation, text, name: file.name, locale, zone })}`, file);
export const fileAddress = (as, id) => `/api/files/${encodeURIComponent(id)}?${query({ as })}`;
export const samples = () => call("GET", "/api/samples");

export async function sample(name) {
  const response = await fetch(`/api/samples/${encodeURIComponent(name)}`);
  if (!response.ok) throw new Error(`the demo server answered ${response.status}.`);
  return new File([await response.blob()], name);
}

/** Allows or declines a file that Doorman offers; throws what Teams would show. */
export async function consent(what) {
  const answer = await call("POST", "/api/consent", { ...what, locale, zone });
  if (answer?.error) throw new Error(answer.error);
}

/** What arrived in this person's mailbox, the latest first. */
export const mail = (as) => call("GET", `/api/mail?${query({ as })}`);
export const readMail = (as, mail) => call("POST", "/api/mail/read", { as, mail });

/** The message extension: the search, what lands in the chat, the dialog on a message. */
export const extension = Object.fromEntries(["search", "pick", "open", "send"].map((what) => [what, (asked) => call("POST", `/api/extension/${what}`, { ...asked, locale, zone })]));

export const edit = (what) => call("POST", "/api/edit", what);
export const entra = (upn) => call("GET", `/api/entra/${encodeURIComponent(upn)}`);

/** Presses a card's button. Resolves with the line Doorman answered, if any; throws its sentence when it refused. */
export async function press(what) {
  const answer = await call("POST", "/api/press", { ...what, locale, zone });
  const problem = answer?.error ? sentence(answer) : "";
  if (problem) throw new Error(problem);
  if (answer?.status >= 400) throw new Error(`Doorman answered ${answer.status}. Try again.`);
  return typeof answer?.message === "string" ? answer.message : "";
}

export const faults = {
  list: (side) => call("GET", `/api/faults/${side}`),
  add: (side, fault) => call("POST", `/api/faults/${side}`, fault),
  clear: (side) => call("DELETE", `/api/faults/${side}`),
  channelDown: (conversation, down) => call("POST", "/api/teams/down", { conversation, down }),
};

/** Live events for one person. `onState(false)` when the line is lost. Returns a function that hangs up. */
export function listen(as, onEvent, onState) {
  const source = new EventSource(`/api/events?${query({ as })}`);
  source.onopen = () => onState(true);
  source.onerror = () => onState(false);
  source.onmessage = (event) => {
    try {
      onEvent(JSON.parse(event.data));
    } catch (error) {
      console.error("An event could not be read", error);
    }
  };
  return () => source.close();
}
