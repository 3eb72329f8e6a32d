"use strict";

// What the scripts of all pages begin with.

const byId = (id) => document.getElementById(id);
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const whole = (x) => Math.round(x).toLocaleString("en-US");
const isNumber = (x) => typeof x === "number" && Number.isFinite(x);

const WHEN = {dateStyle: "medium", timeStyle: "short"};

function number(x) {
  if (!isNumber(x)) return "–";
  const size = Math.abs(x);
  if (size >= 1000 || Number.isInteger(x)) return whole(x);
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

/**
 * Lets the slider and the play button go through what `show(index)` shows, up to `newest`, with which it
 * begins; gives back whether it plays.
 */
function slideshow(newest, frameMs, show) {
  let player = null;

  function stop() {
    clearInterval(player);
    player = null;
    byId("play").textContent = "▶ Play";
  }

  function start() {
    let index = Number(byId("slider").value);
    if (index === newest) index = -1;
    player = setInterval(() => {
      show(++index);
      if (index === newest) stop();
    }, frameMs);
    byId("play").textContent = "❚❚ Pause";
  }

  byId("player").hidden = newest === 0;
  byId("slider").max = newest;
  byId("slider").addEventListener("input", (event) => {
    stop();
    show(Number(event.target.value));
  });
  byId("play").addEventListener("click", () => (player ? stop() : start()));
  stop();
  show(newest);
  return () => player !== null;
}
