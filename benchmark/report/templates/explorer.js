"use strict";
(() => {
  const source = document.getElementById("cells");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const form = document.getElementById("explorer");
  const body = document.getElementById("explored");
  const control = (name) => form.elements.namedItem(name);

  const fill = (select, words) => select.replaceChildren(...words.map((word) => new Option(word, word)));
  const sorted = (values) => [...new Set(values)].sort();
  fill(control("score"), data.scores.map((score) => score.label));
  fill(control("field"), ["All", ...sorted(data.systems.map((system) => system.field))]);
  fill(control("regime"), ["All", ...sorted(data.systems.map((system) => system.regime))]);
  const score = () => data.scores.find((each) => each.label === control("score").value);
  const offerHorizons = () => {
    const before = control("horizon").value;
    const offered = score().horizons.map((each) => each.label);
    fill(control("horizon"), offered);
    if (offered.includes(before)) control("horizon").value = before;
  };

  const number = (value) => (value === "inf" ? Infinity : value);
  // A difference would be no number where both are infinite.
  const rising = (a, b) => (a === b ? 0 : a < b ? -1 : 1);
  // As in benchmark.comparison.medians: the product-limit estimate of times, which may be censored, and else the median.
  const median = (cells, times) => {
    const ordered = [...cells].sort((a, b) => rising(a.value, b.value) || a.censored - b.censored);
    const count = ordered.length;
    if (!times) {
      const lower = ordered[(count - 1) >> 1].value;
      const upper = ordered[count >> 1].value;
      return lower === upper ? lower : (lower + upper) / 2;
    }
    let share = 1;
    for (let i = 0; i < count; i += 1) {
      if (!ordered[i].censored) share *= 1 - 1 / (count - i);
      if (share <= 0.5 + 1e-12) return ordered[i].value;
    }
    return Infinity;
  };
  const figures = (value) => {
    if (Number.isNaN(value)) return "n/a";
    if (!Number.isFinite(value)) return "inf";
    if (value === 0) return "0";
    const size = Math.abs(value);
    if (size < 0.001 || size >= 99999.5) return value.toExponential(0).replace("+", "").replaceAll("-", "\u2212");
    return value.toFixed(Math.min(3, Math.max(0, 2 - Math.floor(Math.log10(size))))).replace("-", "\u2212");
  };
  const cell = (kind, text, name) => {
    const made = document.createElement(kind);
    made.textContent = text;
    if (name) made.className = name;
    return made;
  };

  const show = () => {
    const chosen = score();
    const column = chosen.horizons.find((each) => each.label === control("horizon").value).column;
    const field = control("field").value;
    const regime = control("regime").value;
    const fits = data.systems.map(
      (system) => (field === "All" || system.field === field) && (regime === "All" || system.regime === regime),
    );
    const flags = data.censored[column];
    const failed = data.failed.map((tasks) => tasks.filter((task) => fits[data.tasks[task]]).length);
    const rows = data.forecasters.map((forecaster, index) => {
      const values = data.values[column][index];
      const cells = [];
      values.forEach((value, task) => {
        if (value === null || !fits[data.tasks[task]]) return;
        cells.push({ value: number(value), censored: Boolean(flags && flags[index][task]) });
      });
      const middle = cells.length ? median(cells, Boolean(flags)) : NaN;
      const end = Math.max(...cells.map((each) => each.value));
      return { forecaster, index, count: cells.length, middle, shown: flags && middle === Infinity ? `> ${figures(end)}` : figures(middle) };
    });
    const known = rows.filter((row) => row.count > 0);
    known.sort((a, b) => (chosen.higher ? -1 : 1) * rising(a.middle, b.middle));
    let rank = 0;
    body.replaceChildren(
      ...known.map((row) => {
        const line = document.createElement("tr");
        const name = document.createElement("th");
        name.scope = "row";
        const swatch = cell("span", "", "swatch");
        swatch.style.background = `var(--series-${row.forecaster.colour})`;
        const link = cell("a", row.forecaster.name);
        link.href = row.forecaster.page;
        name.append(...(row.forecaster.coloured ? [swatch, link] : [link]));
        if (row.forecaster.reference) name.className = "reference";
        rank += row.forecaster.reference ? 0 : 1;
        line.append(
          cell("td", row.forecaster.reference ? "" : String(rank), "number aside"),
          name,
          cell("td", row.shown, "number strong"),
          cell("td", String(row.count), "number"),
          cell("td", String(failed[row.index]), failed[row.index] ? "number warn" : "number"),
        );
        return line;
      }),
    );
    const systems = new Set(data.tasks.filter((system) => fits[system])).size;
    document.getElementById("explored-count").textContent =
      known.length > 0
        ? `${systems} of ${data.systems.length} systems; ${chosen.higher ? "more" : "less"} is better`
        : "No cell has this score; widen the choice.";
  };

  offerHorizons();
  form.addEventListener("input", (event) => {
    if (event.target === control("score")) offerHorizons();
    show();
    // Before a question is asked, the table would repeat the leaderboard.
    document.getElementById("explored-table").hidden = false;
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("exploring").hidden = false;
  document.getElementById("explored-count").textContent = "Choose a score, a part of the forecast, a field or a regime; the ranking appears below.";
})();
