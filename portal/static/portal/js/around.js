// What stands around a list and speaks of it, brought in line with each answer: the boxes and counts of
// its form, the links to the other language, the head. The form itself is never replaced, so that focus
// and what is being typed stay as they are. (The title is htmx's own care.)

const HEAD = "link[rel=canonical], link[rel=alternate], meta[name=robots], meta[property^='og:'], \
script[type='application/ld+json']";

const boxesOf = (form) => [...form.querySelectorAll("input[type=checkbox]")];
const keyOf = (box) => `${box.name}=${box.value}`;
const labelOf = (box) => box.closest("label");

function followBoxes(form, fresh) {
  const old = new Map(boxesOf(form).map((box) => [keyOf(box), box]));
  let before = null; // the last box that both have
  for (const told of boxesOf(fresh)) {
    let box = old.get(keyOf(told));
    if (box) {
      box.checked = told.checked;
      labelOf(box).lastChild.data = labelOf(told).lastChild.data;
    } else if (before?.name === told.name) {
      box = labelOf(told).cloneNode(true).querySelector("input");
      labelOf(before).after(labelOf(box));
    } else {
      box = labelOf(told).cloneNode(true).querySelector("input");
      form.querySelector(`[data-facet="${told.name}"] legend`)?.after(labelOf(box));
    }
    old.delete(keyOf(told));
    before = box;
  }
  // Offered no more. One that has the focus keeps it, and goes with the next answer.
  for (const box of old.values()) {
    box.checked = false;
    if (box !== document.activeElement) labelOf(box).remove();
  }
}

function followForm(form, fresh, byForm) {
  followBoxes(form, fresh);
  form.querySelectorAll("input[type=hidden]").forEach((field) => field.remove());
  form.prepend(...fresh.querySelectorAll("input[type=hidden]"));
  const summary = form.closest("details")?.querySelector("summary");
  if (summary) summary.textContent = fresh.closest("details").querySelector("summary").textContent;
  // What was typed is what the form asked for; a link may have asked for something else.
  if (byForm) return;
  for (const field of form.querySelectorAll("input:not([type=hidden], [type=checkbox])")) {
    field.value = fresh.elements[field.name].value;
  }
}

function followHead(answer) {
  document.head.querySelectorAll(HEAD).forEach((element) => element.remove());
  document.head.append(...answer.head.querySelectorAll(HEAD));
  const twins = answer.querySelectorAll("a[hreflang]");
  document.querySelectorAll("a[hreflang]").forEach((link, place) => {
    link.href = twins[place].getAttribute("href");
  });
}

// The hint is true with this script only, and on lists that can be searched.
function describe() {
  const field = document.getElementById("q");
  if (!field) return;
  const others = (field.getAttribute("aria-describedby") ?? "").replace("q_hint", "").trim();
  field.setAttribute("aria-describedby", `q_hint ${others}`.trim());
}

document.addEventListener("list:shown", ({ detail: { answer, byForm } }) => {
  const find = (page) => page.querySelector("form[data-list]");
  followForm(find(document), find(answer), byForm);
  followHead(answer);
  describe();
});
describe();
