// Charts drawn as SVG from points `{date, value}`: bars or a line, from zero, at the width they are given.

import { el, svg } from "./dom.js";
import { amount, day, shortAmount, t } from "./i18n.js";

const HEIGHT = 240;
const TOP = 12;
const BOTTOM = 28;
const LEFT = 56;
const RIGHT = 8;

/** A figure that draws itself again when its width changes. `label` names it. */
export function chart(points, { kind, source, period, label }) {
  const readout = el("output", { class: "readout" });
  const stage = el("div", { class: "chart-stage" });
  const figure = el("figure", { class: "chart" }, el("figcaption", {}, el("span", {}, label), readout), stage);
  const idle = () => {
    readout.textContent = t("chart.highest", { high: amount(highest(points), source) });
  };
  const read = ({ date, value }) => {
    readout.textContent = `${when(date, period)} · ${amount(value, source)}`;
  };
  idle();
  const resized = new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width > 0) stage.replaceChildren(draw(points, { kind, source, period, width, read, idle }));
  });
  resized.observe(stage);
  return figure;
}

function draw(points, { kind, source, period, width, read, idle }) {
  const top = ceiling(highest(points));
  const inner = { width: width - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM };
  const step = inner.width / points.length;
  const x = (index) => LEFT + step * (index + 0.5);
  const y = (value) => TOP + inner.height * (1 - value / top);
  const picture = svg("svg", {
    class: "chart-picture",
    width,
    height: HEIGHT,
    viewBox: `0 0 ${width} ${HEIGHT}`,
    role: "img",
    "aria-label": describe(points, source, period),
  });
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const value = top * share;
    picture.append(
      svg("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
      svg("text", { class: "tick", x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, shortAmount(value, source)),
    );
  }
  const every = Math.ceil(points.length / Math.max(2, Math.floor(inner.width / 72)));
  points.forEach(({ date }, index) => {
    if ((points.length - 1 - index) % every !== 0) return;
    // The last label ends at the edge of the picture instead of being cut by it.
    const last = index === points.length - 1;
    const place = last ? { x: width - RIGHT, "text-anchor": "end" } : { x: x(index), "text-anchor": "middle" };
    picture.append(svg("text", { class: "tick", y: HEIGHT - 8, ...place }, when(date, period)));
  });
  picture.append(kind === "bar" ? bars(points, x, y, step) : line(points, x, y));
  const mark = svg("line", { class: "mark", y1: TOP, y2: TOP + inner.height, visibility: "hidden" });
  picture.append(mark);
  picture.addEventListener("pointermove", (event) => {
    const at = Math.floor((event.clientX - picture.getBoundingClientRect().left - LEFT) / step);
    const index = Math.min(points.length - 1, Math.max(0, at));
    for (const [name, value] of [["x1", x(index)], ["x2", x(index)], ["visibility", "visible"]]) mark.setAttribute(name, value);
    read(points[index]);
  });
  picture.addEventListener("pointerleave", () => {
    mark.setAttribute("visibility", "hidden");
    idle();
  });
  return picture;
}

function bars(points, x, y, step) {
  const width = Math.max(2, step * 0.68);
  const radius = Math.min(3, width / 3);
  return svg(
    "g",
    { class: "bars" },
    points.map(({ value }, index) =>
      svg("rect", { x: x(index) - width / 2, y: y(value), width, height: Math.max(0, y(0) - y(value)), rx: radius }),
    ),
  );
}

function line(points, x, y) {
  const path = points.map(({ value }, index) => `${index === 0 ? "M" : "L"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`).join("");
  const area = `${path}L${x(points.length - 1).toFixed(1)} ${y(0)}L${x(0).toFixed(1)} ${y(0)}Z`;
  const dots = points.length > 20 ? [] : points.map(({ value }, index) => svg("circle", { cx: x(index), cy: y(value), r: 3 }));
  return svg("g", { class: "line" }, svg("path", { class: "area", d: area }), svg("path", { class: "stroke", d: path }), dots);
}

/** The next round number above a value, so that the axis has round ticks. */
function ceiling(value) {
  const unit = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].map((step) => step * unit).find((top) => top >= value) ?? value;
}

function highest(points) {
  return Math.max(0, ...points.map(({ value }) => value));
}

/** The first day of a point, or its month where a point is a month. */
export function when(date, period) {
  return day(date, period === "12m" ? { month: "short", year: "2-digit" } : { month: "short", day: "numeric" });
}

function describe(points, source, period) {
  const values = points.map(({ value }) => value);
  return t("chart.summary", {
    source: t(`source.${source}`),
    first: when(points[0].date, period),
    last: when(points.at(-1).date, period),
    low: amount(Math.min(...values), source),
    high: amount(Math.max(...values), source),
  });
}
