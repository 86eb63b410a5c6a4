"use strict";
const table = document.getElementById("all");
const body = table.tBodies[0];
const rows = [...body.rows];
const heads = [...table.tHead.rows[0].cells].filter((head) => head.querySelector("button"));
const form = document.querySelector(".controls");
const [search, mistake, reason, group] = ["search", "mistake", "reason", "group"].map((id) =>
  document.getElementById(id),
);
const words = new Map(
  rows.map((row) => [row, [row.cells[0].textContent, row.dataset.mistakes, row.dataset.questions].join("\n").toLowerCase()]),
);
const has = (lines, one) => lines.split("\n").includes(one);

function show() {
  const wanted = search.value.trim().toLowerCase();
  let shown = 0;
  for (const row of rows) {
    const { mistakes, reasons, group: own } = row.dataset;
    const is = (!wanted || words.get(row).includes(wanted))
      && (!mistake.value || has(mistakes, mistake.value))
      && (!reason.value || (reason.value === "*" ? reasons !== "" : has(reasons, reason.value)))
      && (!group.value || own === group.value);
    row.hidden = !is;
    shown += is;
  }
  document.getElementById("shown").textContent = `${shown} of ${rows.length} submission${rows.length === 1 ? "" : "s"}`;
}

// What cannot be read as a number, such as a dash, stands below all numbers.
function value(row, head) {
  const cell = row.cells[head.cellIndex];
  if (!head.classList.contains("number")) return cell.textContent;
  // A sign may stand in front of it.
  const number = parseFloat(cell.textContent.replace(/^\D+/, ""));
  return Number.isNaN(number) ? -1 : number;
}

function sort(head) {
  const numbers = head.classList.contains("number");
  const before = head.getAttribute("aria-sort");
  // The weakest come first: they are why one sorts.
  const order = before === "ascending" ? "descending" : "ascending";
  heads.forEach((one) => one.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", order);
  const sign = order === "ascending" ? 1 : -1;
  const compare = numbers ? (a, b) => a - b : new Intl.Collator(undefined, { numeric: true }).compare;
  const keyed = rows.map((row) => [value(row, head), row]);
  keyed.sort((a, b) => sign * compare(a[0], b[0]));
  body.append(...keyed.map((pair) => pair[1]));
}

heads.forEach((head) => head.querySelector("button").addEventListener("click", () => sort(head)));
form.addEventListener("input", show);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(show));
body.addEventListener("click", (event) => {
  const selects = String(getSelection()) !== "";
  const link = event.target.closest("tr")?.querySelector("a");
  if (link && !selects && !event.target.closest("a")) link.click();
});
document.querySelectorAll("button[data-mistake]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => {
    form.reset();
    mistake.value = button.dataset.mistake;
    show();
    document.getElementById("submissions").scrollIntoView();
    mistake.focus({ preventScroll: true });
  });
});
form.hidden = false;
show();
