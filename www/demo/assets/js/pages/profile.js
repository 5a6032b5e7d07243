// What a person says about themselves.

import { el } from "../dom.js";
import { field, form, select } from "../form.js";
import { LOCALES, t } from "../i18n.js";
import { saveProfile, session } from "../session.js";
import { toast } from "../toast.js";
import { heading } from "./parts.js";

export function profile({ again }) {
  const { person } = session;
  const save = async ({ name, email, locale, digest }) => {
    await saveProfile({ name, email, locale, digest: digest === "on" });
    await again();
    toast(t("profile.saved"));
  };
  return {
    title: t("profile.title"),
    body: [
      heading(t("profile.title"), t("profile.lead")),
      form(
        { class: "card narrow", id: "profile-form" },
        save,
        field(t("profile.name"), el("input", { id: "profile-name", name: "name", required: true, maxlength: 60, value: person.name, autocomplete: "name" })),
        field(t("profile.email"), el("input", { id: "profile-email", name: "email", type: "email", required: true, value: person.email, autocomplete: "email" })),
        field(t("profile.locale"), select({ id: "profile-locale", name: "locale" }, LOCALES, person.locale)),
        el("label", { class: "tick-field" }, el("input", { type: "checkbox", name: "digest", checked: person.digest }), t("profile.digest")),
        el("p", { class: "hint" }, t("profile.role", { role: t(`role.${person.role}`) })),
        el("div", { class: "actions" }, el("button", { class: "button primary", type: "submit", "data-action": "save-profile" }, t("profile.save"))),
      ),
    ],
  };
}
