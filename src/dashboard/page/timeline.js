// The Jobs as rows on the axis. A list box: one stop for the Tab key, arrow keys walk. Only rows in sight are in the
// document, so a thousand Jobs cost what twenty do; the row that was chosen always is.

import {barOf} from './bar.js';
import {byId, el, glyph, setAttribute, setText, show, svg} from './dom.js';
import {backdrop} from './forecast.js';
import {picture, when, why} from './words.js';

const SPARE = 6;  // rows beyond what is in sight, each way

export class Timeline {
  #list = byId('timeline');
  #board = byId('board');
  #rows = new Map();  // by the Job's key: {node, job, ...}
  #jobs = [];
  #axis = null;
  #view = null;
  #now = 0;
  #chosen = null;
  #onChoose;
  #onOpen;
  #ground = [];  // what the backdrop was drawn of
  #queued = false;

  constructor({onChoose, onOpen}) {
    this.#onChoose = onChoose;
    this.#onOpen = onOpen;
    this.#board.addEventListener('scroll', () => this.#queue(), {passive: true});
    this.#list.addEventListener('keydown', (event) => this.#key(event));
    this.#list.addEventListener('click', (event) => {
      const row = event.target.closest('[role=option]');
      if (row) this.choose(row.dataset.key);
    });
    this.#list.addEventListener('dblclick', () => this.#onOpen());
    this.#list.addEventListener('focus', () => {
      if (this.#index() < 0 && this.#jobs.length > 0) this.choose(this.#jobs[0].key);
    });
  }

  get chosen() {
    return this.#chosen;
  }

  draw(jobs, axis, view, now) {
    const reaxised = !axis.same(this.#axis) || view !== this.#view;
    this.#jobs = jobs;
    this.#axis = axis;
    this.#view = view;
    this.#now = now;
    this.#list.style.height = `${jobs.length * this.#height()}px`;
    if (reaxised) for (const row of this.#rows.values()) row.drawn = null;
    const width = byId('backdrop').clientWidth || 600;
    const ground = [view, axis.from, axis.until, Math.round(axis.x(now) * 10), width];
    if (!ground.every((part, i) => part === this.#ground[i])) {
      this.#ground = ground;
      byId('backdrop').replaceChildren(svg('svg', {}, ...backdrop(view, axis, width, now)));
    }
    this.#render();
  }

  choose(key) {
    if (this.#chosen !== key) {
      this.#chosen = key;
      this.#onChoose(key);
    }
    this.#reveal();
    this.#render();
  }

  focus() {
    this.#list.focus();
  }

  #height() {
    return parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--row')) || 46;
  }

  #index() {
    return this.#jobs.findIndex((job) => job.key === this.#chosen);
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || this.#jobs.length === 0) return;
    const page = Math.max(1, Math.floor((this.#board.clientHeight - byId('board-head').offsetHeight) / this.#height()) - 1);
    const last = this.#jobs.length - 1;
    const at = this.#index();
    const moves = {ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: last};
    if (event.key in moves) {
      event.preventDefault();
      this.choose(this.#jobs[Math.max(0, Math.min(last, moves[event.key]))].key);
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      if (at >= 0) this.#onOpen();
    }
  }

  // Scrolls no more than it must, and never under the head.
  #reveal() {
    const at = this.#index();
    if (at < 0) return;
    const height = this.#height();
    const head = byId('board-head').offsetHeight;
    const room = this.#board.clientHeight - head;
    const top = at * height;
    if (top < this.#board.scrollTop) this.#board.scrollTop = top;
    else if (top + height > this.#board.scrollTop + room) this.#board.scrollTop = top + height - room;
  }

  #queue() {
    if (this.#queued) return;
    this.#queued = true;
    requestAnimationFrame(() => {
      this.#queued = false;
      this.#render();
    });
  }

  #render() {
    if (this.#axis === null) return;
    const height = this.#height();
    const first = Math.max(0, Math.floor(this.#board.scrollTop / height) - SPARE);
    const past = Math.min(this.#jobs.length, Math.ceil((this.#board.scrollTop + this.#board.clientHeight) / height) + SPARE);
    const wanted = new Map();
    for (let i = first; i < past; ++i) wanted.set(this.#jobs[i].key, i);
    const chosen = this.#index();
    if (chosen >= 0) wanted.set(this.#chosen, chosen);
    for (const [key, row] of this.#rows) {
      if (wanted.has(key)) continue;
      row.node.remove();
      this.#rows.delete(key);
    }
    for (const [key, i] of wanted) this.#row(this.#jobs[i], i, height);
    this.#order(wanted);
    if (chosen >= 0) setAttribute(this.#list, 'aria-activedescendant', this.#rows.get(this.#chosen).node.id);
    else this.#list.removeAttribute('aria-activedescendant');
  }

  // What is read aloud in the document's order is to be read in the list's.
  #order(wanted) {
    const sorted = [...wanted].sort((a, b) => a[1] - b[1]);
    let before = null;
    for (const [key] of sorted) {
      const {node} = this.#rows.get(key);
      const place = before === null ? this.#list.firstChild : before.nextSibling;
      if (place !== node) this.#list.insertBefore(node, place);
      before = node;
    }
  }

  #row(job, index, height) {
    let row = this.#rows.get(job.key);
    if (!row) {
      const name = el('span', {class: 'name'});
      const at = el('span', {class: 'when'});
      const reason = el('span', {class: 'why'});
      const bar = svg('svg', {class: 'bar', 'aria-hidden': 'true', focusable: 'false'});
      const told = el('span', {class: 'hidden-text'});
      const what = el('span', {class: 'what'}, name, told, at, reason);
      const node = el('div', {role: 'option', id: `job-${job.key.replace(/[^a-zA-Z0-9-]/g, (c) => `_${c.charCodeAt(0)}_`)}`, 'data-key': job.key}, what, bar);
      row = {node, what, name, told, at, reason, bar, drawn: null, job: null, glyph: null};
      this.#rows.set(job.key, row);
      this.#list.append(node);
    }
    row.node.style.transform = `translateY(${index * height}px)`;
    setAttribute(row.node, 'aria-setsize', this.#jobs.length);
    setAttribute(row.node, 'aria-posinset', index + 1);
    setAttribute(row.node, 'aria-selected', job.key === this.#chosen);
    const reason = why(job, this.#now);
    setText(row.at, when(job, this.#now));
    setText(row.reason, reason ? `${job.namespace} · ${reason}` : job.namespace);
    setText(row.told, `, ${picture(job, this.#now)}`);
    if (row.job !== job) {
      setAttribute(row.node, 'class', `row p-${job.phase}`);
      setAttribute(row.node, 'title', `${job.name}: ${reason}`);
      setText(row.name, job.name);
      row.glyph?.remove();
      row.glyph = glyph(job.phase);
      row.what.prepend(row.glyph);
    }
    const moves = job.phase === 'running' || job.phase === 'waiting';
    if (row.job !== job || row.drawn === null || (moves && row.drawn !== this.#now)) {
      row.bar.replaceChildren(...barOf(job, this.#axis, this.#now));
      row.drawn = this.#now;
    }
    row.job = job;
  }
}

export function drawEmpty(shown, known, listed) {
  const node = byId('empty');
  show(node, shown === 0);
  if (shown > 0) return;
  if (!listed) setText(node, 'The Jobs are being read.');
  else if (known > 0) setText(node, 'No Job matches what you chose to show.');
  else setText(node, 'No Job is opted in here. To opt one in, set the annotation carbon-aware.io/enabled: "true".');
}
