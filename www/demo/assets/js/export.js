// Downloading the numbers of a report.

import { send } from "./api.js";
import { el } from "./dom.js";
import { reportExported } from "./guidance.js";
import { t } from "./i18n.js";
import { toast } from "./toast.js";

/** Saves the numbers of a report as a CSV file named after it. */
export async function exportReport(report) {
  const response = await send("GET", `/reports/${encodeURIComponent(report.id)}/export.csv`);
  const url = URL.createObjectURL(await response.blob());
  el("a", { href: url, download: `${report.name.replaceAll(/[\\/:*?"<>|]/g, "-")}.csv` }).click();
  // The browser has taken the file over once this task is done.
  setTimeout(() => URL.revokeObjectURL(url), 0);
  reportExported();
  toast(t("report.exported"));
}
