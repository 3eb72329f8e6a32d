"use strict";
(() => {
  const REFRESH_MS = 15_000;
  const FRAME_MS = 250;

  const WHEN = {dateStyle: "medium", timeStyle: "short"};

  /** The alpha byte of what lies behind the bold lines. */
  const FAINT = "2c";

  const run = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const whole = (x) => Math.round(x).toLocaleString("en-US");
  const isNumber = (x) => typeof x === "number" && Number.isFinite(x);

  function number(x) {
    if (!isNumber(x)) return "–";
    const size = Math.abs(x);
    if (size >= 1000) return whole(x);
    if (size >= 100) return x.toFixed(1);
    return size >= 0.001 || size === 0 ? x.toFixed(3) : x.toExponential(2);
  }

  function duration(seconds) {
    if (seconds < 90) return `${Math.round(seconds)} s`;
    if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
    if (seconds < 172_800) return `${(seconds / 3600).toFixed(1)} h`;
    return `${Math.round(seconds / 86_400)} days`;
  }

  function element(tag, text, parent) {
    const made = document.createElement(tag);
    made.textContent = text;
    parent?.append(made);
    return made;
  }

  // Header

  const running = run.status === "running";
  const {step, epoch, ms, images_per_s: speed} = run.latest;

  function showHeader() {
    document.title = `${run.name} – Lanewise`;
    byId("name").textContent = run.name;
    byId("status").textContent = run.status;
    byId("status").className = running || run.status === "finished" ? run.status : "stopped";
    byId("machine").textContent = run.machine ?? "";
    const total = isNumber(run.steps) && run.steps > 0 ? run.steps : null;
    const epochs = isNumber(run.epochs) && run.epochs > 0 ? run.epochs : null;
    if (total && isNumber(step)) {
      byId("progress").hidden = false;
      byId("progress").value = Math.min(1, step / total);
    }
    const facts = byId("facts");
    const fact = (label, value, unit = "") => {
      const group = element("div", "", facts);
      element("dt", label, group);
      element("small", unit, element("dd", value, group));
    };
    if (isNumber(step)) fact("Step", whole(step), total ? ` of ${whole(total)}` : "");
    if (isNumber(epoch)) fact("Epoch", whole(epoch), epochs ? ` of ${whole(epochs)}` : "");
    if (isNumber(speed)) fact("Speed", whole(speed), " images/s");
    if (isNumber(ms)) fact("Time per step", ms >= 100 ? whole(ms) : ms.toFixed(1), " ms");
    if (running && total && isNumber(step) && isNumber(ms)) {
      fact("Time left", `about ${duration((Math.max(0, total - step) * ms) / 1000)}`);
    }
  }

  /** A killed run cannot say so: a page that is much older than its rhythm says it instead. */
  function showNews() {
    const age = (Date.now() - run.written) / 1000;
    const [before, last] = run.samples.slice(-2).map((s) => s.step);
    const rhythm = isNumber(last) && isNumber(ms) ? ((last - before) * ms) / 1000 : 200;
    if (!running) {
      byId("news").textContent = `written ${new Date(run.written).toLocaleString([], WHEN)}`;
    } else if (age > 3 * rhythm + 120) {
      byId("news").textContent = `no news for ${duration(age)}; has it been stopped?`;
    } else {
      byId("news").textContent = `updated ${duration(age)} ago`;
    }
  }

  function showOptions() {
    for (const [name, value] of Object.entries(run.options)) {
      const row = element("tr", "", byId("options-rows"));
      element("th", name, row).scope = "row";
      element("td", value, row);
    }
    byId("options").hidden = byId("options-rows").rows.length === 0;
    if (run.unreadableLines > 0) {
      byId("unreadable").hidden = false;
      byId("unreadable").textContent =
        `${whole(run.unreadableLines)} lines of metrics.jsonl could not be read.`;
    }
  }

  // Samples

  let player = null;
  const newest = run.samples.length - 1;

  function showSample(index) {
    const sample = run.samples[index];
    byId("grid").src = sample.image;
    byId("grid").alt = `Generated images at step ${sample.step}`;
    byId("slider").value = index;
    byId("sample-step").textContent =
      `at step ${whole(sample.step)}${index === newest ? ", the newest" : ""}`;
  }

  function stopPlaying() {
    clearInterval(player);
    player = null;
    byId("play").textContent = "▶ Play";
  }

  function startPlaying() {
    let index = Number(byId("slider").value);
    if (index === newest) index = -1;
    player = setInterval(() => {
      showSample(++index);
      if (index === newest) stopPlaying();
    }, FRAME_MS);
    byId("play").textContent = "❚❚ Pause";
  }

  function showSamples() {
    const caption = byId("samples-caption");
    if (newest < 0) {
      caption.textContent = running ? "None yet: they appear here as the run goes on." : "None.";
      return;
    }
    byId("grid").hidden = false;
    byId("player").hidden = newest === 0;
    byId("slider").max = newest;
    byId("slider").addEventListener("input", (event) => {
      stopPlaying();
      showSample(Number(event.target.value));
    });
    byId("play").addEventListener("click", () => (player ? stopPlaying() : startPlaying()));
    stopPlaying();
    showSample(newest);
    caption.textContent =
      "Every cell keeps its latent vector. It should grow from noise into an image of its own; " +
      "many cells that look alike mean mode collapse.";
    if (run.samplesInFolder > run.samples.length) {
      caption.textContent +=
        ` Shown are ${run.samples.length} of ${whole(run.samplesInFolder)} grids in samples/.`;
    }
  }

  // Charts

  const CHARTS = [
    {
      title: "Losses",
      lines: [
        {key: "loss_d", label: "discriminator", color: "--blue"},
        {key: "loss_g", label: "generator", color: "--orange"},
      ],
      caption:
        "Good: both wobble around a level. Bad: the discriminator's falls to 0 while the " +
        "generator's climbs and climbs.",
    },
    {
      title: "The discriminator's opinion",
      lines: [
        {key: "d_real", label: "of real images", color: "--green"},
        {key: "d_fake", label: "of generated ones", color: "--purple"},
      ],
      middle: 0.5,
      caption:
        "1 is surely real, 0 surely generated. The closer the two lines, the harder it is to " +
        "tell them apart.",
    },
    {
      title: "Speed",
      lines: [{key: "images_per_s", label: "images/s", color: "--blue"}],
      fromZero: true,
      caption:
        "Real images trained on in a second. Dips mean that something else kept the machine busy.",
    },
  ];
  const known = new Set(["step", ...CHARTS.flatMap((c) => c.lines.map((l) => l.key))]);
  for (const key of Object.keys(run.curves).filter((k) => !known.has(k))) {
    CHARTS.push({
      title: key,
      lines: [{key, label: key, color: "--green"}],
      caption: `Logged by this run as ${key}.`,
    });
  }

  const steps = run.curves.step;
  const STEP_INCREMENTS = [...Array(13).keys()].flatMap((e) => [1, 2, 5].map((m) => m * 10 ** e));
  let zoomed = false;

  /** A centred moving mean over about 2 % of the run; gaps stay gaps. */
  function smooth(values) {
    const reach = Math.round(values.length / 100);
    return values.map((value, i) => {
      if (value === null) return null;
      const near = values.slice(Math.max(0, i - reach), i + reach + 1).filter((v) => v !== null);
      return near.reduce((a, b) => a + b, 0) / near.length;
    });
  }

  /** Holds the bold lines and what is usual around them; rare spikes may leave the chart. */
  function range(chart, lines) {
    const sorted = (values) => values.flat().filter((v) => v !== null).sort((a, b) => a - b);
    const at = (values, q) => values[Math.round(q * (values.length - 1))];
    const bold = sorted(lines.map((line) => line.smooth));
    const means = sorted(lines.map((line) => line.mean));
    const lows = lines.map((line) => at(sorted(line.low), 0.5));
    const highs = lines.map((line) => at(sorted(line.high), 0.5));
    let low = Math.min(bold[0], at(means, 0.01), ...lows);
    let high = Math.max(bold.at(-1), at(means, 0.99), ...highs);
    if (chart.middle !== undefined && means[0] >= 0 && means.at(-1) <= 1) return [0, 1];
    if (chart.fromZero || (low >= 0 && low < 0.4 * high)) low = Math.min(0, low);
    const margin = 0.06 * (high - low) || 0.05 * Math.abs(high) || 1;
    return [low === 0 ? 0 : low - margin, high + margin];
  }

  function legend(chart, box) {
    const values = chart.lines.map((line) => {
      const entry = element("span", "", box);
      element("i", "", entry).style.background = `var(${line.color})`;
      entry.append(line.label + " ");
      return element("b", "", entry);
    });
    const at = element("span", "", box);
    at.className = "at";
    return (index) => {
      values.forEach((value, i) => (value.textContent = number(chart.lines[i].smooth[index])));
      at.textContent = `step ${whole(steps[index])}`;
    };
  }

  const lastOf = (values) => values.findLastIndex((v) => v !== null);

  function withData(line) {
    const {mean, low = mean, high = mean} = run.curves[line.key];
    return {...line, mean, low, high, smooth: smooth(mean)};
  }

  function draw(chart, section) {
    const {lines} = chart;
    const yRange = range(chart, lines);
    const show = legend(chart, section.querySelector(".legend"));
    const newestIndex = Math.max(...lines.map((line) => lastOf(line.mean)));
    show(newestIndex);

    const series = [{}];
    const bands = [];
    const data = [steps];
    lines.forEach((line) => {
      const color = css(line.color);
      bands.push({series: [series.length, series.length + 1], fill: color + FAINT});
      for (const values of [line.high, line.low]) {
        series.push({stroke: color + FAINT, width: 1, points: {show: false}, spanGaps: true});
        data.push(values);
      }
    });
    lines.forEach((line) => {
      series.push({
        stroke: css(line.color),
        width: 2,
        spanGaps: true,
        points: {show: lastOf(line.mean) === line.mean.findIndex((v) => v !== null)},
      });
      data.push(line.smooth);
    });

    const box = section.querySelector(".plot");
    const axis = {
      stroke: css("--quiet"),
      font: "12px system-ui, sans-serif",
      grid: {stroke: css("--grid"), width: 1},
      ticks: {stroke: css("--grid"), width: 1, size: 4},
    };
    const drawMiddle = (plot) => {
      if (chart.middle === undefined) return;
      const y = plot.valToPos(chart.middle, "y", true);
      plot.ctx.save();
      plot.ctx.strokeStyle = css("--quiet");
      plot.ctx.setLineDash([6, 6]);
      plot.ctx.beginPath();
      plot.ctx.moveTo(plot.bbox.left, y);
      plot.ctx.lineTo(plot.bbox.left + plot.bbox.width, y);
      plot.ctx.stroke();
      plot.ctx.restore();
    };
    const plot = new uPlot(
      {
        width: box.clientWidth,
        height: box.clientHeight,
        legend: {show: false},
        cursor: {y: false, sync: {key: "run"}, points: {show: false}},
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
        hooks: {
          drawAxes: [drawMiddle],
          setCursor: [(u) => show(u.cursor.idx ?? newestIndex)],
          setScale: [(u, key) => {
            if (key === "x") zoomed = u.scales.x.min > steps[0] || u.scales.x.max < steps.at(-1);
          }],
        },
      },
      data,
      box);
    new ResizeObserver(() => plot.setSize({width: box.clientWidth, height: box.clientHeight}))
      .observe(box);
  }

  function showCharts() {
    const charts = byId("charts");
    charts.replaceChildren();
    for (const chart of CHARTS) {
      const lines = chart.lines
        .filter((line) => run.curves[line.key]?.mean.some((v) => v !== null))
        .map(withData);
      if (lines.length === 0) continue;
      const section = element("section", "", charts);
      element("h2", chart.title, section);
      element("div", "", section).className = "legend";
      element("div", "", section).className = "plot";
      element("p", chart.caption, section).className = "caption";
      draw({...chart, lines}, section);
    }
  }

  showHeader();
  showNews();
  showOptions();
  showSamples();
  showCharts();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showCharts);
  setInterval(showNews, 5000);
  if (running) {
    // Not while someone looks at an earlier grid or into a part of a curve.
    setInterval(() => {
      const busy = player || zoomed || (newest > 0 && Number(byId("slider").value) < newest);
      if (!busy && !document.hidden) location.reload();
    }, REFRESH_MS);
  }
})();
