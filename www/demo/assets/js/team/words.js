// How the team's page says numbers, stages and times.

const BANDS = { red: "At risk", yellow: "Watch", green: "Healthy" };

/** A number with at most `digits` decimals, and at least `least`. */
export function number(value, digits, least = 0) {
  return new Intl.NumberFormat("en", { maximumFractionDigits: digits, minimumFractionDigits: least }).format(value);
}

/** A difference with its sign. */
export function signed(value) {
  return new Intl.NumberFormat("en", { maximumFractionDigits: 1, signDisplay: "exceptZero" }).format(value);
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
