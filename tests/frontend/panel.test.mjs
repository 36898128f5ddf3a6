import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { neighbours } from "../../session_lab/explorer/frontend/compare.mjs";
import { reasonsOf } from "../../session_lab/explorer/frontend/head.mjs";
import { render } from "../../session_lab/explorer/frontend/main.mjs";
import { Timer, splitNotices } from "../../session_lab/explorer/frontend/notices.mjs";
import { clampSize } from "../../session_lab/explorer/frontend/separator.mjs";
import {
  FakeElement,
  FakeModel,
  fakeDocument,
  installFakeClock,
  installFakeDom,
} from "./fake_dom.mjs";
import {
  comparisonOf,
  detailOf,
  diffRow,
  entry,
  noticeOf,
  row,
  snapshot,
  tableOf,
  traitsOf,
} from "./views.mjs";

let body;
let clock;
let cleanUp = () => {};

beforeEach(() => {
  clock = installFakeClock();
  body = installFakeDom();
});

afterEach(() => {
  cleanUp();
  cleanUp = () => {};
  clock.reset();
});

function show(traits = {}) {
  const model = new FakeModel(traitsOf(traits));
  const el = new FakeElement("div");
  body.appendChild(el);
  cleanUp = render({ model, el });
  const find = (selector) => el.querySelector(selector);
  const all = (selector) => el.querySelectorAll(selector);
  const labelled = (words) => all("button").find((each) => each.textContent === words);
  return { model, el, find, all, labelled };
}

const opened = (more) => show({ _detail: detailOf(more) });

test("a click opens a session by its ref", async () => {
  const { model, all } = show();
  all(".slx-row")[1].click();
  assert.equal(model.sent[0].action, "open");
  assert.deepEqual([model.sent[0].ref, model.sent[0].revision], [row(2).ref, null]);
  assert.equal(all(".slx-row")[1].getAttribute("aria-selected"), "true");
  await model.done("open");
});

test("a row keeps its element, and so its focus, when the list changes around it", () => {
  const { model, all } = show();
  const second = all(".slx-row")[1];
  second.focus();
  model.change("_table", tableOf([row(9), row(2), row(1)]));
  assert.equal(all(".slx-row")[1], second);
  assert.equal(fakeDocument.activeElement, second);
});

test("the focus of a row that goes is handed to the row in its place", () => {
  const { model, all } = show();
  all(".slx-row")[1].focus();
  model.change("_table", tableOf([row(1), row(3)]));
  assert.equal(fakeDocument.activeElement.dataset.key, row(3).ref);
});

test("arrows select at once and open after a rest", () => {
  const { model, all } = show();
  all(".slx-row")[0].focus();
  fakeDocument.activeElement.fire("keydown", { key: "ArrowDown" });
  fakeDocument.activeElement.fire("keydown", { key: "ArrowDown" });
  assert.deepEqual(model.actions(), []);
  assert.equal(all(".slx-row")[2].getAttribute("aria-selected"), "true");
  clock.tick(300);
  assert.deepEqual(
    model.sent.map(({ action, ref }) => [action, ref]),
    [["open", row(3).ref]],
  );
});

test("clicks with Ctrl and Shift select several, and tell Python which", () => {
  const { model, all } = show();
  all(".slx-row")[2].click({ ctrlKey: true });
  all(".slx-row")[0].click({ shiftKey: true });
  assert.deepEqual(model.actions(), ["select", "select"]);
  assert.deepEqual(model.sent[1].refs, [row(3).ref, row(2).ref, row(1).ref]);
});

test("typing searches after a pause, and what is typed is not overwritten", () => {
  const { model, find } = show();
  const box = find("input");
  box.focus();
  for (const text of ["d", "di", "disk"]) {
    box.value = text;
    box.fire("input");
    clock.tick(100);
  }
  model.change("_table", tableOf([], { search: "d" }));
  assert.equal(box.value, "disk");
  clock.tick(200);
  assert.deepEqual(
    model.sent.map(({ action, text }) => [action, text]),
    [["search", "disk"]],
  );
});

test("a header sorts, the largest first, and turns round where it is sorted by already", () => {
  const { model, all } = show();
  const buttons = all(".slx-head-button");
  buttons.find((each) => each.textContent.startsWith("Messages")).click();
  buttons.find((each) => each.textContent.startsWith("Updated")).click();
  const asked = model.sent.map(({ column, descending }) => [column, descending]);
  assert.deepEqual(asked, [
    ["messages", true],
    ["updated_at", false],
  ]);
});

