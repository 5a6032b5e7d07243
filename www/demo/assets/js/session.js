// Who is signed in, and what follows from it for the language and for guidance.

import { get, post, put, remove } from "./api.js";
import * as guidance from "./guidance.js";
import { locale, useLocale } from "./i18n.js";

/** The signed-in person and their account; both null when nobody is. */
export const session = { person: null, account: null };

/** Asks the server who is signed in. */
export async function load() {
  await become(await get("/session"));
}

/** Signs in as somebody who exists. */
export async function signIn(person) {
  await become(await post("/session", { person }));
}

/** Makes an account with its first person, who is then signed in. */
export async function signUp(newcomer) {
  await become(await post("/accounts", newcomer));
}

/** Signs out. */
export async function signOut() {
  await remove("/session");
  forget();
}

/** Nobody is signed in any more: by choice, or because the server says so. */
export function forget() {
  if (session.person) guidance.reset();
  Object.assign(session, { person: null, account: null });
}

/** Changes the profile; guidance hears of it, as role, name and language are what it goes by. */
export async function saveProfile(profile) {
  await become(await put("/profile", profile));
}

/** Switches the language of the page, and of the profile when somebody is signed in. */
export async function switchLocale(tag) {
  useLocale(tag);
  guidance.speak(tag);
  if (session.person) await saveProfile({ locale: tag });
}

/** Whether the person may make and change reports. */
export const mayEdit = () => session.person?.role !== "viewer";

async function become({ person, account }) {
  Object.assign(session, { person, account });
  if (person && person.locale !== locale()) useLocale(person.locale);
  guidance.speak(locale());
  if (person) await guidance.identify(session);
}
