// How one account's score comes about: groups, their measures, and what each adds to the score.

import { el } from "../dom.js";
import { bandName, measureName, number, stageName } from "./words.js";

const COLUMNS = ["Measure", "Value", "Score", "Weight", "Adds"];
const MISSING = { exclude: "left out", zero: "counts as 0", hold: "last known value" };

/** The breakdown of a health answer; null while it is read, an error where it could not be. */
export function scoreBreakdown(health) {
  if (health === null) return el("p", { class: "soft" }, "Reading…");
  if (health instanceof Error) return el("p", { class: "fault" }, health.message);
  const { shown, band, coverage, groups, stage, reason } = health;
  const headline = shown === null ? "Not enough data for a score." : `${shown} of 100${band ? `, ${bandName(band)}` : ""}.`;
  return el(
    "div",
    { class: "breakdown" },
    el("p", {}, el("strong", {}, headline), ` ${reason}`),
    groups.length > 0
      ? el("p", { class: "soft" }, `Scorecard of the stage ${stageName(stage)}; ${number(coverage * 100, 0)} % of its weight is known.`)
      : el("p", { class: "soft" }, `There is no scorecard for the stage ${stageName(stage)}.`),
    groups.map(groupTable),
  );
}

function groupTable(group) {
  const score = group.score === null ? "no score yet" : `score ${number(group.score, 1)}`;
  const adds = group.shown === null ? "" : `, adds ${group.shown}`;
  return el(
    "section",
    { "aria-label": group.id },
    el("h2", {}, `${stageName(group.id)} `, el("span", { class: "soft" }, `weight ${number(group.weight, 1)}, ${score}${adds}`)),
    el(
      "table",
      { class: "table compact" },
      el("thead", {}, el("tr", {}, COLUMNS.map((name, index) => el("th", { scope: "col", class: index > 0 ? "number" : null }, name)))),
      el("tbody", {}, group.measures.map(measureRow)),
    ),
  );
}

function measureRow(measure) {
  const { value, score, weight, shown, missing } = measure;
  const cell = (content) => el("td", { class: "number" }, content);
  // The shown contributions are the collector's: dealt out so that they add up to the shown score.
  return el(
    "tr",
    { class: value === null ? "unknown" : null },
    el("th", { scope: "row" }, measureName(measure), value === null && missing ? ` – ${MISSING[missing] ?? missing}` : null),
    cell(value === null ? "unknown" : number(value, 2)),
    cell(score === null ? "–" : number(score, 1)),
    cell(number(weight, 2)),
    cell(shown === null ? "–" : shown),
  );
}
