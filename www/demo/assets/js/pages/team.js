// The people of the account, and inviting more.

import { get, post, remove } from "../api.js";
import { el } from "../dom.js";
import { field, form, select } from "../form.js";
import { t } from "../i18n.js";
import { session } from "../session.js";
import { avatar } from "../shell.js";
import { toast } from "../toast.js";
import { heading } from "./parts.js";

const ROLES = ["admin", "editor", "viewer"];

export async function team({ again }) {
  const { people, invitations, seats } = await get("/team");
  const { person, account } = session;
  const admin = person.role === "admin";
  return {
    title: t("team.title"),
    body: [
      heading(t("team.title"), t("team.lead", { name: account.name })),
      admin ? inviteForm(again) : el("p", { class: "card note" }, t("team.admins", { role: t(`role.${person.role}`) })),
      el(
        "section",
        { class: "card", "aria-labelledby": "members-title" },
        el(
          "div",
          { class: "card-head" },
          el("h2", { id: "members-title" }, t("team.members")),
          el("label", { class: "seat-meter" }, `${t("team.seats")} ${people.length} / ${seats} `, el("meter", { min: 0, max: seats, value: people.length })),
        ),
        el("ul", { class: "members" }, people.map(member), invitations.map((invitation) => invited(invitation, admin, again))),
      ),
    ],
  };
}

function inviteForm(again) {
  const send = async (values) => {
    await post("/team/invitations", values);
    await again();
    toast(t("team.sent", values));
  };
  return el(
    "section",
    { class: "card", "aria-labelledby": "invite-title" },
    el("h2", { id: "invite-title" }, t("team.invite")),
    form(
      { class: "inline", id: "invite-form", "data-tour": "invite-form" },
      send,
      field(t("team.email"), el("input", { id: "invite-email", name: "email", type: "email", required: true, autocomplete: "off", "data-tour": "invite-email" })),
      field(t("team.role"), select({ id: "invite-role", name: "role" }, ROLES.map((role) => [role, `${t(`role.${role}`)} – ${t(`role.${role}.hint`)}`]), "editor")),
      el("button", { class: "button primary", type: "submit", "data-action": "invite-member", "data-tour": "invite-send" }, t("team.send")),
    ),
  );
}

function member(person) {
  const you = person.id === session.person.id ? el("span", { class: "soft" }, ` (${t("team.you")})`) : null;
  return el(
    "li",
    {},
    avatar(person.name),
    el("div", { class: "who" }, el("strong", {}, person.name, you), el("span", {}, person.email)),
    el("span", { class: "badge" }, t(`role.${person.role}`)),
  );
}

function invited({ id, email, role }, admin, again) {
  const withdraw = async () => {
    try {
      await remove(`/team/invitations/${encodeURIComponent(id)}`);
      toast(t("team.withdrawn"));
      await again();
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      toast(error.message, "bad");
    }
  };
  return el(
    "li",
    {},
    avatar(email),
    el("div", { class: "who" }, el("strong", {}, email), el("span", {}, t("team.invited"))),
    el("span", { class: "badge" }, t(`role.${role}`)),
    admin ? el("button", { class: "button small", type: "button", "aria-label": t("team.withdraw.for", { email }), on: { click: withdraw } }, t("team.withdraw")) : null,
  );
}
