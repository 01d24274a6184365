// The searchable choices of the Django admin come without a name for screen readers: give each the
// words of its label.

function name(select) {
  const label = document.querySelector(`label[for="${select.id}"]`);
  const box = select.nextElementSibling;
  if (!label || !box) return;
  for (const control of box.querySelectorAll("[role=combobox], [role=textbox], input")) {
    control.removeAttribute("aria-labelledby");
    control.setAttribute("aria-label", label.textContent.trim());
  }
}

// After the admin's own scripts, which wait for the page in the same queue.
window.django?.jQuery?.(() => {
  document.querySelectorAll("select.admin-autocomplete").forEach(name);
});
