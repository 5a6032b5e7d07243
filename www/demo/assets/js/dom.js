// Elements made by hand: nothing here parses HTML, so it runs where Trusted Types are required.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element. `attributes.on` maps event names to listeners; null, false and undefined attributes are left out. */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** An SVG element, made like `el`. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, { on = {}, ...attributes }, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(key, value === true ? "" : String(value));
  }
  for (const [event, listener] of Object.entries(on)) element.addEventListener(event, listener);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const PATHS = {
  dashboard: "M3 12.5 12 4l9 8.5M5.5 10.5V20h13v-9.5",
  reports: "M5 20V10M12 20V4M19 20v-7",
  docs: "M5 4.5h9.5L19 9v10.5H5zM8.5 12h7M8.5 15.5h5",
  profile: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c1.2-3.2 4-5 7.5-5s6.3 1.8 7.5 5",
  team: "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 19.5c.9-3 3.3-4.7 6.5-4.7s5.6 1.7 6.5 4.7M15.5 4.8a3.5 3.5 0 0 1 0 6.4M17.5 15.2c2 .7 3.4 2.2 4 4.3",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6 6 18",
  more: "M12 5a.6.6 0 1 0 0 1.2.6.6 0 0 0 0-1.2zM12 11.4a.6.6 0 1 0 0 1.2.6.6 0 0 0 0-1.2zM12 17.8a.6.6 0 1 0 0 1.2.6.6 0 0 0 0-1.2z",
  plus: "M12 5v14M5 12h14",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20.5 20.5",
  download: "M12 4v11M7.5 11 12 15.5 16.5 11M4.5 19.5h15",
  share: "M12 15V4M8 7.5 12 3.5l4 4M5 12v8h14v-8",
  back: "M15 5l-7 7 7 7",
  up: "M12 19V6M6 11.5 12 5.5l6 6",
  down: "M12 5v13M6 12.5l6 6 6-6",
  out: "M14 4.5H5v15h9M10.5 12H20M16.5 8.5 20 12l-3.5 3.5",
  mail: "M3.5 6h17v12h-17zM3.5 7l8.5 6.5L20.5 7",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1",
  check: "M5 12.5l4.5 4.5L19 7.5",
};

/** A line icon that only decorates: its meaning stands in the text or label beside it. */
export function icon(name) {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] }),
  );
}
