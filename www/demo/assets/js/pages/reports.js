// The list of reports: search, filter, sort, page through, and act on one.

import { get, post, remove } from "../api.js";
import { el, icon } from "../dom.js";
import { select } from "../form.js";
import { ago, locale, t } from "../i18n.js";
import { exportReport } from "../export.js";
import { attachMenu } from "../menu.js";
import { mayEdit } from "../session.js";
import { toast } from "../toast.js";
import { emptyState, heading } from "./parts.js";

const ROWS = 8;
const COLUMNS = ["name", "source", "period", "schedule", "owner", "updated"];
const SOURCES = ["sales", "orders", "visits", "tickets"];

export async function reports({ go, again }) {
  const { reports: all } = await get("/reports");
  const create = el(
    "a",
    { class: "button primary", id: "new-report", href: "/reports/new", "data-tour": "new-report" },
    icon("plus"),
    t("reports.new"),
  );
  const head = heading(t("reports.title"), t("reports.lead"), mayEdit() ? create : []);
  const body = all.length === 0 ? firstReport() : list(all, { go, again });
  return { title: t("reports.title"), body: [head, body] };
}

function firstReport() {
  if (!mayEdit()) return emptyState(t("reports.empty"), t("reports.empty.viewer"));
  const action = el("a", { class: "button", href: "/reports/new" }, t("reports.empty.action"));
  return emptyState(t("reports.empty"), t("reports.empty.text"), action);
}

function list(all, context) {
  const view = readView();
  const table = el("div", { class: "table-place" });
  const search = el("input", { id: "report-search", type: "search", value: view.q, placeholder: t("reports.search"), "aria-label": t("reports.search") });
  const source = select(
    { id: "report-source-filter", "aria-label": t("reports.source") },
    [["", t("reports.source.all")], ...SOURCES.map((name) => [name, t(`source.${name}`)])],
    view.source,
  );
  const draw = () => {
    keepView(view);
    table.replaceChildren(...rows(all, view, redraw, context));
  };
  const redraw = (part) => {
    Object.assign(view, { page: 1, ...part });
    if ("q" in part && part.q === "") search.value = "";
    source.value = view.source;
    const focused = document.activeElement?.id;
    draw();
    // A button that was pressed in the table has been drawn anew; it keeps the focus.
    if (focused) document.getElementById(focused)?.focus();
  };
  search.addEventListener("input", () => redraw({ q: search.value }));
  source.addEventListener("change", () => redraw({ source: source.value }));
  draw();
  return el("section", { class: "card flush" }, el("div", { class: "toolbar", role: "search" }, el("div", { class: "search" }, icon("search"), search), source), table);
}

function rows(all, view, redraw, context) {
  const found = sorted(all.filter((report) => fits(report, view)), view);
  if (found.length === 0) {
    const clear = el("button", { class: "button", type: "button", on: { click: () => redraw({ q: "", source: "" }) } }, t("reports.clear"));
    return [emptyState(t("reports.nothing"), t("reports.nothing.text"), clear)];
  }
  const pages = Math.ceil(found.length / ROWS);
  const page = Math.min(view.page, pages);
  const shown = found.slice((page - 1) * ROWS, page * ROWS);
  const table = el(
    "table",
    { class: "table stacking" },
    el("caption", { class: "unseen" }, t("reports.title")),
    el("thead", {}, el("tr", {}, COLUMNS.map((column) => header(column, view, redraw)), el("th", { scope: "col" }, el("span", { class: "unseen" }, t("reports.actions"))))),
    el("tbody", {}, shown.map((report) => row(report, context))),
  );
  return [table, pager({ page, pages, total: found.length, shown: shown.length, redraw })];
}

function header(column, view, redraw) {
  const active = view.sort === column;
  const direction = view.descending ? "descending" : "ascending";
  const press = () => redraw({ sort: column, descending: active ? !view.descending : column === "updated" });
  return el(
    "th",
    { scope: "col", "aria-sort": active ? direction : null },
    el("button", { type: "button", id: `sort-${column}`, on: { click: press } }, t(`reports.${column}`), active ? icon(view.descending ? "down" : "up") : null),
  );
}

