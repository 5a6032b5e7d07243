// Form fields with their labels, and their faults said beside them.

import { el } from "./dom.js";
import { t } from "./i18n.js";

/** A labelled input, select or other control, with room for a hint and for what is wrong. */
export function field(label, control, { hint = null, wide = false } = {}) {
  const { id } = control;
  const described = [hint ? `${id}-hint` : null, `${id}-fault`].filter(Boolean).join(" ");
  control.setAttribute("aria-describedby", described);
  control.addEventListener("input", () => tell(control, ""));
  return el(
    "div",
    { class: wide ? "field wide" : "field" },
    el("label", { for: id }, label),
    control,
    hint ? el("p", { class: "hint", id: `${id}-hint` }, hint) : null,
    el("p", { class: "fault", id: `${id}-fault` }),
  );
}

/** A select whose options are `[value, label]`. */
export function select(attributes, options, chosen) {
  return el(
    "select",
    attributes,
    options.map(([value, label]) => el("option", { value, selected: value === chosen }, label)),
  );
}

/** A row of radio buttons that looks like one control; options are `[value, label]`. */
export function segments(label, name, options, chosen, attributes = {}) {
  return el(
    "fieldset",
    { class: "field segments", ...attributes },
    el("legend", {}, label),
    el(
      "div",
      { class: "segment-row" },
      options.map(([value, text]) =>
        el("label", {}, el("input", { type: "radio", name, value, checked: value === chosen }), el("span", {}, text)),
      ),
    ),
  );
}

/** A form that checks itself, sends once, and shows a refusal at its field or above its buttons. */
export function form(attributes, submit, ...children) {
  const trouble = el("p", { class: "fault", role: "alert" });
  const made = el("form", { novalidate: true, ...attributes }, ...children, trouble);
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.textContent = "";
    if (!check(made) || made.dataset.busy) return;
    made.dataset.busy = "yes";
    try {
      await submit(Object.fromEntries(new FormData(made)), made);
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      const control = error.field ? made.elements[error.field] : null;
      if (control instanceof HTMLElement) {
        tell(control, error.message);
        control.focus();
      } else {
        trouble.textContent = error.message;
      }
    } finally {
      delete made.dataset.busy;
    }
  });
  return made;
}

function check(made) {
  let first = null;
  for (const control of made.elements) {
    if (!(control instanceof HTMLInputElement || control instanceof HTMLSelectElement)) continue;
    const blank = control.required && control.value.trim() === "";
    const fault = blank ? t("form.required") : control.validity.typeMismatch ? t("form.email") : "";
    tell(control, fault);
    if (fault) first ??= control;
  }
  first?.focus();
  return first === null;
}

function tell(control, fault) {
  const place = document.getElementById(`${control.id}-fault`);
  if (!place) return;
  place.textContent = fault;
  if (fault) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}
