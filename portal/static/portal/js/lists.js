// Lists that follow what is typed and ticked. Without this file the same form and the same links lead
// to the same pages, at the same addresses.
//
// form[data-list] asks, through htmx, and so do links inside [data-live] that lead to the same list.
// An answer replaces #results; if none comes, template#not-updated is shown above the old ones. What
// became of the list is said in #live, or in [data-nothing] if nothing was found: these two stand on
// the page from the start, empty. Other modules hear of an answer by the event list:shown.

const SLOW = 300;
const CALM = 400;

const form = () => document.querySelector("form[data-list]");
const results = () => document.getElementById("results");
const heading = () => document.getElementById("results-title");

let latest = null; // the one request whose answer may still be shown
let followed = 0; // when somebody last followed a link
let slow;

// --- Asking ---------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-live] a[href]");
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!link || elsewhere || !window.htmx || !form()) return;
  const url = new URL(link.getAttribute("href"), location.href);
  if (url.pathname !== location.pathname) return;
  event.preventDefault();
  followed = event.timeStamp;
  const headers = { "HX-Source": "a" };
  window.htmx.ajax("GET", url.pathname + url.search, { source: form(), link, headers });
});

document.addEventListener("htmx:config:request", (event) => {
  const { link, request, sourceEvent } = event.detail.ctx;
  // Typed before a link was followed: the list is what the link says.
  if (sourceEvent.type === "input" && sourceEvent.timeStamp < followed) event.preventDefault();
  // A link has its whole address already; what is left empty in the form says nothing.
  for (const [key, value] of [...request.body]) {
    if (link || !value.trim()) request.body.delete(key);
  }
});

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  latest = ctx;
  clearTimeout(slow);
  slow = setTimeout(() => results().setAttribute("aria-busy", "true"), SLOW);
  clearTimeout(calm);
  for (const region of regions) region.textContent = "";
});

// Whoever goes back no longer waits for what they asked for before.
window.addEventListener("popstate", () => {
  latest = null;
});

// --- Answers --------------------------------------------------------------------------------------

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  const answer = new DOMParser().parseFromString(ctx.text, "text/html");
  const isList = ctx.response.status < 400 && answer.getElementById("results");
  if (ctx !== latest || !isList) event.preventDefault();
  if (ctx === latest && !isList) fail(ctx);
  ctx.answer = answer;
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const turned = Boolean(ctx.link?.closest("[data-live=page]"));
  // Focus stays where it is, unless a page was turned or what had it is there no more.
  if (turned) {
    heading().focus({ preventScroll: true });
    results().scrollIntoView();
  } else if (ctx.link && !document.activeElement.closest("main")) {
    heading()?.focus({ preventScroll: true });
  }
  if (results().querySelector(".empty")) say(alarm, alarm.dataset.nothing);
  // A heading that has just got the focus is read out by itself.
  else if (heading() && !turned) say(polite, heading().textContent.trim());
  const byForm = ctx.sourceElement === form() && !ctx.link;
  document.dispatchEvent(
    new CustomEvent("list:shown", { detail: { answer: ctx.answer, byForm } }),
  );
});

function fail(ctx) {
  const { content } = document.getElementById("not-updated");
  const notice = content.firstElementChild.cloneNode(true);
  notice.querySelector("a").href = ctx.request.action;
  results().querySelector("[data-failed]")?.remove();
  results().prepend(notice);
  say(polite, notice.textContent.trim());
}

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (ctx && ctx === latest) fail(ctx);
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx !== latest) return;
  clearTimeout(slow);
  results().removeAttribute("aria-busy");
});

// --- What screen readers hear, once nothing moves any more ----------------------------------------

const polite = document.getElementById("live");
const alarm = document.querySelector("[data-nothing]");
const regions = [polite, alarm];
let calm;

function say(region, text) {
  clearTimeout(calm);
  calm = setTimeout(() => {
    region.textContent = text;
  }, CALM);
}

document.addEventListener("input", (event) => {
  if (event.target.closest("form[data-list]")) clearTimeout(calm);
});
