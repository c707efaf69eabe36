// The carbon signal as a picture: green windows, intensity as a step line, what was observed and what is forecast.

import {byId, el, replace, setText, svg} from './dom.js';
import {intensity} from './quantity.js';
import {clock, full} from './time.js';

const HEIGHT = 132, TOP = 24, BOTTOM = 8;

// Steps that overlap the axis: [{from, until, value}].
export function stepsOf(view, axis) {
  const out = [];
  const series = view?.series ?? [];
  for (let i = 0; i < series.length; ++i) {
    const from = series[i][0];
    const until = i + 1 < series.length ? series[i + 1][0] : view.forecastUntil ?? from;
    if (until > axis.from && from < axis.until) out.push({from, until, value: series[i][1]});
  }
  return out;
}

export const isGreen = (view, t) => (view?.green ?? []).some(([from, until]) => t >= from && t < until);

export function valueAt(view, t) {
  const series = view?.series ?? [];
  if (series.length === 0 || t < series[0][0] || t >= view.forecastUntil) return null;
  let low = 0, high = series.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (series[middle][0] <= t) low = middle;
    else high = middle - 1;
  }
  return series[low][1];
}

// "0, 100, 200": at most four round numbers that hold all values.
function scaleOf(steps) {
  const most = Math.max(1, ...steps.map((step) => step.value));
  const least = Math.min(0, ...steps.map((step) => step.value));
  const step = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000].find((s) => (most - least) / s <= 3) ?? 5000;
  const low = Math.floor(least / step) * step;
  const high = Math.ceil(most / step) * step;
  const lines = [];
  for (let value = low; value <= high; value += step) lines.push(value);
  return {low, high, lines};
}

export function backdrop(view, axis, width, now) {
  const parts = [];
  for (const [from, until] of view?.green ?? []) {
    if (until <= axis.from || from >= axis.until) continue;
    const x = Math.max(0, axis.x(from)), end = Math.min(100, axis.x(until));
    parts.push(svg('rect', {class: 's-green', x: `${x}%`, y: 0, width: `${end - x}%`, height: '100%'}));
  }
  for (const tick of axis.ticks(width)) {
    parts.push(svg('line', {class: 's-tick', x1: `${axis.x(tick.t)}%`, x2: `${axis.x(tick.t)}%`, y1: 0, y2: '100%'}));
  }
  if (axis.holds(now)) parts.push(nowLine(axis, now));
  return parts;
}

export function nowLine(axis, now) {
  return svg('line', {class: 's-now', x1: `${axis.x(now)}%`, x2: `${axis.x(now)}%`, y1: 0, y2: '100%'});
}

function curve(steps, axis, y, clip) {
  let path = '';
  let last = null;
  for (const step of steps) {
    const from = Math.max(step.from, clip.from, axis.from), until = Math.min(step.until, clip.until, axis.until);
    if (until <= from) continue;
    const joined = last !== null && last.until === from;
    path += joined ? `V${y(step.value)}` : `M${axis.x(from) * 10} ${y(step.value)}`;
    path += `H${axis.x(until) * 10}`;
    last = {until};
  }
  return path;
}

function headline(view) {
  if (!view) return 'No carbon signal is known: see below what could not be read.';
  const first = view.green.find(([, until]) => until > Date.now());
  const green = first ? `Next green window ${full(first[0])} to ${full(first[1])}.` : 'No green window in sight.';
  const values = view.series.map(([, value]) => value);
  const range = values.length > 0
      ? `Carbon intensity between ${intensity(Math.min(...values))} and ${intensity(Math.max(...values))} grams per kilowatt-hour. ` : '';
  return `${view.label}: now ${view.state.replace('-', ' ')}. ${range}${green}`;
}

