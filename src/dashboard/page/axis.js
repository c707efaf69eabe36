// The time axis that forecast and Jobs share: which span it shows, where an instant lies on it, where its ticks are.

import {clock, day, offsetMinutes} from './time.js';

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const STEPS = [MINUTE / 4, MINUTE / 2, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY];
export const SPANS = {fit: 'Fit', '6h': '6 h', '24h': '24 h', '72h': '72 h'};

// What `fit` has to show: all that waits and runs, and a little of what has been.
function extent(jobs, now) {
  let from = now, until = now;
  const take = (t) => {
    if (!t) return;
    from = Math.min(from, t);
    until = Math.max(until, t);
  };
  for (const job of jobs) {
    if (job.phase === 'waiting') {
      for (const t of [job.waitingSince ?? job.createdAt, job.plannedAt, job.deadlineAt]) take(t);
      if (job.plannedAt && job.expectedMs) take(job.plannedAt + job.expectedMs);
    } else if (job.phase === 'running' || job.phase === 'starting') {
      for (const t of [job.startedAt, job.waitingSince]) take(t);
      if (job.startedAt && job.expectedMs) take(job.startedAt + job.expectedMs);
    } else if (job.finishedAt) {
      for (const t of [job.finishedAt, job.startedAt]) take(t);
    }
  }
  from = Math.max(from, now - DAY);
  until = Math.min(until, now + 3 * DAY);
  // Of the past no more than as much again as lies ahead, so that what waits is drawn large.
  from = Math.max(from, now - Math.max(until - now, 30 * MINUTE));
  return [from, until];
}

// [from, until) of a span by name. On whole steps, so that the picture does not creep with every second.
export function rangeOf(name, jobs, view, now) {
  let from, until;
  if (name === '6h') [from, until] = [now - 1.5 * HOUR, now + 4.5 * HOUR];
  else if (name === '24h') [from, until] = [now - 4 * HOUR, now + 20 * HOUR];
  else if (name === '72h') [from, until] = [now - 8 * HOUR, now + 64 * HOUR];
  else {
    [from, until] = extent(jobs, now);
    if (until - now < 5 * MINUTE && view?.forecastUntil) until = Math.min(view.forecastUntil, now + DAY);
    const pad = Math.max((until - from) * 0.04, 30_000);
    from -= pad;
    until += pad;
    if (until - from < 4 * MINUTE) until = from + 4 * MINUTE;
  }
  const grid = STEPS.findLast((step) => step <= (until - from) / 24) ?? STEPS[0];
  return {from: Math.floor(from / grid) * grid, until: Math.ceil(until / grid) * grid};
}

export class Axis {
  constructor({from, until}) {
    this.from = from;
    this.until = until;
  }
  // Per cent of the width; beyond the ends it lies beyond 0 and 100, clamped so far that nothing overflows.
  x(t) {
    return Math.round(Math.max(-50, Math.min(150, (t - this.from) / (this.until - this.from) * 100)) * 1000) / 1000;
  }
  at(fraction) {
    return this.from + fraction * (this.until - this.from);
  }
  holds(t) {
    return t >= this.from && t <= this.until;
  }
  same(other) {
    return other !== null && this.from === other.from && this.until === other.until;
  }
  ticks(width) {
    const most = Math.max(2, Math.floor(width / 74));
    const step = STEPS.find((s) => (this.until - this.from) / s <= most) ?? DAY;
    const shift = offsetMinutes(this.from) * MINUTE;
    const out = [];
    for (let t = Math.ceil((this.from + shift) / step) * step - shift; t < this.until; t += step) {
      const midnight = (t + shift) % DAY === 0;
      out.push({t, midnight, label: midnight ? day(t) : clock(t, t, step < MINUTE)});
    }
    return out;
  }
}
