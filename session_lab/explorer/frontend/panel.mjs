// The whole panel: top bar, list, session, notices, and the lines that size them.

import { fill, focusedIn, h, setAttributes } from "./dom.mjs";
import { Busy, Search, TopBar } from "./topbar.mjs";
import { Detail } from "./detail.mjs";
import { isNarrow } from "./format.mjs";
import { isUndo } from "./keys.mjs";
import { Notices } from "./notices.mjs";
import { Separator } from "./separator.mjs";
import { SessionTable } from "./table.mjs";

// `ask(action, parameters)` gives a promise of the answer.
export class Panel {
  #ask;
  #rows = [];
  #tabSequence = null;
  #search;
  #top;
  #busy;
  #notices;
  #detail;
  #table;
  #main;
  #split;
  #grip;
  #watch = new ResizeObserver(() => this.#fit());

  constructor(ask) {
    this.#ask = ask;
    this.element = h("div.slx", { role: "region", "aria-label": "Session explorer" });
    this.#busy = new Busy((busy) =>
      setAttributes(this.element, { "aria-busy": busy ? "true" : null }),
    );
    this.#detail = new Detail({ ask, sessions: () => this.#rows });
    this.#table = new SessionTable({
      ask,
      deleteSession: (ref) => this.#detail.deleteSession(ref),
      compareSides: (left, right) => this.#detail.compareSides(left, right),
      enterDetail: () => this.#detail.focus(),
    });
    this.#search = new Search(ask, () => this.#table.focus());
    this.#top = new TopBar(ask, this.#search);
    this.#notices = new Notices(ask, () => this.#table.focus());
    this.#lay();
    this.element.addEventListener("keydown", (event) => this.#onKey(event));
    this.#watch.observe(this.element);
    this.#watch.observe(this.#table.element);
  }

  busy(count) {
    this.#busy.count(count);
  }

  lost() {
    this.#busy.lose();
  }

  updateTable(view) {
    this.#rows = view.rows;
    this.#top.update(view);
    this.#search.update(view);
    this.#table.update(view);
  }

  // Where the session that had the focus goes, the focus goes to the list.
  updateDetail(view) {
    const focused = focusedIn(this.#detail.element) !== null;
    this.#detail.update(view);
    if (focused && view.ref === undefined) this.#table.focus();
  }

  updateComparison(view) {
    this.#detail.updateComparison(view);
  }

  updateNotices(view) {
    this.#notices.update(view);
  }

  updateState(view) {
    this.#busy.setProgress(view.progress ?? null);
    if (view.tab !== undefined && view.tab_seq !== this.#tabSequence) {
      this.#detail.selectTab(view.tab);
      this.#tabSequence = view.tab_seq;
    }
  }

  close() {
    this.#watch.disconnect();
    this.#table.close();
    this.#search.close();
    this.#notices.close();
    this.#busy.close();
  }

  #lay() {
    this.#main = h("div.slx-main");
    this.#split = new Separator({
      label: "Width of the list",
      first: this.#table.element,
      property: "--slx-split",
      vertical: () => !this.element.classList.contains("slx-narrow"),
      within: this.#main,
    });
    this.#grip = new Separator({
      label: "Height of the explorer",
      first: this.element,
      property: "--slx-height",
      vertical: () => false,
      within: null,
    });
    this.#grip.element.classList.add("slx-grip");
    fill(this.#main, this.#table.element, this.#split.element, this.#detail.element);
    fill(
      this.element,
      this.#top.element,
      this.#busy.element,
      this.#notices.bars,
      this.#main,
      this.#grip.element,
      this.#notices.toasts,
    );
  }

  // Narrow cells have the list on top; what was dragged for the other layout does not fit then.
  #fit() {
    const narrow = isNarrow(this.element.clientWidth);
    if (narrow !== this.element.classList.contains("slx-narrow")) {
      this.element.classList.toggle("slx-narrow", narrow);
      this.#split.reset();
    }
    this.#split.describe();
    this.#grip.describe();
    this.#table.resize(this.#table.element.clientWidth);
  }

  #onKey(event) {
    if (event.target.closest("input, select") !== null) return;
    const latest = this.#notices.latestUndo();
    if (isUndo(event) && latest !== null) {
      event.preventDefault();
      this.#ask("undo", { notice: latest });
    } else if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      this.#search.focus();
    }
  }
}
