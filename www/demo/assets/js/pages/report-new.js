// Making a report, with a preview that follows the form.

import { get, post } from "../api.js";
import { chart } from "../chart.js";
import { el } from "../dom.js";
import { field, form, segments, select } from "../form.js";
import { t } from "../i18n.js";
import { mayEdit } from "../session.js";
import { toast } from "../toast.js";
import { heading } from "./parts.js";

const SOURCES = ["sales", "orders", "visits", "tickets"];
const PERIODS = ["30d", "90d", "12m"];
const SCHEDULES = ["none", "daily", "weekly", "monthly"];

export function reportNew({ go }) {
  const head = heading(t("new.title"), mayEdit() ? t("new.lead") : t("new.viewer"));
  if (!mayEdit()) return { title: t("new.title"), body: head };
  const preview = el("section", { class: "card preview", "aria-label": t("new.preview") });
  const submit = async (draft) => {
    const report = await post("/reports", draft);
    toast(t("new.created", report));
    await go(`/reports/${encodeURIComponent(report.id)}`);
  };
  const made = form({ class: "card", id: "report-form", "data-tour": "report-form" }, submit, ...fields(), buttons());
  const follow = followPreview(made, preview);
  return {
    title: t("new.title"),
    body: [head, el("div", { class: "two uneven" }, made, preview)],
    ready: follow,
  };
}

function fields() {
  const options = (kind, names) => names.map((name) => [name, t(`${kind}.${name}`)]);
  return [
    field(
      t("new.name"),
      el("input", { id: "report-name", name: "name", required: true, maxlength: 80, autocomplete: "off", "data-tour": "report-name" }),
      { hint: t("new.name.hint") },
    ),
    field(t("new.source"), select({ id: "report-source", name: "source", "data-tour": "report-source" }, options("source", SOURCES), "sales")),
    segments(t("new.chart"), "chart", options("chart", ["bar", "line"]), "bar", { "data-tour": "report-chart" }),
    field(t("new.period"), select({ id: "report-period", name: "period", "data-tour": "report-period" }, options("period", PERIODS), "30d")),
    field(t("new.schedule"), select({ id: "report-schedule", name: "schedule", "data-tour": "report-schedule" }, options("schedule", SCHEDULES), "none"), { hint: t("new.schedule.hint") }),
  ];
}

function buttons() {
  return el(
    "div",
    { class: "actions" },
    el("button", { class: "button primary", type: "submit", id: "create-report", "data-action": "create-report", "data-tour": "create-report" }, t("new.create")),
    el("a", { class: "button", href: "/reports" }, t("new.cancel")),
  );
}

function followPreview(made, preview) {
  let turn = 0;
  const draw = async () => {
    const mine = ++turn;
    const { source, period, chart: kind } = Object.fromEntries(new FormData(made));
    let points;
    try {
      ({ points } = await get(`/series?source=${source}&period=${period}`));
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      preview.replaceChildren(el("p", { class: "soft" }, error.message));
      return;
    }
    if (mine === turn) preview.replaceChildren(chart(points, { kind, source, period, label: t("new.preview") }));
  };
  made.addEventListener("change", draw);
  return draw;
}
