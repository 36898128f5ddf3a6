// One message as it is drawn: role, text, reasoning, images, tool calls with their answers.

import { h } from "./dom.mjs";
import { grouped, kindClass, plural, roleName } from "./format.mjs";
import { foldable, folded, foldedExcerpt, imageFold, indexMark } from "./texts.mjs";

// `asker` asks for what an entry holds only in part: text(index, part), image(index, number).
function extras(item, index, part, asker, name = "Fields this version does not know") {
  if (item.extra === null) return null;
  return foldedExcerpt(name, item.extra, { mono: true, fetchAll: () => asker.text(index, part) });
}

function drawImages(entry, asker) {
  return entry.images.map((image, number) =>
    imageFold(image, () => asker.image(entry.index, number)),
  );
}

function drawText(entry, asker, mono) {
  if (entry.text === "" && !entry.truncated) return null;
  return foldable(entry, {
    mono: mono || entry.format === "json",
    fetchAll: () => asker.text(entry.index, "text"),
  });
}

function drawAnswer(answer, asker) {
  const nothing = answer.text === "" && answer.images.length === 0;
  return h(
    `div.slx-answer${answer.failed ? ".slx-answer-failed" : ""}`,
    { "data-index": String(answer.index) },
    h(
      "div.slx-part-head",
      {},
      h("span.slx-part-name", {}, answer.failed ? "Error" : "Result"),
      indexMark(answer.index),
    ),
    nothing && h("div.slx-muted", {}, "(empty)"),
    drawText(answer, asker, true),
    drawImages(answer, asker),
    extras(answer, answer.index, "extra", asker),
  );
}

function callState(call) {
  if (call.answer?.failed) return h("span.slx-pill.slx-pill-failed", {}, "failed");
  if (call.unanswered) return h("span.slx-pill.slx-pill-warn", {}, "no answer");
  return h("span.slx-pill.slx-pill-done", {}, "done");
}

function drawArguments(call, index, asker) {
  if (call.arguments.text === "{}") return h("div.slx-muted", {}, "no arguments");
  return foldable(call.arguments, {
    mono: true,
    fetchAll: () => asker.text(index, `arguments:${call.number}`),
  });
}

function drawCall(call, index, asker) {
  const failed = call.answer?.failed ?? false;
  return h(
    `div.slx-call${failed ? ".slx-call-failed" : ""}`,
    { role: "group", "aria-label": `Tool call ${call.name}` },
    h(
      "div.slx-call-head",
      {},
      h("span.slx-call-name", { title: call.name }, call.name),
      h("span.slx-call-id", { title: `call ${call.id}` }, call.id),
      call.malformed && h("span.slx-pill.slx-pill-warn", {}, "malformed arguments"),
      callState(call),
    ),
    h("div.slx-call-arguments", {}, drawArguments(call, index, asker)),
    extras(call, index, `call_extra:${call.number}`, asker),
    call.answer && drawAnswer(call.answer, asker),
  );
}

function entryMarks(entry) {
  return [
    entry.kind === "tool" && entry.tool && h("span.slx-call-name", {}, entry.tool),
    entry.kind === "tool" && entry.call_id && h("span.slx-call-id", {}, entry.call_id),
    entry.ephemeral && h("span.slx-chip", { title: "no store keeps this message" }, "ephemeral"),
    entry.failed && h("span.slx-pill.slx-pill-failed", {}, "failed"),
    entry.orphan && h("span.slx-pill.slx-pill-warn", { title: entry.orphan }, "answers no call"),
  ];
}

export function drawEntry(entry, asker) {
  const { index } = entry;
  const reasoning =
    entry.reasoning &&
    foldedExcerpt("Reasoning", entry.reasoning, {
      fetchAll: () => asker.text(index, "reasoning"),
      kind: "reasoning",
    });
  const signature =
    entry.signature &&
    foldedExcerpt("Signature", entry.signature, {
      mono: true,
      fetchAll: () => asker.text(index, "signature"),
    });
  return h(
    `div.slx-entry.${kindClass(entry.kind)}${entry.failed ? ".slx-entry-failed" : ""}`,
    { role: "listitem", "data-index": String(index) },
    h(
      "div.slx-entry-head",
      {},
      h("span.slx-role", { title: entry.role }, roleName(entry)),
      entryMarks(entry),
      indexMark(index),
    ),
    reasoning,
    drawText(entry, asker, entry.kind === "tool"),
    entry.orphan && h("div.slx-muted", {}, entry.orphan),
    drawImages(entry, asker),
    entry.calls.map((call) => drawCall(call, index, asker)),
    entry.more_calls > 0 &&
      h("div.slx-muted", {}, `${plural(entry.more_calls, "more call")} not shown`),
    signature,
    extras(entry, index, "extra", asker),
  );
}

function turnLine(turn) {
  return h("div.slx-turn", { role: "listitem" }, h("span", {}, `Turn ${grouped(turn)}`));
}

// What is drawn for a window of entries. `before` is the turn of the entry before the first.
export function drawEntries(entries, before, asker) {
  const drawn = [];
  let turn = before;
  for (const entry of entries) {
    if (entry.turn !== turn) {
      turn = entry.turn;
      drawn.push(turnLine(turn));
    }
    if (entry.answers === null) drawn.push(drawEntry(entry, asker));
  }
  return { drawn, turn };
}
