// How numbers, ranges and folds are worded. Pure: no DOM, no model.

export function grouped(number) {
  const sign = number < 0 ? "-" : "";
  return sign + String(Math.abs(number)).replace(/\B(?=(\d{3})+$)/g, ",");
}

export function plural(number, noun, many = `${noun}s`) {
  return `${grouped(number)} ${number === 1 ? noun : many}`;
}

export function rangeText(first, last, total) {
  if (total === 0) return "none";
  return `${grouped(first)}\u2013${grouped(last)} of ${grouped(total)}`;
}

const KNOWN_KINDS = new Set(["system", "user", "assistant", "tool", "custom", "unknown"]);

// A class name is never made of session text: what is not on the list is drawn as unknown.
export function kindClass(kind) {
  return `slx-kind-${KNOWN_KINDS.has(kind) ? kind : "unknown"}`;
}

const ROLE_NAMES = { system: "System", user: "User", assistant: "Assistant", tool: "Tool" };

export function roleName(entry) {
  return ROLE_NAMES[entry.kind] ?? entry.role;
}

export const FOLD_LINES = 14;
export const FOLD_CHARACTERS = 1400;

// Whether a text is drawn clipped, with a button that shows the rest.
export function isFolded(excerpt, lines = FOLD_LINES, characters = FOLD_CHARACTERS) {
  if (excerpt.truncated || excerpt.text.length > characters) return true;
  let count = 1;
  for (let at = excerpt.text.indexOf("\n"); at >= 0; at = excerpt.text.indexOf("\n", at + 1)) {
    count += 1;
    if (count > lines) return true;
  }
  return false;
}

const LONG_RUN = 1000;

// Whether a text has a word without end, such as Base64. Some fonts take seconds to lay one out
// with kerning.
export function hasLongRun(text) {
  if (text.length < LONG_RUN) return false;
  let run = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    run = code === 0x20 || code === 0x0a || code === 0x09 ? 0 : run + 1;
    if (run >= LONG_RUN) return true;
  }
  return false;
}

export function showAllText(excerpt) {
  return `Show all ${plural(excerpt.length, "character")}`;
}

export function showStartText(excerpt) {
  const shown = grouped(excerpt.text.length);
  return `Show the first ${shown} of ${plural(excerpt.length, "character")}`;
}

export function snapshotText(snapshot) {
  const label = snapshot.label ? ` \u201c${snapshot.label}\u201d` : "";
  const newest = snapshot.newest ? " (newest)" : "";
  return `Revision ${snapshot.revision}${label}${newest}`;
}

const RASTER = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
export const IMAGE_CAP = 16_000_000;

// The only address the page ever makes: a raster image that Python has checked, checked again.
export function imageAddress(mediaType, data) {
  if (!RASTER.has(mediaType) || typeof data !== "string" || data.length > IMAGE_CAP) return null;
  return /^[A-Za-z0-9+/]+={0,2}$/.test(data) ? `data:${mediaType};base64,${data}` : null;
}

const NARROW = 800;

export function isNarrow(width) {
  return width < NARROW;
}

// The order in which columns give way when the list is too narrow for all.
const GIVE_WAY = ["turns", "tool_calls", "snapshots", "errors", "updated_at", "messages"];
export const RICH_MINIMUM = 200;

export function columnWidth(column) {
  const letters = column.key.endsWith("_at") ? 11 : Math.max(column.title.length, 4);
  return Math.round(letters * 6.6) + 20;
}

// Which columns a list of this width shows. One that says nothing in any row makes room too, such
// as the times of a source that keeps none.
export function visibleColumns(columns, rows, width) {
  const [rich, ...others] = columns;
  if (rich === undefined) return [];
  const telling = others.filter(
    ({ key }) => rows.length === 0 || rows.some((row) => (row.cells[key]?.text ?? "") !== ""),
  );
  let room = width - RICH_MINIMUM - telling.reduce((sum, each) => sum + columnWidth(each), 0);
  const hidden = new Set();
  for (const key of GIVE_WAY) {
    const column = telling.find((each) => each.key === key);
    if (room >= 0) break;
    if (column === undefined) continue;
    hidden.add(key);
    room += columnWidth(column);
  }
  return [rich, ...telling.filter((each) => !hidden.has(each.key))];
}

export function gridTemplate(columns) {
  const [, ...others] = columns;
  return ["minmax(0, 1fr)", ...others.map((each) => `${columnWidth(each)}px`)].join(" ");
}
