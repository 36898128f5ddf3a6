// Views as Python sends them (protocol.py), small ones, for the tests of the front end.

export const HOSTILE = `<img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script>`;

export function excerpt(text, more = {}) {
  return { text, length: text.length, truncated: false, ...more };
}

export function entry(index, more = {}) {
  return {
    index,
    kind: "user",
    role: more.kind ?? "user",
    turn: 1,
    text: `message ${index}`,
    length: 9,
    truncated: false,
    format: "text",
    reasoning: null,
    signature: null,
    calls: [],
    more_calls: 0,
    call_id: null,
    tool: null,
    answers: null,
    orphan: null,
    failed: false,
    images: [],
    extra: null,
    ephemeral: false,
    ...more,
  };
}

export function call(number, more = {}) {
  return {
    number,
    id: `call_${number}`,
    name: "search",
    arguments: excerpt('{\n  "q": 1\n}'),
    malformed: false,
    answer: null,
    unanswered: true,
    extra: null,
    ...more,
  };
}

export function row(number, more = {}) {
  const cell = (text) => ({ text, title: "" });
  return {
    ref: `{"id":${number},"external_id":null}`,
    id: String(number),
    title: "",
    preview: `preview ${number}`,
    tags: [],
    cells: { messages: cell("4"), errors: cell("0"), updated_at: cell("2 hours ago") },
    failed: false,
    local: false,
    ...more,
  };
}

const COLUMNS = [
  ["session_id", "Session", "start"],
  ["messages", "Messages", "end"],
  ["errors", "Errors", "end"],
  ["updated_at", "Updated", "end"],
].map(([key, title, align]) => ({ key, title, description: title, align, sort: key }));

export function tableOf(rows, more = {}) {
  return {
    source: { name: "sessions.db", kind: "agent-base database", title: "" },
    columns: COLUMNS,
    rows,
    total: rows.length,
    first: rows.length > 0 ? 1 : 0,
    last: rows.length,
    has_previous: false,
    has_next: false,
    search: "",
    sort: "updated_at",
    descending: true,
    selection: [],
    opened: null,
    problems: [],
    problem_count: 0,
    empty: "There are no sessions.",
    ...more,
  };
}

export function snapshot(revision, count, more = {}) {
  return {
    revision,
    position: revision,
    label: "",
    time: { text: "2 hours ago", title: "2026-11-02T10:00:00Z" },
    counts: "4 messages",
    change: "",
    parent: "",
    diverged: false,
    errors: 0,
    made_by: "",
    newest: revision === count,
    ...more,
  };
}

const ACTIONS = "load_into_notebook compare label fork revert delete delete_snapshot".split(" ");

export function detailOf(more = {}) {
  const snapshots = more.snapshots ?? [snapshot(2, 2), snapshot(1, 2)];
  const works = Object.fromEntries(ACTIONS.map((name) => [name, { enabled: true, reason: "" }]));
  const entries = more.entries ?? [entry(0), entry(1, { kind: "assistant" })];
  return {
    ref: row(1).ref,
    id: "1",
    title: "",
    preview: "preview 1",
    facts: [{ name: "messages", text: "2", title: "" }],
    errors: 0,
    shown: snapshots[0],
    entries,
    entry_count: entries.length,
    note: "",
    opened_seq: 1,
    ...more,
    snapshots,
    actions: { ...works, ...more.actions },
  };
}

export function diffRow(kind, more = {}) {
  return {
    kind,
    count: 1,
    old_index: kind === "added" ? null : 0,
    new_index: kind === "removed" ? null : 0,
    role: "user",
    title: "",
    old: kind === "added" ? null : excerpt("old words"),
    new: kind === "removed" ? null : excerpt("new words"),
    moved: false,
    fields: [],
    inside: [],
    more: 0,
    ...more,
  };
}

export function comparisonOf(rows, more = {}) {
  const side = (revision) => ({ ref: row(1).ref, revision, text: `1 \u00b7 revision ${revision}` });
  return {
    left: side(1),
    right: side(2),
    summary: "1 edited",
    equal: false,
    stats: { same: 0, added: 0, removed: 0, edited: 1, moved: 0 },
    fields: [],
    rows,
    row_count: rows.length,
    compared_seq: 1,
    ...more,
  };
}

export function noticeOf(id, more = {}) {
  return { id, kind: "done", text: `notice ${id}`, where: "", hint: "", seconds: 10, ...more };
}

export function traitsOf(more = {}) {
  return {
    _table: tableOf([row(1), row(2), row(3)]),
    _detail: {},
    _comparison: {},
    _notices: { items: [] },
    _state: { tab: "transcript", tab_seq: 0, progress: null },
    ...more,
  };
}
