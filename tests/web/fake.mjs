// The page without a cluster: its files from the source tree, and a model that the test makes up. For what a cluster of
// four Jobs cannot show: a thousand of them, hostile names, a server that goes away.

import {createServer} from 'node:http';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const PAGE = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../src/dashboard/page');
const TYPES = {html: 'text/html; charset=utf-8', css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml'};
// As src/dashboard/site.cpp says it; dashboard.mjs checks the real one.
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export class FakeDashboard {
  #readers = new Set();
  #number = 0;
  #sockets = new Set();
  explanation = {sentences: ['It waits.'], ignored: [], notes: [], advice: [], policy: {name: 'built-in', fields: []}};

  constructor(model) {
    this.model = model;
  }

  async start(port = 0) {
    this.server = createServer((request, response) => this.#answer(request, response));
    this.server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    this.port = this.server.address().port;
    this.origin = `http://127.0.0.1:${this.port}`;
  }

  async stop() {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  change(changes) {
    const {jobs, ...sections} = changes;
    Object.assign(this.model, sections);
    for (const [key, job] of Object.entries(jobs ?? {})) {
      if (job === null) delete this.model.jobs[key];
      else this.model.jobs[key] = job;
    }
    this.#number++;
    for (const reader of this.#readers) reader.write(`id: f-${this.#number}\nevent: change\ndata: ${JSON.stringify(changes)}\n\n`);
  }

  #answer(request, response) {
    const url = new URL(request.url, 'http://a');
    const head = (type) => response.writeHead(200, {'Content-Type': type, 'Content-Security-Policy': POLICY, 'Cache-Control': 'no-store'});
    if (url.pathname === '/events') {
      head('text/event-stream');
      if (request.method === 'HEAD') return response.end();
      response.write(`retry: 200\n\nid: f-${this.#number}\nevent: model\ndata: ${JSON.stringify(this.model)}\n\n`);
      this.#readers.add(response);
      request.on('close', () => this.#readers.delete(response));
      return undefined;
    }
    if (url.pathname === '/explain') {
      head('application/json');
      return response.end(JSON.stringify(this.explanation));
    }
    const name = url.pathname === '/' ? 'index.html' : path.basename(url.pathname);
    try {
      const bytes = readFileSync(path.join(PAGE, name));
      head(TYPES[name.split('.').pop()]);
      return response.end(bytes);
    } catch {
      response.writeHead(404);
      return response.end();
    }
  }
}

const MINUTE = 60_000, HOUR = 60 * MINUTE;

export function job(name, more = {}, namespace = 'team-a') {
  return {
    namespace, name, state: 'waiting', phase: 'waiting', createdAt: null, waitingSince: null, plannedAt: null, deadlineAt: null,
    releasedAt: null, startedAt: null, finishedAt: null, expectedMs: null, policy: `${namespace}/default`, signal: 'not-green (emaps)',
    cronJob: null, why: null, reason: null, shadow: false, account: null, ...more,
  };
}

const stamp = (t) => new Date(t).toISOString().replace(/\.\d+Z$/, 'Z');

// A believable day around `now`: `size` Jobs in all phases.
export function modelOf(now, size) {
  const hour = Math.floor(now / HOUR) * HOUR;
  const series = [];
  for (let t = hour - 24 * HOUR; t < hour + 48 * HOUR; t += 30 * MINUTE) {
    const angle = (t / HOUR % 24) / 24 * 2 * Math.PI;
    series.push([t, Math.round(265 + 95 * Math.cos(angle) - 70 * Math.cos(2 * angle + 0.4) + 18 * Math.sin(t / HOUR * 1.7))]);
  }
  const limit = [...series.map(([, value]) => value)].sort((a, b) => a - b)[Math.floor(series.length * 0.3)];
  const green = [];
  series.forEach(([t, value]) => {
    if (value > limit) return;
    if (green.length > 0 && green.at(-1)[1] === t) green.at(-1)[1] = t + 30 * MINUTE;
    else green.push([t, t + 30 * MINUTE]);
  });
  const nextGreen = green.find(([from]) => from > now)?.[0] ?? null;
  const isGreen = green.some(([from, until]) => now >= from && now < until);
  const start = nextGreen ?? hour + 5 * HOUR;
  const names = ['train-recommender', 'nightly-report', 'etl-orders', 'index-rebuild', 'render-preview', 'backtest', 'dedupe-events', 'embed-corpus', 'ci-soak', 'archive-logs'];
  const spaces = ['team-a', 'ml-research', 'data-platform', 'finance'];
  const jobs = {};
  for (let i = 0; i < size; ++i) {
    const ns = spaces[i % spaces.length];
    const name = `${names[i % names.length]}-${String(29926300 + i)}`;
    const kind = i % 10;
    const waited = now - (20 + i * 7 % 160) * MINUTE;
    let more;
    if (kind < 5) {
      const planned = kind < 4 ? start + (i * 13 % 60) * MINUTE : null;
      more = {createdAt: waited, waitingSince: waited, plannedAt: planned, deadlineAt: start + (3 + i % 4) * HOUR, expectedMs: (20 + i * 11 % 90) * MINUTE,
        why: planned ? `planned for ${stamp(planned)}, when it saves about 31 % of a start now; at the latest at ${stamp(start + (3 + i % 4) * HOUR)}`
            : `the grid is not green (emaps); green next at ${stamp(start)}`};
    } else if (kind < 7) {
      more = {state: 'released', phase: 'running', createdAt: waited - HOUR, waitingSince: waited - HOUR, releasedAt: waited, startedAt: waited, expectedMs: 3 * HOUR,
        deadlineAt: waited + HOUR, reason: 'planned', why: 'released: the planned start has come'};
    } else if (kind === 7) {
      more = {state: 'failed', phase: 'failed', createdAt: waited - 2 * HOUR, waitingSince: waited - 2 * HOUR, startedAt: waited - HOUR, finishedAt: waited, reason: 'green', why: 'released: the grid is green'};
    } else {
      more = {state: 'finished', phase: 'finished', createdAt: waited - 3 * HOUR, waitingSince: waited - 3 * HOUR, startedAt: waited - HOUR, finishedAt: waited, reason: 'green',
        why: 'released: the grid is green', account: {kWh: 0.42, average: {actualGrams: 61, avoidedGrams: 38}, marginal: null}};
    }
    jobs[`${ns}/${name}`] = job(name, more, ns);
  }
  const all = Object.values(jobs);
  const counts = {waiting: 0, starting: 0, running: 0, suspended: 0, finished: 0, failed: 0, left: 0};
  for (const {phase} of all) counts[phase]++;
  const days = [];
  for (let d = 13; d >= 0; --d) {
    const atOnceGrams = 900 + 500 * Math.sin(d * 1.3), part = d === 6 ? 1.08 : 0.72 + 0.1 * Math.cos(d);
    days.push({day: new Date(now - d * 24 * HOUR).toISOString().slice(0, 10), jobs: 8 + d % 5, average: {actualGrams: atOnceGrams * part, atOnceGrams}, marginal: null});
  }
  const sum = (field) => days.reduce((total, day) => total + day.average[field], 0);
  const view = (id, label, more) => ({id, label, isDefault: false, source: 'emaps', zone: 'DE', kind: 'average', state: isGreen ? 'green' : 'not-green', freshness: 'fresh',
    why: null, observedAt: now - 40_000, nextGreen, observedUntil: hour, forecastUntil: hour + 48 * HOUR, green, series, ...more});
  return {
    about: {cluster: 'production-eu', namespace: null, selector: null, version: '0.2.0', listed: true},
    problem: null,
    counts,
    views: [view('source/emaps', 'emaps', {isDefault: true}),
      view('source/watttime', 'watttime', {source: 'watttime', kind: 'marginal', series: series.map(([t, value]) => [t, Math.round(value * 1.6)])}),
      view('policy/finance/nightly', 'policy finance/nightly', {source: 'policy windows', series: [], kind: null, zone: null, green: [[hour + 8 * HOUR, hour + 14 * HOUR]], nextGreen: hour + 8 * HOUR, state: 'not-green'})],
    savings: {since: days[0].day, jobs: 131, kWh: 84.2, waitSeconds: 131 * 9000,
      average: {actualGrams: sum('actualGrams'), atOnceGrams: sum('atOnceGrams'), avoidedGrams: sum('atOnceGrams') - sum('actualGrams'),
        avoidedPercent: 100 * (1 - sum('actualGrams') / sum('atOnceGrams')), coveragePercent: 97},
      marginal: null, days, shadowJobs: 0, notes: []},
    notes: [],
    jobs,
  };
}
