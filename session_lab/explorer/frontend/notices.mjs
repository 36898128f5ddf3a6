// What there is to tell: errors as bars that stay, the rest as toasts that go after a while.

import { button, focusedIn, h, keyed, setText } from "./dom.mjs";
import { grouped } from "./format.mjs";

const MANY_BARS = 3;

// Pure: which notices are bars and which toasts, without those that have had their time. Of what
// was done only the latest is news; each deletion keeps its way back.
export function splitNotices(items, gone) {
  const left = items.filter((each) => !gone.has(each.id));
  const latest = left.findLast((each) => each.kind === "done");
  return {
    bars: left.filter((each) => each.kind === "error"),
    toasts: left.filter((each) => each.kind === "undo" || each === latest),
  };
}

// A clock that can be stopped: `done` is called once `seconds` have run; 0 is for ever.
export class Timer {
  #left;
  #since = 0;
  #timer = null;

  constructor(seconds, done) {
    this.#left = seconds === 0 ? null : seconds * 1000;
    this.done = done;
  }

  run() {
    if (this.#timer !== null || this.#left === null) return;
    this.#since = Date.now();
    this.#timer = setTimeout(this.done, Math.max(0, this.#left));
  }

  pause() {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#left -= Date.now() - this.#since;
  }
}

function drawBar(notice, ask) {
  const dismiss = () => ask("dismiss", { notice: notice.id });
  return h(
    "div.slx-bar",
    { role: "alert" },
    h(
      "div.slx-bar-words",
      {},
      h("div.slx-bar-text", {}, notice.text),
      notice.where && h("div.slx-bar-where", {}, notice.where),
      notice.hint && h("div.slx-bar-hint", {}, notice.hint),
    ),
    button("Dismiss", { kind: "small", "aria-label": `Dismiss: ${notice.text}` }, dismiss),
  );
}

function drawToast(notice, ask, drop) {
  const more = [notice.where, notice.hint].filter((each) => each !== "").join(" \u00b7 ");
  const undo = () => ask("undo", { notice: notice.id });
  return h(
    "div.slx-toast",
    {},
    h("div.slx-toast-words", {}, h("div", {}, notice.text), more && h("div.slx-muted", {}, more)),
    notice.kind === "undo" &&
      button("Undo", { kind: "undo", title: "Take it back (Ctrl+Z)" }, undo),
    button("\u00d7", { kind: "quiet", "aria-label": "Close" }, drop),
  );
}

// `ask` asks Python; `giveFocus()` is called where the focus stood in a notice that goes.
export class Notices {
  #ask;
  #giveFocus;
  #bars = h("div.slx-bars");
  #dismissAll = button("", { kind: "small" }, () => this.#dismissBars());
  #top = h("div.slx-bars-top", { hidden: true }, this.#dismissAll);
  #items = null;
  #gone = new Set();
  #timers = new Map();

  constructor(ask, giveFocus) {
    this.#ask = ask;
    this.#giveFocus = giveFocus;
    this.bars = h("div.slx-bars-place", {}, this.#top, this.#bars);
    this.toasts = h("div.slx-toasts", { role: "status", "aria-live": "polite" });
  }

  update(view) {
    const items = view.items ?? [];
    if (this.#items === null) {
      // What was done before this view was drawn is no news in it.
      for (const each of items) if (each.kind === "done") this.#gone.add(each.id);
    }
    this.#items = items;
    for (const [id, timer] of this.#timers) {
      if (items.some((each) => each.id === id)) continue;
      timer.pause();
      this.#timers.delete(id);
    }
    this.#draw();
  }

  // The newest deletion that can still be taken back, or null.
  latestUndo() {
    return this.#items?.findLast((each) => each.kind === "undo")?.id ?? null;
  }

  close() {
    for (const timer of this.#timers.values()) timer.pause();
  }

  #hasFocus() {
    return focusedIn(this.bars) !== null || focusedIn(this.toasts) !== null;
  }

  #draw() {
    const { bars, toasts } = splitNotices(this.#items, this.#gone);
    const focused = this.#hasFocus();
    const idOf = (notice) => notice.id;
    const nothing = () => {};
    this.#top.hidden = bars.length < MANY_BARS;
    setText(this.#dismissAll, `Dismiss all ${grouped(bars.length)} errors`);
    keyed(this.#bars, bars, idOf, (notice) => drawBar(notice, this.#ask), nothing);
    keyed(this.toasts, toasts, idOf, (notice) => this.#makeToast(notice), nothing);
    if (focused && !this.#hasFocus()) this.#giveFocus();
  }

  #dismissBars() {
    const { bars } = splitNotices(this.#items, this.#gone);
    for (const each of bars) this.#ask("dismiss", { notice: each.id });
  }

  #drop(id) {
    this.#timers.get(id)?.pause();
    this.#gone.add(id);
    this.#draw();
  }

  // A toast waits while somebody points at it or has the focus in it.
  #makeToast(notice) {
    const drop = () => this.#drop(notice.id);
    const timer = new Timer(notice.seconds, drop);
    const toast = drawToast(notice, this.#ask, drop);
    const go = () => {
      if (!toast.matches(":hover, :focus-within")) timer.run();
    };
    for (const event of ["pointerenter", "focusin"]) {
      toast.addEventListener(event, () => timer.pause());
    }
    for (const event of ["pointerleave", "focusout"]) toast.addEventListener(event, go);
    this.#timers.set(notice.id, timer);
    timer.run();
    return toast;
  }
}
