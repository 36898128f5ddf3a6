// The tab Compare: two pickers, and what changed from the one side to the other.

import { button, fill, h, setText } from "./dom.mjs";
import { drawDiffRow, drawField, otherStats, statChips } from "./differences.mjs";
import { plural, snapshotText } from "./format.mjs";
import { isSubmit } from "./keys.mjs";
import { Picker } from "./picker.mjs";

const PICK = "Pick two snapshots, or another session, and compare them.";
const PICK_OTHER = "This session has one snapshot only; pick another session to compare it with.";

// A snapshot of the opened session needs no more than its revision; others bear their session.
function sideName(side, detail) {
  const own = detail?.ref === side.ref;
  const snapshot = own && detail.snapshots.find((each) => each.revision === side.revision);
  const words = snapshot ? snapshotText(snapshot) : side.text;
  return h("span.slx-compared-side", { title: side.text }, words);
}

function resultHead(comparison, detail) {
  return [
    h(
      "div.slx-compared",
      {},
      sideName(comparison.left, detail),
      h("span.slx-compared-arrow", { "aria-label": "to" }, "\u2192"),
      sideName(comparison.right, detail),
    ),
    h(
      "div.slx-stats",
      { role: "status" },
      comparison.equal ? h("b", {}, "Nothing differs") : statChips(comparison.stats),
      h("span.slx-muted", { title: comparison.summary }, otherStats(comparison)),
    ),
  ];
}

// Pure: the snapshot looked at and the one before it, the older first; where there is none before,
// the one after.
export function neighbours(snapshots, revision) {
  const place = snapshots.findIndex((each) => each.revision === revision);
  const at = snapshots[place];
  const other = snapshots[place + 1] ?? snapshots[place - 1] ?? at;
  return other.revision < at.revision ? [other, at] : [at, other];
}

// `ask` asks Python; `sessions()` gives the rows of the list, to pick from.
export class Compare {
  #ask;
  #left;
  #right;
  #hint = h("div.slx-muted", { role: "status" });
  #head = h("div.slx-compare-head");
  #fields = h("div.slx-session-fields");
  #list = h("div.slx-changes", { role: "list", "aria-label": "Differences" });
  #more = button("", { kind: "more" }, () => this.#showMore());
  #detail = null;
  #comparison = null;
  #visible = false;
  #shown = 0;

  constructor({ ask, sessions }) {
    this.#ask = ask;
    this.#left = new Picker("From", sessions);
    this.#right = new Picker("To", sessions);
    this.#more.hidden = true;
    this.element = h(
      "div.slx-compare",
      {},
      this.#form(),
      this.#hint,
      this.#head,
      this.#fields,
      this.#list,
      this.#more,
    );
  }

  update(comparison) {
    const there = comparison.left !== undefined;
    if (there && this.#comparison?.compared_seq === comparison.compared_seq) return;
    this.#comparison = there ? comparison : null;
    this.#visible = there;
    this.#draw();
  }

  updateDetail(detail) {
    const other = this.#detail?.ref !== detail.ref;
    const moved = this.#detail?.opened_seq !== detail.opened_seq;
    this.#detail = detail;
    this.#left.update(detail);
    this.#right.update(detail);
    setText(this.#hint, detail.snapshots.length > 1 ? PICK : PICK_OTHER);
    if (other && this.#comparison !== null) {
      // One that has nothing to do with the session just opened is not shown beside it.
      const { left, right } = this.#comparison;
      this.#visible = [left, right].some(({ ref }) => ref === detail.ref);
      this.#draw();
    } else if (this.#visible) {
      // A side may be the newest no longer, or have a label now.
      fill(this.#head, resultHead(this.#comparison, detail));
    }
    if (moved && !this.#visible) this.suggest();
  }

  // The snapshot looked at against the one before it, unless somebody picks something else.
  suggest() {
    const { snapshots, shown, ref } = this.#detail;
    const [from, to] = neighbours(snapshots, shown.revision);
    this.#left.choose({ ref, revision: from.revision, text: snapshotText(from) });
    this.#right.choose({ ref, revision: to.revision, text: snapshotText(to) });
  }

  focus() {
    this.#left.focus();
  }

  compareSides(from, to) {
    const complete = (side) => ({ ref: null, name: null, revision: null, ...side });
    return this.#ask("compare", { left: complete(from), right: complete(to) });
  }

  // A snapshot against the one looked at; that one itself against its neighbour.
  compareSnapshot(revision) {
    const { snapshots, shown, ref } = this.#detail;
    const pair =
      revision === shown.revision
        ? neighbours(snapshots, revision).map((each) => each.revision)
        : [revision, shown.revision].sort((a, b) => a - b);
    const [from, to] = pair.map((each) => ({ ref, revision: each }));
    return this.compareSides(from, to);
  }

  #form() {
    const swap = button(
      "\u21c4",
      { kind: "quiet", "aria-label": "Swap the sides", title: "Swap the sides" },
      () => this.#swap(),
    );
    const start = button("Compare", { kind: "primary", type: "submit" });
    const submit = (event) => this.#submit(event);
    const keydown = (event) => {
      if (isSubmit(event)) this.#submit(event);
    };
    const parts = [this.#left.element, swap, this.#right.element, start];
    return h("form.slx-pickers", { on: { submit, keydown } }, parts);
  }

  #swap() {
    const was = this.#left.choice();
    this.#left.choose(this.#right.choice());
    this.#right.choose(was);
  }

  #submit(event) {
    event.preventDefault();
    const unnamed = [this.#left, this.#right].find((picker) => picker.choice() === null);
    if (unnamed === undefined) this.compareSides(this.#left.choice(), this.#right.choice());
    else unnamed.askForName();
  }

  #draw() {
    const shown = this.#visible ? this.#comparison : null;
    this.#shown = 0;
    this.#more.hidden = true;
    this.#hint.hidden = shown !== null;
    fill(this.#list);
    fill(this.#head, shown && resultHead(shown, this.#detail));
    fill(
      this.#fields,
      shown?.fields.length > 0 && h("h3.slx-small-heading", {}, "The session itself"),
      shown?.fields.map(drawField),
    );
    if (shown === null) return;
    this.#add(shown.rows);
    if (this.#detail === null) return;
    this.#left.choose(shown.left);
    this.#right.choose(shown.right);
  }

  #add(rows) {
    this.#shown += rows.length;
    for (const row of rows) this.#list.appendChild(drawDiffRow(row));
    const left = this.#comparison.row_count - this.#shown;
    this.#more.hidden = left <= 0;
    setText(this.#more, `Show more (${plural(left, "row")} left)`);
  }

  async #showMore() {
    const { compared_seq: sequence } = this.#comparison;
    const start = this.#shown;
    setText(this.#more, "Loading \u2026");
    const answer = await this.#ask("comparison_rows", { start });
    if (this.#comparison?.compared_seq !== sequence || this.#shown !== start) return;
    this.#add(answer.kind === "rows" && answer.compared_seq === sequence ? answer.rows : []);
  }
}
