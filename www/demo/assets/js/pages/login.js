// Signing in as one of the people the demo knows, or starting an account.

import { get } from "../api.js";
import { el } from "../dom.js";
import { field, form, segments, select } from "../form.js";
import { LOCALES, locale, t } from "../i18n.js";
import { signIn, signUp } from "../session.js";
import { avatar } from "../shell.js";
import { toast } from "../toast.js";
import { heading } from "./parts.js";

const ROLES = ["admin", "editor", "viewer"];

export async function login({ go }) {
  const { people } = await get("/people");
  const enter = () => go(destination(), { replace: true });
  return {
    title: t("login.title"),
    body: el(
      "div",
      { class: "login" },
      heading(t("login.title"), t("login.lead")),
      el("div", { class: "login-ways" }, newcomer(enter), known(people, enter)),
      el("p", { class: "hint" }, t("login.note")),
    ),
  };
}

function known(people, enter) {
  const choose = async (id) => {
    try {
      await signIn(id);
      await enter();
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      toast(error.message, "bad");
    }
  };
  return el(
    "section",
    { class: "card", "aria-labelledby": "known-title" },
    el("h2", { id: "known-title" }, t("login.people")),
    el(
      "ul",
      { class: "people" },
      people.map((person) =>
        el(
          "li",
          {},
          el(
            "button",
            { type: "button", "data-person": person.id, on: { click: () => choose(person.id) } },
            avatar(person.name),
            el(
              "span",
              { class: "who", lang: person.locale },
              el("strong", {}, person.name),
              el("span", {}, `${person.account} · ${t(`plan.${person.plan}`)}`),
            ),
            el("span", { class: "badge" }, t(`role.${person.role}`)),
          ),
        ),
      ),
    ),
  );
}

function newcomer(enter) {
  const submit = async (values) => {
    await signUp(values);
    await enter();
  };
  return el(
    "section",
    { class: "card", "aria-labelledby": "new-title" },
    el("h2", { id: "new-title" }, t("login.new")),
    form(
      { id: "sign-up" },
      submit,
      field(t("login.name"), el("input", { id: "sign-up-name", name: "name", required: true, maxlength: 60, autocomplete: "name" })),
      field(t("login.company"), el("input", { id: "sign-up-company", name: "company", required: true, maxlength: 60, autocomplete: "organization" })),
      segments(t("login.role"), "role", ROLES.map((role) => [role, t(`role.${role}`)]), "admin"),
      field(t("login.locale"), select({ id: "sign-up-locale", name: "locale" }, LOCALES, locale())),
      el("button", { class: "button primary", type: "submit", "data-action": "sign-up" }, t("login.create")),
    ),
  );
}

/** Where the person wanted to go before they were asked to sign in: a path of this product only. */
function destination() {
  const next = new URLSearchParams(location.search).get("next") ?? "/";
  const url = new URL(next, location.origin);
  return url.origin === location.origin ? url.pathname + url.search : "/";
}
