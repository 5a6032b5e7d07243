// Doing something again and again, but only while somebody can see it.

/** Calls `work` now, then `pause` ms after each end of it while the page is visible; `now()` does not wait. */
export function openEvery(pause, work) {
  let timer = null;
  let running = false;
  let again = false;
  const run = async () => {
    clearTimeout(timer);
    // A call that comes while one runs is not lost: it is done after it, once.
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      await work();
    } finally {
      running = false;
    }
    if (again) {
      again = false;
      await run();
    } else if (document.visibilityState === "visible") {
      timer = setTimeout(run, pause);
    }
  };
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.visibilityState === "visible") run();
  });
  run();
  return { now: run };
}
