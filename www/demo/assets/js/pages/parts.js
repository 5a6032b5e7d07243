// Pieces that several pages are made of.

import { el, svg } from "../dom.js";

/** The title of a page with a line under it and the page's actions beside it. */
export function heading(title, lead, ...actions) {
  return el(
    "div",
    { class: "heading" },
    el("div", {}, el("h1", { tabindex: "-1" }, title), lead ? el("p", { class: "lead" }, lead) : null),
    actions.length > 0 ? el("div", { class: "actions" }, actions) : null,
  );
}

/** What stands where a list has nothing to show. */
export function emptyState(title, text, ...actions) {
  const picture = svg(
    "svg",
    { class: "empty-picture", viewBox: "0 0 120 80", "aria-hidden": "true", focusable: "false" },
    svg("rect", { class: "sheet", x: 18, y: 8, width: 84, height: 64, rx: 8 }),
    svg("rect", { class: "bar", x: 32, y: 44, width: 11, height: 16, rx: 2 }),
    svg("rect", { class: "bar", x: 49, y: 34, width: 11, height: 26, rx: 2 }),
    svg("rect", { class: "bar", x: 66, y: 40, width: 11, height: 20, rx: 2 }),
    svg("rect", { class: "bar lit", x: 83, y: 22, width: 11, height: 38, rx: 2 }),
  );
  return el("div", { class: "empty" }, picture, el("h2", {}, title), el("p", {}, text), actions);
}
