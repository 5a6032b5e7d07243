// Hikari in the browser: which page an address shows, and going from one to another.

import { answerTokenRequests } from "./guidance.js";
import { locale, t } from "./i18n.js";
import { dashboard } from "./pages/dashboard.js";
import { docs } from "./pages/docs.js";
import { login } from "./pages/login.js";
import { lost, trouble } from "./pages/lost.js";
import { profile } from "./pages/profile.js";
import { report } from "./pages/report.js";
import { reportNew } from "./pages/report-new.js";
import { reports } from "./pages/reports.js";
import { team } from "./pages/team.js";
import { forget, load, session } from "./session.js";
import { bare, shell } from "./shell.js";

const ROUTES = [
  ["/", dashboard],
  ["/docs", docs],
  ["/login", login],
  ["/reports", reports],
  ["/reports/new", reportNew],
  ["/reports/:id", report],
  ["/settings/profile", profile],
  ["/settings/team", team],
];

const frame = { kind: null, locale: null, parts: null };
let turn = 0;

/** Goes to a path of the product. */
export function go(path, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", path);
  return render({ moved: true });
}

/** Draws the page again where it is: after a change of language, person or data. */
export function again() {
  return render({ moved: false });
}

async function render({ moved }) {
  const mine = ++turn;
  const path = location.pathname.replace(/(.)\/$/, "$1");
  const [page, params] = match(path);
  if (!session.person && page !== login) {
    const next = path === "/" ? "" : `?next=${encodeURIComponent(path + location.search)}`;
    return go(`/login${next}`, { replace: true });
  }
  if (session.person && page === login) return go("/", { replace: true });
  const waiting = setTimeout(() => frame.parts?.main.setAttribute("aria-busy", "true"), 200);
  const shown = await produce(page, { params, go, again });
  clearTimeout(waiting);
  // A later click has already asked for another page.
  if (mine !== turn) return;
  // The server ended the session while this page was read.
  if (!session.person && page !== login) return again();
  show(shown, path, moved);
}

async function produce(page, context) {
  try {
    return await page(context);
  } catch (error) {
    if (error.name !== "ApiError") throw error;
    if (error.code === "signed_out") forget();
    return trouble(error, context);
  }
}

function show({ title, body, ready }, path, moved) {
  const kind = session.person ? "shell" : "bare";
  if (frame.kind !== kind || frame.locale !== locale() || frame.person !== session.person) {
    const app = document.getElementById("app");
    frame.parts = kind === "shell" ? shell({ go, again }) : bare({ again });
    Object.assign(frame, { kind, locale: locale(), person: session.person });
    app.replaceChildren(...frame.parts.roots);
  }
  const { main } = frame.parts;
  main.removeAttribute("aria-busy");
  main.replaceChildren(...[body].flat());
  frame.parts.at?.(path);
  document.title = `${title} · Hikari`;
  ready?.();
  if (!moved) return;
  scrollTo(0, 0);
  main.querySelector("h1")?.focus({ preventScroll: true });
}

function match(path) {
  const segments = path.split("/");
  for (const [pattern, page] of ROUTES) {
    const wanted = pattern.split("/");
    const params = {};
    const fits =
      wanted.length === segments.length &&
      wanted.every((part, index) => {
        if (!part.startsWith(":")) return part === segments[index];
        params[part.slice(1)] = decodeURIComponent(segments[index]);
        return segments[index] !== "";
      });
    if (fits) return [page, params];
  }
  return [lost, {}];
}

/** Links of the product move without loading the page anew; new tabs, files and other sites do not. */
function follow(event) {
  const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  const link = event.target instanceof Element ? event.target.closest("a[href^='/']") : null;
  if (!plain || event.defaultPrevented || !link || link.target || link.hasAttribute("download")) return;
  event.preventDefault();
  go(link.getAttribute("href"));
}

/** Ctrl+K or ⌘K finds a report from anywhere. */
async function hotkey(event) {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k" || !session.person) return;
  event.preventDefault();
  if (location.pathname !== "/reports") await go("/reports");
  document.getElementById("report-search")?.focus();
}

async function start() {
  document.addEventListener("click", follow);
  document.addEventListener("keydown", hotkey);
  addEventListener("popstate", () => render({ moved: false }));
  answerTokenRequests();
  try {
    await load();
  } catch (error) {
    if (error.name !== "ApiError") throw error;
    // The server is away: the sign-in page says so when it cannot list the people.
    document.title = t("error.title");
  }
  await again();
}

start();
