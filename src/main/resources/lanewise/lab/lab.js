"use strict";
(() => {
  const REFRESH_MS = 30_000;
  const FRAME_MS = 500;
  const COLORS = ["--blue", "--orange", "--green", "--purple", "--red"];

  /** Of the variants after the first five, whose colours come again. */
  const DASHES = [[], [7, 4], [2, 3]];

  /** The alpha byte of a band. */
  const FAINT = "24";

  const lab = JSON.parse(byId("data").textContent);
  const colorOf = (index) => COLORS[index % COLORS.length];
  const dashOf = (index) => DASHES[Math.floor(index / COLORS.length) % DASHES.length];
  const metricOf = new Map(lab.metrics.map((metric) => [metric.key, metric]));
  const running = lab.status === "running";

  function svg(tag, attributes, parent) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    parent?.append(made);
    return made;
  }

  /** A variant's name behind its colour. */
  function keyed(index, parent) {
    element("span", "", parent).className = "key";
    parent.lastChild.style.background = `var(${colorOf(index)})`;
    parent.append(lab.variants[index].name);
  }

  // Header

  function showHeader() {
    document.title = `${lab.name} – Lanewise lab`;
    byId("name").textContent = lab.name;
    byId("status").textContent = lab.status;
    byId("status").className = lab.status;
    byId("news").textContent = `written ${new Date(lab.written).toLocaleString([], WHEN)}`;
    byId("dataset").textContent = `${lab.reference.data} · ${lab.machine}`;
    const ended = lab.cells.filter((c) => ["finished", "failed", "refused"].includes(c.state));
    byId("progress").hidden = !running;
    byId("progress").value = ended.length / lab.cells.length;
    const facts = byId("facts");
    const fact = (label, value, unit = "") => {
      const group = element("div", "", facts);
      element("dt", label, group);
      element("small", unit, element("dd", value, group));
    };
    const finished = lab.cells.filter((c) => c.state === "finished").length;
    fact("Trainings finished", whole(finished), ` of ${whole(lab.cells.length)}`);
    fact("Variants", whole(lab.variants.length), `, ${whole(lab.plan.seeds)} seeds each`);
    fact("Each", whole(lab.plan.steps), " steps");
    byId("words").after(Object.assign(element("p", `${lab.plan.budget}.`), {className: "caption"}));
    fact("Training time", duration(lab.cells.reduce((sum, c) => sum + c.seconds, 0)));
    fact("Measured on", whole(lab.reference.samples), " samples");
  }

  function showFindings() {
    for (const finding of lab.findings) {
      element("dt", finding.topic, byId("words"));
      element("dd", finding.text, byId("words"));
    }
  }

  // Figures

  /** The values of the seeds as dots, on a scale that the whole row shares. */
  function strip(index, estimate, scale, parent) {
    const [low, high] = scale;
    const place = (value) => (high > low ? 29 - (24 * (value - low)) / (high - low) : 17);
    const picture = svg("svg", {class: "strip", viewBox: "0 0 96 34"}, parent);
    const color = `var(${colorOf(index)})`;
    svg("line", {x1: 0, x2: 96, y1: 33.5, y2: 33.5, stroke: "var(--grid)"}, picture);
    const mean = place(estimate.mean);
    svg("line", {x1: 4, x2: 60, y1: mean, y2: mean, stroke: color, "stroke-width": 2}, picture);
    const gap = 56 / (estimate.values.length + 1);
    estimate.values.forEach((value, i) =>
      svg("circle", {cx: 4 + gap * (i + 1), cy: place(value), r: 3, fill: color}, picture));
  }

  function showFigures() {
    const keys = lab.metrics.map((metric) => metric.key)
      .filter((key) => lab.variants.some((variant) => variant.estimates[key]));
    byId("figures-section").hidden = keys.length === 0;
    const [head, body] = byId("figures").children;
    const names = element("tr", "", head);
    element("th", "", names);
    lab.variants.forEach((_, i) => keyed(i, element("th", "", names)));
    const real = Object.keys(lab.reference.heldOut).length > 0;
    if (real) element("th", "real, held out", names);
    for (const key of keys) {
      const row = element("tr", "", body);
      const name = element("th", metricOf.get(key).title, row);
      name.scope = "row";
      element("small", metricOf.get(key).best, name);
      const values = lab.variants.flatMap((variant) => variant.estimates[key]?.values ?? []);
      const scale = [Math.min(...values), Math.max(...values)];
      lab.variants.forEach((variant, i) => {
        const estimate = variant.estimates[key];
        const cell = element("td", "", row);
        if (!estimate) return;
        cell.className = estimate.standing;
        element(estimate.standing === "best" ? "b" : "span", estimate.text, cell);
        strip(i, estimate, scale, cell);
      });
      if (real) element("td", number(lab.reference.heldOut[key]), row).className = "quiet";
    }
    byId("figures-caption").textContent =
      "Green: best. Grey: worse beyond the seeds' spread. Dots: the seeds, higher is more; each " +
      "row has its own scale." +
      (lab.reference.features ? ` Features: ${lab.reference.features}.` : "");
  }

  // Charts

  const CAPTIONS = {
    frechet_lanewise: "How far the samples' distribution is from the real one; lower is better.",
    modes: "How many of the data's classes the samples reach.",
    diversity: "How different the samples of a batch are, the real data being 1.",
  };
  const FIRST = ["frechet_lanewise", "modes", "diversity"];
  const STEP_INCREMENTS = [...Array(13).keys()].flatMap((e) => [1, 2, 5].map((m) => m * 10 ** e));

  /** The steps of all bands of a metric, and for each variant its values there. */
  function aligned(key) {
    const bands = lab.variants.map((variant) => variant.bands[key] ?? []);
    const steps = [...new Set(bands.flat().map((point) => point[0]))].sort((a, b) => a - b);
    const columns = bands.map((band) => {
      const at = new Map(band.map((point) => [point[0], point]));
      return [1, 2, 3].map((i) => steps.map((step) => at.get(step)?.[i] ?? null));
    });
    return {steps, columns};
  }

  function range(columns) {
    const values = columns.flat(2).filter((value) => value !== null);
    const low = Math.min(...values);
    const high = Math.max(...values);
    if (high === low && low >= 0 && low <= 1) return [0, 1];
    const margin = 0.06 * (high - low) || 0.05 * Math.abs(high) || 1;
    return [low >= 0 && low < 0.4 * high ? 0 : low - margin, high + margin];
  }

  function legend(steps, columns, box) {
    const values = lab.variants.map((_, i) => {
      const entry = element("span", "", box);
      keyed(i, entry);
      entry.append(" ");
      return element("b", "", entry);
    });
    const at = element("span", "", box);
    at.className = "at";
    return (index) => {
      values.forEach((value, i) => (value.textContent = number(columns[i][0][index])));
      at.textContent = `step ${whole(steps[index])}`;
    };
  }

  function draw(steps, columns, section) {
    const yRange = range(columns);
    const show = legend(steps, columns, section.querySelector(".legend"));
    show(steps.length - 1);
    const series = [{}];
    const bands = [];
    const data = [steps];
    columns.forEach(([, low, high], i) => {
      const color = css(colorOf(i));
      bands.push({series: [series.length, series.length + 1], fill: color + FAINT});
      for (const values of [high, low]) {
        series.push({stroke: color + FAINT, width: 1, points: {show: false}, spanGaps: true});
        data.push(values);
      }
    });
    columns.forEach(([mean], i) => {
      series.push({
        stroke: css(colorOf(i)),
        width: 2,
        dash: dashOf(i),
        spanGaps: true,
        points: {show: steps.length < 30, size: 5, fill: css(colorOf(i))},
      });
      data.push(mean);
    });
    const box = section.querySelector(".plot");
    const axis = {
      stroke: css("--quiet"),
      font: "12px system-ui, sans-serif",
      grid: {stroke: css("--grid"), width: 1},
      ticks: {stroke: css("--grid"), width: 1, size: 4},
    };
    const plot = new uPlot(
      {
        width: box.clientWidth,
        height: box.clientHeight,
        legend: {show: false},
        cursor: {y: false, sync: {key: "lab"}, points: {show: false}},
        scales: {x: {time: false}, y: {range: () => yRange}},
        axes: [
          {
            ...axis,
            size: 28,
            space: 64,
            incrs: STEP_INCREMENTS,
            values: (_, ticks) => ticks.map(whole),
          },
          {...axis, size: 54, space: 34},
        ],
        series,
        bands,
        hooks: {setCursor: [(u) => show(u.cursor.idx ?? steps.length - 1)]},
      },
      data,
      box);
    new ResizeObserver(() => plot.setSize({width: box.clientWidth, height: box.clientHeight}))
      .observe(box);
  }

  function showCharts() {
    const charts = byId("charts");
    charts.replaceChildren();
    const keys = lab.metrics.map((metric) => metric.key);
    for (const key of [...FIRST, ...keys.filter((k) => !FIRST.includes(k))]) {
      if (!metricOf.has(key)) continue;
      const {steps, columns} = aligned(key);
      if (steps.length < 2) continue;
      const metric = metricOf.get(key);
      const section = element("section", "", charts);
      element("h2", metric.title, section);
      element("div", "", section).className = "legend";
      element("div", "", section).className = "plot";
      element("p", CAPTIONS[key] ?? `Best: ${metric.best}.`, section).className = "caption";
      draw(steps, columns, section);
    }
  }

  // Samples

  let isPlaying = () => false;
  const newest = lab.grids.length - 1;

  function showSample(index) {
    const {step, images} = lab.grids[index];
    byId("sample-step").textContent = `at step ${whole(step)}`;
    byId("slider").value = index;
    for (const place of byId("grids").querySelectorAll("[data-cell]")) {
      const image = images[place.dataset.cell];
      place.replaceChildren();
      if (!image) {
        element("div", "none", place).className = "none";
        continue;
      }
      const shown = element("img", "", place);
      shown.src = image;
      shown.alt = `Samples of ${place.dataset.cell} at step ${step}`;
      shown.addEventListener("click", () => zoom(image, `${place.dataset.cell}, step ${whole(step)}`));
    }
  }

  function zoom(image, title) {
    byId("zoom-title").textContent = title;
    byId("zoomed").src = image;
    byId("zoomed").alt = title;
    byId("zoom").showModal();
  }

  /** A seed a row, a variant a column. */
  function showSamples() {
    if (newest < 0) return;
    byId("samples-section").hidden = false;
    const grids = byId("grids");
    grids.style.gridTemplateColumns =
      `max-content repeat(${lab.variants.length}, minmax(120px, 300px))`;
    element("span", "", grids);
    lab.variants.forEach((_, i) => keyed(i, element("h3", "", grids)));
    lab.cells.forEach((cell, i) => {
      if (i % lab.variants.length === 0) {
        element("span", `seed ${cell.seed}`, grids).className = "seed";
      }
      element("div", "", grids).dataset.cell = cell.name;
    });
    byId("zoom").addEventListener("click", () => byId("zoom").close());
    isPlaying = slideshow(newest, FRAME_MS, showSample);
  }

  // Trainings and options

  function showCells() {
    for (const cell of lab.cells) {
      const row = element("tr", "", byId("cells"));
      const name = element("th", "", row);
      name.scope = "row";
      if (cell.step > 0) {
        element("a", cell.name, name).href = `${cell.name}/report.html`;
      } else {
        name.textContent = cell.name;
      }
      element("td", cell.state, row);
      element("td", cell.step > 0 ? `step ${whole(cell.step)}` : "", row);
      element("td", cell.step > 0 ? duration(cell.seconds) : "", row);
      element("td", cell.reason ?? "", row);
    }
  }

  function showOptions() {
    const compared = new Set([...lab.plan.varied, "loss", "pack", "seed"]);
    for (const [name, value] of Object.entries(lab.plan.options)) {
      if (compared.has(name)) continue;
      const row = element("div", "", byId("all-options"));
      element("span", name, row);
      element("b", value === "" ? "–" : value, row);
    }
  }

  showHeader();
  showFindings();
  showFigures();
  showCharts();
  showSamples();
  showCells();
  showOptions();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showCharts);
  if (running) {
    setInterval(() => {
      const busy = isPlaying() || byId("zoom").open || Number(byId("slider").value) < newest;
      if (!busy && !document.hidden) location.reload();
    }, REFRESH_MS);
  }
})();
