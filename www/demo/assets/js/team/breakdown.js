// How one account's score comes about: groups, their measures, and what each adds to the score.

import { el } from "../dom.js";
import { measureName, number, roundedParts, stageName } from "./words.js";

const COLUMNS = ["Measure", "Value", "Score", "Weight", "Adds"];

/** The breakdown of a health answer; null while it is read, an error where it could not be. */
export function scoreBreakdown(health) {
  if (health === null) return el("p", { class: "soft" }, "Reading…");
  if (health instanceof Error) return el("p", { class: "fault" }, health.message);
  const { score, band, coverage, groups = [], stage } = health;
  const known = score !== null && score !== undefined;
  const headline = known
    ? `${number(score, 1)} of 100, ${band ?? "no band"}: the sum of what each measure adds.`
    : "Not enough data for a score: too few of the measures below are known yet.";
  return el(
    "div",
    { class: "breakdown" },
    el("p", {}, el("strong", {}, headline), ` Scorecard of the stage ${stageName(stage)}. ${known || coverage > 0 ? `${number(coverage * 100, 0)} % of its weight is known.` : ""}`),
    groups.length > 0 ? groupTables(groups, known) : el("p", { class: "soft" }, "There is no scorecard for this stage."),
  );
}

function groupTables(groups, known) {
  const measures = groups.flatMap((group) => group.measures);
  // Decimals are dealt out over all measures at once, so that what is shown adds up to the shown score.
  const shares = known ? roundedParts(measures.map(({ contribution }) => contribution ?? 0), 1) : [];
  let next = 0;
  return groups.map((group) =>
    el(
      "section",
      { "aria-label": group.id },
      el("h2", {}, `${stageName(group.id)} `, el("span", { class: "soft" }, groupLine(group))),
      el(
        "table",
        { class: "table compact" },
        el("thead", {}, el("tr", {}, COLUMNS.map((name, index) => el("th", { scope: "col", class: index > 0 ? "number" : null }, name)))),
        el("tbody", {}, group.measures.map((measure) => measureRow(measure, shares[next++]))),
      ),
    ),
  );
}

function groupLine({ weight, score }) {
  const shown = score === null || score === undefined ? "no score yet" : `score ${number(score, 1)}`;
  return `weight ${number(weight, 1)}, ${shown}`;
}

function measureRow(measure, share) {
  const { value, score, weight, missing } = measure;
  const unknown = value === null || value === undefined;
  const cell = (content) => el("td", { class: "number" }, content);
  const note = missing && missing !== true ? ` (${missing})` : "";
  return el(
    "tr",
    { class: unknown ? "unknown" : null },
    el("th", { scope: "row" }, measureName(measure), note),
    cell(unknown ? "unknown" : number(value, 2)),
    cell(score === null || score === undefined ? "–" : number(score, 1)),
    cell(number(weight, 2)),
    cell(share === undefined ? "–" : `+${share}`),
  );
}
