// The first page: four figures, two charts, and what changed last.

import { get } from "../api.js";
import { chart } from "../chart.js";
import { el, icon } from "../dom.js";
import { ago, change, shortAmount, t } from "../i18n.js";
import { mayEdit, session } from "../session.js";
import { heading } from "./parts.js";

export async function dashboard() {
  const { figures, sales, visits, recent } = await get("/dashboard");
  const create = mayEdit()
    ? el("a", { class: "button primary", href: "/reports/new", "data-tour": "new-report" }, icon("plus"), t("reports.new"))
    : null;
  return {
    title: t("dashboard.title"),
    body: [
      heading(t("dashboard.hello", { name: firstName(session.person.name) }), t("dashboard.lead"), create ?? []),
      el("ul", { class: "tiles", "data-tour": "figures" }, figures.map(tile)),
      el(
        "div",
        { class: "two" },
        el("section", { class: "card" }, chart(sales, { kind: "bar", source: "sales", period: "30d", label: t("dashboard.sales") })),
        el("section", { class: "card" }, chart(visits, { kind: "line", source: "visits", period: "90d", label: t("dashboard.visits") })),
      ),
      recentReports(recent),
    ],
  };
}

function tile({ source, total, before }) {
  const share = before === 0 ? 0 : (total - before) / before;
  // Fewer support tickets are good news; fewer of anything else are not.
  const better = source === "tickets" ? share < 0 : share > 0;
  return el(
    "li",
    { class: "card tile" },
    el("h2", {}, t(`source.${source}`)),
    el("p", { class: "figure" }, shortAmount(total, source)),
    el(
      "p",
      { class: `delta ${better ? "good" : "bad"}` },
      icon(share >= 0 ? "up" : "down"),
      el("strong", {}, change(share)),
      el("span", {}, t("dashboard.before")),
    ),
  );
}

function recentReports(recent) {
  const rows = recent.map((report) =>
    el(
      "li",
      {},
      el("a", { href: `/reports/${encodeURIComponent(report.id)}` }, report.name),
      el("span", { class: "badge" }, t(`source.${report.source}`)),
      el("span", { class: "soft" }, ago(report.updated_at)),
    ),
  );
  return el(
    "section",
    { class: "card", "aria-labelledby": "recent-title" },
    el(
      "div",
      { class: "card-head" },
      el("h2", { id: "recent-title" }, t("dashboard.recent")),
      el("a", { class: "more", href: "/reports" }, t("dashboard.all")),
    ),
    rows.length > 0 ? el("ul", { class: "recent" }, rows) : el("p", { class: "soft" }, t("dashboard.none")),
  );
}

/** What somebody is called in a greeting: the first name where a name is written that way round. */
function firstName(name) {
  return /^\p{Script=Latin}/u.test(name) ? name.split(/\s+/)[0] : name;
}
