// A row of tabs and their panels, each with its own scroll.

import { freshId, h, setAttributes, setText } from "./dom.mjs";
import { grouped } from "./format.mjs";
import { moveInTabs } from "./keys.mjs";

// `parts`: [name, title, content] each.
export class Tabs {
  #tabs = new Map();
  #selected;

  constructor(parts) {
    this.list = h("div.slx-tabs", { role: "tablist", "aria-label": "Views of this session" });
    this.panels = h("div.slx-panels");
    for (const [name, title, content] of parts) this.#add(name, title, content);
    this.select(parts[0][0]);
  }

  select(name) {
    if (!this.#tabs.has(name)) return;
    this.#selected = name;
    for (const [each, { tab, panel }] of this.#tabs) {
      const active = each === name;
      setAttributes(tab, {
        "aria-selected": active ? "true" : "false",
        tabindex: active ? "0" : "-1",
      });
      panel.hidden = !active;
    }
  }

  count(name, number) {
    setText(this.#tabs.get(name).count, grouped(number));
  }

  toTop(name) {
    this.#tabs.get(name).panel.scrollTop = 0;
  }

  focusPanel() {
    this.#tabs.get(this.#selected).panel.focus();
  }

  #add(name, title, content) {
    const tabId = freshId(`tab-${name}`);
    const panelId = freshId(`panel-${name}`);
    const count = h("span.slx-tab-count");
    const on = { click: () => this.select(name), keydown: (event) => this.#onKey(event) };
    const tab = h(
      "button.slx-tab",
      { type: "button", role: "tab", id: tabId, "aria-controls": panelId, on },
      title,
      count,
    );
    const panel = h(
      "div.slx-panel",
      { role: "tabpanel", id: panelId, "aria-labelledby": tabId, tabindex: "0" },
      content,
    );
    this.#tabs.set(name, { tab, panel, count });
    this.list.appendChild(tab);
    this.panels.appendChild(panel);
  }

  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const names = [...this.#tabs.keys()];
    const to = moveInTabs(event.key, names.indexOf(this.#selected), names.length);
    if (to === null) return;
    event.preventDefault();
    this.select(names[to]);
    this.#tabs.get(this.#selected).tab.focus();
  }
}
