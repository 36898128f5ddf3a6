// The list on the left: a grid of sessions, worked by pointer and keys, rows known by their ref.

import { fill, focusedIn, h, keyed, setAttributes, setText } from "./dom.mjs";
import { gridTemplate, visibleColumns } from "./format.mjs";
import { gridIntent } from "./keys.mjs";
import { debounced } from "./client.mjs";
import { drawCells, GridHeader, Pager } from "./columns.mjs";
import { pickByClick, pickOne, pickRange, toggleOne } from "./selection.mjs";
import { Problems } from "./problems.mjs";

// How long the arrows rest on a row before it is opened.
const FOLLOW_MS = 220;

// `actions`: ask, deleteSession(ref), compareSides(left, right), enterDetail().
export class SessionTable {
  #actions;
  #table = null;
  #width = 0;
  #selection = [];
  #anchor = null;
  #focusRef = null;
  #opening = null;
  #turnedTo = null;
  #problems = new Problems();
  #header;
  #pager;
  #body = h("div.slx-grid-body", { role: "rowgroup" });
  #grid;
  #empty = h("div.slx-empty", { role: "status" });
  #follow = debounced(FOLLOW_MS, (ref) => this.#open(ref));

  constructor(actions) {
    this.#actions = actions;
    this.#header = new GridHeader(actions.ask);
    this.#pager = new Pager(actions.ask, () => this.#compareTwo());
    this.#grid = h(
      "div.slx-grid",
      { role: "grid", "aria-label": "Sessions", "aria-multiselectable": "true" },
      h("div.slx-grid-top", { role: "rowgroup" }, this.#header.element),
      this.#body,
    );
    this.element = h(
      "section.slx-list",
      { "aria-label": "Sessions" },
      this.#problems.element,
      this.#grid,
      this.#empty,
      this.#pager.element,
    );
    this.#body.addEventListener("click", (event) => this.#onClick(event));
    this.#body.addEventListener("keydown", (event) => this.#onKey(event));
  }

  // -- what is shown ------------------------------------------------------------------------------

