// What anywidget calls: `render` draws one view of the explorer from the model's traits.

import { belongsToPanel } from "./keys.mjs";
import { createClient } from "./client.mjs";
import { Panel } from "./panel.mjs";

const SUPPRESS = "data-lm-suppress-shortcuts";

// JupyterLab hears keys on the document before any element does, and in a notebook a plain "d"
// deletes cells. It passes over an element with this attribute, which has to be on the very element
// that has the focus. So that Ctrl+S goes on saving, it is set by what the key is, one step earlier:
// on the window.
function guardKeys(element) {
  function guard(event) {
    const [target] = event.composedPath();
    if (element.contains(target)) target.toggleAttribute(SUPPRESS, belongsToPanel(event));
  }
  window.addEventListener("keydown", guard, true);
  return () => window.removeEventListener("keydown", guard, true);
}

// The traits, and what draws each.
const PARTS = {
  _table: "updateTable",
  _detail: "updateDetail",
  _comparison: "updateComparison",
  _notices: "updateNotices",
  _state: "updateState",
};

export function render({ model, el }) {
  const client = createClient(model, {
    onBusy: (count) => panel.busy(count),
    onLost: () => panel.lost(),
  });
  const panel = new Panel(client.ask);
  const handlers = Object.entries(PARTS).map(([trait, update]) => [
    `change:${trait}`,
    () => panel[update](model.get(trait)),
  ]);
  for (const [event, handler] of handlers) {
    model.on(event, handler);
    handler();
  }
  el.appendChild(panel.element);
  const release = guardKeys(panel.element);
  return () => {
    release();
    for (const [event, handler] of handlers) model.off(event, handler);
    client.close();
    panel.close();
    panel.element.remove();
  };
}
