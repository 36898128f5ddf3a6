// The small forms that open under the actions: a snapshot's label, a fork's id.

import { button, fill, freshId, h } from "./dom.mjs";
import { isSubmit } from "./keys.mjs";

// Pure: what a form asks.
export function formOf(kind, { shown }) {
  if (kind === "label") {
    return {
      label: `Label of revision ${shown.revision}`,
      value: shown.label,
      placeholder: "before the fix",
      verb: "Save label",
      canRemove: shown.label !== "",
    };
  }
  return {
    label: `Fork revision ${shown.revision} as`,
    value: "",
    placeholder: "an id of its own, or empty for the next free one",
    verb: "Fork",
    canRemove: false,
  };
}

// `submit`: by form, a function of the text (null for none) that gives a promise of the answer.
export class Forms {
  #submit;
  #opener = null;

  constructor(submit) {
    this.#submit = submit;
    this.element = h("div.slx-forms", { hidden: true });
  }

  // Open a form; `opener` gets the focus back.
  start(kind, detail, opener) {
    const { label, value, placeholder, verb, canRemove } = formOf(kind, detail);
    const id = freshId("form");
    const input = h("input.slx-input", {
      type: "text",
      id,
      placeholder,
      value,
      autocomplete: "off",
      spellcheck: "false",
      maxlength: "300",
    });
    const submit = (event) => {
      event.preventDefault();
      this.#send(kind, input.value.trim() || null);
    };
    const keydown = (event) => this.#onKey(event, submit);
    const form = h(
      "form.slx-form",
      { on: { submit, keydown } },
      h("label", { for: id }, label),
      input,
      button(verb, { kind: "primary", type: "submit" }),
      canRemove && button("Remove label", {}, () => this.#send(kind, null)),
      button("Cancel", {}, () => this.close()),
    );
    this.#opener = opener;
    fill(this.element, form);
    this.element.hidden = false;
    input.focus();
    input.select();
  }

  close() {
    const focused = this.element.contains(this.element.getRootNode().activeElement);
    this.element.hidden = true;
    fill(this.element);
    if (focused) this.#opener?.focus();
    this.#opener = null;
  }

  #onKey(event, submit) {
    if (isSubmit(event)) submit(event);
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.close();
  }

  async #send(kind, text) {
    const form = this.element.firstElementChild;
    const answer = await this.#submit[kind](text);
    // What was typed stays where it failed; the error bar says why.
    if (answer.kind !== "failed" && this.element.firstElementChild === form) this.close();
  }
}
