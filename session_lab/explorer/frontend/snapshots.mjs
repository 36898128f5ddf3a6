// The tab Snapshots: what was kept of the session, newest first.

import { button, fill, focusedIn, h, keyed, setAttributes, setEnabled } from "./dom.mjs";
import { plural } from "./format.mjs";
import { moveInList } from "./keys.mjs";

function chips(snapshot) {
  return [
    snapshot.label && h("span.slx-chip.slx-chip-label", { title: snapshot.label }, snapshot.label),
    snapshot.newest && h("span.slx-chip", {}, "newest"),
    snapshot.diverged &&
      h(
        "span.slx-pill.slx-pill-warn",
        { title: "written by somebody who did not know the snapshot before it" },
        "diverged",
      ),
    snapshot.errors > 0 &&
      h("span.slx-pill.slx-pill-failed", {}, `${plural(snapshot.errors, "failed call")}`),
  ];
}

function words(snapshot) {
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
    origin && h("div.slx-snapshot-origin", {}, origin),
  ];
}

// `actions`: openSnapshot(revision), compareSnapshot(revision), startLabel(), deleteSnapshot().
export function createSnapshots(actions) {
  const list = h("div.slx-snapshots", { role: "listbox", "aria-label": "Snapshots, newest first" });
  const bar = h("div.slx-snapshot-actions");
  const element = h("div.slx-snapshot-panel", {}, bar, list);
  const compare = button("Compare", { kind: "small" }, () => actions.compareSnapshot(focused()));
  const label = button("Label\u2026", { kind: "small" }, () => actions.startLabel());
  const remove = button("Delete snapshot", { kind: "small" }, () => actions.deleteSnapshot());
  const about = h("span.slx-muted");
  fill(bar, about, h("span.slx-grow"), compare, label, remove);
  let detail = null;
  let place = 0;

  const focused = () => detail.snapshots[place]?.revision ?? detail.shown.revision;

  function mark() {
    for (const [index, row] of [...list.children].entries()) {
      const shown = Number(row.dataset.key) === detail.shown.revision;
      setAttributes(row, {
        "aria-selected": shown ? "true" : "false",
        tabindex: index === place ? "0" : "-1",
      });
    }
    const chosen = detail.snapshots[place];
    if (chosen === undefined) return;
    const own = chosen.revision === detail.shown.revision;
    fill(
      about,
      own
        ? `Revision ${chosen.revision} is shown in the transcript`
        : `Revision ${chosen.revision}`,
    );
    for (const [each, name] of [[label, "label"], [remove, "delete_snapshot"]]) {
      const state = detail.actions[name];
      const other = "Show this snapshot first (click it, or press Enter)";
      setEnabled(each, own && state.enabled, own ? state.reason : other);
    }
    const state = detail.actions.compare;
    setEnabled(compare, state.enabled, state.reason);
  }

  function focusAt(index) {
    place = index;
    mark();
    const row = list.children[index];
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }

  function onClick(event) {
    const row = event.target.closest(".slx-snapshot");
    if (row === null) return;
    focusAt([...list.children].indexOf(row));
    actions.openSnapshot(Number(row.dataset.key));
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      actions.openSnapshot(focused());
      return;
    }
    const to = moveInList(event.key, place, list.children.length);
    if (to === null) return;
    event.preventDefault();
    focusAt(to);
  }

  function makeRow() {
    return h("div.slx-snapshot", { role: "option" });
  }

  function update(next) {
    const other = detail === null || detail.ref !== next.ref;
    const moved = other || detail.shown.revision !== next.shown.revision;
    const kept = other ? null : detail.snapshots[place]?.revision;
    const had = focusedIn(list) !== null;
    detail = next;
    keyed(list, next.snapshots, (each) => each.revision, makeRow, (row, item) => {
      row.classList.toggle("slx-snapshot-diverged", item.diverged);
      fill(row, words(item));
    });
    const wanted = moved ? next.shown.revision : kept;
    place = Math.max(0, next.snapshots.findIndex((each) => each.revision === wanted));
    mark();
    if (had && focusedIn(list) === null) focusAt(place);
  }

  list.addEventListener("click", onClick);
  list.addEventListener("keydown", onKey);
  return { element, update };
}
