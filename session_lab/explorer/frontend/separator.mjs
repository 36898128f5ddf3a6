// A line between two panes that sizes the first: by pointer, by arrow keys, reset by double click.

import { h, setAttributes } from "./dom.mjs";
import { moveSeparator } from "./keys.mjs";

const MINIMUM = 220;

// Pure: a size that leaves room for both panes; `room` is null where nothing bounds it.
export function clampSize(size, room) {
  const most = room === null ? 2000 : Math.max(MINIMUM, room - MINIMUM);
  return Math.round(Math.min(most, Math.max(MINIMUM, size)));
}

// `vertical()`: whether the line stands (panes side by side); `first`: the pane it sizes, through
// the custom `property` of its style; `within()`: what holds both panes, or null.
export function createSeparator({ label, vertical, first, property, within }) {
  const element = h("div.slx-separator", { role: "separator", tabindex: "0", "aria-label": label });
  let from = null;

  const sizeOf = (node) => (vertical() ? node.offsetWidth : node.offsetHeight);
  const at = (event) => (vertical() ? event.clientX : event.clientY);

  function set(size) {
    const bound = within();
    const clamped = clampSize(size, bound === null ? null : sizeOf(bound));
    first.style.setProperty(property, `${clamped}px`);
    describe(clamped);
  }

  function describe(size) {
    setAttributes(element, {
      "aria-valuenow": String(size),
      "aria-valuemin": String(MINIMUM),
      "aria-valuetext": `${size} pixels`,
      "aria-orientation": vertical() ? "vertical" : "horizontal",
    });
  }

  function reset() {
    first.style.removeProperty(property);
    describe(sizeOf(first));
  }

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    from = { pointer: at(event), size: sizeOf(first) };
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (from !== null) set(from.size + at(event) - from.pointer);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    element.addEventListener(name, () => {
      from = null;
    });
  }
  element.addEventListener("dblclick", reset);
  element.addEventListener("focus", () => describe(sizeOf(first)));
  element.addEventListener("keydown", (event) => {
    const size = moveSeparator(event.key, sizeOf(first), vertical());
    if (size === null) return;
    event.preventDefault();
    set(size);
  });
  return { element, reset };
}
