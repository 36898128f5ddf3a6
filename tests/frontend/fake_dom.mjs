// As much of a DOM as the front end uses, for node. What the front end must never use (innerHTML
// and its like) raises.

const FORBIDDEN = ["innerHTML", "outerHTML"];

class FakeNode {
  constructor() {
    this.parentNode = null;
  }
  get parentElement() {
    return this.parentNode;
  }
  get nextSibling() {
    const all = this.parentNode?.childNodes ?? [];
    return all[all.indexOf(this) + 1] ?? null;
  }
  getRootNode() {
    return this.parentNode === null ? this : this.parentNode.getRootNode();
  }
  remove() {
    const all = this.parentNode?.childNodes;
    if (all !== undefined) all.splice(all.indexOf(this), 1);
    this.parentNode = null;
    if (fakeDocument.activeElement === this || this.contains?.(fakeDocument.activeElement)) {
      fakeDocument.activeElement = fakeDocument.body;
    }
  }
  replaceWith(other) {
    this.parentNode.insertBefore(other, this);
    this.remove();
  }
}

class FakeText extends FakeNode {
  constructor(data) {
    super();
    this.textContent = data;
  }
}

class FakeStyle {
  setProperty(name, value) {
    this[name] = value;
  }
  removeProperty(name) {
    delete this[name];
  }
}

class FakeClassList {
  constructor(element) {
    this.element = element;
  }
  get names() {
    return this.element.className.split(" ").filter((name) => name !== "");
  }
  contains(name) {
    return this.names.includes(name);
  }
  toggle(name, force = !this.contains(name)) {
    const others = this.names.filter((each) => each !== name);
    this.element.className = (force ? [...others, name] : others).join(" ");
  }
  add(name) {
    this.toggle(name, true);
  }
}

export class FakeElement extends FakeNode {
  constructor(tag) {
    super();
    this.tagName = tag.toUpperCase();
    this.childNodes = [];
    this.attributes = new Map();
    this.listeners = new Map();
    this.dataset = {};
    this.style = new FakeStyle();
    this.classList = new FakeClassList(this);
    this.className = "";
    this.value = "";
    this.hidden = false;
    this.disabled = false;
    this.scrollTop = 0;
    this.clientWidth = 1200;
  }
  get children() {
    return this.childNodes.filter((each) => each instanceof FakeElement);
  }
  get firstChild() {
    return this.childNodes[0] ?? null;
  }
  get firstElementChild() {
    return this.children[0] ?? null;
  }
  get textContent() {
    return this.childNodes.map((each) => each.textContent).join("");
  }
  set textContent(words) {
    this.replaceChildren();
    if (words !== "") this.appendChild(new FakeText(words));
  }
  setAttribute(name, value) {
    this.attributes.set(name, value);
    if (name === "class") this.className = value;
    if (name === "hidden" || name === "disabled" || name === "open") this[name] = true;
    if (name === "value") this.value = value;
    if (name.startsWith("data-")) this.dataset[name.slice(5)] = value;
  }
  getAttribute(name) {
    return this.attributes.get(name) ?? null;
  }
  removeAttribute(name) {
    this.attributes.delete(name);
    if (name === "hidden" || name === "disabled" || name === "open") this[name] = false;
  }
  toggleAttribute(name, force) {
    if (force) this.setAttribute(name, "");
    else this.removeAttribute(name);
  }
  appendChild(child) {
    return this.insertBefore(child, null);
  }
  insertBefore(child, before) {
    child.parentNode?.childNodes.splice(child.parentNode.childNodes.indexOf(child), 1);
    const at = before === null ? this.childNodes.length : this.childNodes.indexOf(before);
    this.childNodes.splice(at, 0, child);
    child.parentNode = this;
    return child;
  }
  replaceChildren() {
    for (const child of [...this.childNodes]) child.remove();
  }
  contains(other) {
    for (let each = other; each; each = each.parentNode) if (each === this) return true;
    return false;
  }
  matches(selector) {
    return selector.split(",").some((part) => this.matchesOne(part.trim()));
  }
  matchesOne(selector) {
    if (selector.startsWith(".")) {
      return selector
        .slice(1)
        .split(".")
        .every((name) => this.classList.contains(name));
    }
    if (selector.startsWith(":")) return false;
    return this.tagName === selector.toUpperCase();
  }
  closest(selector) {
    for (let each = this; each instanceof FakeElement; each = each.parentNode) {
      if (each.matches(selector)) return each;
    }
    return null;
  }
  querySelectorAll(selector) {
    return this.children.flatMap((each) => [
      ...(each.matches(selector) ? [each] : []),
      ...each.querySelectorAll(selector),
    ]);
  }
  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }
  addEventListener(name, listener) {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }
  removeEventListener(name, listener) {
    const left = (this.listeners.get(name) ?? []).filter((each) => each !== listener);
    this.listeners.set(name, left);
  }
  fire(name, more = {}) {
    const event = {
      target: this,
      key: "",
      defaultPrevented: false,
      preventDefault() {
        this.defaultPrevented = true;
      },
      stopPropagation() {
        this.stopped = true;
      },
      ...more,
    };
    for (let each = this; each instanceof FakeElement && !event.stopped; each = each.parentNode) {
      for (const listener of each.listeners.get(name) ?? []) listener(event);
    }
    return event;
  }
  click(more = {}) {
    if (!this.disabled) this.fire("click", more);
  }
  focus() {
    fakeDocument.activeElement = this;
    this.fire("focus");
  }
  select() {}
  scrollIntoView() {}
}

