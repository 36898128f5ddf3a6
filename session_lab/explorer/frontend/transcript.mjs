// The tab Transcript: the messages of the opened session, in windows of 100.

import { button, fill, h, setText } from "./dom.mjs";
import { drawEntries } from "./entries.mjs";
import { plural } from "./format.mjs";

// `asker` asks for what is not here yet: entries(start), text(index, part), image(index, number);
// each a promise, of null where it can't be had.
export class Transcript {
  #asker;
  #list = h("div.slx-entries", { role: "list", "aria-label": "Messages" });
  #nothing = h("p.slx-empty", {}, "This session has no messages.");
  #more = button("", { kind: "more" }, () => this.#showMore());
  #shown = 0;
  #total = 0;
  #turn = 0;
  #drawing = 0;

  constructor(asker) {
    this.#asker = asker;
    this.element = h("div.slx-transcript", {}, this.#list, this.#nothing, this.#more);
  }

  update(detail) {
    this.#drawing += 1;
    this.#shown = 0;
    this.#turn = 0;
    this.#total = detail.entry_count;
    fill(this.#list);
    this.#nothing.hidden = this.#total > 0;
    this.#add(detail.entries);
  }

  #add(entries) {
    const { drawn, turn } = drawEntries(entries, this.#turn, this.#asker);
    this.#turn = turn;
    this.#shown += entries.length;
    for (const each of drawn) this.#list.appendChild(each);
    const left = this.#total - this.#shown;
    this.#more.hidden = left <= 0;
    setText(this.#more, `Show more (${plural(left, "message")} left)`);
  }

  async #showMore() {
    const drawing = this.#drawing;
    const start = this.#shown;
    setText(this.#more, "Loading \u2026");
    const answer = await this.#asker.entries(start);
    if (drawing !== this.#drawing || start !== this.#shown) return;
    const byKey = this.#more.getRootNode().activeElement === this.#more;
    const before = this.#list.children.length;
    if (answer !== null) this.#total = answer.entry_count;
    this.#add(answer?.entries ?? []);
    // The button moves down or goes: somebody who pressed it reads on at the first new message.
    const next = this.#list.children[before];
    if (byKey && next !== undefined) {
      next.tabIndex = -1;
      next.focus();
    }
  }
}
