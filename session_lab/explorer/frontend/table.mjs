// The list on the left: sessions in a grid, their problems, the pager.

import { button, fill, focusedIn, h, keyed, setAttributes, setText } from "./dom.mjs";
import { gridTemplate, grouped, plural, rangeText, visibleColumns } from "./format.mjs";
import { gridIntent } from "./keys.mjs";
import { debounced } from "./client.mjs";
import { pickByClick, pickOne, pickRange, toggleOne } from "./selection.mjs";

const FOLLOW_MS = 220;

function drawProblem(problem) {
  return h(
    "li",
    {},
    h("div.slx-problem-what", {}, problem.problem),
    problem.where && h("div.slx-problem-where", {}, problem.where),
    problem.hint && h("div.slx-problem-hint", {}, problem.hint),
  );
}

function createProblems() {
  const summary = h("summary");
  const list = h("ul");
  const more = h("div.slx-muted");
  const element = h("details.slx-problems", { hidden: true }, summary, list, more);
  function update(table) {
    element.hidden = table.problem_count === 0;
    setText(summary, `${plural(table.problem_count, "row")} can\u2019t be read`);
    fill(list, table.problems.map(drawProblem));
    const left = table.problem_count - table.problems.length;
    setText(more, left > 0 ? `and ${grouped(left)} more` : "");
  }
  return { element, update };
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
    `div.slx-cell.slx-${column.align === "end" ? "end" : "start"}`,
    { role: "gridcell", title: cell.title || null, "data-zero": cell.text === "0" },
    alarming ? h("span.slx-count-failed", {}, cell.text) : cell.text,
  );
}

function createHeader(ask) {
  const element = h("div.slx-grid-row.slx-grid-head", { role: "row" });
  function headCell(column, table) {
    const active = column.sort !== null && column.sort === table.sort;
    const direction = table.descending ? "descending" : "ascending";
    const mark = h(
      "span.slx-sort-mark",
      { "aria-hidden": "true" },
      active && (table.descending ? "\u25be" : "\u25b4"),
    );
    const words = h("span.slx-head-words", {}, column.title);
    const sort = () =>
      ask("sort", { column: column.sort, descending: active ? !table.descending : true });
    return h(
      `div.slx-head-cell.slx-${column.align === "end" ? "end" : "start"}`,
      { role: "columnheader", "aria-sort": active ? direction : null, title: column.description },
      column.sort === null
        ? words
        : h(
            "button.slx-head-button",
            { type: "button", on: { click: sort }, "data-focus": column.key },
            words,
            mark,
          ),
    );
  }
  function update(table, columns) {
    const focused = focusedIn(element)?.getAttribute("data-focus");
    fill(element, columns.map((column) => headCell(column, table)));
    if (!focused) return;
    for (const each of element.querySelectorAll("button")) {
      if (each.getAttribute("data-focus") === focused) each.focus();
    }
  }
  return { element, update };
}

function createPager(ask, compareTwo) {
  const turn = (to) => () => ask("page", { to });
  const first = button("\u00ab", { kind: "quiet", "aria-label": "First page" }, turn("first"));
  const previous = button("\u2039", { kind: "quiet", "aria-label": "Previous page" }, turn("previous"));
  const next = button("\u203a", { kind: "quiet", "aria-label": "Next page" }, turn("next"));
  const range = h("span.slx-range", { role: "status" });
  const two = button("Compare the two", { kind: "small" }, compareTwo);
  const chosen = h("span.slx-muted");
  const element = h(
    "footer.slx-pager",
    {},
    h("span.slx-chosen", {}, chosen, two),
    h("span.slx-pager-turn", {}, first, previous, range, next),
  );
  function update(table) {
    first.disabled = !table.has_previous;
    previous.disabled = !table.has_previous;
    next.disabled = !table.has_next;
    setText(range, rangeText(table.first, table.last, table.total));
    const count = table.selection.length;
    setText(chosen, count > 1 ? `${grouped(count)} selected` : "");
    two.hidden = count !== 2;
  }
  return { element, update };
}

