import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { drawDiffRow, drawField } from "../../session_lab/explorer/frontend/differences.mjs";
import { drawEntries, drawEntry } from "../../session_lab/explorer/frontend/entries.mjs";
import { foldable, imageFold } from "../../session_lab/explorer/frontend/texts.mjs";
import { drawCells } from "../../session_lab/explorer/frontend/columns.mjs";
import { fakeDocument, installFakeDom } from "./fake_dom.mjs";
import { HOSTILE, call, diffRow, entry, excerpt, row, tableOf } from "./views.mjs";

const asker = { text: async () => "all of it", image: async () => null };
const settled = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(installFakeDom);

function assertOnlyOwnElements() {
  const own = new Set(["div", "span", "button", "details", "summary", "b"]);
  assert.deepEqual(
    fakeDocument.created.filter((tag) => !own.has(tag)),
    [],
  );
}

test("a message with hostile text in every field makes no element of it", () => {
  const text = excerpt(HOSTILE);
  const answer = entry(3, { kind: "tool", text: HOSTILE, answers: 2, failed: true });
  const element = drawEntry(
    entry(2, {
      kind: HOSTILE,
      role: HOSTILE,
      text: HOSTILE,
      reasoning: text,
      signature: text,
      extra: text,
      orphan: HOSTILE,
      tool: HOSTILE,
      call_id: HOSTILE,
      images: [{ kind: "url", summary: HOSTILE }],
      calls: [call(0, { id: HOSTILE, name: HOSTILE, arguments: text, extra: text, answer })],
    }),
    asker,
  );
  assertOnlyOwnElements();
  assert.ok(element.textContent.includes(HOSTILE));
  assert.ok(element.classList.contains("slx-kind-unknown"));
});

test("rows of the list and of a comparison make no element of hostile text", () => {
  drawCells(
    row(1, { id: HOSTILE, title: HOSTILE, preview: HOSTILE, tags: [HOSTILE] }),
    tableOf([]).columns,
  );
  const version = {
    text: HOSTILE,
    start: "",
    middle: HOSTILE,
    end: "",
    length: 9,
    truncated: true,
  };
  const fields = [{ name: HOSTILE, kind: "changed", old: version, new: version }];
  for (const kind of ["added", "removed", "moved", "same", HOSTILE]) {
    drawDiffRow(diffRow(kind, { role: HOSTILE, title: HOSTILE, new: excerpt(HOSTILE) }));
  }
  drawDiffRow(diffRow("edited", { fields }));
  assertOnlyOwnElements();
});

test("an answer is drawn inside its call and not at its own place", () => {
  const answer = entry(2, { kind: "tool", text: "sunny", answers: 1 });
  const asking = entry(1, { kind: "assistant", calls: [call(0, { answer, unanswered: false })] });
  const { drawn } = drawEntries([entry(0), asking, answer], 0, asker);
  const words = drawn.map((each) => each.textContent);
  assert.equal(words.filter((each) => each.includes("sunny")).length, 1);
  assert.ok(words[2].includes("done"));
});

test("failed, unanswered and malformed calls say so", () => {
  const failed = entry(1, { kind: "tool", text: "no", answers: 0, failed: true });
  const drawn = drawEntry(
    entry(0, {
      kind: "assistant",
      calls: [call(0, { answer: failed }), call(1), call(2, { malformed: true })],
    }),
    asker,
  );
  const [first, second, third] = drawn.querySelectorAll(".slx-call");
  assert.ok(first.classList.contains("slx-call-failed"));
  assert.ok(first.textContent.includes("failed") && first.textContent.includes("Error"));
  assert.ok(second.textContent.includes("no answer"));
  assert.ok(third.textContent.includes("malformed arguments"));
});

test("an answer that answers no call is drawn by itself, with the reason", () => {
  const orphan = entry(0, { kind: "tool", orphan: "no earlier call has this id", tool: "ls" });
  const { drawn } = drawEntries([orphan], 1, asker);
  assert.ok(drawn[0].textContent.includes("no earlier call has this id"));
});

