// Whoever leaves a form in which they typed is asked by the browser, in its own words, whether they
// mean to. Nothing else changes: a form that is sent is left without a question.

for (const form of document.querySelectorAll("form[data-unsaved]")) {
  // A form that came back with errors holds what is saved nowhere.
  let unsaved = form.dataset.unsaved === "yes";

  form.addEventListener("input", () => (unsaved = true));
  form.addEventListener("submit", () => (unsaved = false));
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
}
