// The tab Snapshots: what was kept of the session, newest first.

import { button, fill, focusedIn, h, keyed, setAttributes, setEnabled, setText } from "./dom.mjs";
import { plural } from "./format.mjs";
import { moveInList } from "./keys.mjs";

const SHOW_FIRST = "Show this snapshot first: click it, or press Enter";
const DIVERGED = "written by somebody who did not know the snapshot before it";

function chips(snapshot) {
  return [
    snapshot.label && h("span.slx-chip.slx-chip-label", { title: snapshot.label }, snapshot.label),
    snapshot.newest && h("span.slx-chip", {}, "newest"),
    snapshot.diverged && h("span.slx-pill.slx-pill-warn", { title: DIVERGED }, "diverged"),
    snapshot.errors > 0 &&
      h("span.slx-pill.slx-pill-failed", {}, plural(snapshot.errors, "failed call")),
  ];
}

function drawSnapshot(snapshot) {
  const origin = [snapshot.parent, snapshot.made_by].filter((each) => each !== "").join(" \u00b7 ");
  return [
    h(
      "div.slx-snapshot-head",
      {},
      h("span.slx-snapshot-name", {}, `Revision ${snapshot.revision}`),
      chips(snapshot),
      h("span.slx-snapshot-time", { title: snapshot.time.title }, snapshot.time.text),
    ),
    h(
      "div.slx-snapshot-facts",
      {},
      h("span", {}, snapshot.counts),
      snapshot.change && h("span.slx-snapshot-change", {}, snapshot.change),
    ),
    origin && h("div.slx-snapshot-origin", { title: origin }, origin),
  ];
}

// `actions`: openSnapshot(revision), compareSnapshot(revision), startLabel(button),
// deleteSnapshot().
export class Snapshots {
  #actions;
  #detail = null;
  #place = 0;
  #about = h("span.slx-muted");
  #list = h("div.slx-snapshots", { role: "listbox", "aria-label": "Snapshots, newest first" });
  #compare;
  #label;
  #remove;

  constructor(actions) {
    this.#actions = actions;
    const act = (words, run) => button(words, { kind: "small" }, run);
    this.#compare = act("Compare", () => actions.compareSnapshot(this.#chosen().revision));
    this.#label = act("Label\u2026", () => actions.startLabel(this.#label));
    this.#remove = act("Delete snapshot", () => actions.deleteSnapshot());
    const bar = h(
      "div.slx-snapshot-actions",
      {},
      this.#about,
      h("span.slx-grow"),
      this.#compare,
      this.#label,
      this.#remove,
    );
    this.element = h("div.slx-snapshot-panel", {}, bar, this.#list);
    this.#list.addEventListener("click", (event) => this.#onClick(event));
    this.#list.addEventListener("keydown", (event) => this.#onKey(event));
  }

  update(detail) {
    const other = this.#detail?.ref !== detail.ref;
    const moved = other || this.#detail.shown.revision !== detail.shown.revision;
    const wanted = moved ? detail.shown.revision : this.#chosen()?.revision;
    const focused = focusedIn(this.#list) !== null;
    this.#detail = detail;
    const make = () => h("div.slx-snapshot", { role: "option" });
    keyed(
      this.#list,
      detail.snapshots,
      (each) => each.revision,
      make,
      (row, snapshot) => {
        row.classList.toggle("slx-snapshot-diverged", snapshot.diverged);
        fill(row, drawSnapshot(snapshot));
      },
    );
    const place = detail.snapshots.findIndex((each) => each.revision === wanted);
    this.#place = Math.max(0, place);
    this.#mark();
    if (focused && focusedIn(this.#list) === null) this.#focusAt(this.#place);
  }

  #chosen() {
    return this.#detail.snapshots[this.#place];
  }

  #mark() {
    const { shown, actions } = this.#detail;
    for (const [index, row] of [...this.#list.children].entries()) {
      setAttributes(row, {
        "aria-selected": Number(row.dataset.key) === shown.revision ? "true" : "false",
        tabindex: index === this.#place ? "0" : "-1",
      });
    }
    const { revision } = this.#chosen();
    const own = revision === shown.revision;
    setText(this.#about, `Revision ${revision}${own ? " is shown in the transcript" : ""}`);
    const onlyOwn = (state) => (own ? state : { enabled: false, reason: SHOW_FIRST });
    setEnabled(this.#compare, actions.compare);
    setEnabled(this.#label, onlyOwn(actions.label));
    setEnabled(this.#remove, onlyOwn(actions.delete_snapshot));
  }

  #focusAt(place) {
    this.#place = place;
    this.#mark();
    const row = this.#list.children[place];
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  #onClick(event) {
    const row = event.target.closest(".slx-snapshot");
    if (row === null) return;
    this.#focusAt([...this.#list.children].indexOf(row));
    this.#actions.openSnapshot(this.#chosen().revision);
  }

  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = moveInList(event.key, this.#place, this.#list.children.length);
    const opens = event.key === "Enter" || event.key === " ";
    if (!opens && to === null) return;
    event.preventDefault();
    if (opens) this.#actions.openSnapshot(this.#chosen().revision);
    else this.#focusAt(to);
  }
}