// `actions`: ask, deleteSession(ref), compareSides(left, right), enterDetail().
export function createTable(actions) {
  const { ask } = actions;
  let table = null;
  let width = 0;
  let selection = [];
  let anchor = null;
  let focusRef = null;
  let opening = null;
  let focusAfterPage = null;

  const problems = createProblems();
  const header = createHeader(ask);
  const body = h("div.slx-grid-body", { role: "rowgroup" });
  const grid = h(
    "div.slx-grid",
    { role: "grid", "aria-label": "Sessions", "aria-multiselectable": "true" },
    h("div.slx-grid-top", { role: "rowgroup" }, header.element),
    body,
  );
  const empty = h("div.slx-empty", { role: "status" });
  const pager = createPager(ask, () => {
    const [left, right] = selection;
    actions.compareSides({ ref: left }, { ref: right });
  });
  const element = h(
    "section.slx-list",
    { "aria-label": "Sessions" },
    problems.element,
    grid,
    empty,
    pager.element,
  );

  const refs = () => (table === null ? [] : table.rows.map((row) => row.ref));
  const rowOf = (ref) => [...body.children].find((each) => each.dataset.key === ref) ?? null;
  const follow = debounced(FOLLOW_MS, (ref) => open(ref));

  async function open(ref) {
    follow.cancel();
    opening = ref;
    drawMarks();
    await ask("open", { ref, revision: null });
    if (opening === ref) opening = null;
    drawMarks();
  }

  function select(choice) {
    selection = choice.selection;
    anchor = choice.anchor;
    drawMarks();
  }

  function drawMarks() {
    const chosen = new Set(selection);
    const shown = opening ?? table?.opened ?? null;
    const all = refs();
    const stop = [focusRef, shown].find((ref) => ref !== null && all.includes(ref)) ?? all[0];
    for (const row of body.children) {
      const ref = row.dataset.key;
      setAttributes(row, {
        "aria-selected": chosen.has(ref) ? "true" : "false",
        "aria-current": ref === shown ? "true" : null,
        tabindex: ref === stop ? "0" : "-1",
      });
    }
  }

  function focusRow(ref) {
    focusRef = ref;
    drawMarks();
    const row = rowOf(ref);
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }

  function onClick(event) {
    const row = event.target.closest(".slx-row");
    if (row === null || !body.contains(row)) return;
    const ref = row.dataset.key;
    focusRow(ref);
    select(pickByClick(refs(), selection, anchor, ref, event));
    if (selection.length === 1 && selection[0] === ref) open(ref);
    else ask("select", { refs: selection });
  }

  function move(intent, all) {
    const ref = all[intent.to];
    focusRow(ref);
    if (intent.kind === "extend") {
      follow.cancel();
      select(pickRange(all, anchor ?? ref, ref));
      ask("select", { refs: selection });
    } else {
      select(pickOne(ref));
      follow(ref);
    }
  }

  function onKey(event) {
    const row = event.target.closest(".slx-row");
    if (row === null) return;
    const all = refs();
    const ref = row.dataset.key;
    const intent = gridIntent(event, all.indexOf(ref), all.length);
    if (intent === null) return;
    event.preventDefault();
    if (intent.kind === "move" || intent.kind === "extend") move(intent, all);
    else if (intent.kind === "page") turnPage(intent.to);
    else if (intent.kind === "delete") actions.deleteSession(ref);
    else if (intent.kind === "toggle") {
      follow.cancel();
      select(toggleOne(selection, ref));
      ask("select", { refs: selection });
    } else {
      select(pickOne(ref));
      if (table.opened === ref && opening === null && !follow.pending()) actions.enterDetail();
      else open(ref);
    }
  }

  async function turnPage(to) {
    if (to === "next" ? !table.has_next : !table.has_previous) return;
    focusAfterPage = to === "next" ? "first" : "last";
    await ask("page", { to });
    focusAfterPage = null;
  }

  function makeRow() {
    return h("div.slx-grid-row.slx-row", { role: "row" });
  }

  function drawRow(row, item, columns, place) {
    setAttributes(row, { "aria-rowindex": String(table.first + place + 1) });
    row.classList.toggle("slx-row-failed", item.failed);
    const [, ...others] = columns;
    fill(row, richCell(item), others.map((column) => plainCell(item, column)));
  }

  function drawRows() {
    const columns = visibleColumns(table.columns, table.rows, width);
    grid.style.setProperty("--slx-columns", gridTemplate(columns));
    setAttributes(grid, { "aria-rowcount": String(table.total + 1) });
    header.update(table, columns);
    const focused = [...body.children].indexOf(focusedIn(body));
    keyed(body, table.rows, (row) => row.ref, makeRow, (row, item, place) =>
      drawRow(row, item, columns, place),
    );
    drawMarks();
    keepFocus(focused);
  }

  // A row that went (deleted, or of the page before) hands its focus on.
  function keepFocus(place) {
    const all = refs();
    if (place < 0 || focusedIn(body) !== null) return;
    if (all.length === 0) return;
    const to = focusAfterPage === "first" ? 0 : focusAfterPage === "last" ? all.length - 1 : place;
    focusRow(all[Math.min(to, all.length - 1)]);
  }

  function update(next) {
    const before = table;
    table = next;
    selection = [...next.selection];
    if (!refs().includes(anchor)) anchor = selection[0] ?? null;
    problems.update(next);
    drawRows();
    empty.hidden = next.rows.length > 0;
    setText(empty, next.rows.length > 0 ? "" : next.empty);
    pager.update(next);
    const moved = before !== null && ["first", "search", "sort", "descending"].some(
      (key) => before[key] !== next[key],
    );
    if (moved) grid.scrollTop = 0;
    if (before?.opened !== next.opened) rowOf(next.opened)?.scrollIntoView({ block: "nearest" });
  }

  function resize(pixels) {
    if (pixels === width) return;
    width = pixels;
    if (table !== null) drawRows();
  }

  body.addEventListener("click", onClick);
  body.addEventListener("keydown", onKey);
  return {
    element,
    update,
    resize,
    focus: () => focusRow(focusRef !== null && rowOf(focusRef) ? focusRef : refs()[0]),
    get selection() {
      return [...selection];
    },
    close: () => follow.cancel(),
  };
}
