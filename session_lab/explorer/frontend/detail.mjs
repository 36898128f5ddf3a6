// The right side: the opened session's head with its actions, and the tabs.

import { button, fill, h, isEnabled, setAttributes, setEnabled, setText } from "./dom.mjs";
import { plural } from "./format.mjs";
import { createCompare } from "./compare.mjs";
import { createForms } from "./forms.mjs";
import { createSnapshots } from "./snapshots.mjs";
import { createTabs } from "./tabs.mjs";
import { createTranscript } from "./transcript.mjs";

const BUTTONS = [
  ["load_into_notebook", "Load into notebook", "Put this session into a variable of the notebook"],
  ["compare", "Compare with\u2026", "Compare this snapshot with another one or another session"],
  ["label", "Label\u2026", "Give this snapshot a name"],
  ["fork", "Fork\u2026", "Start a new session from this snapshot"],
  ["revert", "Revert", "Make this snapshot\u2019s content the newest"],
  ["delete", "Delete", "Move this session to the trash; it can be taken back"],
];

function drawFact(fact) {
  return h(
    "div.slx-fact",
    { title: fact.title || null },
    h("dt", {}, fact.name),
    h("dd", {}, fact.text),
  );
}

const FEW_FACTS = 3;

// The first facts, and a button for the rest.
function drawFacts(place, { id, facts }) {
  const name = () => h("div.slx-detail-id", { title: `session ${id}` }, h("dd", {}, id));
  const rest = facts.slice(FEW_FACTS);
  const showAll = () => fill(place, name(), facts.map(drawFact));
  if (rest.length < 2) {
    showAll();
    return;
  }
  const more = button(`+${rest.length} more`, { kind: "link", "aria-label": "Show all facts" }, showAll);
  fill(place, name(), facts.slice(0, FEW_FACTS).map(drawFact), h("div", {}, more));
}

function createHead(run) {
  const title = h("h2.slx-detail-title");
  const failed = h("span.slx-pill.slx-pill-failed");
  const facts = h("dl.slx-facts");
  const reasons = h("div.slx-reasons");
  const note = h("div.slx-note");
  const buttons = new Map();
  const bar = h("div.slx-actions", { role: "toolbar", "aria-label": "What to do with this session" });
  for (const [action, words, about] of BUTTONS) {
    const kind = { load_into_notebook: "primary", delete: "danger" }[action] ?? "";
    const each = button(words, { kind, "data-title": about, title: about, "data-action": action }, () => {
      if (isEnabled(each)) run(action);
    });
    buttons.set(action, each);
    bar.appendChild(each);
  }
  const element = h(
    "header.slx-detail-head",
    {},
    h("div.slx-title-line", {}, title, failed),
    facts,
    bar,
    reasons,
    note,
  );

  // Each reason once, after the names of the buttons that it is about. That the newest snapshot
  // can't be reverted to needs no words; the button's title has them.
  function drawReasons({ actions, shown }) {
    const by = new Map();
    for (const [action, words] of BUTTONS) {
      const { enabled, reason } = actions[action];
      if (!enabled && !(action === "revert" && shown.newest)) by.set(reason, [...(by.get(reason) ?? []), words.replace("\u2026", "")]);
    }
    fill(reasons, [...by].map(([reason, names]) =>
      h("div.slx-reason", { title: reason }, h("b", {}, `${names.join(", ")}: `), reason),
    ));
  }

  function update(detail) {
    const words = detail.title || detail.preview || "(no text)";
    setAttributes(setText(title, words), { title: words });
    failed.hidden = detail.errors === 0;
    setText(failed, plural(detail.errors, "failed call"));
    drawFacts(facts, detail);
    for (const [action, each] of buttons) {
      setEnabled(each, detail.actions[action].enabled, detail.actions[action].reason);
    }
    drawReasons(detail);
    note.hidden = detail.note === "";
    setText(note, detail.note);
  }

  return { element, update, button: (action) => buttons.get(action) };
}

function createBanner(openSnapshot) {
  const words = h("span");
  const back = button("Back to newest", { kind: "small" }, () => openSnapshot(null));
  const element = h("div.slx-banner", { role: "status", hidden: true }, words, back);
  function update({ shown, snapshots }) {
    element.hidden = shown.newest;
    const label = shown.label ? ` \u201c${shown.label}\u201d` : "";
    setText(words, shown.newest ? "" : `You look at snapshot ${shown.position} of ${snapshots.length}${label}`);
  }
  return { element, update };
}

