// The page of the vendor's own team: who needs attention, and why.
//
// It asks Hikari's server, which asks the collector with the admin token; no secret is in this page.

import { el } from "./dom.js";
import { scoreBreakdown } from "./team/breakdown.js";
import { keyedList } from "./team/keyed.js";
import { openEvery } from "./team/rhythm.js";
import { bandName, number, signed, stageName, whenSeen } from "./team/words.js";

const REFRESH_MS = 4000;
const PAGE = 50;
const COLUMNS = ["Account", "Plan", "Stage", "Score", "Band", "Last seen", "Why"];

const state = {
  filters: { q: "", stage: "", band: "" },
  pages: 1,
  accounts: [],
  more: false,
  stages: new Set(),
  bands: new Set(),
  open: new Map(),
  names: {},
  read: null,
  trouble: null,
};

const parts = {
  status: el("p", { class: "team-status" }),
  trouble: el("div", { class: "team-trouble", role: "alert" }),
  stage: el("select", { id: "stage-filter", "aria-label": "Stage" }),
  band: el("select", { id: "band-filter", "aria-label": "Band" }),
  search: el("input", { id: "account-search", type: "search", placeholder: "Search accounts", "aria-label": "Search accounts" }),
  body: el("tbody", {}),
  more: el("button", { class: "button", type: "button", hidden: true }, "Show more"),
};

const drawRows = keyedList(parts.body);

async function read() {
  try {
    const { names } = await ask("/team/api/names");
    const accounts = [];
    let cursor = null;
    for (let page = 0; page < state.pages; page++) {
      const answer = await ask(`/team/api/accounts?${query(cursor)}`);
      accounts.push(...answer.accounts);
      cursor = answer.next ?? null;
      if (cursor === null) break;
    }
    const open = [...state.open.keys()];
    const healths = await Promise.all(open.map(readHealth));
    open.forEach((id, index) => state.open.has(id) && state.open.set(id, healths[index]));
    Object.assign(state, { names, accounts, more: cursor !== null, read: new Date(), trouble: null });
    for (const { stage, band } of accounts) {
      if (stage) state.stages.add(stage);
      if (band) state.bands.add(band);
    }
  } catch (error) {
    if (error.name !== "Refusal") throw error;
    // What was read before stays on the page, marked with the time it was true.
    state.trouble = error.message;
  }
  draw();
}

function query(cursor) {
  const wanted = new URLSearchParams({ limit: String(PAGE) });
  for (const [name, value] of Object.entries({ ...state.filters, cursor })) if (value) wanted.set(name, value);
  return wanted;
}

/** The health of one account, or the refusal in its place: one bad account does not hide the others. */
async function readHealth(id) {
  try {
    return await ask(`/team/api/accounts/${encodeURIComponent(id)}/health`);
  } catch (error) {
    if (error.name !== "Refusal") throw error;
    return error;
  }
}

async function ask(path) {
  let response;
  try {
    response = await fetch(path);
  } catch {
    throw refusal("Hikari's server cannot be reached. Is it still running?");
  }
  const body = await response.json().catch(() => null);
  if (response.ok && body) return body;
  throw refusal(body?.error?.message ?? `Hikari's server answered ${response.status}.`);
}

function refusal(message) {
  return Object.assign(new Error(message), { name: "Refusal" });
}

