// What the page may ask of Python: the actions of protocol.py, in its order (a test compares them).

export const ACTIONS = [
  "search",
  "sort",
  "page",
  "refresh",
  "select",
  "open",
  "entries",
  "full_text",
  "image",
  "load_into_notebook",
  "compare",
  "comparison_rows",
  "label",
  "fork",
  "revert",
  "delete",
  "delete_snapshot",
  "undo",
  "dismiss",
];
