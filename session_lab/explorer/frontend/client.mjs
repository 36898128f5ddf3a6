// Requests to Python and their answers. Each request has a name of its own; an answer that nobody
// waits for (of another view of the same widget, or of one that is gone) is passed over.

import { ACTIONS } from "./actions.mjs";

// `onBusy(count)` hears how many requests are under way, `onLost()` that the kernel that would answer
// is gone.
export function createClient(model, { onBusy, onLost }) {
  const view = Math.random().toString(36).slice(2, 10);
  const waiting = new Map();
  let count = 0;

  function hear(content) {
    const resolve = waiting.get(content?.request);
    if (resolve === undefined) return;
    waiting.delete(content.request);
    onBusy(waiting.size);
    resolve(content);
  }

  // Resolves with the answer, one of kind "failed" included: its notice tells the user.
  function ask(action, parameters = {}) {
    if (!ACTIONS.includes(action)) throw new Error(`the explorer knows no action ${action}`);
    count += 1;
    const request = `${view}-${count}`;
    return new Promise((resolve) => {
      try {
        model.send({ ...parameters, action, request });
      } catch {
        // A comm of a kernel that was restarted or stopped refuses to send.
        onLost();
        resolve({ kind: "failed", request });
        return;
      }
      waiting.set(request, resolve);
      onBusy(waiting.size);
    });
  }

  model.on("msg:custom", hear);
  return {
    ask,
    close() {
      model.off("msg:custom", hear);
      waiting.clear();
    },
  };
}

// Call a function once a pause of `wait` ms has come; `flush` does so at once, `cancel` never.
export function debounced(wait, callback) {
  let timer = null;
  let latest = [];
  function fire() {
    timer = null;
    callback(...latest);
  }
  function call(...values) {
    latest = values;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(fire, wait);
  }
  call.pending = () => timer !== null;
  call.cancel = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  call.flush = () => {
    if (timer === null) return;
    clearTimeout(timer);
    fire();
  };
  return call;
}
