// The head of the opened session: title, facts, and the buttons with what they can't do.

import { button, fill, h, setAttributes, setEnabled, setText } from "./dom.mjs";
import { plural } from "./format.mjs";

const BUTTONS = [
  ["load_into_notebook", "Load into notebook", "Put this session into a variable of the notebook"],
  ["compare", "Compare with\u2026", "Compare this snapshot with another one or another session"],
  ["label", "Label\u2026", "Give this snapshot a name"],
  ["fork", "Fork\u2026", "Start a new session from this snapshot"],
  ["revert", "Revert", "Make this snapshot\u2019s content the newest"],
  ["delete", "Delete", "Move this session to the trash; it can be taken back"],
];
const KINDS = { load_into_notebook: "primary", delete: "danger" };
const FEW_FACTS = 3;

// Pure: each reason once, with the names of the buttons that it is about. That the newest snapshot
// can't be reverted to needs no line; the button's title says it.
export function reasonsOf({ actions, shown }) {
  const names = new Map();
  for (const [action, words] of BUTTONS) {
    const { enabled, reason } = actions[action];
    if (enabled || (action === "revert" && shown.newest)) continue;
    names.set(reason, [...(names.get(reason) ?? []), words.replace("\u2026", "")]);
  }
  return [...names].map(([reason, words]) => ({ names: words.join(", "), reason }));
}

function drawFact(fact) {
  return h(
    "div.slx-fact",
    { title: fact.title || null },
    h("span.slx-fact-name", {}, fact.name),
    h("span.slx-fact-text", {}, fact.text),
  );
}

// The id, the first facts, and a button for the rest.
function drawFacts(place, { id, facts }) {
  const name = () => h("div.slx-detail-id", { title: `session ${id}` }, id);
  const rest = facts.length - FEW_FACTS;
  const showAll = () => fill(place, name(), facts.map(drawFact));
  if (rest < 2) {
    showAll();
    return;
  }
  const words = { kind: "link", "aria-label": `+${rest} more facts` };
  const more = h("div", {}, button(`+${rest} more`, words, showAll));
  fill(place, name(), facts.slice(0, FEW_FACTS).map(drawFact), more);
}

// `run(action)` does what a button says.
export class Head {
  #title = h("h2.slx-detail-title");
  #failed = h("span.slx-pill.slx-pill-failed");
  #facts = h("div.slx-facts");
  #reasons = h("div.slx-reasons");
  #note = h("div.slx-note");
  #buttons = new Map();

  constructor(run) {
    const bar = { role: "toolbar", "aria-label": "What to do with this session" };
    for (const [action, words, about] of BUTTONS) {
      const options = { kind: KINDS[action] ?? "", "data-title": about, title: about };
      this.#buttons.set(
        action,
        button(words, options, () => run(action)),
      );
    }
    this.element = h(
      "div.slx-detail-head",
      {},
      h("div.slx-title-line", {}, this.#title, this.#failed),
      this.#facts,
      h("div.slx-actions", bar, [...this.#buttons.values()]),
      this.#reasons,
      this.#note,
    );
  }

  button(action) {
    return this.#buttons.get(action);
  }

  update(detail) {
    const words = detail.title || detail.preview || "(no text)";
    setAttributes(setText(this.#title, words), { title: words });
    this.#failed.hidden = detail.errors === 0;
    setText(this.#failed, plural(detail.errors, "failed call"));
    drawFacts(this.#facts, detail);
    for (const [action, each] of this.#buttons) setEnabled(each, detail.actions[action]);
    fill(
      this.#reasons,
      reasonsOf(detail).map(({ names, reason }) =>
        h("div.slx-reason", {}, h("b", {}, `${names}: `), reason),
      ),
    );
    this.#note.hidden = detail.note === "";
    setText(this.#note, detail.note);
  }
}

// The line that says which old snapshot is looked at; `openNewest()` leads back.
export class Banner {
  #words = h("span");

  constructor(openNewest) {
    const back = button("Back to newest", { kind: "small" }, openNewest);
    this.element = h("div.slx-banner", { role: "status", hidden: true }, this.#words, back);
  }

  update({ shown, snapshots }) {
    const label = shown.label ? ` \u201c${shown.label}\u201d` : "";
    const words = `You look at snapshot ${shown.position} of ${snapshots.length}${label}`;
    this.element.hidden = shown.newest;
    setText(this.#words, shown.newest ? "" : words);
  }
}
