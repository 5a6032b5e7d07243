// The dialog in which a report is shared.

import { post } from "./api.js";
import { el, icon } from "./dom.js";
import { field, form } from "./form.js";
import { t } from "./i18n.js";
import { toast } from "./toast.js";

/** Opens the dialog for a report; `changed(report)` hears of every person added. */
export function shareDialog(report, changed) {
  const people = el("ul", { class: "shares" });
  const draw = () => {
    const entries = report.shared_with.map((email) => el("li", {}, icon("mail"), email));
    people.replaceChildren(...(entries.length > 0 ? entries : [el("li", { class: "soft" }, t("share.nobody"))]));
  };
  draw();
  const add = async (values, made) => {
    const now = await post(`/reports/${encodeURIComponent(report.id)}/shares`, values);
    report.shared_with = now.shared_with;
    draw();
    changed(report);
    made.reset();
    toast(t("share.sent", values));
  };
  const email = el("input", { id: "share-email", name: "email", type: "email", required: true, autocomplete: "off", "data-tour": "share-email" });
  const dialog = el(
    "dialog",
    { class: "dialog", id: "share-dialog", "aria-labelledby": "share-title", "data-tour": "share-dialog" },
    el("h2", { id: "share-title" }, t("share.title")),
    el("p", { class: "soft" }, t("share.lead")),
    form(
      { class: "inline", id: "share-form" },
      add,
      field(t("share.email"), email),
      el("button", { class: "button primary", type: "submit", "data-action": "share-send", "data-tour": "share-send" }, t("share.send")),
    ),
    el("h3", {}, t("share.people")),
    people,
    el(
      "div",
      { class: "actions between" },
      el("button", { class: "button", type: "button", on: { click: copyLink } }, icon("link"), t("share.link")),
      el("button", { class: "button", type: "button", "data-action": "share-done", on: { click: () => dialog.close() } }, t("share.done")),
    ),
  );
  // Toasts stand on the page, under a modal dialog: while it is open they stand in it.
  const toasts = document.getElementById("toasts");
  dialog.append(toasts);
  dialog.addEventListener("close", () => {
    document.body.append(toasts);
    dialog.remove();
  });
  document.getElementById("main").append(dialog);
  dialog.showModal();
  email.focus();
}

async function copyLink() {
  const link = location.origin + location.pathname;
  try {
    await navigator.clipboard.writeText(link);
    toast(t("share.copied"));
  } catch {
    toast(t("share.not-copied", { link }), "bad");
  }
}
