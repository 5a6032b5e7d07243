// Short messages that say what happened and go away.

import { el, icon } from "./dom.js";
import { t } from "./i18n.js";

const STAYS_MS = 6000;

/** Shows a message; `tone` is "good" or "bad". */
export function toast(text, tone = "good") {
  const close = el("button", { class: "button quiet small", type: "button", "aria-label": t("toast.close") }, icon("close"));
  const box = el("div", { class: `toast ${tone}` }, el("p", {}, text), close);
  let timer = setTimeout(() => box.remove(), STAYS_MS);
  close.addEventListener("click", () => box.remove());
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", () => {
    timer = setTimeout(() => box.remove(), STAYS_MS);
  });
  document.getElementById("toasts").append(box);
}