test("what is unfolded stays so when only a label changes", () => {
  const { model, find } = opened();
  const drawn = find(".slx-entry");
  const named = [snapshot(2, 2, { label: "new" }), snapshot(1, 2)];
  model.change("_detail", detailOf({ snapshots: named }));
  assert.equal(find(".slx-entry"), drawn);
  assert.ok(find(".slx-snapshots").textContent.includes("new"));
  model.change("_detail", detailOf({ opened_seq: 2 }));
  assert.notEqual(find(".slx-entry"), drawn);
});

test("a window that comes after another session was opened is not drawn", async () => {
  const { model, find, all } = opened({ entry_count: 300 });
  find(".slx-more").click();
  model.change("_detail", detailOf({ opened_seq: 2, entries: [entry(0)], entry_count: 1 }));
  await model.done("entries", { kind: "entries", entries: [entry(2)], entry_count: 300 });
  assert.equal(all(".slx-entry").length, 1);
});

test("a second press does not delete twice", async () => {
  const { model, labelled } = opened();
  labelled("Delete").click();
  labelled("Delete").click();
  assert.deepEqual(model.actions(), ["delete"]);
  await model.done("delete");
  labelled("Delete").click();
  assert.deepEqual(model.actions(), ["delete", "delete"]);
});

test("a disabled action asks nothing and tells why", () => {
  const reason = "the database is opened read-only";
  const { model, find, labelled } = opened({ actions: { delete: { enabled: false, reason } } });
  labelled("Delete").click();
  assert.deepEqual(model.actions(), []);
  assert.equal(labelled("Delete").getAttribute("title"), reason);
  assert.equal(find(".slx-reasons").textContent, `Delete: ${reason}`);
});

test("reasons are said once each, and not that the newest can't be reverted to", () => {
  const off = (reason) => ({ enabled: false, reason });
  const detail = detailOf({
    actions: { label: off("read-only"), fork: off("read-only"), revert: off("newest") },
  });
  assert.deepEqual(reasonsOf(detail), [{ names: "Label, Fork", reason: "read-only" }]);
});

test("a form keeps what was typed where Python refuses it, and closes where it does not", async () => {
  const { model, find, labelled } = opened();
  labelled("Fork\u2026").click();
  const input = find(".slx-form").querySelector("input");
  input.value = " 42 ";
  input.fire("keydown", { key: "Enter" });
  assert.equal(model.sent[0].new_id, "42");
  await model.done("fork", { kind: "failed", notice: 1 });
  assert.equal(find(".slx-form").querySelector("input"), input);
  input.fire("keydown", { key: "Enter" });
  await model.done("fork");
  assert.equal(find(".slx-form"), null);
});

test("a label is taken away with nothing in its place", () => {
  const { model, labelled } = opened({ snapshots: [snapshot(1, 1, { label: "old" })] });
  labelled("Label\u2026").click();
  labelled("Remove label").click();
  assert.deepEqual([model.sent[0].action, model.sent[0].name], ["label", null]);
});

test("Python's tab is shown when it asks anew, and the page's own choice stays otherwise", () => {
  const { model, all } = opened();
  const selected = () =>
    all(".slx-tab").find((each) => each.getAttribute("aria-selected") === "true").textContent;
  all(".slx-tab")[1].click();
  model.change("_state", { tab: "transcript", tab_seq: 0, progress: null });
  assert.ok(selected().startsWith("Snapshots"));
  model.change("_state", { tab: "compare", tab_seq: 1, progress: null });
  assert.equal(selected(), "Compare");
});

test("a comparison of other sessions is not shown beside the one opened next", () => {
  const { model, all } = show({
    _detail: detailOf(),
    _comparison: comparisonOf([diffRow("added")]),
  });
  assert.equal(all(".slx-change").length, 1);
  model.change("_detail", detailOf({ ref: row(2).ref, id: "2", opened_seq: 2 }));
  assert.equal(all(".slx-change").length, 0);
  model.change("_detail", detailOf({ opened_seq: 3 }));
  assert.equal(all(".slx-change").length, 1);
});

test("a comparison says so when its newest side is the newest no longer", () => {
  const { model, all } = show({
    _detail: detailOf(),
    _comparison: comparisonOf([diffRow("added")]),
  });
  const sides = () => all(".slx-compared-side").map((each) => each.textContent);
  assert.ok(sides()[1].includes("newest"));
  const three = [snapshot(3, 3), snapshot(2, 3), snapshot(1, 3)];
  model.change("_detail", detailOf({ snapshots: three }));
  assert.equal(sides().length, 2);
  assert.ok(!sides()[1].includes("newest"));
});

