// What a key means in a grid, a row of tabs and a separator. Pure: it reads the event, no more.

export const ROWS_PER_LEAP = 10;

// The place a key moves to in a list; null for a key that moves nowhere.
export function moveInList(key, index, count) {
  if (count === 0) return null;
  const moves = {
    ArrowDown: index + 1,
    ArrowUp: index < 0 ? count - 1 : index - 1,
    Home: 0,
    End: count - 1,
    PageDown: index + ROWS_PER_LEAP,
    PageUp: index - ROWS_PER_LEAP,
  };
  if (!Object.hasOwn(moves, key)) return null;
  return Math.min(count - 1, Math.max(0, moves[key]));
}

// Tabs go round.
export function moveInTabs(key, index, count) {
  const moves = {
    ArrowRight: (index + 1) % count,
    ArrowLeft: (index - 1 + count) % count,
    Home: 0,
    End: count - 1,
  };
  return Object.hasOwn(moves, key) ? moves[key] : null;
}

// What a key asks for in the grid of sessions.
export function gridIntent(event, index, count) {
  const command = event.ctrlKey || event.metaKey;
  if (event.altKey) return null;
  if (event.key === "Enter" && !command) return { kind: "open" };
  if (event.key === " ") return { kind: command ? "toggle" : "open" };
  if (event.key === "Delete" && !command && !event.shiftKey) return { kind: "delete" };
  if (command) return null;
  if (event.key === "PageDown" && index === count - 1) return { kind: "page", to: "next" };
  if (event.key === "PageUp" && index === 0) return { kind: "page", to: "previous" };
  const to = moveInList(event.key, index, count);
  if (to === null) return null;
  return { kind: event.shiftKey ? "extend" : "move", to };
}

const STEP = 24;

// The new size a key gives a separator's first pane; null for a key that does nothing.
export function moveSeparator(key, size, vertical) {
  const [less, more] = vertical ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
  if (key === less) return size - STEP;
  if (key === more) return size + STEP;
  return null;
}

const EDITING = new Set(["a", "c", "v", "x", "y", "z", "Enter", " "]);

// Whether JupyterLab must not act on a key pressed inside the panel: a plain "d" there would delete
// cells. Commands such as Ctrl+S go on working, except those that edit text.
export function belongsToPanel(event) {
  if (!(event.ctrlKey || event.metaKey)) return true;
  return (
    EDITING.has(event.key) ||
    EDITING.has(event.key.toLowerCase()) ||
    /^(Arrow|Home|End|Page)/.test(event.key)
  );
}

export function isUndo(event) {
  const command = event.ctrlKey || event.metaKey;
  return Boolean(command) && !event.shiftKey && event.key.toLowerCase() === "z";
}

// Enter in a text field. Forms can't wait for the browser to submit them: JupyterLab takes the line
// break away before it gets that far.
export function isSubmit(event) {
  return event.key === "Enter" && !event.isComposing && event.target.tagName === "INPUT";
}
