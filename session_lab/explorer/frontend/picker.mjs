// One side of a comparison: a snapshot of the opened session, another session, or a typed name.

import { fill, freshId, h } from "./dom.mjs";
import { snapshotText } from "./format.mjs";

const TYPED = "typed";

function sameSide(one, other) {
  return one.ref === other.ref && (one.revision ?? null) === (other.revision ?? null);
}

// `sessions()` gives the rows of the list. A choice is {ref or name, revision}, null where a name
// has still to be typed.
export function createPicker(label, sessions) {
  const id = freshId("picker");
  const select = h("select.slx-select", { id, on: { change } });
  const input = h("input.slx-input", {
    type: "text",
    hidden: true,
    placeholder: "session id, such as 42",
    "aria-label": `${label}: the session\u2019s id`,
    autocomplete: "off",
    spellcheck: "false",
    maxlength: "300",
  });
  const element = h("div.slx-picker", {}, h("label", { for: id }, label), select, input);
  let sides = [];
  let detail = null;
  let extra = null;

  function change() {
    input.hidden = select.value !== TYPED;
    if (!input.hidden) input.focus();
  }

  function choice() {
    if (select.value === TYPED) {
      const name = input.value.trim();
      return name === "" ? null : { name, revision: null };
    }
    const { ref, revision } = sides[Number(select.value)] ?? {};
    return ref === undefined ? null : { ref, revision };
  }

  function choose(side) {
    if (side === null) return;
    if (side.name !== undefined) {
      select.value = TYPED;
      input.value = side.name;
    } else {
      let place = sides.findIndex((each) => sameSide(each, side));
      if (place < 0) {
        // What is compared may be no snapshot of the opened session and no row of the page shown.
        extra = { ...side, text: side.text ?? "the session picked" };
        draw();
        place = sides.findIndex((each) => sameSide(each, side));
      }
      select.value = String(place);
    }
    input.hidden = select.value !== TYPED;
  }

  function option(side) {
    sides.push(side);
    return h("option", { value: String(sides.length - 1) }, side.text);
  }

  function draw() {
    sides = [];
    const { ref } = detail;
    const own = detail.snapshots.map((each) => ({
      ref,
      revision: each.revision,
      text: snapshotText(each),
    }));
    const others = sessions()
      .filter((row) => row.ref !== ref)
      .map((row) => ({ ref: row.ref, revision: null, text: rowText(row) }));
    const known = [...own, ...others];
    const kept = extra !== null && !known.some((each) => sameSide(each, extra)) ? extra : null;
    fill(
      select,
      h("optgroup", { label: `This session (${detail.id})` }, own.map(option)),
      others.length > 0 && h("optgroup", { label: "In the list" }, others.map(option)),
      kept !== null && h("optgroup", { label: "Compared" }, option(kept)),
      h("option", { value: TYPED }, "Another session, by its id\u2026"),
    );
  }

  function rowText(row) {
    const words = row.title || row.preview;
    const short = words.length > 40 ? `${words.slice(0, 39)}\u2026` : words;
    return short === "" ? row.id : `${row.id} \u00b7 ${short}`;
  }

  function update(next) {
    const before = detail === null ? null : choice();
    const typing = select.value === TYPED && detail !== null && before === null;
    detail = next;
    draw();
    if (typing) select.value = TYPED;
    else if (before !== null) {
      const known = before.name !== undefined || sides.some((each) => sameSide(each, before));
      if (known) choose(before);
    }
    input.hidden = select.value !== TYPED;
  }

  return {
    element,
    choice,
    choose,
    update,
    focus: () => select.focus(),
    askForName() {
      select.value = TYPED;
      change();
    },
  };
}