test("a turn is announced once, also where a window ends inside it", () => {
  const first = drawEntries([entry(0), entry(1, { kind: "assistant" })], 0, asker);
  const second = drawEntries(
    [entry(2, { kind: "assistant" }), entry(3, { turn: 2 })],
    first.turn,
    asker,
  );
  const lines = [...first.drawn, ...second.drawn].filter((each) => each.matches(".slx-turn"));
  assert.deepEqual(
    lines.map((each) => each.textContent),
    ["Turn 1", "Turn 2"],
  );
});

test("a short text has no button, a long one is fetched when it is unfolded", async () => {
  assert.equal(foldable(excerpt("short")).querySelector("button"), null);
  let asked = 0;
  const fetchAll = async () => {
    asked += 1;
    return "the whole text";
  };
  const long = foldable(excerpt("the", { length: 14, truncated: true }), { fetchAll });
  const toggle = long.querySelector("button");
  toggle.click();
  await settled();
  assert.equal(long.querySelector(".slx-text").textContent, "the whole text");
  toggle.click();
  assert.equal(long.querySelector(".slx-text").textContent, "the");
  toggle.click();
  await settled();
  assert.equal(asked, 1);
});

test("a text that can't be fetched stays as it was, with its button", async () => {
  const long = foldable(excerpt("the", { length: 14, truncated: true }), {
    fetchAll: async () => null,
  });
  const toggle = long.querySelector("button");
  toggle.click();
  await settled();
  assert.equal(toggle.textContent, "Show all 14 characters");
  assert.equal(toggle.getAttribute("aria-expanded"), "false");
});

test("a picture is drawn of checked bytes only, and when it is asked for", async () => {
  const image = { kind: "base64", summary: "image/png, 8 B" };
  const answers = [
    { media_type: "image/png", data: "iVBORw0=" },
    { media_type: "image/svg+xml", data: "PHN2Zz4=" },
    null,
  ];
  const shown = [];
  for (const answer of answers) {
    const fold = imageFold(image, async () => answer);
    assert.equal(fold.querySelector("img"), null);
    fold.open = true;
    fold.fire("toggle");
    await settled();
    shown.push(
      fold.querySelector("img")?.src ?? fold.querySelector(".slx-image-place").textContent,
    );
  }
  assert.deepEqual(shown, [
    "data:image/png;base64,iVBORw0=",
    "This image can\u2019t be shown.",
    "This image can\u2019t be shown.",
  ]);
});

test("an image at an address is words", () => {
  const fact = imageFold({ kind: "url", summary: "https://example.invalid/x (not loaded)" }, null);
  assert.equal(fact.textContent, "https://example.invalid/x (not loaded)");
  assert.equal(fact.querySelector("img"), null);
});

test("a fold draws what is in it when it is opened, and says what is left out", () => {
  const inside = [diffRow("same"), diffRow("same")];
  const fold = drawDiffRow(diffRow("folded", { count: 12, inside, more: 10 }));
  assert.equal(fold.querySelectorAll(".slx-change").length, 0);
  fold.querySelector("button").click();
  assert.equal(fold.querySelectorAll(".slx-change").length, 2);
  assert.ok(fold.textContent.includes("10 more messages not shown"));
});

test("of a changed text what differs is marked, and a value that came has no old side", () => {
  const version = (middle) => ({
    text: `start ${middle}\nend`,
    start: "start ",
    middle,
    end: "\nend",
    length: 20,
    truncated: false,
  });
  const changed = drawField({
    name: "content",
    kind: "changed",
    old: version("8433"),
    new: version("8443"),
  });
  const marked = changed.querySelectorAll(".slx-marked").map((each) => each.textContent);
  assert.deepEqual(marked, ["8433", "8443"]);
  const added = drawField({ name: "name", kind: "added", old: null, new: version("x") });
  assert.equal(added.querySelectorAll(".slx-side-none").length, 1);
});
