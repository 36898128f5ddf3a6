import assert from "node:assert/strict";
import { test } from "node:test";

import { createClient, debounced } from "../../session_lab/explorer/frontend/client.mjs";
import { FakeModel, installFakeClock } from "./fake_dom.mjs";

function clientOf(model, busy = []) {
  return createClient(model, {
    onBusy: (count) => busy.push(count),
    onLost: () => busy.push("lost"),
  });
}

test("an answer goes to the request that bears its name, in whatever order", async () => {
  const model = new FakeModel({});
  const client = clientOf(model);
  const first = client.ask("search", { text: "a" });
  const second = client.ask("search", { text: "b" });
  const [one, two] = model.sent;
  model.answer({ kind: "done", request: two.request });
  model.answer({ kind: "failed", request: one.request, notice: 3 });
  assert.equal((await second).kind, "done");
  assert.deepEqual(await first, { kind: "failed", request: one.request, notice: 3 });
});

test("two views of one model never take each other's answers", async () => {
  const model = new FakeModel({});
  const [left, right] = [clientOf(model), clientOf(model)];
  left.ask("refresh");
  const asked = right.ask("refresh");
  assert.notEqual(model.sent[0].request, model.sent[1].request);
  model.answer({ kind: "done", request: model.sent[1].request });
  assert.equal((await asked).kind, "done");
});

test("an answer to nobody, or no answer at all, is passed over", () => {
  const busy = [];
  const model = new FakeModel({});
  clientOf(model, busy);
  for (const content of [null, undefined, "x", {}, { request: "toString" }]) model.answer(content);
  assert.deepEqual(busy, []);
});

test("the count of open requests is told", async () => {
  const busy = [];
  const model = new FakeModel({});
  const client = clientOf(model, busy);
  client.ask("refresh");
  client.ask("refresh");
  await model.done("refresh");
  assert.deepEqual(busy, [1, 2, 1]);
});

test("an action that Python does not know is never sent", () => {
  const model = new FakeModel({});
  assert.throws(() => clientOf(model).ask("drop_everything"), /no action/);
  assert.deepEqual(model.sent, []);
});

test("a kernel that is gone fails the request and is told of", async () => {
  const busy = [];
  const model = new FakeModel({});
  model.send = () => {
    throw new Error("Cannot send");
  };
  assert.equal((await clientOf(model, busy).ask("refresh")).kind, "failed");
  assert.deepEqual(busy, ["lost"]);
});

test("a closed client hears nothing more", () => {
  const busy = [];
  const model = new FakeModel({});
  const client = clientOf(model, busy);
  client.ask("refresh");
  client.close();
  model.answer({ kind: "done", request: model.sent[0].request });
  assert.deepEqual(busy, [1]);
});

test("a debounced call waits for the pause and takes the latest value", () => {
  const clock = installFakeClock();
  const calls = [];
  const call = debounced(200, (value) => calls.push(value));
  call("a");
  clock.tick(150);
  call("b");
  clock.tick(150);
  assert.deepEqual([calls, call.pending()], [[], true]);
  clock.tick(50);
  assert.deepEqual([calls, call.pending()], [["b"], false]);
  call("c");
  call.flush();
  call("d");
  call.cancel();
  clock.tick(1000);
  assert.deepEqual(calls, ["b", "c"]);
  clock.reset();
});
