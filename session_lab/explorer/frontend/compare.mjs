// The tab Compare: two pickers, and what changed from the one side to the other.

import { button, fill, h, setText } from "./dom.mjs";
import { grouped, plural, roleName, snapshotText } from "./format.mjs";
import { isSubmit } from "./keys.mjs";
import { createPicker } from "./picker.mjs";
import { foldable } from "./texts.mjs";

const WHAT = { added: "added", removed: "removed", edited: "edited", moved: "moved", same: "" };
const SIGNS = { added: "+", removed: "\u2212", edited: "~", moved: "\u2195", same: "=" };

function places(row) {
  const marks = [row.old_index, row.new_index].filter((each) => each !== null);
  if (marks.length === 2 && marks[0] !== marks[1]) {
    return `#${grouped(marks[0])} \u2192 #${grouped(marks[1])}`;
  }
  return marks.length > 0 ? `#${grouped(marks[0])}` : "";
}

// One version of a changed text: what only it has is marked.
function drawVersion(version, kind, heading) {
  if (version === null) return h(`div.slx-side.slx-side-${kind}.slx-side-none`);
  return h(
    `div.slx-side.slx-side-${kind}`,
    {},
    heading && h("div.slx-side-name", {}, heading),
    h(
      "div.slx-text.slx-mono",
      {},
      version.start,
      version.middle && h("span.slx-marked", {}, version.middle),
      version.end,
    ),
    version.text === "" && h("div.slx-muted", {}, "(empty)"),
    version.truncated &&
      h("div.slx-muted", {}, `shortened; the whole has ${plural(version.length, "character")}`),
  );
}

const SHORT = 40;

function isShort(version) {
  return version !== null && version.text.length <= SHORT && !version.text.includes("\n");
}

function drawField(field) {
  if (isShort(field.old) && isShort(field.new)) {
    return h(
      "div.slx-field.slx-field-short",
      {},
      h("span.slx-field-name", {}, field.name),
      h("span.slx-value.slx-side-old", {}, field.old.text || "(empty)"),
      h("span.slx-muted", { "aria-label": "to" }, "\u2192"),
      h("span.slx-value.slx-side-new", {}, field.new.text || "(empty)"),
    );
  }
  return h(
    "div.slx-field",
    {},
    h(
      "div.slx-field-name",
      {},
      field.name,
      field.kind !== "changed" && h("span.slx-muted", {}, ` ${field.kind}`),
    ),
    h(
      "div.slx-sides",
      {},
      drawVersion(field.old, "old", "before"),
      drawVersion(field.new, "new", "after"),
    ),
  );
}

// A title such as "assistant · calls ls" repeats the role, which is drawn already.
function titleRest(row) {
  const repeated = `${row.role} \u00b7 `;
  if (row.title.startsWith(repeated)) return row.title.slice(repeated.length);
  return row.title === row.role ? "" : row.title;
}

function rowBody(row) {
  if (row.kind === "edited" && row.fields.length > 0) return row.fields.map(drawField);
  const text = row.new ?? row.old;
  return text === null || text.text === "" ? null : foldable(text, { mono: row.role === "tool" });
}

function drawChange(row) {
  const what = row.moved && row.kind === "edited" ? "edited and moved" : WHAT[row.kind];
  return h(
    `div.slx-change.slx-change-${Object.hasOwn(SIGNS, row.kind) ? row.kind : "same"}`,
    { role: "listitem" },
    h("span.slx-change-sign", { "aria-hidden": "true" }, SIGNS[row.kind] ?? ""),
    h(
      "div.slx-change-body",
      {},
      h(
        "div.slx-entry-head",
        {},
        h("span.slx-role", {}, roleName({ kind: row.role, role: row.title })),
        titleRest(row) && h("span.slx-change-title", {}, titleRest(row)),
        what && h("span.slx-change-what", {}, what),
        h("span.slx-index", {}, places(row)),
      ),
      rowBody(row),
    ),
  );
}

function drawFold(row) {
  const label = `${plural(row.count, "unchanged message")}`;
  const inside = h("div.slx-fold-inside", { hidden: true });
  const toggle = button(`\u2026 ${label}`, { kind: "unfold", "aria-expanded": "false" }, () => {
    const open = inside.hidden;
    if (open && inside.children.length === 0) {
      for (const each of row.inside) inside.appendChild(drawChange(each));
      if (row.more > 0) {
        inside.appendChild(h("div.slx-muted", {}, `${plural(row.more, "more message")} not shown`));
      }
    }
    inside.hidden = !open;
    toggle.setAttribute("aria-expanded", open ? "true" : "false");
  });
  return h("div.slx-unchanged", { role: "listitem" }, toggle, inside);
}

export function drawDiffRow(row) {
  return row.kind === "folded" ? drawFold(row) : drawChange(row);
}

function statChips(stats) {
  return ["added", "removed", "edited", "moved"]
    .filter((kind) => (stats[kind] ?? 0) > 0)
    .map((kind) =>
      h(`span.slx-stat.slx-stat-${kind}`, {}, `${SIGNS[kind]} ${grouped(stats[kind])} ${kind}`),
    );
}

function otherStats({ stats, fields }) {
  const words = [`${grouped(stats.same ?? 0)} unchanged`];
  if (fields.length > 0) words.push(`${plural(fields.length, "session field")} changed`);
  return words.join(" \u00b7 ");
}

