// All that Hikari tells Banso. The tag in index.html keeps these calls until the widget is there,
// and keeps them for nothing when it never comes.

import { get } from "./api.js";

const banso = (...call) => window.banso(...call);

/** Says who is signed in, with a token that proves it where the server signs tokens. */
export async function identify({ person, account }) {
  banso("identify", {
    user: { id: person.id, name: person.name, role: person.role, locale: person.locale },
    account: { id: account.id, name: account.name, plan: account.plan, seats: account.seats },
    token: await freshToken(),
  });
}

/** Gives a fresh token whenever the one in use has run out. */
export function answerTokenRequests() {
  banso("on", "token", freshToken);
}

/** Says that nobody is signed in any more. */
export function reset() {
  banso("reset");
}

/** Counts one export of a report. */
export function reportExported() {
  banso("track", "report_exported", { format: "csv" });
}

/** Says which language the page is in. */
export function speak(tag) {
  banso("locale", tag);
}

async function freshToken() {
  try {
    return (await get("/banso-token")).token;
  } catch {
    // The server signs no tokens, or nobody is signed in: guidance then goes without proof.
    return undefined;
  }
}
