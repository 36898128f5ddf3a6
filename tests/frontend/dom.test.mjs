import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { beforeEach, test } from "node:test";

import { h, keyed, setAttributes, setEnabled } from "../../session_lab/explorer/frontend/dom.mjs";
import { FakeElement, installFakeDom } from "./fake_dom.mjs";
import { HOSTILE } from "./views.mjs";

const FOLDER = new URL("../../session_lab/explorer/frontend/", import.meta.url);
const SOURCES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".mjs"))
  .map((name) => [name, readFileSync(new URL(name, FOLDER), "utf-8")]);

beforeEach(installFakeDom);

test("no module makes elements from text, runs text or loads anything", () => {
  const ways =
    /innerHTML|outerHTML|insertAdjacent|document\.write|createContextualFragment|DOMParser|srcdoc|setHTML|\beval\(|new Function|importScripts|import\(|fetch\(|XMLHttp|WebSocket|sendBeacon|https?:|localStorage|alert\(|confirm\(|prompt\(/g;
  assert.ok(SOURCES.length > 10);
  for (const [name, text] of SOURCES) {
    assert.deepEqual(
      [...text.matchAll(ways)].map((each) => each[0]),
      [],
      name,
    );
  }
});

test("elements are made in dom.mjs only, and a source is set for checked images only", () => {
  for (const [name, text] of SOURCES) {
    if (name !== "dom.mjs") assert.doesNotMatch(text, /createElement|createTextNode/, name);
    if (name !== "texts.mjs") assert.doesNotMatch(text, /\.(src|href|action|cssText)\s*=/, name);
  }
});

test("top-level names are unique, so that the modules can be joined", () => {
  const owners = new Map();
  for (const [name, text] of SOURCES) {
    const names = text.matchAll(/^(?:export )?(?:async )?(?:function|const|let|class) (\w+)/gm);
    for (const [, each] of names) {
      assert.equal(owners.get(each), undefined, `${each}: ${owners.get(each)} and ${name}`);
      owners.set(each, name);
    }
  }
});

test("text is text, whatever it says", () => {
  const element = h("div.slx-text", { title: HOSTILE }, HOSTILE, [HOSTILE]);
  assert.equal(element.children.length, 0);
  assert.equal(element.textContent, HOSTILE + HOSTILE);
  assert.equal(element.getAttribute("title"), HOSTILE);
});

test("an element or attribute that is not on the list is refused", () => {
  assert.throws(() => h("script"), /no element/);
  assert.throws(() => h("iframe"), /no element/);
  assert.throws(() => h("img", { onerror: "x" }), /no attribute/);
  assert.throws(() => h("img", { src: "x" }), /no attribute/);
  assert.throws(() => h("div", { style: "x" }), /no attribute/);
});

test("nothing is drawn for what is not there", () => {
  assert.equal(h("div", {}, null, undefined, false, "", 0).textContent, "0");
});

test("an attribute that is false or null goes", () => {
  const element = h("button", { title: "a", hidden: true });
  setAttributes(element, { title: null, hidden: false });
  assert.equal(element.getAttribute("title"), null);
  assert.equal(element.hidden, false);
});

test("a disabled button says why and gets its own title back", () => {
  const element = h("button", { "data-title": "Fork this", title: "Fork this" });
  setEnabled(element, { enabled: false, reason: "read-only" });
  assert.deepEqual(
    [element.getAttribute("title"), element.getAttribute("aria-disabled")],
    ["read-only", "true"],
  );
  setEnabled(element, { enabled: true, reason: "" });
  assert.equal(element.getAttribute("title"), "Fork this");
});

test("children are kept by their key, ordered, and dropped", () => {
  const parent = new FakeElement("div");
  const draw = (names) =>
    keyed(
      parent,
      names,
      (name) => name,
      () => h("div"),
      (element, name) => {
        element.textContent = name;
      },
    );
  draw(["a", "b", "c"]);
  const [, b] = parent.children;
  draw(["c", "b", "d"]);
  assert.equal(parent.textContent, "cbd");
  assert.equal(parent.children[1], b);
  draw([]);
  assert.equal(parent.children.length, 0);
});
