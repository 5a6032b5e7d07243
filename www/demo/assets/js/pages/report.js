// One report: its chart, its numbers, and what can be done with it.

import { get, remove } from "../api.js";
import { chart, when } from "../chart.js";
import { el, icon } from "../dom.js";
import { exportReport } from "../export.js";
import { amount, t } from "../i18n.js";
import { attachMenu } from "../menu.js";
import { mayEdit } from "../session.js";
import { shareDialog } from "../share.js";
import { toast } from "../toast.js";
import { emptyState, heading } from "./parts.js";

export async function report({ params, go }) {
  let answer;
  try {
    answer = await get(`/reports/${encodeURIComponent(params.id)}`);
  } catch (error) {
    if (error.code !== "not_found") throw error;
    return missing();
  }
  const { report: shown, points } = answer;
  const { name, chart: kind, source, period } = shown;
  const status = el("p", { class: "soft report-status" });
  const say = (now) => {
    const schedule = t(`schedule.${now.schedule}`);
    const parts = [now.schedule === "none" ? schedule : t("report.scheduled", { schedule })];
    if (now.shared_with.length > 0) parts.push(t("report.shared", { count: now.shared_with.length }));
    status.textContent = parts.join(" · ");
  };
  say(shown);
  const meta = t("report.meta", { source: t(`source.${source}`), period: t(`period.${period}`), owner: shown.owner });
  return {
    title: name,
    body: [
      el("a", { class: "back", href: "/reports" }, icon("back"), t("report.back")),
      heading(name, meta, ...buttons(shown, { go, say })),
      status,
      el("section", { class: "card", "data-tour": "report-chart" }, chart(points, { kind, source, period, label: t(`source.${source}`) })),
      summary(points, shown),
      numbers(points, shown),
    ],
  };
}

function missing() {
  const back = el("a", { class: "button", href: "/reports" }, t("report.back"));
  return {
    title: t("report.missing"),
    body: [heading(t("report.missing")), emptyState(t("report.missing"), t("report.missing.text"), back)],
  };
}

function buttons(shown, { go, say }) {
  const attempt = async (work) => {
    try {
      await work();
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      toast(error.message, "bad");
    }
  };
  const download = el(
    "button",
    { class: "button", type: "button", id: "export-csv", "data-action": "export-report", "data-tour": "export", on: { click: () => attempt(() => exportReport(shown)) } },
    icon("download"),
    t("report.export"),
  );
  if (!mayEdit()) return [download];
  const share = el(
    "button",
    { class: "button primary", type: "button", id: "share-report", "data-action": "share-report", "data-tour": "share", on: { click: () => shareDialog(shown, say) } },
    icon("share"),
    t("report.share"),
  );
  const more = el("button", { class: "button quiet", type: "button", "aria-label": t("report.more") }, icon("more"));
  const drop = () =>
    attempt(async () => {
      await remove(`/reports/${encodeURIComponent(shown.id)}`);
      toast(t("reports.deleted", shown));
      await go("/reports");
    });
  attachMenu(more, () => [{ label: t("reports.delete"), glyph: "close", act: drop, danger: true }]);
  return [download, share, el("div", { class: "menu-place" }, more)];
}

function summary(points, { source, period }) {
  const total = points.reduce((sum, { value }) => sum + value, 0);
  const best = points.reduce((one, other) => (other.value > one.value ? other : one));
  const entry = (key, value, note = null) =>
    el("div", {}, el("dt", {}, t(`report.${key}`)), el("dd", {}, value, note ? el("span", { class: "soft" }, note) : null));
  return el(
    "dl",
    { class: "card summary" },
    entry("total", amount(total, source)),
    entry("average", amount(Math.round(total / points.length), source)),
    entry("best", amount(best.value, source), when(best.date, period)),
  );
}

function numbers(points, { source, period }) {
  return el(
    "details",
    { class: "card numbers" },
    el("summary", {}, t("report.data")),
    el(
      "div",
      { class: "scroller", tabindex: "0", role: "region", "aria-label": t("report.data") },
      el(
        "table",
        { class: "table" },
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("report.date")), el("th", { scope: "col", class: "number" }, t(`source.${source}`)))),
        el(
          "tbody",
          {},
          points.toReversed().map(({ date, value }) =>
            el("tr", {}, el("th", { scope: "row" }, when(date, period)), el("td", { class: "number" }, amount(value, source))),
          ),
        ),
      ),
    ),
  );
}
