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