export function drawForecast(view, axis, now) {
  const track = byId('forecast');
  const width = track.clientWidth || 600;
  const steps = stepsOf(view, axis);
  const drawing = svg('svg', {viewBox: `0 0 1000 ${HEIGHT}`, preserveAspectRatio: 'none', height: '100%'});
  const labels = [];
  let height = HEIGHT;
  if (steps.length > 0) {
    const {low, high, lines} = scaleOf(steps);
    const y = (value) => Math.round((TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM)) * 10) / 10;
    for (const line of lines) {
      drawing.append(svg('line', {class: 's-tick', x1: 0, x2: 1000, y1: y(line), y2: y(line), 'vector-effect': 'non-scaling-stroke'}));
      const label = el('span', {class: 'chart-label y'}, intensity(line));
      label.style.top = `${y(line)}px`;
      labels.push(label);
    }
    const observed = {from: -Infinity, until: view.observedUntil ?? -Infinity};
    const ahead = {from: view.observedUntil ?? -Infinity, until: Infinity};
    const all = curve(steps, axis, y, {from: -Infinity, until: Infinity});
    const begin = axis.x(Math.max(steps[0].from, axis.from)) * 10;
    drawing.append(svg('path', {class: 's-area', d: `${all}V${y(low)}H${begin}Z`}));
    drawing.append(svg('path', {class: 's-line', d: curve(steps, axis, y, observed)}));
    drawing.append(svg('path', {class: 's-line ahead', d: curve(steps, axis, y, ahead)}));
  } else {
    height = 44;
  }
  for (const [from, until] of view?.green ?? []) {
    const x = Math.max(0, axis.x(from)), end = Math.min(100, axis.x(until));
    if (end <= 0 || x >= 100) continue;
    drawing.append(svg('rect', {class: 's-green-edge', x: x * 10, y: 0, width: (end - x) * 10, height: 4 * HEIGHT / height}));
    if ((end - x) * width / 100 < 48) continue;
    const label = el('span', {class: 'chart-label green'}, 'green');
    label.style.left = `${x}%`;
    labels.push(label);
  }
  const layer = svg('svg', {class: 'ground'}, ...backdrop(view, axis, width, now));
  for (const node of [layer, drawing]) {
    node.style.position = 'absolute';
    node.style.inset = '0';
    node.style.height = '100%';
  }
  track.style.height = `${height}px`;
  track.setAttribute('role', 'img');
  track.setAttribute('aria-label', headline(view));
  track.replaceChildren(layer, drawing, ...labels, readout());
  drawGutter(view, steps, now);
}

function drawGutter(view, steps, now) {
  const gutter = byId('forecast-gutter');
  const value = valueAt(view, now);
  replace(gutter,
      el('strong', {}, steps.length > 0 ? 'Carbon intensity' : 'Green windows'),
      el('div', {}, view?.series.length > 0 ? `gCO₂eq/kWh, ${view.kind}` : 'no intensities from this source'),
      value !== null && el('div', {}, `now ${intensity(value)}`),
      view && el('div', {}, [view.source ?? 'no source has answered', view.zone && `zone ${view.zone}`].filter(Boolean).join(', ')));
}

export function drawAxis(axis, now) {
  const track = byId('axis');
  const width = track.clientWidth || 600;
  // No label where "now" stands, and none that the ends would cut.
  const free = ({t}) => {
    const at = axis.x(t) * width / 100;
    return at > 22 && at < width - 22 && !(axis.holds(now) && Math.abs(at - axis.x(now) * width / 100) < 40);
  };
  const marks = axis.ticks(width).filter(free).map((tick) => {
    const mark = el('span', {class: tick.midnight ? 'day' : ''}, tick.label);
    mark.style.left = `${axis.x(tick.t)}%`;
    return mark;
  });
  if (axis.holds(now)) {
    const mark = el('span', {class: 'now'}, 'now');
    mark.style.left = `${axis.x(now)}%`;
    marks.push(mark);
  }
  track.replaceChildren(...marks);
}

let reading = null;
function readout() {
  reading ??= el('span', {class: 'readout', hidden: true, 'aria-hidden': 'true'});
  return reading;
}

// Under the pointer: the instant, the intensity, whether it is green. The table has the same for everybody else.
export function readAt(view, t, now) {
  const node = readout();
  node.hidden = t === null;
  if (t === null) return;
  const value = valueAt(view, t);
  setText(node, [clock(t, now), value !== null && `${intensity(value)} g/kWh`, isGreen(view, t) ? 'green' : view ? 'not green' : null]
      .filter(Boolean).join(' · '));
}

export function forecastTable(view, now) {
  const rows = (view?.series ?? []).filter((_, i) => {
    const until = view.series[i + 1]?.[0] ?? view.forecastUntil;
    return until > now - 6 * 3_600_000;
  });
  const head = el('thead', {}, el('tr', {}, el('th', {scope: 'col'}, 'From'), el('th', {scope: 'col', class: 'num'}, 'gCO₂eq/kWh'),
      el('th', {scope: 'col'}, 'Green'), el('th', {scope: 'col'}, 'Known as')));
  if (rows.length === 0) {
    const windows = view?.green ?? [];
    if (windows.length === 0) return el('p', {class: 'empty'}, 'Nothing is forecast.');
    return el('table', {}, el('caption', {}, `Green windows of ${view.label}`),
        el('thead', {}, el('tr', {}, el('th', {scope: 'col'}, 'From'), el('th', {scope: 'col'}, 'Until'))),
        el('tbody', {}, windows.map(([from, until]) => el('tr', {}, el('td', {}, full(from)), el('td', {}, full(until))))));
  }
  return el('table', {}, el('caption', {}, `${view.label}, ${view.kind} carbon intensity from six hours ago on`), head,
      el('tbody', {}, rows.map(([from, value]) => el('tr', {}, el('td', {class: 'nowrap'}, full(from)), el('td', {class: 'num'}, intensity(value)),
          el('td', {}, isGreen(view, from) ? 'green' : 'no'), el('td', {}, from < view.observedUntil ? 'observed' : 'forecast')))));
}
