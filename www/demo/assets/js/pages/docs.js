// The guide to the product: a page to read, whose text scrolls in a pane of its own.

import { el } from "../dom.js";
import { t } from "../i18n.js";
import { heading } from "./parts.js";

export function docs() {
  const names = t("docs.sections").split(",");
  const sections = names.map((name) =>
    el(
      "section",
      { id: `docs-${name}`, tabindex: "-1" },
      el("h2", {}, t(`docs.${name}.title`)),
      el("p", {}, t(`docs.${name}.1`)),
      el("p", {}, t(`docs.${name}.2`)),
    ),
  );
  const contents = el(
    "nav",
    { class: "contents", "aria-labelledby": "contents-title" },
    el("h2", { id: "contents-title" }, t("docs.contents")),
    el("ul", {}, names.map((name, index) => el("li", {}, el("a", { href: `#docs-${name}`, on: { click: (event) => jump(event, sections[index]) } }, t(`docs.${name}.title`))))),
  );
  const pane = el("article", { class: "scroller reading", tabindex: "0", role: "region", "aria-label": t("docs.title"), "data-tour": "docs" }, sections);
  return {
    title: t("docs.title"),
    body: [heading(t("docs.title"), t("docs.lead")), el("div", { class: "card flush docs" }, contents, pane)],
  };
}

/** Moves within the pane only, so that the page around it stays where it is. */
function jump(event, section) {
  event.preventDefault();
  section.parentElement.scrollTo({ top: section.offsetTop - section.parentElement.offsetTop, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  section.focus({ preventScroll: true });
}
