"use strict";
(() => {
  const source = document.getElementById("cells");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const form = document.getElementById("explorer");
  const body = document.getElementById("explored");
  const control = (name) => form.elements.namedItem(name);
  const LEVEL = 0.95;
  const RESAMPLES = 400;

  const fill = (select, words) => select.replaceChildren(...words.map((word) => new Option(word, word)));
  const sorted = (values) => [...new Set(values)].sort();
  fill(control("score"), data.scores.map((score) => score.label));
  fill(control("field"), ["all", ...sorted(data.systems.map((system) => system.field))]);
  fill(control("regime"), ["all", ...sorted(data.systems.map((system) => system.regime))]);
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
  const random = (seed) => () => {
    // mulberry32: small, seeded, and good enough to resample a hundred systems.
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  // The median of values, rising, each standing as often as its weight says.
  const median = (values, weights) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let seen = 0;
    let lower = NaN;
    for (let i = 0; i < values.length; i += 1) {
      seen += weights[i];
      if (Number.isNaN(lower) && seen > (total - 1) / 2) lower = values[i];
      if (seen > Math.floor(total / 2)) return lower === values[i] ? lower : (lower + values[i]) / 2;
    }
    return NaN;
  };
  const summary = (cells) => {
    const ordered = [...cells].sort((a, b) => rising(a.value, b.value));
    const values = ordered.map((cell) => cell.value);
    const middle = median(values, values.map(() => 1));
    const systems = [...new Set(ordered.map((cell) => cell.system))].sort((a, b) => a - b);
    if (systems.length < 2) return { middle, low: NaN, high: NaN };
    const place = new Map(systems.map((system, index) => [system, index]));
    const next = random(1);
    const medians = [];
    for (let i = 0; i < RESAMPLES; i += 1) {
      const counts = new Array(systems.length).fill(0);
      for (let k = 0; k < systems.length; k += 1) counts[Math.floor(next() * systems.length)] += 1;
      medians.push(median(values, ordered.map((cell) => counts[place.get(cell.system)])));
    }
    medians.sort(rising);
    const at = (share) => medians[Math.round(share * (medians.length - 1))];
    return { middle, low: at((1 - LEVEL) / 2), high: at((1 + LEVEL) / 2) };
  };
  const figures = (value) => {
    if (Number.isNaN(value)) return "n/a";
    if (!Number.isFinite(value)) return "inf";
    if (value === 0) return "0";
    const size = Math.abs(value);
    if (size < 0.001 || size >= 99999.5) return value.toExponential(0);
    return value.toFixed(Math.min(3, Math.max(0, 2 - Math.floor(Math.log10(size)))));
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
      (system) => (field === "all" || system.field === field) && (regime === "all" || system.regime === regime),
    );
    const failed = data.failed.map((tasks) => tasks.filter((task) => fits[data.tasks[task]]).length);
    const rows = data.forecasters.map((forecaster, index) => {
      const values = data.values[column][index];
      const cells = [];
      values.forEach((value, task) => {
        if (value !== null && fits[data.tasks[task]]) cells.push({ value: number(value), system: data.tasks[task] });
      });
      return { forecaster, index, count: cells.length, ...summary(cells) };
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
        name.append(swatch, link);
        if (row.forecaster.reference) name.append(" ", cell("span", "reference", "of"));
        rank += row.forecaster.reference ? 0 : 1;
        const interval = Number.isNaN(row.low) ? "n/a" : `${figures(row.low)} – ${figures(row.high)}`;
        line.append(
          cell("td", row.forecaster.reference ? "" : String(rank), "number"),
          name,
          cell("td", figures(row.middle), "number strong"),
          cell("td", interval, "number"),
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
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("exploring").hidden = false;
  show();
})();
