// The five numbers at the top.

import {byId, el, glyph} from './dom.js';
import {valueAt} from './forecast.js';
import {count, grams, intensity, percent} from './quantity.js';
import {about, clock, relative} from './time.js';

const STATES = {green: 'Green', 'not-green': 'Not green', unknown: 'Unknown'};

function tile(tone, mark, title, big, ...lines) {
  const node = el('div', {class: 'tile'}, el('h2', {}, glyph(mark), title), el('p', {class: 'big'}, big), lines.filter(Boolean).map((line) => el('p', {}, line)));
  node.style.setProperty('--tone', tone);
  return node;
}

function grid(view, now) {
  if (!view) return tile('var(--fail)', 'unknown', 'Grid now', 'Unknown', 'no carbon signal is known');
  const value = valueAt(view, now);
  const until = view.green.find(([from, end]) => now >= from && now < end)?.[1];
  let next = view.why ?? '';
  if (view.state === 'green') next = until ? `until ${clock(until, now)}, ${relative(until, now)}` : 'as the source says';
  else if (view.nextGreen) next = `green next at ${clock(view.nextGreen, now)}, ${relative(view.nextGreen, now)}`;
  else if (view.state === 'not-green') next = 'no green window in sight';
  const stale = view.freshness === 'stale' ? `stale: last heard ${relative(view.observedAt, now)}` : null;
  const tone = view.state === 'green' ? 'var(--green)' : view.state === 'unknown' ? 'var(--fail)' : 'var(--wait)';
  return tile(tone, view.state, `Grid now, ${view.label}`,
      [STATES[view.state], value !== null && el('small', {}, ` ${intensity(value)} g/kWh`)].filter(Boolean), next, stale);
}

function avoided(savings) {
  const kinds = ['average', 'marginal'].filter((kind) => savings?.[kind]);
  if (kinds.length === 0) return tile('var(--accent)', 'green', 'Avoided, 30 days', 'Nothing yet', 'no finished Job has been accounted for');
  const [first, second] = kinds;
  const say = (kind) => `${grams(savings[kind].avoidedGrams)}`;
  return tile(savings[first].avoidedGrams >= 0 ? 'var(--accent)' : 'var(--fail)', 'green', 'Avoided, 30 days',
      [say(first), savings[first].avoidedPercent !== null && el('small', {}, ` ${percent(savings[first].avoidedPercent)}`)].filter(Boolean),
      `${first} intensity, ${count(savings.jobs, 'Job', 'Jobs')}`, second && `by ${second} intensity ${say(second)}`);
}

export function drawTiles(store, view, now) {
  const {counts = {}, savings} = store.sections;
  let planned = null, deadline = null, oldest = null;
  for (const job of store.jobs.values()) {
    if (job.phase === 'running' && job.startedAt) oldest = Math.min(oldest ?? Infinity, job.startedAt);
    if (job.phase !== 'waiting') continue;
    if (job.plannedAt && job.plannedAt > now) planned = Math.min(planned ?? Infinity, job.plannedAt);
    if (job.deadlineAt) deadline = Math.min(deadline ?? Infinity, job.deadlineAt);
  }
  const ended = (counts.finished ?? 0) + (counts.failed ?? 0);
  const nodes = [
    grid(view, now),
    tile('var(--wait)', 'waiting', 'Waiting', String(counts.waiting ?? 0), planned ? `next planned start ${relative(planned, now)}` : null,
        deadline ? `next deadline ${relative(deadline, now)}` : null, counts.suspended > 0 && `${counts.suspended} suspended by their authors`),
    tile('var(--run)', 'running', 'Running', String(counts.running ?? 0), oldest && `the longest for ${about(now - oldest)}`,
        counts.starting > 0 && `${counts.starting} starting`),
    tile(counts.failed > 0 ? 'var(--fail)' : 'var(--done)', counts.failed > 0 ? 'failed' : 'finished', 'Ended, 24 h', String(ended),
        counts.failed > 0 ? `${counts.failed} failed` : ended > 0 ? 'none failed' : null),
    avoided(savings),
  ];
  // A tile that says the same stays: it may be being read.
  const old = [...byId('tiles').children];
  nodes.forEach((node, i) => {
    if (!old[i]) byId('tiles').append(node);
    else if (!old[i].isEqualNode(node)) old[i].replaceWith(node);
  });
}

