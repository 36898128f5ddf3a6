// A row of tabs and their panels, each with its own scroll.

import { freshId, h, setAttributes, setText } from "./dom.mjs";
import { grouped } from "./format.mjs";
import { moveInTabs } from "./keys.mjs";

// `parts`: [name, title, content] each.
export function createTabs(parts) {
  const tabs = new Map();
  let selected = parts[0][0];
  const list = h("div.slx-tabs", { role: "tablist", "aria-label": "Views of this session" });
  const panels = h("div.slx-panels");

  for (const [name, title, content] of parts) {
    const tabId = freshId(`tab-${name}`);
    const panelId = freshId(`panel-${name}`);
    const count = h("span.slx-tab-count");
    const tab = h(
      "button.slx-tab",
      {
        type: "button",
        role: "tab",
        id: tabId,
        "aria-controls": panelId,
        "data-tab": name,
        on: { click: () => select(name), keydown: onKey },
      },
      title,
      count,
    );
    const panel = h(
      "div.slx-panel",
      { role: "tabpanel", id: panelId, "aria-labelledby": tabId, tabindex: "0", "data-panel": name },
      content,
    );
    tabs.set(name, { tab, panel, count });
    list.appendChild(tab);
    panels.appendChild(panel);
  }

  function draw() {
    for (const [name, { tab, panel }] of tabs) {
      const active = name === selected;
      setAttributes(tab, { "aria-selected": active ? "true" : "false", tabindex: active ? "0" : "-1" });
      panel.hidden = !active;
    }
  }

  function select(name) {
    if (!tabs.has(name)) return;
    selected = name;
    draw();
  }

  function onKey(event) {
    const names = [...tabs.keys()];
    const to = moveInTabs(event.key, names.indexOf(selected), names.length);
    if (to === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    select(names[to]);
    tabs.get(selected).tab.focus();
  }

  draw();
  return {
    list,
    panels,
    select,
    count: (name, number) => setText(tabs.get(name).count, grouped(number)),
    toTop(name) {
      tabs.get(name).panel.scrollTop = 0;
    },
    focusPanel: () => tabs.get(selected).panel.focus(),
  };
}
