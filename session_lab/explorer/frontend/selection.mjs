// Which sessions are selected after a click or key. By ref, never by position. Pure.

// `anchor` is where a range starts; `refs` are the rows shown, in their order.
export function pickOne(ref) {
  return { selection: [ref], anchor: ref };
}

export function toggleOne(selection, ref) {
  const without = selection.filter((each) => each !== ref);
  return {
    selection: without.length < selection.length ? without : [...selection, ref],
    anchor: ref,
  };
}

export function pickRange(refs, anchor, ref) {
  const from = refs.indexOf(anchor);
  const to = refs.indexOf(ref);
  if (from < 0 || to < 0) return pickOne(ref);
  const range = refs.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { selection: from <= to ? range : range.reverse(), anchor };
}

export function pickByClick(refs, selection, anchor, ref, event) {
  if (event.shiftKey) return pickRange(refs, anchor, ref);
  if (event.ctrlKey || event.metaKey) return toggleOne(selection, ref);
  return pickOne(ref);
}
