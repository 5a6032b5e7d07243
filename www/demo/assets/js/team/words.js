// How the team's page says numbers, stages and times.

const BANDS = { red: "At risk", yellow: "Watch", green: "Healthy" };

/** A number with at most `digits` decimals. */
export function number(value, digits) {
  return new Intl.NumberFormat("en", { maximumFractionDigits: digits }).format(value);
}

/** The name of a band; a band the page does not know keeps its id. */
export function bandName(band) {
  return BANDS[band] ?? band;
}

/** A stage's id as words: daily-use becomes Daily use. */
export function stageName(stage) {
  if (!stage) return "–";
  const words = stage.replaceAll(/[-_]/g, " ");
  return words[0].toUpperCase() + words.slice(1);
}

/** A measure's id as words: checklist.progress becomes Checklist progress. */
export function measureName({ measure, of, feature }) {
  const about = of ?? feature;
  const words = stageName(measure.replaceAll(".", " "));
  return about ? `${words} (${about})` : words;
}

/** How long ago an account was seen. */
export function whenSeen(moment) {
  if (!moment) return "never";
  const seconds = Math.max(0, (Date.now() - Date.parse(moment)) / 1000);
  const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  const steps = [
    [60, 1, "second"],
    [3600, 60, "minute"],
    [86400, 3600, "hour"],
    [Infinity, 86400, "day"],
  ];
  const [, size, unit] = steps.find(([limit]) => seconds < limit);
  return format.format(-Math.floor(seconds / size), unit);
}

/**
 * Parts of a sum rounded so that they still add up to the rounded sum: each is rounded down, and what is then
 * missing goes to those that lost most (the method of largest remainders).
 */
export function roundedParts(values, digits) {
  const scale = 10 ** digits;
  const exact = values.map((value) => value * scale);
  const floors = exact.map(Math.floor);
  const missing = Math.round(exact.reduce((sum, value) => sum + value, 0)) - floors.reduce((sum, value) => sum + value, 0);
  const byRemainder = exact.map((value, index) => [value - floors[index], index]).sort(([one], [other]) => other - one);
  for (const [, index] of byRemainder.slice(0, missing)) floors[index] += 1;
  return floors.map((value) => (value / scale).toFixed(digits));
}
