// One side of a comparison: a snapshot of the opened session, another session, or a typed id.

import { fill, freshId, h } from "./dom.mjs";
import { snapshotText } from "./format.mjs";

const TYPED = "typed";
const WORDS = 40;

function sameSide(one, other) {
  return one.ref === other.ref && (one.revision ?? null) === (other.revision ?? null);
}

function rowText(row) {
  const words = row.title || row.preview;
  const short = words.length > WORDS ? `${words.slice(0, WORDS - 1)}\u2026` : words;
  return short === "" ? row.id : `${row.id} \u00b7 ${short}`;
}

// `sessions()` gives the rows of the list. A choice is {ref, revision} or {name, revision}; null
// where the id has still to be typed.
export class Picker {
  #sessions;
  #select;
  #input;
  #sides = [];
  #detail = null;
  #extra = null;

  constructor(label, sessions) {
    const id = freshId("picker");
    this.#sessions = sessions;
    this.#select = h("select.slx-select", { id, on: { change: () => this.#changed() } });
    this.#input = h("input.slx-input", {
      type: "text",
      hidden: true,
      placeholder: "session id, such as 42",
      "aria-label": `${label}: the session\u2019s id`,
      autocomplete: "off",
      spellcheck: "false",
      maxlength: "300",
    });
    this.element = h(
      "div.slx-picker",
      {},
      h("label", { for: id }, label),
      this.#select,
      this.#input,
    );
  }

  choice() {
    if (this.#isTyped()) {
      const name = this.#input.value.trim();
      return name === "" ? null : { name, revision: null };
    }
    const side = this.#sides[Number(this.#select.value)];
    return side === undefined ? null : { ref: side.ref, revision: side.revision };
  }

  // `side` is a choice, or one with a `text` of its own; null changes nothing.
  choose(side) {
    if (side === null) return;
    if (side.name !== undefined) {
      this.#select.value = TYPED;
      this.#input.value = side.name;
    } else {
      this.#select.value = String(this.#placeOf(side));
    }
    this.#showInput();
  }

  update(detail) {
    const before = this.#detail === null ? null : this.choice();
    const typing = this.#detail !== null && this.#isTyped();
    this.#detail = detail;
    this.#draw();
    if (typing) this.#select.value = TYPED;
    else if (before !== null && this.#sides.some((each) => sameSide(each, before))) {
      this.choose(before);
    }
    this.#showInput();
  }

  focus() {
    this.#select.focus();
  }

  askForName() {
    this.#select.value = TYPED;
    this.#changed();
  }

  #isTyped() {
    return this.#select.value === TYPED;
  }

  #showInput() {
    this.#input.hidden = !this.#isTyped();
  }

  #changed() {
    this.#showInput();
    if (this.#isTyped()) this.#input.focus();
  }

  // What is compared may be no snapshot of the opened session and no row of the page shown.
  #placeOf(side) {
    const place = this.#sides.findIndex((each) => sameSide(each, side));
    if (place >= 0) return place;
    this.#extra = { ...side, text: side.text ?? "the session picked" };
    this.#draw();
    return this.#sides.findIndex((each) => sameSide(each, side));
  }

  #draw() {
    const { ref, id, snapshots } = this.#detail;
    const own = snapshots.map((each) => ({
      ref,
      revision: each.revision,
      text: snapshotText(each),
    }));
    const others = this.#sessions()
      .filter((row) => row.ref !== ref)
      .map((row) => ({ ref: row.ref, revision: null, text: rowText(row) }));
    const known = [...own, ...others];
    const extra = this.#extra === null || known.some((each) => sameSide(each, this.#extra));
    this.#sides = [];
    fill(
      this.#select,
      this.#group(`This session (${id})`, own),
      this.#group("In the list", others),
      this.#group("Compared", extra ? [] : [this.#extra]),
      h("option", { value: TYPED }, "Another session, by its id\u2026"),
    );
  }

  #group(label, sides) {
    const options = sides.map((side) => {
      this.#sides.push(side);
      return h("option", { value: String(this.#sides.length - 1) }, side.text);
    });
    return options.length > 0 && h("optgroup", { label }, options);
  }
}