test("a snapshot is compared with its neighbour, the older first", () => {
  const three = [snapshot(5, 5), snapshot(3, 5), snapshot(1, 5)];
  const pair = (revision) => neighbours(three, revision).map((each) => each.revision);
  assert.deepEqual(
    [pair(5), pair(3), pair(1)],
    [
      [3, 5],
      [1, 3],
      [1, 3],
    ],
  );
  assert.deepEqual(
    neighbours([snapshot(1, 1)], 1).map((each) => each.revision),
    [1, 1],
  );
});

test("an error stays until it is dismissed", () => {
  const { model, find, all } = show();
  const error = noticeOf(1, { kind: "error", text: "no", where: "row 3", hint: "try" });
  model.change("_notices", { items: [error] });
  clock.tick(3_600_000);
  assert.equal(find(".slx-bar-words").textContent, "norow 3try");
  all("button")
    .find((each) => each.textContent === "Dismiss")
    .click();
  assert.deepEqual([model.sent[0].action, model.sent[0].notice], ["dismiss", 1]);
});

test("a toast goes after its time, but not while somebody is at it", () => {
  const { model, all } = show();
  model.change("_notices", { items: [noticeOf(1, { kind: "undo", seconds: 10 })] });
  clock.tick(9_000);
  const [toast] = all(".slx-toast");
  toast.fire("focusin");
  clock.tick(60_000);
  assert.equal(all(".slx-toast").length, 1);
  toast.fire("focusout");
  clock.tick(1_100);
  assert.equal(all(".slx-toast").length, 0);
});

test("Ctrl+Z takes the latest deletion back, and is left alone in a text field", () => {
  const items = [noticeOf(1, { kind: "undo" }), noticeOf(2, { kind: "undo" })];
  const { model, find } = show();
  model.change("_notices", { items });
  find("input").fire("keydown", { key: "z", ctrlKey: true });
  assert.deepEqual(model.actions(), []);
  find(".slx-row").fire("keydown", { key: "z", ctrlKey: true });
  assert.deepEqual([model.sent[0].action, model.sent[0].notice], ["undo", 2]);
});

test("of what was done only the latest is told, of deletions each", () => {
  const items = [
    noticeOf(1),
    noticeOf(2, { kind: "undo" }),
    noticeOf(3),
    noticeOf(4, { kind: "error" }),
  ];
  const ids = ({ bars, toasts }) => [bars, toasts].map((each) => each.map(({ id }) => id));
  assert.deepEqual(ids(splitNotices(items, new Set())), [[4], [2, 3]]);
  assert.deepEqual(ids(splitNotices(items, new Set([3, 2]))), [[4], [1]]);
});

test("what was done before a view was drawn is no news in it", () => {
  const { all } = show({ _notices: { items: [noticeOf(1), noticeOf(2, { kind: "undo" })] } });
  assert.equal(all(".slx-toast").length, 1);
});

test("a timer for ever never ends", () => {
  let ended = false;
  const timer = new Timer(0, () => {
    ended = true;
  });
  timer.run();
  clock.tick(1e9);
  assert.equal(ended, false);
});

test("a kernel that does not answer is told of, until it does", async () => {
  const { model, el, find } = show();
  find(".slx-row").click();
  assert.equal(el.firstElementChild.getAttribute("aria-busy"), null);
  clock.tick(200);
  assert.equal(el.firstElementChild.getAttribute("aria-busy"), "true");
  clock.tick(6_000);
  assert.ok(find(".slx-busy-words").textContent.startsWith("No answer from the kernel yet"));
  await model.done("open");
  assert.equal(find(".slx-busy-words").textContent, "");
  assert.equal(el.firstElementChild.getAttribute("aria-busy"), null);
});

test("long work tells how far it is", () => {
  const { model, find } = show();
  const progress = { text: "Reading sessions", done: 20, total: 80 };
  model.change("_state", { tab: "transcript", tab_seq: 0, progress });
  assert.equal(find(".slx-busy-words").textContent, "Reading sessions 20 of 80");
  assert.equal(find(".slx-busy-line").style["--slx-share"], "0.25");
});

test("panes keep room for each other", () => {
  assert.deepEqual(
    [clampSize(50, 1000), clampSize(900, 1000), clampSize(500, 1000)],
    [220, 780, 500],
  );
  assert.equal(clampSize(900, 300), 220);
  assert.equal(clampSize(1500, null), 1500);
});

test("a cleaned up view draws and asks nothing more", () => {
  const { model, el } = show();
  const box = el.querySelector("input");
  box.value = "disk";
  box.fire("input");
  cleanUp();
  cleanUp = () => {};
  clock.tick(1000);
  assert.deepEqual([model.sent, el.children.length], [[], 0]);
  model.change("_table", tableOf([]));
  assert.ok([...model.listeners.values()].every((each) => each.length === 0));
  assert.ok([...window.listeners.values()].every((each) => each.length === 0));
});
