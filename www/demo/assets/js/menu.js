// A menu that opens from a button: a popover, placed beside the button, moved through by arrow keys.

import { el, icon } from "./dom.js";

const GAP = 6;

/** Makes `button` open a menu. `items()` gives `{label, glyph, act}` or `{label, glyph, href}`; `head` stands above them. */
export function attachMenu(button, items, head = null) {
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => open(button, items(), head));
}

function open(button, items, head) {
  const menu = el("div", { class: "menu", popover: "auto" }, head?.());
  const list = el("div", { role: "menu", "aria-label": button.getAttribute("aria-label") ?? button.textContent });
  for (const item of items) list.append(entry(item, menu));
  menu.append(list);
  menu.addEventListener("keydown", (event) => move(event, list));
  menu.addEventListener("toggle", (event) => {
    const opened = event.newState === "open";
    button.setAttribute("aria-expanded", String(opened));
    if (!opened) menu.remove();
  });
  // Inside the button's own parent, so that a dialog or a page takes its menu along when it goes.
  button.after(menu);
  menu.showPopover({ source: button });
  place(menu, button);
  list.firstElementChild?.focus();
}

function entry({ label, glyph, act, href, danger }, menu) {
  const attributes = { class: danger ? "danger" : null, role: "menuitem", tabindex: "-1" };
  const content = [glyph ? icon(glyph) : null, label];
  const leave = () => menu.hidePopover();
  if (href) return el("a", { ...attributes, href, on: { click: leave } }, content);
  const choose = () => {
    leave();
    act();
  };
  return el("button", { ...attributes, type: "button", on: { click: choose } }, content);
}

function place(menu, button) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = Math.min(Math.max(GAP, at.right - width), innerWidth - width - GAP);
  const below = at.bottom + GAP;
  const top = below + height > innerHeight - GAP ? Math.max(GAP, at.top - height - GAP) : below;
  menu.style.left = `${left}px`;
  menu.style.top = `${top}px`;
}

function move(event, list) {
  const entries = [...list.children];
  const here = entries.indexOf(document.activeElement);
  const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: entries.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  entries.at(to % entries.length).focus();
}
