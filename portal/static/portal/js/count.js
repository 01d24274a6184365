// Counts the characters of limited texts as one types; without it the count is that of the page as it
// came. Nothing is cut: what is too long is said, and refused by the server with a word.

const language = document.documentElement.lang;
const rules = new Intl.PluralRules(language);
const figures = new Intl.NumberFormat(language);
// Says the passing of a limit aloud, and has the words of every count.
const said = document.querySelector("[data-counted]");

// The fonts have no narrow space.
const written = (number) => figures.format(number).replaceAll("\u202f", "\u00a0");
// As the server counts: characters, and one for the end of a line.
const length = (field) => [...field.value].length;

function follow(hint) {
  const field = document.getElementById(hint.dataset.counts);
  const most = Number(hint.dataset.most);
  let over = length(field) > most;

  function count() {
    const typed = length(field);
    const words = said.dataset[rules.select(typed)] ?? said.dataset.other;
    hint.textContent = words.replace("{typed}", written(typed)).replace("{limit}", written(most));
    hint.toggleAttribute("data-over", typed > most);
    if (typed > most !== over) said.textContent = hint.textContent;
    over = typed > most;
  }

  field.addEventListener("input", count);
  count(); // a browser may have restored what was typed
}

if (said) document.querySelectorAll("[data-counts]").forEach(follow);
