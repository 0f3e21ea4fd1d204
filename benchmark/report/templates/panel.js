"use strict";
(() => {
  const source = document.getElementById("series");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const select = document.getElementById("forecaster");
  const target = document.getElementById("chosen");
  const WIDTH = 640;
  const HEIGHT = 190;
  const BOTTOM = 22;
  const space = "http://www.w3.org/2000/svg";
  const make = (kind, attributes) => {
    const made = document.createElementNS(space, kind);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  const begin = -(data.past.length - 1) * data.step;
  const end = data.truth.length * data.step;
  const x = (time) => ((time - begin) / (end - begin)) * WIDTH;
  const y = (value) => (HEIGHT - BOTTOM) * (1 - (value / data.parts + 0.12) / 1.24);
  const path = (values, first) => {
    let drawing = false;
    const parts = values.map((value, index) => {
      if (value === null) { drawing = false; return ""; }
      const kind = drawing ? "L" : "M";
      drawing = true;
      return `${kind}${x(first + index * data.step).toFixed(1)} ${y(value).toFixed(1)}`;
    });
    return parts.join("");
  };
  const line = (values, first, colour, width) =>
    make("path", { d: path(values, first), fill: "none", stroke: colour, "stroke-width": width, "clip-path": "url(#frame)" });
  const show = () => {
    const forecast = data.forecasts[Number(select.value)];
    const label = `${forecast.name}: ${forecast.verdict}`;
    const svg = make("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label });
    const clip = make("clipPath", { id: "frame" });
    clip.append(make("rect", { x: 0, y: 0, width: WIDTH, height: HEIGHT - BOTTOM }));
    const colour = `var(--series-${forecast.colour})`;
    svg.append(
      clip,
      make("rect", { x: x(0), y: 0, width: Math.max(0, x(forecast.valid) - x(0)), height: HEIGHT - BOTTOM, fill: colour, opacity: 0.13 }),
      line(forecast.values, data.step, colour, 4),
      line(data.past, begin, "var(--muted)", 1.3),
      line(data.truth, data.step, "var(--ink)", 1.3),
      make("line", { x1: x(0), x2: x(0), y1: 0, y2: HEIGHT - BOTTOM, stroke: "var(--muted)", "stroke-width": 0.8 }),
      make("line", { x1: 0, x2: WIDTH, y1: HEIGHT - BOTTOM, y2: HEIGHT - BOTTOM, stroke: "var(--line)" }),
    );
    const spacing = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500].find((each) => (end - begin) / each <= 8) ?? 1000;
    for (let time = Math.ceil(begin / spacing) * spacing; time <= end + 1e-9; time += spacing) {
      const text = make("text", { x: x(time), y: HEIGHT - 6, "text-anchor": "middle", "font-size": 12, fill: "var(--muted)" });
      text.textContent = String(Number(time.toPrecision(3)));
      svg.append(text);
    }
    target.replaceChildren(svg);
    document.getElementById("chosen-verdict").textContent = forecast.verdict;
  };
  data.forecasts.forEach((forecast, index) => select.add(new Option(forecast.name, String(index))));
  select.addEventListener("input", show);
  // The first that is ranked: of the oracle, the forecast hides the truth.
  select.value = String(Math.max(0, data.forecasts.findIndex((forecast) => !forecast.reference)));
  document.getElementById("choosing").hidden = false;
  show();
})();
