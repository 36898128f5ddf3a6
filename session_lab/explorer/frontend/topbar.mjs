// The top bar: where the sessions come from, the search, how many there are; and the busy line.

import { button, focusedIn, h, setAttributes, setText } from "./dom.mjs";
import { debounced } from "./client.mjs";
import { plural } from "./format.mjs";

const SEARCH_MS = 200;
const BUSY_MS = 180;
const SILENT_MS = 6000;
const SILENT_WORDS = "No answer from the kernel yet: another cell may be running.";
const LOST_WORDS =
  "The kernel of this explorer is gone: it was restarted or stopped. Run the cell again.";

// `ask` asks Python; `goDown()` is called where somebody goes on into the list.
export class Search {
  #send;
  #goDown;

  constructor(ask, goDown) {
    this.#send = debounced(SEARCH_MS, (text) => ask("search", { text }));
    this.#goDown = goDown;
    this.element = h("input.slx-input.slx-search", {
      type: "search",
      placeholder: "Search titles, tags and messages",
      "aria-label": "Search sessions",
      title: "Every word must occur (press / to get here)",
      autocomplete: "off",
      spellcheck: "false",
      maxlength: "1000",
      on: {
        input: () => this.#send(this.element.value),
        keydown: (event) => this.#onKey(event),
      },
    });
  }

  // What somebody is typing is newer than what Python says.
  update(table) {
    if (this.#send.pending() || focusedIn(this.element) !== null) return;
    this.element.value = table.search;
  }

  focus() {
    this.element.focus();
    this.element.select();
  }

  close() {
    this.#send.cancel();
  }

  #onKey(event) {
    if (event.key === "Escape" && this.element.value !== "") {
      this.element.value = "";
      this.#send("");
    } else if (event.key !== "ArrowDown" && event.key !== "Enter") {
      return;
    }
    event.preventDefault();
    this.#send.flush();
    if (event.key === "ArrowDown") this.#goDown();
  }
}

export class TopBar {
  #name = h("span.slx-source-name");
  #kind = h("span.slx-source-kind");
  #count = h("span.slx-total", { role: "status" });
  #source = h("div.slx-source", {}, this.#name, this.#kind);

  constructor(ask, search) {
    const options = { title: "Read the source anew" };
    const refresh = button("Refresh", options, () => ask("refresh"));
    this.element = h("div.slx-top", {}, this.#source, search.element, this.#count, refresh);
  }

  update({ source, total, search }) {
    setText(this.#name, source.name);
    setText(this.#kind, source.kind);
    const about = [source.title || source.name, source.kind].filter((each) => each !== "");
    setAttributes(this.#source, { title: about.join("\n") });
    const found = search.trim() === "" ? "" : " found";
    setText(this.#count, plural(total, "session") + found);
  }
}

// A line that runs while requests are under way, and words when that takes long. `mark(busy)` is
// told when it starts and ends.
export class Busy {
  #mark;
  #words = h("div.slx-busy-words", { role: "status" });
  #line = h("div.slx-busy-line", { "aria-hidden": "true" });
  #progress = null;
  #silent = false;
  #lost = false;
  #soon = null;
  #late = null;

  constructor(mark) {
    this.#mark = mark;
    this.element = h("div.slx-busy", {}, this.#line, this.#words);
  }

  // How many requests wait for their answers.
  count(number) {
    clearTimeout(this.#late);
    this.#silent = false;
    if (number === 0) {
      clearTimeout(this.#soon);
      this.#soon = null;
      this.#mark(false);
    } else {
      this.#soon ??= setTimeout(() => this.#mark(true), BUSY_MS);
      this.#late = setTimeout(() => {
        this.#silent = true;
        this.#draw();
      }, SILENT_MS);
    }
    this.#draw();
  }

  lose() {
    this.#lost = true;
    this.#draw();
  }

  setProgress(progress) {
    this.#progress = progress;
    this.element.classList.toggle("slx-busy-long", progress !== null);
    this.#draw();
  }

  close() {
    clearTimeout(this.#soon);
    clearTimeout(this.#late);
  }

  #draw() {
    const { text = "", done = 0, total = 0 } = this.#progress ?? {};
    const silence = this.#lost ? LOST_WORDS : this.#silent ? SILENT_WORDS : "";
    const share = total > 0 ? done / total : null;
    const part = share === null ? "" : ` ${done} of ${total}`;
    setText(this.#words, this.#progress === null ? silence : text + part);
    this.element.classList.toggle("slx-busy-lost", this.#lost);
    this.#line.classList.toggle("slx-busy-share", share !== null);
    this.#line.style.setProperty("--slx-share", String(share ?? 0));
  }
}
