// Something that takes long, followed from its page. Without this file a link shows how far it is, or a
// button does the next part.
//
// [data-progress] is looked at again every second; where it holds form[data-go-on], that is sent, for
// nobody else goes on. What [data-progress-said] says is read aloud now and then, in [data-progress-live].
// Once the page that comes has no [data-progress] any more, it is shown.

const EVERY = 1000;
const CALM = 10000;
const MOST_FAILURES = 10;

const region = document.querySelector("[data-progress]");
const live = region?.querySelector("[data-progress-live]");
// Of the last answer: it may say that somebody else goes on by now.
let form = region?.querySelector("form[data-go-on]");
let failures = 0;
let said = Date.now();

async function look() {
  const answer = await (form
    ? fetch(form.action, { method: "POST", body: new FormData(form) })
    : fetch(location.href));
  if (!answer.ok) throw new Error(answer.status);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function show(page) {
  const now = page.querySelector("[data-progress]");
  if (!now) {
    location.reload();
    return false;
  }
  const [before, after] = [region, now].map((each) => each.querySelector("progress"));
  const [old, words] = [region, now].map((each) => each.querySelector("[data-progress-said]"));
  form = now.querySelector("form[data-go-on]");
  before.value = after.value;
  before.max = after.max;
  old.replaceChildren(...words.childNodes);
  if (Date.now() - said > CALM) {
    live.textContent = old.textContent;
    said = Date.now();
  }
  return true;
}

async function follow() {
  try {
    if (!show(await look())) return;
    failures = 0;
  } catch {
    failures += 1;
  }
  // What does the next part takes its time by itself.
  const pause = form ? 0 : EVERY;
  if (failures < MOST_FAILURES) setTimeout(follow, failures ? EVERY * failures : pause);
}

if (region) setTimeout(follow, EVERY);
