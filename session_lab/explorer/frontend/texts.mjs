// Texts that may be long: shown in part, whole on demand; and what is folded away behind a summary.

import { button, h, setText } from "./dom.mjs";
import {
  grouped,
  hasLongRun,
  imageAddress,
  isFolded,
  plural,
  showAllText,
  showStartText,
} from "./format.mjs";

// Set what is drawn plainer where it holds a word without end.
export function markLongRun(element, text) {
  element.classList.toggle("slx-unbroken", hasLongRun(text));
  return element;
}

function setWords(element, text) {
  return setText(markLongRun(element, text), text);
}

// An excerpt {text, length, truncated}. `fetchAll()` gives the whole text as a promise, of null
// where it can't be had (a notice says why); without `fetchAll` only the excerpt can be shown.
export function foldable(excerpt, { mono = false, fetchAll = null, kind = "" } = {}) {
  const names = `div.slx-text${mono ? ".slx-mono" : ""}${kind ? `.slx-${kind}` : ""}`;
  const words = setWords(h(names), excerpt.text);
  const cut = excerpt.truncated && fetchAll === null;
  if (!isFolded(excerpt)) return words;
  let whole = excerpt.truncated && !cut ? null : excerpt.text;
  const more = cut ? showStartText(excerpt) : showAllText(excerpt);
  const toggle = button(more, { kind: "link", "aria-expanded": "false" }, flip);
  words.classList.add("slx-clipped");

  async function flip() {
    if (toggle.getAttribute("aria-expanded") === "true") {
      show(excerpt.text, false);
      words.parentElement.scrollIntoView({ block: "nearest" });
      return;
    }
    if (whole === null) {
      setText(toggle, "Loading \u2026");
      whole = await fetchAll();
    }
    if (whole === null) setText(toggle, more);
    else show(whole, true);
  }

  function show(text, all) {
    setWords(words, text);
    words.classList.toggle("slx-clipped", !all);
    toggle.setAttribute("aria-expanded", all ? "true" : "false");
    setText(toggle, all ? "Show less" : more);
  }

  return h("div.slx-foldable", {}, words, toggle);
}

// Something behind a summary, made when it is first opened.
export function folded(label, make, { open = false, kind = "" } = {}) {
  const element = h(`details.slx-fold${kind ? `.slx-${kind}` : ""}`, {}, h("summary", {}, label));
  let made = false;
  function unfold() {
    if (made || !element.open) return;
    made = true;
    element.appendChild(make());
  }
  element.addEventListener("toggle", unfold);
  if (open) {
    element.open = true;
    unfold();
  }
  return element;
}

export function foldedExcerpt(name, excerpt, options) {
  const label = `${name} \u00b7 ${plural(excerpt.length, "character")}`;
  return folded(label, () => foldable(excerpt, options));
}

// The picture of a Base64 image, behind a fold; other images stay facts. `fetchImage()` gives the
// answer of kind "image", or null.
export function imageFold(image, fetchImage) {
  if (image.kind !== "base64") return h("div.slx-image-fact", {}, image.summary);
  return folded(`Image \u00b7 ${image.summary}`, () => {
    const place = h("div.slx-image-place.slx-muted", { role: "status" }, "Loading \u2026");
    fetchImage().then((answer) => {
      const address = answer === null ? null : imageAddress(answer.media_type, answer.data);
      if (address === null) {
        setText(place, "This image can\u2019t be shown.");
        return;
      }
      const picture = h("img.slx-image", { alt: image.summary });
      picture.src = address;
      place.replaceWith(picture);
    });
    return place;
  });
}

export function indexMark(index) {
  return h("span.slx-index", { title: `message ${index}, counted from 0` }, `#${grouped(index)}`);
}
