import assert from "node:assert/strict";
import { test } from "node:test";

import * as keys from "../../session_lab/explorer/frontend/keys.mjs";
import * as selection from "../../session_lab/explorer/frontend/selection.mjs";

const press = (key, more = {}) => ({ key, ...more });

test("arrows move by one and stop at the ends", () => {
  assert.equal(keys.moveInList("ArrowDown", 0, 3), 1);
  assert.equal(keys.moveInList("ArrowDown", 2, 3), 2);
  assert.equal(keys.moveInList("ArrowUp", 0, 3), 0);
  assert.equal(keys.moveInList("End", 0, 3), 2);
  assert.equal(keys.moveInList("PageUp", 25, 50), 15);
  assert.equal(keys.moveInList("x", 0, 3), null);
  assert.equal(keys.moveInList("ArrowDown", 0, 0), null);
});

test("names of Object.prototype are no keys", () => {
  assert.equal(keys.moveInList("constructor", 0, 3), null);
  assert.equal(keys.moveInTabs("toString", 0, 3), null);
});

test("tabs go round", () => {
  assert.equal(keys.moveInTabs("ArrowRight", 2, 3), 0);
  assert.equal(keys.moveInTabs("ArrowLeft", 0, 3), 2);
  assert.equal(keys.moveInTabs("Home", 2, 3), 0);
});

test("each key of the grid has its meaning", () => {
  const intent = (event, index = 1) => keys.gridIntent(event, index, 3);
  assert.deepEqual(intent(press("Enter")), { kind: "open" });
  assert.deepEqual(intent(press(" ")), { kind: "open" });
  assert.deepEqual(intent(press(" ", { ctrlKey: true })), { kind: "toggle" });
  assert.deepEqual(intent(press("ArrowDown")), { kind: "move", to: 2 });
  assert.deepEqual(intent(press("ArrowDown", { shiftKey: true })), { kind: "extend", to: 2 });
  assert.deepEqual(intent(press("Delete")), { kind: "delete" });
  assert.equal(intent(press("Delete", { ctrlKey: true })), null);
  assert.equal(intent(press("ArrowDown", { altKey: true })), null);
  assert.equal(intent(press("j")), null);
});

test("a page turns where the rows end", () => {
  assert.deepEqual(keys.gridIntent(press("PageDown"), 2, 3), { kind: "page", to: "next" });
  assert.deepEqual(keys.gridIntent(press("PageUp"), 0, 3), { kind: "page", to: "previous" });
  assert.deepEqual(keys.gridIntent(press("PageDown"), 0, 30), { kind: "move", to: 10 });
});

test("a separator moves along its own axis only", () => {
  assert.ok(keys.moveSeparator("ArrowRight", 300, true) > 300);
  assert.ok(keys.moveSeparator("ArrowUp", 300, false) < 300);
  assert.equal(keys.moveSeparator("ArrowUp", 300, true), null);
});

test("a plain letter stays in the panel, saving the notebook does not", () => {
  assert.equal(keys.belongsToPanel(press("d")), true);
  assert.equal(keys.belongsToPanel(press("Enter", { shiftKey: true })), true);
  assert.equal(keys.belongsToPanel(press("s", { ctrlKey: true })), false);
  assert.equal(keys.belongsToPanel(press("c", { ctrlKey: true })), true);
  assert.equal(keys.belongsToPanel(press("A", { metaKey: true })), true);
  assert.equal(keys.belongsToPanel(press("ArrowUp", { ctrlKey: true })), true);
});

test("undo is Ctrl+Z or Cmd+Z, and not redo", () => {
  assert.equal(keys.isUndo(press("z", { ctrlKey: true })), true);
  assert.equal(keys.isUndo(press("z", { metaKey: true })), true);
  assert.equal(keys.isUndo(press("Z", { ctrlKey: true, shiftKey: true })), false);
  assert.equal(keys.isUndo(press("z")), false);
});

const REFS = ["a", "b", "c", "d"];
const click = (chosen, anchor, ref, event = {}) =>
  selection.pickByClick(REFS, chosen, anchor, ref, event);

test("a click picks one session", () => {
  assert.deepEqual(click(["a", "b"], "a", "c"), { selection: ["c"], anchor: "c" });
});

test("a click with Ctrl adds one and takes it away again", () => {
  const added = click(["a"], "a", "c", { ctrlKey: true });
  assert.deepEqual(added.selection, ["a", "c"]);
  assert.deepEqual(click(added.selection, "c", "a", { metaKey: true }).selection, ["c"]);
});

test("a click with Shift picks a range, in the direction it was drawn", () => {
  assert.deepEqual(click(["b"], "b", "d", { shiftKey: true }).selection, ["b", "c", "d"]);
  assert.deepEqual(click(["d"], "d", "b", { shiftKey: true }).selection, ["d", "c", "b"]);
});

test("a range whose start is on another page is one session", () => {
  assert.deepEqual(click(["z"], "z", "b", { shiftKey: true }).selection, ["b"]);
});
