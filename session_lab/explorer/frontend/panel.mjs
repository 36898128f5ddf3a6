// The whole panel: top bar, list, session, notices, and the separators that size them.

import { button, fill, focusedIn, h, setAttributes, setText } from "./dom.mjs";
import { createDetail } from "./detail.mjs";
import { createNotices } from "./notices.mjs";
import { createSeparator } from "./separator.mjs";
import { createTable } from "./table.mjs";
import { debounced } from "./client.mjs";
import { isNarrow, plural } from "./format.mjs";
import { isUndo } from "./keys.mjs";

const SEARCH_MS = 200;
const BUSY_MS = 180;
const SILENT_MS = 6000;
const SILENT_WORDS =
  "No answer from the kernel yet: another cell may be running. After a restart, run this cell again.";

function createSearch(ask) {
  const send = debounced(SEARCH_MS, (text) => ask("search", { text }));
  const input = h("input.slx-input.slx-search", {
    type: "search",
    placeholder: "Search titles, tags and messages",
    "aria-label": "Search sessions",
    title: "Every word must occur (press / to get here)",
    autocomplete: "off",
    spellcheck: "false",
    maxlength: "1000",
  });
  input.addEventListener("input", () => send(input.value));
  function update(table) {
    if (!send.pending() && focusedIn(input) === null) input.value = table.search;
  }
  return { input, send, update };
}

function createTop(search, ask) {
  const name = h("span.slx-source-name");
  const kind = h("span.slx-source-kind");
  const count = h("span.slx-total", { role: "status" });
  const refresh = button("Refresh", { title: "Read the source anew" }, () => ask("refresh"));
  const source = h("div.slx-source", {}, name, kind);
  const element = h("header.slx-top", {}, source, search.input, count, refresh);
  function update(table) {
    setText(name, table.source.name);
    setText(kind, table.source.kind);
    const about = [table.source.title || table.source.name, table.source.kind];
    setAttributes(source, { title: about.filter((each) => each !== "").join("\n") });
    setText(count, plural(table.total, "session") + (table.search.trim() === "" ? "" : " found"));
  }
  return { element, update };
}

// A line that runs while requests are under way, and words when that takes long.
function createBusy(root) {
  const words = h("div.slx-busy-words", { role: "status" });
  const line = h("div.slx-busy-line", { "aria-hidden": "true" });
  const element = h("div.slx-busy", {}, line, words);
  let progress = null;
  let silent = false;
  let late = null;
  let soon = null;

  function draw() {
    const part = progress?.total ? ` ${progress.done} of ${progress.total}` : "";
    setText(words, progress === null ? (silent ? SILENT_WORDS : "") : progress.text + part);
    const share = progress?.total ? progress.done / progress.total : null;
    line.classList.toggle("slx-busy-share", share !== null);
    line.style.setProperty("--slx-share", String(share ?? 0));
  }

  function count(number) {
    clearTimeout(late);
    silent = false;
    if (number === 0) {
      clearTimeout(soon);
      soon = null;
      setAttributes(root, { "aria-busy": null });
    } else {
      soon ??= setTimeout(() => setAttributes(root, { "aria-busy": "true" }), BUSY_MS);
      late = setTimeout(() => {
        silent = true;
        draw();
      }, SILENT_MS);
    }
    draw();
  }

  function setProgress(next) {
    progress = next;
    element.classList.toggle("slx-busy-long", next !== null);
    draw();
  }

  function close() {
    clearTimeout(soon);
    clearTimeout(late);
  }

  return { element, count, setProgress, close };
}

// `ask(action, parameters)` gives a promise of the answer.
export function createPanel(ask) {
  const root = h("div.slx", { role: "region", "aria-label": "Session explorer" });
  const search = createSearch(ask);
  const top = createTop(search, ask);
  const busy = createBusy(root);
  const notices = createNotices(ask, () => table.focus());
  let rows = [];
  const detail = createDetail({ ask, sessions: () => rows });
  const table = createTable({
    ask,
    deleteSession: detail.deleteSession,
    compareSides: detail.compareSides,
    enterDetail: detail.focus,
  });
  const split = createSeparator({
    label: "Width of the list",
    vertical: () => !root.classList.contains("slx-narrow"),
    first: table.element,
    property: "--slx-split",
    within: () => main,
  });
  const main = h("div.slx-main", {}, table.element, split.element, detail.element);
  const height = createSeparator({
    label: "Height of the explorer",
    vertical: () => false,
    first: root,
    property: "--slx-height",
    within: () => null,
  });
  height.element.classList.add("slx-grip");
  fill(root, top.element, busy.element, notices.bars, main, height.element, notices.toasts);

  function onKey(event) {
    const typing = event.target.closest("input, select") !== null;
    if (isUndo(event) && !typing && notices.latestUndo() !== null) {
      event.preventDefault();
      ask("undo", { notice: notices.latestUndo() });
    } else if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.input.focus();
      search.input.select();
    }
  }

  function onSearchKey(event) {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      search.send.flush();
      table.focus();
    } else if (event.key === "Enter") {
      event.preventDefault();
      search.send.flush();
    } else if (event.key === "Escape" && search.input.value !== "") {
      event.preventDefault();
      search.input.value = "";
      search.send("");
      search.send.flush();
    }
  }

  root.addEventListener("keydown", onKey);
  search.input.addEventListener("keydown", onSearchKey);
  const watch = new ResizeObserver(() => {
    const narrow = isNarrow(root.clientWidth);
    if (narrow !== root.classList.contains("slx-narrow")) {
      root.classList.toggle("slx-narrow", narrow);
      split.reset();
    }
    table.resize(table.element.clientWidth);
  });
  watch.observe(root);
  watch.observe(table.element);

  let tabSeq = null;
  return {
    element: root,
    busy: busy.count,
    updateTable(view) {
      rows = view.rows;
      top.update(view);
      search.update(view);
      table.update(view);
    },
    updateDetail(view) {
      const focused = focusedIn(detail.element) !== null;
      detail.update(view);
      if (focused && focusedIn(detail.element) === null) table.focus();
    },
    updateComparison: detail.updateComparison,
    updateNotices: notices.update,
    updateState(view) {
      busy.setProgress(view.progress ?? null);
      if (view.tab !== undefined && view.tab_seq !== tabSeq) detail.selectTab(view.tab);
      tabSeq = view.tab_seq ?? tabSeq;
    },
    close() {
      watch.disconnect();
      table.close();
      search.send.cancel();
      notices.close();
      busy.close();
    },
  };
}
