// What an empty conversation says: how to see the whole job done.

import { el } from "./dom.js";

/** `state()` gives the page's state; `write(text)` puts a line in the message box. Returns the maker of the element. */
export function createWelcome(state, write) {
  return () => {
    const { me, conversation } = state();
    const line = (text) => el("button", { class: "chip", type: "button", text, on: { click: () => write(text) } });
    const step = (...children) => el("li", {}, ...children);
    const box = el("div", { class: "welcome" }, el("img", { src: "doorman.svg", alt: "", width: 64, height: 64 }));
    if (conversation.kind === "channel") {
      box.append(el("h2", { text: `Nothing in ${conversation.name} yet` }),
        el("p", { text: /log/i.test(conversation.name) ? "Every change Doorman makes is reported here." : /approv/i.test(conversation.name) ? "Requests that need a second person appear here. Switch to another helpdesk agent to approve one." : "Ask Doorman something in front of your colleagues." }));
      return box;
    }
    box.append(el("h2", { text: `Good day, ${me.name.split(" ")[0]}.` }));
    if (!me.helpdesk) {
      box.append(el("p", { text: "You are not in the helpdesk group. Try it anyway and see what Doorman says, or switch to somebody from the helpdesk with Ctrl+K." }), el("p", {}, line("show alice")));
      return box;
    }
    box.append(el("p", { text: "Noor starts today and has no sign-in method yet. You are on the phone with her." }),
      el("ol", {},
        step("Look her up: ", line("show noor")),
        step("A first method is your work alone. Give her number and press the button on the card: ", line("set mobile for noor +31 6 12345678")),
        step("Watch it happen beside this chat under “Entra ID now”, and read the report in the log channel."),
        step("“A tour of five minutes” leads on from there: two people, a takeover that is refused, and what ends in February."),
        step("Somebody lost a phone? ", line("recover emre lost because left on the train"), " asks which one is gone, and names what stays."),
        step("A whole list at once: the arrow beside the paper clip has files to try. Send one, and read what it would do.")));
    return box;
  };
}
