// Elements, made one way only: by name from a fixed list, with text as text. Nothing in the front
// end makes elements otherwise (a test looks), so no text of a session can become markup.

const TAGS = new Set(
  (
    "b button details div form h2 h3 img input label li " +
    "optgroup option p section select span summary ul"
  ).split(" "),
);

const ATTRIBUTES = new Set(
  (
    "alt autocomplete class disabled for hidden id label maxlength open placeholder role " +
    "selected spellcheck tabindex title type value"
  ).split(" "),
);

function isAttribute(name) {
  return ATTRIBUTES.has(name) || name.startsWith("aria-") || name.startsWith("data-");
}

// True is an attribute without a value; false, null and undefined leave it out.
export function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (!isAttribute(name)) throw new Error(`${name} is no attribute of the explorer's elements`);
    if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  return element;
}

function addChildren(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false || child === "") continue;
    if (Array.isArray(child)) addChildren(element, child);
    else if (typeof child === "object") element.appendChild(child);
    else element.appendChild(document.createTextNode(String(child)));
  }
}

// h("button.slx-button", {type: "button", on: {click}}, "Fork"): the name is code, the rest may be
// session text.
export function h(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  if (!TAGS.has(tag)) throw new Error(`${tag} is no element of the explorer`);
  const element = document.createElement(tag);
  if (classes.length > 0) element.className = classes.join(" ");
  const { on = {}, ...plain } = attributes;
  setAttributes(element, plain);
  for (const [event, handler] of Object.entries(on)) element.addEventListener(event, handler);
  addChildren(element, children);
  return element;
}

// A button; while it is disabled (setEnabled) a click does nothing.
export function button(label, { kind = "", ...attributes } = {}, onClick = null) {
  const names = `button.slx-button${kind ? `.slx-${kind}` : ""}`;
  const element = h(names, { type: "button", ...attributes }, label);
  element.addEventListener("click", (event) => {
    if (onClick !== null && isEnabled(element)) onClick(event);
  });
  return element;
}

export function setText(element, text) {
  const words = String(text);
  if (element.textContent !== words) element.textContent = words;
  return element;
}

export function fill(element, ...children) {
  element.replaceChildren();
  addChildren(element, children);
  return element;
}

// A button that does not work says why, on hover and to a screen reader, and keeps its place in
// the tab order so that the reason can be reached. `state` is {enabled, reason}.
export function setEnabled(element, state) {
  setAttributes(element, {
    "aria-disabled": state.enabled ? null : "true",
    title: state.enabled ? element.getAttribute("data-title") : state.reason,
  });
}

export function isEnabled(element) {
  return element.getAttribute("aria-disabled") !== "true";
}

// Bring the children of `parent` into the order of `items`, keeping the element of each key, so
// that focus and scroll survive an update.
export function keyed(parent, items, keyOf, make, update) {
  const old = new Map();
  for (const child of [...parent.children]) old.set(child.dataset.key, child);
  let before = null;
  for (const [place, item] of items.entries()) {
    const key = String(keyOf(item));
    let element = old.get(key);
    old.delete(key);
    if (element === undefined) {
      element = make(item);
      element.dataset.key = key;
    }
    update(element, item, place);
    const wanted = before === null ? parent.firstChild : before.nextSibling;
    if (element !== wanted) parent.insertBefore(element, wanted);
    before = element;
  }
  for (const gone of old.values()) gone.remove();
}

let idCount = 0;

export function freshId(name) {
  idCount += 1;
  return `slx-${name}-${idCount}`;
}

// Where the focus is, also inside a shadow root.
export function focusedIn(element) {
  const active = element.getRootNode().activeElement ?? null;
  return active !== null && element.contains(active) ? active : null;
}
