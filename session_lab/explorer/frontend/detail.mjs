// The right side: the opened session with its head, its forms and its tabs.

import { h } from "./dom.mjs";
import { Banner, Head } from "./head.mjs";
import { Compare } from "./compare.mjs";
import { Forms } from "./forms.mjs";
import { Snapshots } from "./snapshots.mjs";
import { Tabs } from "./tabs.mjs";
import { Transcript } from "./transcript.mjs";

function drawNothing() {
  return h(
    "div.slx-nothing",
    {},
    h("div.slx-nothing-title", {}, "No session is open"),
    h("div.slx-muted", {}, "Pick one from the list to read it: click it, or use the arrow keys."),
  );
}

// `ask` asks Python; `sessions()` gives the list's rows.
export class Detail {
  #ask;
  #detail = null;
  #running = new Set();
  #nothing = drawNothing();
  #inner;
  #head = new Head((action) => this.#run(action));
  #banner = new Banner(() => this.#openSnapshot(null));
  #compare;
  #transcript = new Transcript(this.#asker());
  #snapshots;
  #tabs;
  #forms;

  constructor({ ask, sessions }) {
    this.#ask = ask;
    this.#compare = new Compare({ ask, sessions });
    this.#forms = new Forms({
      label: (name) => this.#once("label", { revision: this.#revision(), name }),
      fork: (newId) => this.#once("fork", { revision: this.#revision(), new_id: newId }),
    });
    this.#snapshots = new Snapshots({
      openSnapshot: (revision) => this.#openSnapshot(revision),
      compareSnapshot: (revision) => this.#compare.compareSnapshot(revision),
      startLabel: (opener) => this.#forms.start("label", this.#detail, opener),
      deleteSnapshot: () => this.#once("delete_snapshot", { revision: this.#revision() }),
    });
    this.#tabs = new Tabs([
      ["transcript", "Transcript", this.#transcript.element],
      ["snapshots", "Snapshots", this.#snapshots.element],
      ["compare", "Compare", this.#compare.element],
    ]);
    this.#inner = h(
      "div.slx-detail-inner",
      { hidden: true },
      this.#head.element,
      this.#forms.element,
      this.#tabs.list,
      this.#banner.element,
      this.#tabs.panels,
    );
    const label = { "aria-label": "The opened session" };
    this.element = h("section.slx-detail", label, this.#nothing, this.#inner);
  }

  update(view) {
    const before = this.#detail;
    const open = view.ref !== undefined;
    this.#detail = open ? view : null;
    if (before?.opened_seq !== view.opened_seq) this.#forms.close();
    this.#inner.hidden = !open;
    this.#nothing.hidden = open;
    if (open) this.#draw(view, before);
  }

  updateComparison(view) {
    this.#compare.update(view);
  }

  selectTab(name) {
    this.#tabs.select(name);
  }

  focus() {
    this.#tabs.focusPanel();
  }

  deleteSession(ref) {
    if (this.#detail?.ref === ref && this.#detail.actions.delete.enabled) this.#once("delete");
  }

  // There has to be a session on the right for the tab Compare to be there.
  async compareSides(left, right) {
    if (this.#detail === null) {
      const answer = await this.#ask("open", { ref: left.ref, revision: null });
      if (answer.kind === "failed") return;
    }
    await this.#compare.compareSides(left, right);
  }

  #draw(view, before) {
    this.#head.update(view);
    this.#banner.update(view);
    this.#tabs.count("snapshots", view.snapshots.length);
    this.#snapshots.update(view);
    this.#compare.updateDetail(view);
    // A new label must not throw away what somebody has unfolded and scrolled to.
    if (before?.opened_seq === view.opened_seq && before.entry_count === view.entry_count) return;
    this.#transcript.update(view);
    this.#tabs.toTop("transcript");
  }

  #revision() {
    return this.#detail.shown.revision;
  }

  // A second press while the first is under way must not delete or fork twice.
  async #once(action, parameters = {}) {
    return this.#single(action, { ref: this.#detail.ref, ...parameters });
  }

  async #single(action, parameters) {
    if (this.#running.has(action)) return { kind: "failed" };
    this.#running.add(action);
    try {
      return await this.#ask(action, parameters);
    } finally {
      this.#running.delete(action);
    }
  }

  // Null is the newest.
  async #openSnapshot(revision) {
    const there = revision === this.#revision();
    const answer = there || (await this.#ask("open", { ref: this.#detail.ref, revision }));
    if (there || answer.kind === "done") this.#tabs.select("transcript");
  }

  #run(action) {
    const acts = {
      load_into_notebook: () => this.#single("load_into_notebook", {}),
      compare: () => this.#startCompare(),
      label: () => this.#forms.start("label", this.#detail, this.#head.button("label")),
      fork: () => this.#forms.start("fork", this.#detail, this.#head.button("fork")),
      revert: () => this.#once("revert", { revision: this.#revision() }),
      delete: () => this.#once("delete"),
    };
    acts[action]();
  }

  #startCompare() {
    this.#tabs.select("compare");
    this.#compare.suggest();
    this.#compare.focus();
  }

  // What the transcript asks of the opened session; null where it can't be had, or where another
  // session or snapshot has been opened meanwhile.
  #asker() {
    const about = async (action, parameters, kind) => {
      const sequence = this.#detail.opened_seq;
      const answer = await this.#ask(action, parameters);
      return answer.kind === kind && this.#detail?.opened_seq === sequence ? answer : null;
    };
    return {
      entries: (start) => about("entries", { start }, "entries"),
      image: (index, number) => about("image", { index, number }, "image"),
      text: async (index, part) => {
        const answer = await about("full_text", { index, part }, "full_text");
        return answer?.text ?? null;
      },
    };
  }
}