for (const name of FORBIDDEN) {
  Object.defineProperty(FakeElement.prototype, name, {
    get() {
      throw new Error(`${name} was read`);
    },
    set() {
      throw new Error(`${name} was set`);
    },
  });
}

export const fakeDocument = {
  created: [],
  activeElement: null,
  body: null,
  createElement(tag) {
    this.created.push(tag);
    return new FakeElement(tag);
  },
  createTextNode(data) {
    return new FakeText(data);
  },
};

class FakeObserver {
  constructor(callback) {
    this.callback = callback;
  }
  observe() {
    this.callback();
  }
  disconnect() {}
}

// Put the fake in the place of the page, empty.
export function installFakeDom() {
  fakeDocument.created = [];
  fakeDocument.body = new FakeElement("body");
  fakeDocument.body.getRootNode = () => fakeDocument;
  fakeDocument.activeElement = fakeDocument.body;
  globalThis.document = fakeDocument;
  globalThis.ResizeObserver = FakeObserver;
  const listeners = new FakeElement("window");
  globalThis.window = listeners;
  return fakeDocument.body;
}

// A model as anywidget gives it: traits, and what the page sent.
export class FakeModel {
  constructor(traits) {
    this.traits = traits;
    this.sent = [];
    this.listeners = new Map();
  }
  get(name) {
    return this.traits[name];
  }
  set() {
    throw new Error("the page never sets a trait");
  }
  on(event, listener) {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
  }
  off(event, listener) {
    this.listeners.set(
      event,
      (this.listeners.get(event) ?? []).filter((each) => each !== listener),
    );
  }
  send(content) {
    this.sent.push(structuredClone(content));
  }
  change(name, value) {
    this.traits[name] = value;
    for (const listener of this.listeners.get(`change:${name}`) ?? []) listener();
  }
  answer(content) {
    for (const listener of this.listeners.get("msg:custom") ?? []) listener(content, []);
  }
  // Answer the latest request of an action, and let what waits for it go on.
  async done(action, more = {}) {
    const request = this.sent.findLast((each) => each.action === action);
    if (request === undefined) throw new Error(`nobody asked for ${action}`);
    this.answer({ kind: "done", request: request.request, ...more });
    await new Promise((resolve) => setImmediate(resolve));
  }
  actions() {
    return this.sent.map((each) => each.action);
  }
}

// A clock that goes only when it is told to; `tick(ms)` runs what falls due, in its order.
export function installFakeClock() {
  const real = { setTimeout, clearTimeout, now: Date.now };
  const waiting = new Map();
  let time = 1_000_000;
  let count = 0;
  globalThis.setTimeout = (callback, wait = 0, ...values) => {
    count += 1;
    waiting.set(count, { due: time + wait, run: () => callback(...values) });
    return count;
  };
  globalThis.clearTimeout = (id) => waiting.delete(id);
  Date.now = () => time;
  return {
    tick(wait) {
      const end = time + wait;
      for (;;) {
        const due = [...waiting].filter(([, each]) => each.due <= end);
        if (due.length === 0) break;
        const [id, next] = due.sort(([, one], [, other]) => one.due - other.due)[0];
        waiting.delete(id);
        time = next.due;
        next.run();
      }
      time = end;
    },
    reset() {
      globalThis.setTimeout = real.setTimeout;
      globalThis.clearTimeout = real.clearTimeout;
      Date.now = real.now;
    },
  };
}
