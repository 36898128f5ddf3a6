// The parts of the list's grid: header, cells, and the pager below.

import { button, fill, focusedIn, h, setText } from "./dom.mjs";
import { grouped, rangeText } from "./format.mjs";

function sideClass(column) {
  return column.align === "end" ? "slx-end" : "slx-start";
}

function richCell(row) {
  const main = row.title || row.preview;
  return h(
    "div.slx-rich",
    { role: "gridcell" },
    main
      ? h("div.slx-rich-main", { title: main }, main)
      : h("div.slx-rich-main.slx-muted", {}, "(no text)"),
    h(
      "div.slx-rich-sub",
      {},
      h("span.slx-rich-id", { title: row.id }, row.id),
      row.local && h("span.slx-chip", { title: "only the sidecar holds this session" }, "local"),
      row.tags.map((tag) => h("span.slx-chip", { title: tag }, tag)),
      row.title && row.preview && h("span.slx-rich-preview", {}, row.preview),
    ),
  );
}

function plainCell(row, column) {
  const cell = row.cells[column.key] ?? { text: "", title: "" };
  const alarming = column.key === "errors" && row.failed;
  return h(
    `div.slx-cell.${sideClass(column)}`,
    { role: "gridcell", title: cell.title || null, "data-zero": cell.text === "0" },
    alarming ? h("span.slx-count-failed", {}, cell.text) : cell.text,
  );
}

// The cells of a row; the first column is the rich one.
export function drawCells(row, columns) {
  const [, ...others] = columns;
  return [richCell(row), ...others.map((column) => plainCell(row, column))];
}

export class GridHeader {
  #ask;

  constructor(ask) {
    this.#ask = ask;
    this.element = h("div.slx-grid-row.slx-grid-head", { role: "row" });
  }

  update(table, columns) {
    const focused = focusedIn(this.element)?.getAttribute("data-focus");
    fill(
      this.element,
      columns.map((column) => this.#cell(column, table)),
    );
    if (!focused) return;
    for (const each of this.element.querySelectorAll("button")) {
      if (each.getAttribute("data-focus") === focused) each.focus();
    }
  }

  #cell(column, table) {
    const active = column.sort !== null && column.sort === table.sort;
    const direction = table.descending ? "descending" : "ascending";
    const words = h("span.slx-head-words", {}, column.title);
    const mark = active && (table.descending ? "\u25be" : "\u25b4");
    const sort = () =>
      this.#ask("sort", { column: column.sort, descending: active ? !table.descending : true });
    return h(
      `div.slx-head-cell.${sideClass(column)}`,
      { role: "columnheader", "aria-sort": active ? direction : null, title: column.description },
      column.sort === null
        ? words
        : h(
            "button.slx-head-button",
            { type: "button", on: { click: sort }, "data-focus": column.key },
            words,
            h("span.slx-sort-mark", { "aria-hidden": "true" }, mark),
          ),
    );
  }
}

export class Pager {
  #first;
  #previous;
  #next;
  #range = h("span.slx-range", { role: "status" });
  #chosen = h("span.slx-muted");
  #two;

  constructor(ask, compareTwo) {
    const turn = (sign, name, to) =>
      button(sign, { kind: "quiet", "aria-label": name }, () => ask("page", { to }));
    this.#first = turn("\u00ab", "First page", "first");
    this.#previous = turn("\u2039", "Previous page", "previous");
    this.#next = turn("\u203a", "Next page", "next");
    this.#two = button("Compare the two", { kind: "small" }, compareTwo);
    this.element = h(
      "div.slx-pager",
      {},
      h("span.slx-chosen", {}, this.#chosen, this.#two),
      h("span.slx-pager-turn", {}, this.#first, this.#previous, this.#range, this.#next),
    );
  }

  update(table) {
    this.#first.disabled = !table.has_previous;
    this.#previous.disabled = !table.has_previous;
    this.#next.disabled = !table.has_next;
    setText(this.#range, rangeText(table.first, table.last, table.total));
  }

  showChosen(count) {
    setText(this.#chosen, count > 1 ? `${grouped(count)} selected` : "");
    this.#two.hidden = count !== 2;
  }
}
