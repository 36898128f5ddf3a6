// The rows of a comparison as they are drawn: what was added, removed, edited, moved, or folded.

import { button, h } from "./dom.mjs";
import { grouped, plural, roleName } from "./format.mjs";
import { foldable, markLongRun } from "./texts.mjs";

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
  const marked = version.middle && h("span.slx-marked", {}, version.middle);
  const words = h("div.slx-text.slx-mono", {}, version.start, marked, version.end);
  return h(
    `div.slx-side.slx-side-${kind}`,
    {},
    h("div.slx-side-name", {}, heading),
    markLongRun(words, version.text),
    version.text === "" && h("div.slx-muted", {}, "(empty)"),
    version.truncated &&
      h("div.slx-muted", {}, `shortened; the whole has ${plural(version.length, "character")}`),
  );
}

const SHORT = 40;

function isShort(version) {
  return version !== null && version.text.length <= SHORT && !version.text.includes("\n");
}

export function drawField(field) {
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

export function statChips(stats) {
  return ["added", "removed", "edited", "moved"]
    .filter((kind) => (stats[kind] ?? 0) > 0)
    .map((kind) =>
      h(`span.slx-stat.slx-stat-${kind}`, {}, `${SIGNS[kind]} ${grouped(stats[kind])} ${kind}`),
    );
}

export function otherStats({ stats, fields }) {
  const words = [`${grouped(stats.same ?? 0)} unchanged`];
  if (fields.length > 0) words.push(`${plural(fields.length, "session field")} changed`);
  return words.join(" \u00b7 ");
}
