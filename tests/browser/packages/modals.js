// Modals of other people's libraries, as a host has them: each is opened over the page and keeps the focus in itself.
import { hideOthers } from "aria-hidden";
import { createFocusTrap } from "focus-trap";
import { createElement as make } from "react";
import { createRoot } from "react-dom/client";
import FocusLock from "react-focus-lock";

const box = () => {
  const box = document.createElement("div");
  box.id = "box";
  box.tabIndex = -1;
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-modal", "true");
  document.body.append(box);
  return box;
};

const buttons = (box) => {
  for (const [id, says] of [
    ["t", "First"],
    ["last", "Last"],
  ]) {
    const button = document.createElement("button");
    button.id = id;
    button.textContent = says;
    box.append(button);
  }
  return box;
};

// Each opens a modal and gives what closes it.
window.modals = {
  "focus-trap": (options) => {
    const around = buttons(box());
    const trap = createFocusTrap(around, options).activate();
    return () => {
      trap.deactivate();
      around.remove();
    };
  },
  "aria-hidden": () => {
    const around = buttons(box());
    const before = document.activeElement;
    const show = hideOthers(around);
    const keep = (event) => around.contains(event.target) || around.focus();
    document.addEventListener("focusin", keep);
    around.firstChild.focus();
    return () => {
      document.removeEventListener("focusin", keep);
      show();
      around.remove();
      before.focus();
    };
  },
  "react-focus-lock": () => {
    const around = box();
    const root = createRoot(around);
    const modal = make(
      FocusLock,
      { returnFocus: true },
      make("button", { id: "t" }, "First"),
      make("button", { id: "last" }, "Last"),
    );
    root.render(modal);
    return () => {
      root.render(null);
      around.removeAttribute("role");
      around.removeAttribute("id");
    };
  },
};
