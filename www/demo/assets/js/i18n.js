// The language of the page: texts, numbers and dates.

import { en } from "./locales/en.js";
import { ja } from "./locales/ja.js";

const CATALOGS = { en, ja };
const KEPT_AS = "hikari.locale";

/** Languages a person can choose, each named in itself. */
export const LOCALES = [
  ["en", "English"],
  ["ja", "日本語"],
];

let current = startingLocale();
document.documentElement.lang = current;

/** The language in use. */
export function locale() {
  return current;
}

/** Switches the language; what is on the page has to be drawn again by the caller. */
export function useLocale(tag) {
  current = tag in CATALOGS ? tag : "en";
  document.documentElement.lang = current;
  try {
    localStorage.setItem(KEPT_AS, current);
  } catch {
    // Storage may be denied; the choice then lasts until the page is closed.
  }
}

/** The text for a key, with `{name}` replaced by `values.name`. */
export function t(key, values = {}) {
  const text = CATALOGS[current][key] ?? en[key] ?? key;
  return text.replaceAll(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** A count of things, or yen for sales. */
export function amount(value, source) {
  const money = { style: "currency", currency: "JPY", maximumFractionDigits: 0 };
  return new Intl.NumberFormat(current, source === "sales" ? money : {}).format(value);
}

/** The same, short enough for an axis or a tile. */
export function shortAmount(value, source) {
  const compact = { notation: "compact", maximumFractionDigits: 1 };
  const money = { ...compact, style: "currency", currency: "JPY" };
  return new Intl.NumberFormat(current, source === "sales" ? money : compact).format(value);
}

/** A share as a percentage with its sign. */
export function change(share) {
  return new Intl.NumberFormat(current, { style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" }).format(share);
}

/** A calendar day such as 2026-03-31, without a time zone moving it. */
export function day(date, options = { month: "short", day: "numeric" }) {
  return new Intl.DateTimeFormat(current, { ...options, timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));
}

/** A moment, as how long ago it was where that is short, else as a date. */
export function ago(moment) {
  const seconds = (Date.parse(moment) - Date.now()) / 1000;
  const format = new Intl.RelativeTimeFormat(current, { numeric: "auto" });
  if (Math.abs(seconds) < 60) return format.format(0, "second");
  if (Math.abs(seconds) < 3600) return format.format(Math.trunc(seconds / 60), "minute");
  if (Math.abs(seconds) < 86400) return format.format(Math.trunc(seconds / 3600), "hour");
  if (Math.abs(seconds) < 7 * 86400) return format.format(Math.trunc(seconds / 86400), "day");
  return new Intl.DateTimeFormat(current, { dateStyle: "medium" }).format(new Date(moment));
}

function startingLocale() {
  try {
    const kept = localStorage.getItem(KEPT_AS);
    if (kept in CATALOGS) return kept;
  } catch {
    // Storage may be denied; the browser's languages decide then.
  }
  return navigator.languages.some((tag) => tag.startsWith("ja")) ? "ja" : "en";
}
