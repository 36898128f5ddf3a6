// The rows of the source that can't be read, folded above the list.

import { fill, h, setText } from "./dom.mjs";
import { grouped, plural } from "./format.mjs";

function drawProblem(problem) {
  return h(
    "li",
    {},
    h("div.slx-problem-what", {}, problem.problem),
    problem.where && h("div.slx-problem-where", {}, problem.where),
    problem.hint && h("div.slx-problem-hint", {}, problem.hint),
  );
}

export class Problems {
  #summary = h("summary");
  #list = h("ul");
  #more = h("div.slx-muted");

  constructor() {
    this.element = h(
      "details.slx-problems",
      { hidden: true },
      this.#summary,
      this.#list,
      this.#more,
    );
  }

  update(table) {
    this.element.hidden = table.problem_count === 0;
    setText(this.#summary, `${plural(table.problem_count, "row")} can\u2019t be read`);
    fill(this.#list, table.problems.map(drawProblem));
    const left = table.problem_count - table.problems.length;
    setText(this.#more, left > 0 ? `and ${grouped(left)} more` : "");
  }
}