// A snapshot of the opened session needs no more than its revision; others bear their session.
function sideName(side, detail) {
  const own = detail?.ref === side.ref;
  const snapshot = own && detail.snapshots.find((each) => each.revision === side.revision);
  return h("span.slx-compared-side", { title: side.text }, snapshot ? snapshotText(snapshot) : side.text);
}

function resultHead(comparison, detail) {
  return [
    h(
      "div.slx-compared",
      {},
      sideName(comparison.left, detail),
      h("span.slx-compared-arrow", { "aria-label": "to" }, "\u2192"),
      sideName(comparison.right, detail),
    ),
    h(
      "div.slx-stats",
      { role: "status" },
      comparison.equal ? h("b", {}, "Nothing differs") : statChips(comparison.stats),
      h("span.slx-muted", { title: comparison.summary }, otherStats(comparison)),
    ),
  ];
}

// `ask` asks Python; `sessions()` gives the rows of the list, to pick from.
export function createCompare({ ask, sessions }) {
  const left = createPicker("From", sessions);
  const right = createPicker("To", sessions);
  const swap = button("\u21c4", { kind: "quiet", "aria-label": "Swap the sides", title: "Swap the sides" }, () => {
    const was = left.choice();
    left.choose(right.choice());
    right.choose(was);
  });
  const start = button("Compare", { kind: "primary", type: "submit" });
  const hint = h("div.slx-muted", { role: "status" });
  const form = h("form.slx-pickers", { on: { submit, keydown: onKey } }, left.element, swap, right.element, start);
  const head = h("div.slx-compare-head");
  const fields = h("div.slx-session-fields");
  const list = h("div.slx-changes", { role: "list", "aria-label": "Differences" });
  const more = button("", { kind: "more" }, showMore);
  const element = h("div.slx-compare", {}, form, hint, head, fields, list, more);
  let detail = null;
  let comparison = null;
  let about = false;
  let shown = 0;
  more.hidden = true;

  function onKey(event) {
    if (isSubmit(event)) submit(event);
  }

  function submit(event) {
    event.preventDefault();
    const sides = [left.choice(), right.choice()];
    for (const [side, picker] of [[sides[0], left], [sides[1], right]]) {
      if (side === null) {
        picker.askForName();
        return;
      }
    }
    compareSides(...sides);
  }

  async function compareSides(from, to) {
    const complete = (side) => ({ ref: null, name: null, revision: null, ...side });
    await ask("compare", { left: complete(from), right: complete(to) });
  }

  function add(rows) {
    shown += rows.length;
    for (const row of rows) list.appendChild(drawDiffRow(row));
    const remaining = comparison.row_count - shown;
    more.hidden = remaining <= 0;
    setText(more, `Show more (${plural(remaining, "row")} left)`);
  }

  async function showMore() {
    const { compared_seq: sequence } = comparison;
    const first = shown;
    setText(more, "Loading \u2026");
    const answer = await ask("comparison_rows", { start: first });
    if (comparison.compared_seq !== sequence || shown !== first) return;
    add(answer.kind === "rows" && answer.compared_seq === sequence ? answer.rows : []);
  }

  function update(next) {
    const there = next.left !== undefined;
    if (there && comparison !== null && comparison.compared_seq === next.compared_seq) return;
    comparison = there ? next : null;
    about = there;
    draw();
  }

  function draw() {
    shown = 0;
    more.hidden = true;
    fill(list);
    fill(head, about && resultHead(comparison, detail));
    fill(
      fields,
      about && comparison.fields.length > 0 && h("h3.slx-small-heading", {}, "The session itself"),
      about && comparison.fields.map(drawField),
    );
    hint.hidden = about;
    if (!about) return;
    add(comparison.rows);
    if (detail === null) return;
    for (const [picker, side] of [[left, comparison.left], [right, comparison.right]]) {
      picker.choose({ ref: side.ref, revision: side.revision, text: side.text });
    }
  }

  // The snapshot looked at against the one before it, unless somebody picks something else.
  function suggest() {
    const { snapshots, shown: at, ref } = detail;
    const place = snapshots.findIndex((each) => each.revision === at.revision);
    const before = snapshots[place + 1] ?? snapshots.find((each) => each !== snapshots[place]) ?? at;
    const [from, to] = before.revision < at.revision ? [before, at] : [at, before];
    left.choose({ ref, revision: from.revision, text: snapshotText(from) });
    right.choose({ ref, revision: to.revision, text: snapshotText(to) });
  }

  function updateDetail(next) {
    const other = detail?.ref !== next.ref;
    const moved = detail?.opened_seq !== next.opened_seq;
    detail = next;
    left.update(next);
    right.update(next);
    setText(
      hint,
      next.snapshots.length > 1
        ? "Pick two snapshots, or another session, and compare them."
        : "This session has one snapshot only; pick another session to compare it with.",
    );
    if (other && comparison !== null) {
      // One that has nothing to do with the session just opened is not shown beside it.
      about = [comparison.left, comparison.right].some(({ ref }) => ref === next.ref);
      draw();
    }
    if (moved && !about) suggest();
  }

  return {
    element,
    update,
    updateDetail,
    suggest,
    compareSides,
    compareSnapshot(revision) {
      const { snapshots, shown: at, ref } = detail;
      const place = snapshots.findIndex((each) => each.revision === revision);
      const other = revision === at.revision ? snapshots[place + 1] ?? snapshots[place - 1] : at;
      if (other === undefined) {
        suggest();
        left.focus();
        return;
      }
      const [from, to] = [revision, other.revision].sort((a, b) => a - b);
      compareSides({ ref, revision: from }, { ref, revision: to });
    },
    focus: () => left.focus(),
  };
}