  update(table) {
    const before = this.#table;
    this.#table = table;
    this.#selection = [...table.selection];
    if (!this.#refs().includes(this.#anchor)) this.#anchor = this.#selection[0] ?? null;
    this.#problems.update(table);
    this.#pager.update(table);
    this.#drawRows();
    this.#empty.hidden = table.rows.length > 0;
    setText(this.#empty, table.rows.length > 0 ? "" : table.empty);
    const turned = ["first", "search", "sort", "descending"];
    if (before !== null && turned.some((key) => before[key] !== table[key])) {
      this.#grid.scrollTop = 0;
    }
    if (before?.opened !== table.opened) {
      this.#rowOf(table.opened)?.scrollIntoView({ block: "nearest" });
    }
  }

  resize(width) {
    if (width === this.#width) return;
    this.#width = width;
    if (this.#table !== null) this.#drawRows();
  }

  focus() {
    const there = this.#focusRef !== null && this.#rowOf(this.#focusRef) !== null;
    this.#focusRow(there ? this.#focusRef : this.#refs()[0]);
  }

  close() {
    this.#follow.cancel();
  }

  #refs() {
    return this.#table === null ? [] : this.#table.rows.map((row) => row.ref);
  }

  #rowOf(ref) {
    return [...this.#body.children].find((each) => each.dataset.key === ref) ?? null;
  }

  #drawRows() {
    const { columns: all, rows, total, first } = this.#table;
    const columns = visibleColumns(all, rows, this.#width);
    this.#grid.style.setProperty("--slx-columns", gridTemplate(columns));
    setAttributes(this.#grid, { "aria-rowcount": String(total + 1) });
    this.#header.update(this.#table, columns);
    const focused = [...this.#body.children].indexOf(focusedIn(this.#body));
    const make = () => h("div.slx-grid-row.slx-row", { role: "row" });
    keyed(
      this.#body,
      rows,
      (row) => row.ref,
      make,
      (element, row, place) => {
        setAttributes(element, { "aria-rowindex": String(first + place + 1) });
        element.classList.toggle("slx-row-failed", row.failed);
        fill(element, drawCells(row, columns));
      },
    );
    this.#drawMarks();
    this.#keepFocus(focused);
  }

  #drawMarks() {
    const chosen = new Set(this.#selection);
    const shown = this.#opening ?? this.#table?.opened ?? null;
    const all = this.#refs();
    const stop = [this.#focusRef, shown].find((ref) => all.includes(ref)) ?? all[0];
    for (const row of this.#body.children) {
      const ref = row.dataset.key;
      setAttributes(row, {
        "aria-selected": chosen.has(ref) ? "true" : "false",
        "aria-current": ref === shown ? "true" : null,
        tabindex: ref === stop ? "0" : "-1",
      });
    }
    this.#pager.showChosen(chosen.size);
  }

  // A row that went (deleted, or of the page before) hands its focus on.
  #keepFocus(place) {
    const all = this.#refs();
    if (place < 0 || focusedIn(this.#body) !== null || all.length === 0) return;
    const last = all.length - 1;
    const to = { first: 0, last }[this.#turnedTo] ?? Math.min(place, last);
    this.#focusRow(all[to]);
  }

  #focusRow(ref) {
    this.#focusRef = ref;
    this.#drawMarks();
    const row = this.#rowOf(ref);
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }

  // -- what people do -----------------------------------------------------------------------------

  #choose({ selection, anchor }) {
    this.#selection = selection;
    this.#anchor = anchor;
    this.#drawMarks();
  }

  #tellSelection() {
    this.#follow.cancel();
    this.#actions.ask("select", { refs: this.#selection });
  }

  async #open(ref) {
    this.#follow.cancel();
    this.#opening = ref;
    this.#drawMarks();
    await this.#actions.ask("open", { ref, revision: null });
    if (this.#opening === ref) this.#opening = null;
    this.#drawMarks();
  }

  #compareTwo() {
    const [left, right] = this.#selection;
    this.#actions.compareSides({ ref: left }, { ref: right });
  }

  #onClick(event) {
    const row = event.target.closest(".slx-row");
    if (row === null) return;
    const ref = row.dataset.key;
    this.#focusRow(ref);
    this.#choose(pickByClick(this.#refs(), this.#selection, this.#anchor, ref, event));
    if (event.shiftKey || event.ctrlKey || event.metaKey) this.#tellSelection();
    else this.#open(ref);
  }

  #onKey(event) {
    const row = event.target.closest(".slx-row");
    if (row === null) return;
    const all = this.#refs();
    const ref = row.dataset.key;
    const intent = gridIntent(event, all.indexOf(ref), all.length);
    if (intent === null) return;
    event.preventDefault();
    const acts = {
      move: () => this.#moveTo(all[intent.to]),
      extend: () => this.#extendTo(all[intent.to], ref),
      toggle: () => this.#toggle(ref),
      page: () => this.#turnPage(intent.to),
      delete: () => this.#actions.deleteSession(ref),
      open: () => this.#enter(ref),
    };
    acts[intent.kind]();
  }

  #moveTo(ref) {
    this.#focusRow(ref);
    this.#choose(pickOne(ref));
    this.#follow(ref);
  }

  #extendTo(ref, from) {
    this.#focusRow(ref);
    this.#choose(pickRange(this.#refs(), this.#anchor ?? from, ref));
    this.#tellSelection();
  }

  #toggle(ref) {
    this.#choose(toggleOne(this.#selection, ref));
    this.#tellSelection();
  }

  // Enter opens; on what is open it goes on to the text.
  #enter(ref) {
    const isOpen = this.#table.opened === ref && this.#opening === null && !this.#follow.pending();
    this.#choose(pickOne(ref));
    if (isOpen) this.#actions.enterDetail();
    else this.#open(ref);
  }

  async #turnPage(to) {
    if (to === "next" ? !this.#table.has_next : !this.#table.has_previous) return;
    this.#turnedTo = to === "next" ? "first" : "last";
    await this.#actions.ask("page", { to });
    this.#turnedTo = null;
  }
}
