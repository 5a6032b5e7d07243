// What stands around every page: header, sidebar, and on phones the drawer it becomes.

import { get } from "./api.js";
import { el, icon } from "./dom.js";
import { LOCALES, locale, t } from "./i18n.js";
import { attachMenu } from "./menu.js";
import { session, signOut, switchLocale } from "./session.js";
import { toast } from "./toast.js";

const PHONE = matchMedia("(max-width: 860px)");

const LINKS = [
  ["dashboard", "/"],
  ["reports", "/reports"],
  ["docs", "/docs"],
];
const SETTINGS = [
  ["profile", "/settings/profile"],
  ["team", "/settings/team"],
];

/** The frame of the product for somebody who is signed in. `at(path)` marks where they are. */
export function shell({ go, again }) {
  const main = mainElement();
  const nav = sidebar();
  const scrim = el("div", { class: "scrim", hidden: true });
  const opener = el(
    "button",
    { class: "button quiet opener", type: "button", "aria-label": t("app.menu"), "aria-controls": "sidebar", "aria-expanded": "false" },
    icon("menu"),
  );
  const drawer = attachDrawer(nav, opener, scrim);
  const header = el(
    "header",
    { class: "topbar" },
    opener,
    brand(),
    el("div", { class: "spacer" }),
    languages(again),
    accountButton(go),
  );
  return {
    roots: [skipLink(), header, scrim, el("div", { class: "frame" }, nav, main)],
    main,
    at(path) {
      drawer.close();
      for (const link of nav.querySelectorAll("a")) {
        const own = link.getAttribute("href");
        const here = own === "/" ? path === "/" : path === own || path.startsWith(`${own}/`);
        if (here) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      }
    },
  };
}

/** The frame without navigation, for signing in. */
export function bare({ again }) {
  const main = mainElement();
  const header = el("header", { class: "topbar" }, brand(), el("div", { class: "spacer" }), languages(again));
  return { roots: [skipLink(), header, el("div", { class: "frame bare" }, main)], main };
}

function mainElement() {
  return el("main", { id: "main", class: "main", tabindex: "-1" });
}

function skipLink() {
  return el("a", { class: "skip", href: "#main" }, t("app.skip"));
}

function brand() {
  return el(
    "a",
    { class: "brand", href: "/" },
    el("img", { src: "/assets/hikari.svg", alt: "", width: 28, height: 28 }),
    el("span", {}, "Hikari"),
  );
}

function sidebar() {
  const link = ([name, href]) =>
    el("li", {}, el("a", { href, "data-tour": `nav-${name}` }, icon(name), el("span", {}, t(`nav.${name}`))));
  const seats = el("p", { class: "seats" });
  // The seats are a detail: the sidebar does not wait for them and does without when they cannot be read.
  get("/team").then(
    (team) => seats.append(t("nav.seats", { used: team.people.length, seats: team.seats })),
    () => seats.remove(),
  );
  return el(
    "nav",
    { class: "sidebar", id: "sidebar", "aria-label": t("nav.label") },
    el("ul", {}, LINKS.map(link)),
    el("h2", {}, t("nav.settings")),
    el("ul", {}, SETTINGS.map(link)),
    el(
      "div",
      { class: "plan-card" },
      el("p", { class: "company" }, session.account.name),
      el("p", {}, el("span", { class: "badge" }, t(`plan.${session.account.plan}`))),
      seats,
    ),
  );
}

function languages(again) {
  const choose = async (tag) => {
    if (tag === locale()) return;
    try {
      await switchLocale(tag);
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      toast(error.message, "bad");
    }
    await again();
    document.querySelector(`.languages [lang=${tag}]`)?.focus();
  };
  return el(
    "div",
    { class: "languages", role: "group", "aria-label": t("app.language") },
    LOCALES.map(([tag, name]) =>
      el("button", { type: "button", lang: tag, "aria-pressed": String(tag === locale()), on: { click: () => choose(tag) } }, name),
    ),
  );
}

function accountButton(go) {
  const { person, account } = session;
  const button = el(
    "button",
    { class: "avatar-button", type: "button", id: "account-menu", "aria-label": t("app.account", { name: person.name }) },
    avatar(person.name),
  );
  const leave = async () => {
    try {
      await signOut();
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      toast(error.message, "bad");
      return;
    }
    go("/login");
  };
  attachMenu(
    button,
    () => [
      { label: t("nav.profile"), glyph: "profile", href: "/settings/profile" },
      { label: t("nav.team"), glyph: "team", href: "/settings/team" },
      { label: t("app.sign-out"), glyph: "out", act: leave },
    ],
    () => el("div", { class: "menu-head" }, el("strong", {}, person.name), el("span", {}, `${account.name} · ${t(`role.${person.role}`)}`)),
  );
  return el("div", { class: "account" }, button);
}

/** A circle with the first letters of a name. */
export function avatar(name) {
  const words = name.trim().split(/\s+/);
  const latin = /^[\p{Script=Latin}]/u.test(name);
  const letters = latin ? words.map((word) => word[0]).join("").slice(0, 2).toUpperCase() : [...name][0];
  const tint = [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 5;
  // The letters only decorate: they are drawn by the style, so that they are no part of a button's name.
  return el("span", { class: `avatar tint-${tint}`, "aria-hidden": "true", "data-letters": letters });
}

function attachDrawer(nav, opener, scrim) {
  const set = (open) => {
    nav.classList.toggle("open", open);
    // A closed drawer is out of sight, so it must be out of reach as well.
    nav.inert = PHONE.matches && !open;
    scrim.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    opener.setAttribute("aria-label", t(open ? "app.menu.close" : "app.menu"));
  };
  set(false);
  PHONE.addEventListener("change", () => set(false));
  opener.addEventListener("click", () => {
    const open = !nav.classList.contains("open");
    set(open);
    if (open) nav.querySelector("a")?.focus();
  });
  scrim.addEventListener("click", () => set(false));
  nav.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !nav.classList.contains("open")) return;
    set(false);
    opener.focus();
  });
  return { close: () => set(false) };
}
