"use strict";
(() => {
  const REFRESH_MS = 15_000;
  const FRAME_MS = 250;

  /** The alpha byte of what lies behind the bold lines. */
  const FAINT = "2c";

  const run = JSON.parse(byId("data").textContent);

  // Header

  const running = run.status === "running";
  const {step, epoch, ms, images_per_s: speed} = run.latest;

  function showHeader() {
    document.title = `${run.name} – Lanewise`;
    byId("name").textContent = run.name;
    byId("status").textContent = run.status;
    byId("status").className = run.status;
    byId("failure").textContent = run.failure ?? "";
    byId("dataset").textContent = run.dataset ?? "";
    const total = isNumber(run.steps) && run.steps > 0 ? run.steps : null;
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
    if (isNumber(epoch)) fact("Epoch", whole(epoch));
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

  // Options

  /** {@code batchSize}, {@code frechet_lanewise}: batch size, frechet lanewise. */
  const words = (name) =>
    name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/[_-]/g, " ").toLowerCase();
  const sentence = (text) => text.replace(/^./, (letter) => letter.toUpperCase());
  const title = (name) => sentence(words(name));

  /** Breaks its lines between words only. */
  function showCommand(command) {
    const code = element("code", "", element("dd", "", byId("origin")));
    for (const word of command.split(" ")) {
      element("span", word, code);
      code.append(" ");
    }
  }

  function showOptions() {
    for (const [name, options] of Object.entries(run.options)) {
      const group = element("div", "", byId("options"));
      element("h3", title(name || "general"), group);
      const rows = element("tbody", "", element("table", "", group));
      for (const [key, value] of Object.entries(options)) {
        const row = element("tr", "", rows);
        element("th", words(key), row).scope = "row";
        element("td", value, row);
      }
    }
    if (run.machine) {
      element("dt", "Machine", byId("origin"));
      element("dd", run.machine, byId("origin"));
    }
    if (run.commands.length > 0) {
      element("dt", "Command line", byId("origin"));
      run.commands.forEach(showCommand);
    }
    byId("details").hidden = Object.keys(run.options).length === 0 && !byId("origin").firstChild;
    if (run.unreadableLines > 0) {
      byId("unreadable").hidden = false;
      byId("unreadable").textContent =
        `${whole(run.unreadableLines)} lines of metrics.jsonl could not be read.`;
    }
  }

  // Diagnosis

  const FINDINGS_SHOWN = 8;
  const isOver = (finding) => !finding.advice;

  /** With its options in one piece each. */
  function showAdvice(advice, parent) {
    const paragraph = element("p", "", parent);
    paragraph.className = "quiet";
    for (const part of advice.split(/(--[a-z][a-z0-9-]*)/)) {
      if (part.startsWith("--")) element("code", part, paragraph);
      else paragraph.append(part);
    }
  }

  function showFindings() {
    byId("diagnosis").hidden = run.findings.length === 0;
    const more = byId("more-findings");
    run.findings.forEach((finding, i) => {
      const list = i < FINDINGS_SHOWN ? byId("findings") : more.querySelector("ol");
      const item = element("li", "", list);
      item.className = isOver(finding) ? "over" : "";
      element("i", String(i + 1), item);
      const text = element("div", "", item);
      element("b", `Step ${whole(finding.step)}, ${words(finding.kind ?? "")}: `, text);
      text.append(finding.message ?? "");
      if (!isOver(finding)) showAdvice(`${sentence(finding.advice)}.`, text);
    });
    more.hidden = run.findings.length <= FINDINGS_SHOWN;
    more.querySelector("summary").textContent = `${run.findings.length - FINDINGS_SHOWN} more`;
  }

  // Samples

  const task = run.options[""]?.task ?? "gan";

  /** What the grids of other tasks than GANs show. */
  const GRIDS = {
    pix2pix:
      "Each row is a pair: what is translated, what the generator makes of it, and what it " +
      "should be.",
    cyclegan:
      "Each row: a picture A, the B that is made of it, the A that is made of that again; then " +
      "the same from B. The third should look like the first.",
  };

  /** In the plane. */
  const arePoints = run.options.model?.imageSize === "1";
  let isPlaying = () => false;
  const newest = run.samples.length - 1;

  function showSample(index) {
    const sample = run.samples[index];
    byId("grid").src = sample.image;
    byId("grid").alt = `Generated ${arePoints ? "points" : "images"} at step ${sample.step}`;
    byId("slider").value = index;
    byId("slider").setAttribute("aria-valuetext", `step ${whole(sample.step)}`);
    byId("sample-step").textContent =
      `at step ${whole(sample.step)}${index === newest ? ", the newest" : ""}`;
  }

  function showSamples() {
    const caption = byId("samples-caption");
    if (newest < 0) {
      caption.textContent = running ? "None yet: they appear here as the run goes on." : "None.";
      return;
    }
    byId("grid").hidden = false;
    isPlaying = slideshow(newest, FRAME_MS, showSample);
    caption.textContent = GRIDS[task]
      ? GRIDS[task]
      : arePoints
      ? "Each point keeps its latent vector. Together they should cover every mode of the data; " +
        "modes without points mean mode collapse."
      : "Every cell keeps its latent vector. It should grow from noise into an image of its own; " +
        "many cells that look alike mean mode collapse.";
    if (run.samplesInFolder > run.samples.length) {
      caption.textContent +=
        ` Shown are ${run.samples.length} of ${whole(run.samplesInFolder)} grids in samples/.`;
    }
  }

  // Images that are made of the final weights

  function showInterpolation() {
    byId("interpolation").hidden = !run.interpolation;
    if (!run.interpolation) return;
    byId("strip").src = run.interpolation;
    byId("strip").alt = "Rows of generated images, each between two latent vectors";
    if (run.nearest) showStep("interpolation", run.nearest.step);
  }

  const showStep = (section, at) =>
    (byId(section).querySelector("h2 span").textContent = `at step ${whole(at)}`);

  /** Cuts a cell out of the sheet: a grid of equal images with lines of 2 pixels around them. */
  function cell(sheet, row, column, label, parent) {
    const LINE = 2;
    const {rows, columns} = run.nearest;
    const [width, height] = [sheet.naturalWidth, sheet.naturalHeight];
    const across = (width - LINE) / columns;
    const down = (height - LINE) / rows;
    const [w, h] = [across - LINE, down - LINE];
    const image = element("span", "", parent);
    image.className = "cell";
    image.role = "img";
    image.ariaLabel = label;
    image.style.aspectRatio = `${w} / ${h}`;
    image.style.backgroundSize = `${(100 * width) / w}% ${(100 * height) / h}%`;
    image.style.backgroundPosition =
      `${(100 * (LINE + column * across)) / (width - w)}% ` +
      `${(100 * (LINE + row * down)) / (height - h)}%`;
  }

  function showSpace(space, from, sheet) {
    const {trainingImages} = run.nearest;
    const box = element("div", "", byId("spaces"));
    element("h3", `By ${space.by}`, box);
    element("p", space.conclusion, box);
    const compared =
      space.compared < trainingImages
        ? `${whole(space.compared)} random ones of ${whole(trainingImages)} training images`
        : `all ${whole(trainingImages)} training images`;
    const seen = space.detail ? `, read by ${space.detail}` : "";
    element("p", `Among ${compared}${seen}.`, box).className = "quiet";
    const table = element("table", "", box);
    const head = element("tr", "", element("thead", "", table));
    const neighbours = space.nearest[0].length;
    for (let i = 0; i <= neighbours; i++) {
      element("th", ["sample", "nearest", "2nd", "3rd"][i] ?? `${i}th`, head).scope = "col";
    }
    const body = element("tbody", "", table);
    space.nearest.forEach((near, row) => {
      const line = element("tr", "", body);
      const copies = space.copies.includes(row);
      line.className = copies ? "copy" : "";
      const first = element("td", "", line);
      cell(sheet, row, 0, `Sample ${row + 1}`, first);
      first.append(copies ? "copy" : String(row + 1));
      near.forEach(({image, distance}, i) => {
        const entry = element("td", "", line);
        cell(sheet, row, from + i, `Training image ${image}`, entry);
        entry.append(distance.toPrecision(3));
      });
    });
    return from + neighbours;
  }

  function showNearest() {
    if (!run.nearest) return;
    const sheet = new Image();
    sheet.onload = () => {
      byId("nearest").hidden = false;
      byId("spaces").style.setProperty("--sheet", `url(${run.nearest.image})`);
      showStep("nearest", run.nearest.step);
      run.nearest.spaces.reduce((from, space) => showSpace(space, from, sheet), 1);
    };
    sheet.src = run.nearest.image;
  }

  // Charts

  const line = (key, label, color) => ({key, label, color: `--${color}`});
  const share = {unit: "share", from: 0, to: 1};

  const objective = run.options.objective?.loss ?? run.options.loss?.ganMode;

  /** Only these objectives teach the discriminator a probability. */
  const judgesByProbability =
    ["non-saturating", "minimax", "vanilla", undefined].includes(objective);

  const opinion = (suffix, who) => ({
    title: judgesByProbability ? `${who}'s opinion` : `${who}'s scores`,
    lines: [
      line(`d_real${suffix}`, "of real images", "green"),
      line(`d_fake${suffix}`, "of generated ones", "purple"),
    ],
    ...(judgesByProbability
      ? {
          unit: "probability",
          from: 0,
          to: 1,
          middle: 0.5,
          caption:
            "The probability to be real that it gives. The closer the two lines, the harder it " +
            "is to tell real and generated images apart.",
        }
      : {
          unit: "score",
          caption:
            "Higher means more real; the scale is the discriminator's own. The gap between the " +
            "two lines shows how well it tells them apart.",
        }),
  });

  const gradients = (suffix, title) => ({
    title,
    unit: "Euclidean norm",
    lines: [
      line(`grad_norm_d${suffix}`, "discriminator", "blue"),
      line(`grad_norm_g${suffix}`, "generator", "orange"),
    ],
    from: 0,
    caption: "Good: a level of their own. Bad: growing without end, or vanishing.",
  });

  const opponents = (suffix) => [
    line(`loss_g${suffix}`, "generator", "orange"),
    line(`loss_d${suffix}`, "discriminator", "blue"),
  ];

  /** What a critic's losses do is no matter of 0. */
  const defeat = (falls) =>
    objective === "wgangp"
      ? "Good: all settle, or move slowly. Bad: one of them runs away."
      : `Good: all wobble around a level. Bad: the discriminator's ${falls} to 0 for good.`;

  /** Of images from images. */
  const translation = [
    {
      title: "Generator against discriminator",
      unit: "loss",
      lines: [
        line("loss_g", "generator", "orange"),
        line("loss_d_real", "discriminator, of real pictures", "green"),
        line("loss_d_fake", "discriminator, of made ones", "purple"),
      ],
      caption: defeat("fall"),
    },
    {
      title: "Difference from the target",
      unit: "loss",
      lines: [line("loss_l1", "mean absolute difference, weighted", "blue")],
      from: 0,
      caption: "Lower is nearer to the target, and a little blurred where only this counts.",
    },
    {
      title: "From A to B",
      unit: "loss",
      lines: opponents("_a"),
      caption: defeat("falls"),
    },
    {
      title: "From B to A",
      unit: "loss",
      lines: opponents("_b"),
      caption: "The same for the other two networks.",
    },
    {
      title: "There and back again",
      unit: "loss",
      lines: [
        line("loss_cycle_a", "A to B to A", "green"),
        line("loss_cycle_b", "B to A to B", "purple"),
      ],
      from: 0,
      caption: "How much of a picture is lost on its way through both generators.",
    },
    {
      title: "What is of the kind already",
      unit: "loss",
      lines: [
        line("loss_idt_a", "B left as it is", "green"),
        line("loss_idt_b", "A left as it is", "purple"),
      ],
      from: 0,
      caption: "How much a generator changes pictures that need no change.",
    },
    opinion("", "The discriminator"),
    opinion("_a", "Discriminator A"),
    opinion("_b", "Discriminator B"),
  ];

  const adversarial = [
    {
      title: "Losses",
      unit: "loss",
      lines: [line("loss_d", "discriminator", "blue"), line("loss_g", "generator", "orange")],
      caption: judgesByProbability
        ? "Good: both wobble around a level. Bad: the discriminator's falls to 0 while the " +
          "generator's climbs and climbs."
        : "Good: both wobble around a level, or move slowly. Bad: one of them runs away.",
    },
    opinion("", "The discriminator"),
  ];

  const CHARTS = {
    Training: [
      ...(GRIDS[task] ? translation : adversarial),
      {
        title: "Gradient penalty",
        unit: "loss",
        lines: [
          line("penalty", "penalty", "blue"),
          line("penalty_a", "discriminator A", "green"),
          line("penalty_b", "discriminator B", "purple"),
        ],
        from: 0,
        caption: "What it adds to the discriminator's loss.",
      },
      gradients("", "Gradients"),
      gradients("_a", "Gradients, from A to B"),
      gradients("_b", "Gradients, from B to A"),
      {
        title: "Speed",
        unit: "images/s",
        lines: [line("images_per_s", "images/s", "blue")],
        from: 0,
        caption:
          "Real images trained on in a second. Dips mean that something else kept the machine " +
          "busy.",
      },
    ],
    Quality: [
      {
        title: "Fréchet distance",
        unit: "distance",
        lines: [line("frechet_lanewise", "to the real images", "blue")],
        from: 0,
        caption:
          "Between real and generated images, on the features of Lanewise's own classifier (no " +
          "Inception FID). Lower is better.",
      },
      {
        title: "Diversity",
        unit: "share of the data's",
        lines: [
          line("pixel_diversity", "of a training batch, in pixels", "orange"),
          line("diversity", "of a batch, in features", "green"),
          line("training_diversity", "normalised as in training", "purple"),
        ],
        from: 0,
        caption: "1 is that of real images. Towards 0 the images become alike: mode collapse.",
      },
      {
        title: "Precision and recall",
        lines: [line("precision", "precision", "blue"), line("recall", "recall", "orange")],
        ...share,
        caption:
          "Precision: samples that look real. Recall: real images within the generator's reach.",
      },
      {
        title: "Density and coverage",
        unit: "value",
        lines: [line("density", "density", "blue"), line("coverage", "coverage", "orange")],
        from: 0,
        caption:
          "Density: how deep samples lie among real images. Coverage: real images met by samples.",
      },
      {
        title: "Modes",
        unit: "modes",
        whole: true,
        lines: [line("modes", "captured", "green")],
        from: 0,
        caption: "How many kinds of real data the generator makes. Falling: mode collapse.",
      },
      {
        title: "Balance of the modes",
        unit: "nats",
        lines: [line("reverse_kl", "reverse KL divergence", "purple")],
        from: 0,
        caption: "0 where the generator makes each kind as often as the data has it.",
      },
      {
        title: "Samples near a mode",
        lines: [line("high_quality", "within 3 deviations", "green")],
        ...share,
        caption: "The others lie between the modes, where there is no data.",
      },
      {
        title: "Dependence on the batch",
        unit: "share",
        lines: [line("sample_dependence", "of a sample", "orange")],
        from: 0,
        caption:
          "How much a sample changes when the others of its batch are replaced; 0: not at all.",
      },
    ],
    Other: [],
  };
  const known = new Set(
    ["step", ...Object.values(CHARTS).flat().flatMap((c) => c.lines.map((l) => l.key))]);
  for (const key of Object.keys(run.curves).filter((k) => !known.has(k))) {
    CHARTS.Other.push({
      title: title(key),
      unit: words(key),
      lines: [line(key, words(key), "green")],
      caption: `Logged by this run as ${key}.`,
    });
  }

  const steps = run.curves.step;
  const WHOLE_INCREMENTS = [...Array(13).keys()].flatMap((e) => [1, 2, 5].map((m) => m * 10 ** e));
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
    if (chart.to !== undefined && means[0] >= chart.from && means.at(-1) <= chart.to) {
      return [chart.from, chart.to];
    }
    if (chart.from === 0 || (low >= 0 && low < 0.4 * high)) low = Math.min(0, low);
    const margin = 0.06 * (high - low) || 0.05 * Math.abs(high) || 1;
    return [low === 0 ? 0 : low - margin, high + margin];
  }

  /** Ticks of one axis have equally many decimals, as many as their distance needs. */
  function tick(ticks) {
    const gap = ticks.length > 1 ? ticks[1] - ticks[0] : 1;
    const decimals = Math.min(20, Math.max(0, -Math.floor(Math.log10(gap) + 1e-9)));
    if (decimals > 4) return (x) => (x === 0 ? "0" : x.toExponential(1).replace(".0e", "e"));
    const scaled = gap * 10 ** decimals;
    const digits = Math.abs(scaled - Math.round(scaled)) < 1e-6 ? decimals : decimals + 1;
    const format = {minimumFractionDigits: digits, maximumFractionDigits: digits};
    return (x) => x.toLocaleString("en-US", format);
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
      values.forEach((value, i) => {
        value.textContent = number(valueAt(chart.lines[i].smooth, index));
      });
      at.textContent = `step ${whole(steps[index])}`;
    };
  }

  const lastOf = (values) => values.findLastIndex((v) => v !== null);
  const isSingle = (values) => lastOf(values) === values.findIndex((v) => v !== null);
  const newestOf = (lines) => Math.max(...lines.map((line) => lastOf(line.mean)));

  /** A curve of few values has its own steps: brings them to those of all curves. */
  function spread(values, ownSteps) {
    if (!ownSteps) return values;
    const byStep = new Map(ownSteps.map((at, i) => [at, values[i]]));
    return steps.map((at) => byStep.get(at) ?? null);
  }

  function withData(line) {
    const {step: ownSteps, ...curve} = run.curves[line.key];
    const mean = spread(curve.mean, ownSteps);
    const sparse = ownSteps !== undefined || isSingle(mean);
    return {
      ...line,
      sparse,
      mean,
      low: curve.low ? spread(curve.low, ownSteps) : mean,
      high: curve.high ? spread(curve.high, ownSteps) : mean,
      smooth: sparse ? mean : smooth(mean),
    };
  }

  /** The newest value up to a point. */
  const valueAt = (values, index) =>
    values[values.findLastIndex((v, i) => i <= index && v !== null)];

  /** A line at the step of each finding, with its number in the list. */
  function drawFindings(plot) {
    const {ctx, bbox} = plot;
    const scale = uPlot.pxRatio;
    ctx.save();
    ctx.font = `600 ${10 * scale}px system-ui, sans-serif`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineWidth = scale;
    run.findings.slice(0, FINDINGS_SHOWN).forEach((finding, i) => {
      const x = plot.valToPos(finding.step, "x", true);
      if (x < bbox.left || x > bbox.left + bbox.width) return;
      ctx.strokeStyle = ctx.fillStyle = css(isOver(finding) ? "--green" : "--red");
      ctx.setLineDash([3 * scale, 3 * scale]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.beginPath();
      ctx.arc(x, bbox.top, 7 * scale, 0, 2 * Math.PI);
      ctx.fill();
      ctx.fillStyle = css("--card");
      ctx.fillText(i + 1, x, bbox.top + 0.5 * scale);
    });
    ctx.restore();
  }

  function draw(chart, section) {
    const {lines} = chart;
    const yRange = range(chart, lines);
    const show = legend(chart, section.querySelector(".legend"));
    const newestIndex = newestOf(lines);
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
        points: {show: line.sparse, size: 6, fill: css(line.color)},
      });
      data.push(line.smooth);
    });

    const box = section.querySelector(".plot");
    box.role = "img";
    box.ariaLabel =
      `${chart.title} over the steps; ` +
      lines.map((l) => `${l.label} ${number(l.smooth[lastOf(l.smooth)])}`).join(", ") +
      " at the end";
    const axis = {
      stroke: css("--quiet"),
      font: "12px system-ui, sans-serif",
      labelFont: "12px system-ui, sans-serif",
      labelSize: 18,
      labelGap: 2,
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
    const widthOf = (plot, ticks) =>
      14 + 7 * Math.max(3, ...(ticks ?? []).map((tick) => String(tick ?? "").length));
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
            label: "step",
            size: 26,
            space: 64,
            incrs: WHOLE_INCREMENTS,
            values: (_, ticks) => ticks.map(whole),
          },
          {
            ...axis,
            label: chart.unit,
            size: widthOf,
            space: 34,
            ...(chart.whole && {incrs: WHOLE_INCREMENTS}),
            values: (_, ticks) => ticks.map(tick(ticks)),
          },
        ],
        series,
        bands,
        hooks: {
          drawAxes: [drawMiddle],
          draw: [drawFindings],
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
    for (const [group, all] of Object.entries(CHARTS)) {
      const shown = all
        .map((chart) => ({
          ...chart,
          lines: chart.lines
            .filter((l) => run.curves[l.key]?.mean.some((v) => v !== null))
            .map(withData),
        }))
        .filter((chart) => chart.lines.length > 0);
      if (shown.length > 0) element("h2", group, charts);
      shown.forEach((chart, i) => {
        const section = element("section", "", charts);
        section.classList.toggle("wide", shown.length % 2 === 1 && i === shown.length - 1);
        element("h3", chart.title, section);
        element("div", "", section).className = "legend";
        const isCurve = steps.length === 1 || chart.lines.some((l) => !isSingle(l.mean));
        if (isCurve) element("div", "", section).className = "plot";
        element("p", chart.caption, section).className = "caption";
        if (isCurve) draw(chart, section);
        else legend(chart, section.querySelector(".legend"))(newestOf(chart.lines));
      });
    }
  }

  showHeader();
  showNews();
  showFindings();
  showOptions();
  showSamples();
  showInterpolation();
  showNearest();
  showCharts();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showCharts);
  setInterval(showNews, 5000);
  if (running) {
    // Not while someone looks at an earlier grid or into a part of a curve.
    setInterval(() => {
      const busy = isPlaying() || zoomed || (newest > 0 && Number(byId("slider").value) < newest);
      if (!busy && !document.hidden) location.reload();
    }, REFRESH_MS);
  }
})();