function draw() {
  const focused = document.activeElement?.id;
  const time = state.read ? new Intl.DateTimeFormat("en", { timeStyle: "medium" }).format(state.read) : null;
  parts.status.textContent = time ? `Read at ${time}, again every ${REFRESH_MS / 1000} seconds while this page is in view.` : "Nothing has been read yet.";
  tell(state.trouble ? notice(state.trouble, time) : null);
  choices(parts.stage, "All stages", [...state.stages].map((stage) => [stage, stageName(stage)]), state.filters.stage);
  choices(parts.band, "All bands", [...state.bands].map((band) => [band, bandName(band)]), state.filters.band);
  drawRows(state.accounts.length > 0 ? state.accounts.flatMap(rows) : [nobody()]);
  parts.more.hidden = !state.more;
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

/** Shows what is wrong, or nothing. The same trouble is not said again at every attempt. */
function tell(trouble) {
  if (parts.trouble.textContent === (trouble?.textContent ?? "")) return;
  parts.trouble.replaceChildren(...(trouble ? [trouble] : []));
}

function notice(message, time) {
  const stale = time ? ` Below is what was read at ${time}.` : "";
  return el("p", {}, el("strong", {}, "Health cannot be read: "), message.replace(/[.?]?$/, (end) => end || "."), stale);
}

function choices(control, all, options, chosen) {
  if (control.options.length === options.length + 1) return;
  control.replaceChildren(el("option", { value: "" }, all), ...options.map(([value, text]) => el("option", { value, selected: value === chosen }, text)));
}

function nobody() {
  const filtered = Object.values(state.filters).some(Boolean);
  const text = state.read === null ? "Waiting for the first answer." : filtered ? "No account matches." : "No account has been seen yet. Sign in to Hikari in another tab and use it: it appears here within seconds.";
  return { key: "", state: text, make: () => el("tr", {}, el("td", { colspan: COLUMNS.length, class: "nobody" }, text)) };
}

/** The row of an account and, when it is open, the one with its breakdown. */
function rows(account) {
  const { id } = account;
  const health = state.open.get(id);
  const isOpen = state.open.has(id);
  const seen = whenSeen(account.last_seen);
  const row = { key: `row ${id}`, state: [account, state.names[id], seen, isOpen], make: () => accountRow(account, seen, isOpen) };
  if (!isOpen) return [row];
  const told = health instanceof Error ? health.message : health;
  return [row, { key: `detail ${id}`, state: told, make: () => detailRow(id, health) }];
}

function detailRow(id, health) {
  return el("tr", { class: "detail", id: `detail-${cssName(id)}` }, el("td", { colspan: COLUMNS.length }, scoreBreakdown(health)));
}

function accountRow({ id, plan, stage, score, band, trend, reason }, seen, isOpen) {
  const opener = el(
    "button",
    {
      type: "button",
      class: "expander",
      id: `open-${cssName(id)}`,
      "aria-expanded": String(isOpen),
      "aria-controls": isOpen ? `detail-${cssName(id)}` : null,
      on: { click: () => toggle(id) },
    },
    el("span", { class: "chevron", "aria-hidden": "true" }, isOpen ? "▾" : "▸"),
    accountName(id),
  );
  const cell = (label, ...content) => el("td", { "data-label": label }, ...content);
  return el(
    "tr",
    { "data-account": id, class: isOpen ? "open" : null },
    el("th", { scope: "row" }, opener),
    cell("Plan", plan ?? "–"),
    cell("Stage", stageName(stage)),
    cell("Score", score === null ? el("span", { class: "soft" }, "not enough data") : scoreBar(score, trend)),
    cell("Band", band ? el("span", { class: `band ${band}` }, bandName(band)) : "–"),
    cell("Last seen", seen),
    cell("Why", sentence(reason)),
  );
}

/** What the account is called, with its id; one this server does not know is called by its id. */
function accountName(id) {
  const name = state.names[id];
  return name ? el("span", { class: "account-name" }, name, el("span", { class: "soft" }, id)) : id;
}

function scoreBar(score, trend) {
  return el(
    "span",
    { class: "score" },
    el("strong", {}, number(score, 1, 1)),
    el("meter", { min: 0, max: 100, value: score, "aria-hidden": "true" }),
    typeof trend === "number" ? el("span", { class: "trend", title: "against 28 days before" }, signed(trend)) : null,
  );
}

function sentence(reason) {
  return reason ? reason[0].toUpperCase() + reason.slice(1) : "–";
}

async function toggle(id) {
  if (state.open.delete(id)) return draw();
  state.open.set(id, null);
  draw();
  const health = await readHealth(id);
  if (state.open.has(id)) state.open.set(id, health);
  draw();
}

/** An id may hold anything; an element's id may not hold space. */
function cssName(id) {
  return encodeURIComponent(id);
}

function start() {
  const refilter = (part) => {
    Object.assign(state.filters, part);
    state.pages = 1;
    rhythm.now();
  };
  parts.search.addEventListener("input", () => refilter({ q: parts.search.value.trim() }));
  parts.stage.addEventListener("change", () => refilter({ stage: parts.stage.value }));
  parts.band.addEventListener("change", () => refilter({ band: parts.band.value }));
  parts.more.addEventListener("click", () => {
    state.pages += 1;
    rhythm.now();
  });
  document.getElementById("team").append(
    el(
      "header",
      { class: "team-top" },
      el("div", { class: "team-brand" }, el("img", { src: "/assets/hikari.svg", alt: "", width: 28, height: 28 }), "Hikari", el("span", { class: "badge" }, "Internal")),
      el("a", { href: "/" }, "Open the product"),
    ),
    el(
      "main",
      { class: "team-main" },
      el("h1", {}, "Customers"),
      el("p", { class: "soft" }, "For Hikari's own customer team: which accounts are well, which need a hand, and why. Customers never see this page."),
      parts.trouble,
      el(
        "section",
        { class: "card flush" },
        el("div", { class: "team-tools", role: "search" }, parts.search, parts.stage, parts.band),
        el(
          "div",
          { class: "team-scroller" },
          el("table", { class: "table stacking" }, el("caption", { class: "unseen" }, "Accounts"), el("thead", {}, el("tr", {}, COLUMNS.map((name) => el("th", { scope: "col" }, name)))), parts.body),
        ),
        el("div", { class: "team-foot" }, parts.status, parts.more),
      ),
    ),
  );
  draw();
  const rhythm = openEvery(REFRESH_MS, read);
}

start();
