// Calls to Hikari's own server.

import { t } from "./i18n.js";

/** A refusal, with the server's tag and the field it is about. */
export class ApiError extends Error {
  constructor(status, { code = "network", field = null, reason = null } = {}) {
    super(explain(code, reason));
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

export const get = (path) => call("GET", path);
export const post = (path, body) => call("POST", path, body);
export const put = (path, body) => call("PUT", path, body);
export const remove = (path) => call("DELETE", path);

/** The raw answer, for files. */
export async function send(method, path, body) {
  const request = { method, headers: {} };
  if (body !== undefined) {
    request.headers["content-type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(`/api${path}`, request);
  } catch {
    throw new ApiError(0);
  }
  if (response.ok) return response;
  const refusal = await response.json().catch(() => ({}));
  throw new ApiError(response.status, refusal.error ?? { code: "internal" });
}

async function call(method, path, body) {
  const response = await send(method, path, body);
  return response.status === 204 ? null : response.json();
}

function explain(code, reason) {
  const keys = [`error.${code}.${reason}`, `error.${code}`, "error.internal"];
  return keys.map((key) => [key, t(key)]).find(([key, text]) => text !== key)[1];
}
