import assert from "node:assert/strict";
import { test } from "node:test";

import * as format from "../../session_lab/explorer/frontend/format.mjs";

test("numbers are grouped by thousands", () => {
  const numbers = [0, 999, 1000, 1234567, -1234];
  assert.deepEqual(numbers.map(format.grouped), ["0", "999", "1,000", "1,234,567", "-1,234"]);
});

test("a noun follows its number", () => {
  assert.equal(format.plural(1, "message"), "1 message");
  assert.equal(format.plural(1200, "message"), "1,200 messages");
  assert.equal(format.plural(0, "reply", "replies"), "0 replies");
});

test("a range says where the page is", () => {
  assert.equal(format.rangeText(51, 100, 2300), "51\u2013100 of 2,300");
  assert.equal(format.rangeText(0, 0, 0), "none");
});

test("a kind that is not on the list never becomes a class name", () => {
  assert.equal(format.kindClass("tool"), "slx-kind-tool");
  assert.equal(format.kindClass("x slx-bar"), "slx-kind-unknown");
});

test("a role is named in words, another one as it is written", () => {
  assert.equal(format.roleName({ kind: "assistant", role: "assistant" }), "Assistant");
  assert.equal(format.roleName({ kind: "custom", role: "artifact" }), "artifact");
});

test("long, tall and shortened texts are folded, others are not", () => {
  const of = (text, truncated = false) => format.isFolded({ text, truncated, length: text.length });
  assert.equal(of("short"), false);
  assert.equal(of("short", true), true);
  assert.equal(of("x".repeat(format.FOLD_CHARACTERS + 1)), true);
  assert.equal(of(Array(format.FOLD_LINES).fill("x").join("\n")), false);
  assert.equal(
    of(
      Array(format.FOLD_LINES + 1)
        .fill("x")
        .join("\n"),
    ),
    true,
  );
});

test("a fold tells how much there is", () => {
  const text = { text: "ab", length: 12345, truncated: true };
  assert.equal(format.showAllText(text), "Show all 12,345 characters");
  assert.equal(format.showStartText(text), "Show the first 2 of 12,345 characters");
});

test("only a raster image that is Base64 becomes an address", () => {
  assert.equal(format.imageAddress("image/png", "iVBORw0="), "data:image/png;base64,iVBORw0=");
  for (const [type, data] of [
    ["image/svg+xml", "PHN2Zz4="],
    ["text/html", "PGI+"],
    ["image/png;charset=x", "AAAA"],
    ["image/png", "AAAA#<script>"],
    ["image/png", ""],
    ["image/png", "A".repeat(format.IMAGE_CAP + 4)],
    ["image/png", null],
  ]) {
    assert.equal(format.imageAddress(type, data), null);
  }
});

const COLUMNS = [
  "session_id",
  "messages",
  "turns",
  "tool_calls",
  "errors",
  "snapshots",
  "updated_at",
];
const columns = COLUMNS.map((key) => ({ key, title: key.slice(0, 8) }));
const keys = (width) => format.visibleColumns(columns, [], width).map((each) => each.key);

test("a wide list shows every column, a narrow one the most important ones", () => {
  assert.deepEqual(keys(900), COLUMNS);
  assert.deepEqual(keys(100), ["session_id"]);
  const some = keys(380);
  assert.ok(some.includes("updated_at") && !some.includes("turns"), some.join());
});

test("what is hidden makes room enough", () => {
  for (let width = 480; width < 900; width += 7) {
    const [, ...others] = format.visibleColumns(columns, [], width);
    const used = others.reduce((sum, each) => sum + format.columnWidth(each), 0);
    assert.ok(used + format.RICH_MINIMUM <= width, `${width}: ${used}`);
  }
});

test("a column that says nothing in any row makes room", () => {
  const cell = (text) => ({ text, title: "" });
  const rows = [{ cells: { messages: cell("3"), updated_at: cell("") } }];
  const shown = format.visibleColumns(columns, rows, 900).map((each) => each.key);
  assert.deepEqual(shown, ["session_id", "messages"]);
});

test("a word without end is noticed, ordinary text is not", () => {
  assert.equal(format.hasLongRun("A".repeat(1000)), true);
  assert.equal(format.hasLongRun("word ".repeat(100000)), false);
  assert.equal(format.hasLongRun(`${"a ".repeat(600)}${"b".repeat(999)}`), false);
});

test("a list without columns has none", () => {
  assert.deepEqual(format.visibleColumns([], [], 500), []);
});

test("the grid's template has a part for each column", () => {
  assert.equal(format.gridTemplate(columns).split(/ (?![^(]*\))/).length, columns.length);
});
