// Addresses that lead nowhere, and pages that could not be read.

import { el } from "../dom.js";
import { t } from "../i18n.js";
import { heading } from "./parts.js";

/** The page for an address that is no page. */
export function lost() {
  const home = el("a", { class: "button primary", href: "/" }, t("lost.home"));
  return { title: t("lost.title"), body: [heading(t("lost.title"), t("lost.text")), el("p", {}, home)] };
}

/** The page in place of one that could not be read. */
export function trouble(error, { again }) {
  const retry = el("button", { class: "button primary", type: "button", on: { click: () => again() } }, t("app.retry"));
  return { title: t("error.title"), body: [heading(t("error.title"), error.message), el("p", {}, retry)] };
}
