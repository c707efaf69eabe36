// One Job on the axis: how long it waited, runs, is going to run; where its start is planned; where it ends waiting.

import {svg} from './dom.js';
import {clock} from './time.js';

function rect(axis, from, until, y, height, attributes) {
  const x = axis.x(from);
  const width = Math.max(axis.x(until) - x, 0);
  return svg('rect', {x: `${x}%`, width: width < 0.05 ? '3' : `${width}%`, y: `${y}%`, height: `${height}%`, ...attributes});
}

// Marks keep their shape however wide the axis is: a nested svg carries them to their place.
function mark(axis, t, y, title, ...children) {
  return svg('svg', {x: `${axis.x(t)}%`, y, class: 'mark', overflow: 'visible', width: 1, height: 1}, svg('title', {}, title), ...children);
}

export function barOf(job, axis, now) {
  const parts = [];
  const began = job.waitingSince ?? job.createdAt;
  const waitedUntil = job.startedAt ?? job.releasedAt;
  const ended = job.phase === 'finished' || job.phase === 'failed';
  if (job.phase === 'waiting') {
    const start = job.plannedAt ?? job.deadlineAt;
    if (began && start) parts.push(rect(axis, began, Math.max(start, now), 32, 36, {class: 'b-wait', rx: 3}));
    if (job.plannedAt && job.deadlineAt > job.plannedAt) {
      parts.push(svg('line', {class: 'b-slack', x1: `${axis.x(job.plannedAt)}%`, x2: `${axis.x(job.deadlineAt)}%`, y1: '50%', y2: '50%'}));
    }
    if (job.plannedAt && job.expectedMs) {
      parts.push(rect(axis, job.plannedAt, job.plannedAt + job.expectedMs, 24, 52, {class: 'b-expected', rx: 3}));
    }
  } else if (began && waitedUntil > began + 1000) {
    parts.push(rect(axis, began, waitedUntil, 40, 20, {class: 'b-wait', rx: 2}));
  }
  if (job.startedAt) {
    const until = ended ? job.finishedAt ?? now : now;
    parts.push(rect(axis, job.startedAt, until, 24, 52, {class: 'b-run', rx: 3}));
    if (!ended && job.expectedMs && job.startedAt + job.expectedMs > now) {
      parts.push(rect(axis, now, job.startedAt + job.expectedMs, 24, 52, {class: 'b-expected', rx: 3}));
    }
  }
  if (job.phase === 'waiting' && job.deadlineAt) {
    parts.push(mark(axis, job.deadlineAt, '50%', `starts at the latest at ${clock(job.deadlineAt, now)}`,
        svg('line', {class: 'm-deadline', x1: 0, x2: 0, y1: -14, y2: 14}), svg('path', {class: 'm-deadline-flag', d: 'M0-14 8-10.5 0-7z'})));
  }
  if (job.phase === 'waiting' && job.plannedAt) {
    parts.push(mark(axis, job.plannedAt, '50%', `start planned for ${clock(job.plannedAt, now)}`,
        svg('path', {class: 'm-planned', d: 'M0-8 7 0 0 8-7 0z'})));
  }
  if (job.phase === 'failed' && job.finishedAt) {
    parts.push(mark(axis, job.finishedAt, '50%', 'failed', svg('path', {class: 'm-fail', d: 'm-11-4 8 8m0-8-8 8'})));
  }
  return parts;
}

export function legendItems() {
  const box = (...children) => svg('svg', {viewBox: '0 0 30 16', 'aria-hidden': 'true'}, ...children);
  return [
    [box(svg('rect', {class: 'b-wait', x: 1, y: 4, width: 28, height: 8, rx: 2})), 'waits', 'p-waiting'],
    [box(svg('path', {class: 'm-planned', d: 'M15 0l7 8-7 8-7-8z'})), 'planned start', ''],
    [box(svg('line', {class: 'm-deadline', x1: 12, x2: 12, y1: 0, y2: 16}), svg('path', {class: 'm-deadline-flag', d: 'M12 0l9 4-9 4z'})), 'latest start', ''],
    [box(svg('rect', {class: 'b-run', x: 1, y: 2, width: 28, height: 12, rx: 3})), 'runs', 'p-running'],
    [box(svg('rect', {class: 'b-expected', x: 1, y: 2, width: 28, height: 12, rx: 3})), 'expected run', 'p-running'],
    [box(svg('rect', {class: 'b-run', x: 1, y: 2, width: 28, height: 12, rx: 3})), 'has run', 'p-finished'],
    [box(svg('rect', {class: 'b-run', x: 1, y: 2, width: 28, height: 12, rx: 3}), svg('path', {class: 'm-fail', d: 'm18 4 8 8m0-8-8 8'})), 'failed', 'p-failed'],
    [box(svg('rect', {class: 's-green', x: 0, y: 0, width: 30, height: 16}), svg('rect', {class: 's-green-edge', x: 0, y: 0, width: 30, height: 3})), 'green window', ''],
    [box(svg('line', {class: 's-line ahead', x1: 0, x2: 30, y1: 8, y2: 8})), 'forecast (solid: observed)', ''],
  ];
}