// The requests about the opened session; `current()` gives the detail shown.
function createAsker(ask, current) {
  async function about(action, parameters, kind) {
    const { opened_seq: sequence } = current();
    const answer = await ask(action, parameters);
    return answer.kind === kind && current()?.opened_seq === sequence ? answer : null;
  }
  return {
    entries: (start) => about("entries", { start }, "entries"),
    image: (index, number) => about("image", { index, number }, "image"),
    text: async (index, part) => (await about("full_text", { index, part }, "full_text"))?.text ?? null,
  };
}

// `ask` asks Python; `sessions()` gives the list's rows.
export function createDetail({ ask, sessions }) {
  let detail = null;
  const running = new Set();
  const compare = createCompare({ ask, sessions });
  const transcript = createTranscript(createAsker(ask, () => detail));
  const snapshots = createSnapshots({
    openSnapshot,
    compareSnapshot: (revision) => compare.compareSnapshot(revision),
    startLabel: () => forms.start("label", detail, snapshots.element),
    deleteSnapshot: () => once("delete_snapshot", { revision: detail.shown.revision }),
  });
  const tabs = createTabs([
    ["transcript", "Transcript", transcript.element],
    ["snapshots", "Snapshots", snapshots.element],
    ["compare", "Compare", compare.element],
  ]);
  const forms = createForms({
    label: (name) => once("label", { revision: detail.shown.revision, name }),
    fork: (newId) => once("fork", { revision: detail.shown.revision, new_id: newId }),
  });
  const head = createHead(run);
  const banner = createBanner(openSnapshot);
  const inner = h(
    "div.slx-detail-inner",
    { hidden: true },
    head.element,
    forms.element,
    tabs.list,
    banner.element,
    tabs.panels,
  );
  const nothing = h(
    "div.slx-nothing",
    {},
    h("div.slx-nothing-title", {}, "No session is open"),
    h("div.slx-muted", {}, "Pick one from the list to read it: click it, or use the arrow keys."),
  );
  const element = h("section.slx-detail", { "aria-label": "The opened session" }, nothing, inner);

  // A second press while the first is under way must not delete or fork twice.
  async function once(action, parameters = {}) {
    if (running.has(action)) return { kind: "failed" };
    running.add(action);
    try {
      return await ask(action, { ref: detail.ref, ...parameters });
    } finally {
      running.delete(action);
    }
  }

  async function openSnapshot(revision) {
    if (revision === detail.shown.revision) {
      tabs.select("transcript");
      return;
    }
    const answer = await ask("open", { ref: detail.ref, revision });
    if (answer.kind === "done") tabs.select("transcript");
  }

  function run(action) {
    if (action === "compare") {
      tabs.select("compare");
      compare.suggest();
      compare.focus();
    } else if (action === "label" || action === "fork") {
      forms.start(action, detail, head.button(action));
    } else if (action === "revert") once("revert", { revision: detail.shown.revision });
    else if (action === "delete") once("delete");
    else if (!running.has(action)) {
      running.add(action);
      ask("load_into_notebook").then(() => running.delete(action));
    }
  }

  // There has to be a session on the right for the tab Compare to be there.
  async function compareSides(left, right) {
    if (detail === null) {
      const answer = await ask("open", { ref: left.ref, revision: left.revision ?? null });
      if (answer.kind === "failed") return;
    }
    await compare.compareSides(left, right);
  }

  function update(next) {
    const before = detail;
    const open = next.ref !== undefined;
    inner.hidden = !open;
    nothing.hidden = open;
    detail = open ? next : null;
    if (!open) {
      forms.cancel();
      return;
    }
    const other = before === null || before.opened_seq !== next.opened_seq;
    if (other) forms.cancel();
    head.update(next);
    banner.update(next);
    tabs.count("snapshots", next.snapshots.length);
    snapshots.update(next);
    compare.updateDetail(next);
    // A new label must not throw away what somebody has unfolded and scrolled to.
    if (other || before.entry_count !== next.entry_count) {
      transcript.update(next);
      tabs.toTop("transcript");
    }
  }

  return {
    element,
    update,
    updateComparison: compare.update,
    compareSides,
    selectTab: tabs.select,
    focus: tabs.focusPanel,
    deleteSession(ref) {
      if (detail?.ref === ref && detail.actions.delete.enabled) once("delete");
    },
  };
}
