// What there is to tell: errors as bars that stay, the rest as toasts that go after a while.

import { button, focusedIn, h, keyed } from "./dom.mjs";

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

// A clock that can be stopped: `done` is called once `seconds` have run.
export function createTimer(seconds, done, now = () => Date.now()) {
  let left = seconds * 1000;
  let since = null;
  let timer = null;
  function pause() {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    left -= now() - since;
  }
  function run() {
    if (timer !== null || seconds === 0) return;
    since = now();
    timer = setTimeout(done, Math.max(0, left));
  }
  return { run, pause };
}

function drawBar(notice, ask) {
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
    button(
      "Dismiss",
      { kind: "small", "aria-label": `Dismiss: ${notice.text}` },
      () => ask("dismiss", { notice: notice.id }),
    ),
  );
}

function drawToast(notice, ask, drop) {
  const more = [notice.where, notice.hint].filter((each) => each !== "").join(" \u00b7 ");
  return h(
    "div.slx-toast",
    {},
    h(
      "div.slx-toast-words",
      {},
      h("div", {}, notice.text),
      more && h("div.slx-muted", {}, more),
    ),
    notice.kind === "undo" &&
      button("Undo", { kind: "undo", title: "Take it back (Ctrl+Z)" }, () =>
        ask("undo", { notice: notice.id }),
      ),
    button("\u00d7", { kind: "quiet", "aria-label": "Close" }, drop),
  );
}

// `ask` asks Python; `giveFocus()` is called where the focus stood in a notice that goes.
export function createNotices(ask, giveFocus) {
  const bars = h("div.slx-bars");
  const toasts = h("div.slx-toasts", { role: "status", "aria-live": "polite" });
  const gone = new Set();
  const timers = new Map();
  let items = null;

  function draw() {
    const split = splitNotices(items, gone);
    const focused = focusedIn(bars) !== null || focusedIn(toasts) !== null;
    keyed(bars, split.bars, (each) => each.id, (each) => drawBar(each, ask), () => {});
    keyed(toasts, split.toasts, (each) => each.id, makeToast, () => {});
    if (focused && focusedIn(bars) === null && focusedIn(toasts) === null) giveFocus();
  }

  function makeToast(notice) {
    const drop = () => {
      timers.get(notice.id)?.pause();
      gone.add(notice.id);
      draw();
    };
    const timer = createTimer(notice.seconds, drop);
    const toast = drawToast(notice, ask, drop);
    const go = () => {
      if (!toast.matches(":hover, :focus-within")) timer.run();
    };
    for (const event of ["pointerenter", "focusin"]) toast.addEventListener(event, timer.pause);
    for (const event of ["pointerleave", "focusout"]) toast.addEventListener(event, go);
    timers.set(notice.id, timer);
    timer.run();
    return toast;
  }

  function update(view) {
    // What was done before this view was drawn is no news in it.
    if (items === null) for (const each of view.items ?? []) if (each.kind === "done") gone.add(each.id);
    items = view.items ?? [];
    const there = new Set(items.map((each) => each.id));
    for (const [id, timer] of timers) {
      if (there.has(id)) continue;
      timer.pause();
      timers.delete(id);
    }
    draw();
  }

  return {
    bars,
    toasts,
    update,
    // The newest deletion that can still be taken back, or null.
    latestUndo: () => items?.findLast((each) => each.kind === "undo")?.id ?? null,
    close() {
      for (const timer of timers.values()) timer.pause();
    },
  };
}
