// A line between two panes that sizes the first: by pointer, by arrow keys; a double click resets.

import { h, setAttributes } from "./dom.mjs";
import { moveSeparator } from "./keys.mjs";

const MINIMUM = 220;
const MAXIMUM = 2000;

// Pure: a size that leaves room for both panes; `room` is null where nothing bounds it.
export function clampSize(size, room) {
  const most = room === null ? MAXIMUM : Math.max(MINIMUM, room - MINIMUM);
  return Math.round(Math.min(most, Math.max(MINIMUM, size)));
}

// `first`: the pane it sizes, through the custom `property` of its style; `vertical()`: whether the
// line stands, panes side by side; `within`: what holds both panes, or null.
export class Separator {
  #options;
  #from = null;

  constructor({ label, ...options }) {
    this.#options = options;
    const on = {
      pointerdown: (event) => this.#take(event),
      pointermove: (event) => this.#drag(event),
      pointerup: () => this.#drop(),
      pointercancel: () => this.#drop(),
      dblclick: () => this.reset(),
      keydown: (event) => this.#onKey(event),
    };
    const parts = { role: "separator", tabindex: "0", "aria-label": label, on };
    this.element = h("div.slx-separator", parts);
  }

  reset() {
    const { first, property } = this.#options;
    first.style.removeProperty(property);
    this.describe();
  }

  // Say how it stands, once the panes have their sizes.
  describe() {
    const size = Math.round(this.#sizeOf(this.#options.first));
    setAttributes(this.element, {
      "aria-valuenow": String(size),
      "aria-valuemin": String(MINIMUM),
      "aria-valuemax": String(MAXIMUM),
      "aria-valuetext": `${size} pixels`,
      "aria-orientation": this.#isVertical() ? "vertical" : "horizontal",
    });
  }

  #isVertical() {
    return this.#options.vertical();
  }

  #sizeOf(pane) {
    return this.#isVertical() ? pane.offsetWidth : pane.offsetHeight;
  }

  #placeOf(event) {
    return this.#isVertical() ? event.clientX : event.clientY;
  }

  #set(size) {
    const { first, property, within } = this.#options;
    const room = within === null ? null : this.#sizeOf(within);
    first.style.setProperty(property, `${clampSize(size, room)}px`);
    this.describe();
  }

  #take(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.element.focus();
    this.element.setPointerCapture(event.pointerId);
    this.#from = { place: this.#placeOf(event), size: this.#sizeOf(this.#options.first) };
  }

  #drag(event) {
    if (this.#from === null) return;
    this.#set(this.#from.size + this.#placeOf(event) - this.#from.place);
  }

  #drop() {
    this.#from = null;
  }

  #onKey(event) {
    const size = this.#sizeOf(this.#options.first);
    const next = moveSeparator(event.key, size, this.#isVertical());
    if (next === null) return;
    event.preventDefault();
    this.#set(next);
  }
}
