// The small forms that open under the actions: a snapshot's label, a fork's id.

import { button, fill, freshId, h } from "./dom.mjs";
import { isSubmit } from "./keys.mjs";

// `submit`: by form, a function of the text (null for none) that gives a promise of the answer.
export function createForms(submit) {
  const element = h("div.slx-forms", { hidden: true });
  let opener = null;

  function close() {
    const focused = element.contains(element.getRootNode().activeElement);
    element.hidden = true;
    fill(element);
    if (focused) opener?.focus();
    opener = null;
  }

  async function send(kind, text) {
    const form = element.firstElementChild;
    const answer = await submit[kind](text);
    // What was typed stays where it failed; the error bar says why.
    if (answer.kind !== "failed" && element.firstElementChild === form) close();
  }

  function build(kind, { label, value, placeholder, verb, extra }) {
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
    const onSubmit = (event) => {
      event.preventDefault();
      send(kind, input.value.trim() || null);
    };
    const onKey = (event) => {
      if (isSubmit(event)) onSubmit(event);
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      close();
    };
    const form = h(
      "form.slx-form",
      { on: { submit: onSubmit, keydown: onKey } },
      h("label", { for: id }, label),
      input,
      button(verb, { kind: "primary", type: "submit" }),
      extra,
      button("Cancel", {}, close),
    );
    fill(element, form);
    element.hidden = false;
    input.focus();
    input.select();
  }

  function start(kind, detail, from) {
    opener = from;
    const { shown } = detail;
    if (kind === "label") {
      build("label", {
        label: `Label of revision ${shown.revision}`,
        value: shown.label,
        placeholder: "before the fix",
        verb: "Save label",
        extra: shown.label !== "" && button("Remove label", {}, () => send("label", null)),
      });
    } else {
      build("fork", {
        label: `Fork revision ${shown.revision} as`,
        value: "",
        placeholder: "an id of its own, or empty for the next free one",
        verb: "Fork",
        extra: null,
      });
    }
  }

  return { element, start, cancel: close };
}