function row(report, context) {
  const cell = (column, ...content) => el("td", { "data-label": t(`reports.${column}`) }, ...content);
  const href = `/reports/${encodeURIComponent(report.id)}`;
  const more = el("button", { class: "button quiet", type: "button", "data-action": "report-menu", "aria-label": t("reports.actions.for", { name: report.name }) }, icon("more"));
  attachMenu(more, () => actions(report, href, context));
  return el(
    "tr",
    { "data-report": report.id },
    el("th", { scope: "row" }, el("a", { href }, report.name)),
    cell("source", el("span", { class: `badge ${report.source}` }, t(`source.${report.source}`))),
    cell("period", t(`period.${report.period}`)),
    cell("schedule", t(`schedule.${report.schedule}`)),
    cell("owner", report.owner),
    cell("updated", ago(report.updated_at)),
    el("td", { class: "row-menu" }, more),
  );
}

function actions(report, href, { go, again }) {
  const attempt = (work) => async () => {
    try {
      await work();
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      toast(error.message, "bad");
    }
  };
  const entries = [
    { label: t("reports.open"), glyph: "reports", act: () => go(href) },
    { label: t("reports.export"), glyph: "download", act: attempt(() => exportReport(report)) },
  ];
  if (!mayEdit()) return entries;
  const duplicate = async () => {
    const { source, chart, period, schedule } = report;
    const copy = await post("/reports", { name: t("reports.copy", report).slice(0, 80), source, chart, period, schedule });
    toast(t("reports.duplicated", copy));
    await again();
  };
  const drop = async () => {
    await remove(`/reports/${encodeURIComponent(report.id)}`);
    toast(t("reports.deleted", report));
    await again();
  };
  return [
    ...entries,
    { label: t("reports.duplicate"), glyph: "plus", act: attempt(duplicate) },
    { label: t("reports.delete"), glyph: "close", act: attempt(drop), danger: true },
  ];
}

function pager({ page, pages, total, shown, redraw }) {
  const from = (page - 1) * ROWS + 1;
  const step = (id, label, to) =>
    el("button", { class: "button", type: "button", id, disabled: to < 1 || to > pages, on: { click: () => redraw({ page: to }) } }, label);
  return el(
    "div",
    { class: "pager" },
    el("p", { role: "status" }, t("reports.count", { from, to: from + shown - 1, total })),
    el("div", { class: "actions" }, step("page-previous", t("reports.previous"), page - 1), step("page-next", t("reports.next"), page + 1)),
  );
}

function fits(report, { q, source }) {
  const words = q.toLocaleLowerCase(locale()).split(/\s+/).filter(Boolean);
  const text = `${report.name} ${report.owner}`.toLocaleLowerCase(locale());
  return (source === "" || report.source === source) && words.every((word) => text.includes(word));
}

function sorted(found, { sort, descending }) {
  const compare = new Intl.Collator(locale(), { numeric: true }).compare;
  const key = {
    name: (report) => report.name,
    owner: (report) => report.owner,
    updated: (report) => report.updated_at,
    source: (report) => t(`source.${report.source}`),
    period: (report) => ["30d", "90d", "12m"].indexOf(report.period).toString(),
    schedule: (report) => ["daily", "weekly", "monthly", "none"].indexOf(report.schedule).toString(),
  }[sort];
  return found.toSorted((one, other) => compare(key(one), key(other)) * (descending ? -1 : 1));
}

/** The view is part of the address, so that a reload or a shared link shows the same rows. */
function readView() {
  const query = new URLSearchParams(location.search);
  const sort = query.get("sort") ?? "updated";
  return {
    q: query.get("q") ?? "",
    source: SOURCES.includes(query.get("source")) ? query.get("source") : "",
    sort: COLUMNS.includes(sort) ? sort : "updated",
    descending: query.has("sort") ? query.get("order") === "desc" : true,
    page: Math.max(1, Number.parseInt(query.get("page") ?? "1", 10) || 1),
  };
}

function keepView(view) {
  const query = new URLSearchParams();
  if (view.q) query.set("q", view.q);
  if (view.source) query.set("source", view.source);
  if (view.sort !== "updated" || !view.descending) {
    query.set("sort", view.sort);
    if (view.descending) query.set("order", "desc");
  }
  if (view.page > 1) query.set("page", String(view.page));
  const search = query.size > 0 ? `?${query}` : "";
  if (location.pathname === "/reports" && location.search !== search) history.replaceState(null, "", `/reports${search}`);
}
