"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const headings = [...table.tHead.rows[0].cells];
  const value = (row, index) => row.cells[index].dataset.sort ?? row.cells[index].textContent;
  const number = (text) => (text === "inf" ? Infinity : text === "" || text === "nan" ? NaN : Number(text));
  headings.forEach((heading, index) => {
    const button = heading.querySelector("button");
    if (!button) return;
    button.addEventListener("click", () => {
      const now = heading.getAttribute("aria-sort");
      const first = button.dataset.first ?? "ascending";
      const other = first === "ascending" ? "descending" : "ascending";
      const order = now === first ? other : first;
      const sign = order === "ascending" ? 1 : -1;
      const numeric = heading.classList.contains("number") || button.dataset.first === "descending";
      const rows = [...body.rows].sort((left, right) => {
        if (!numeric) return sign * value(left, index).localeCompare(value(right, index));
        const [a, b] = [number(value(left, index)), number(value(right, index))];
        if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b);
        return a === b ? 0 : sign * (a < b ? -1 : 1);
      });
      body.append(...rows);
      headings.forEach((each) => each.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", order);
    });
  });
}
