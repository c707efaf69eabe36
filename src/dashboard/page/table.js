// The Jobs as a table: all of them, sortable, the real alternative to the picture.

import {byId, el, glyph, setText} from './dom.js';
import {compareJobs} from './store.js';
import {clock} from './time.js';
import {PHASE_NAMES, why} from './words.js';

const COLUMNS = [
  {id: 'name', title: 'Job', value: (job) => job.name},
  {id: 'namespace', title: 'Namespace', value: (job) => job.namespace},
  {id: 'phase', title: 'Phase', value: (job) => PHASE_NAMES[job.phase]},
  {id: 'why', title: 'Why', value: (job, now) => why(job, now)},
  {id: 'since', title: 'Waits since', at: (job) => job.waitingSince},
  {id: 'planned', title: 'Planned start', at: (job) => job.plannedAt},
  {id: 'deadline', title: 'Latest start', at: (job) => job.deadlineAt},
  {id: 'started', title: 'Started', at: (job) => job.startedAt},
  {id: 'finished', title: 'Ended', at: (job) => job.finishedAt},
  {id: 'policy', title: 'Policy', value: (job) => job.policy ?? ''},
];

export class JobTable {
  #root = byId('jobs-table');
  #body = el('tbody');
  #caption = el('caption');
  #heads = new Map();
  #rows = new Map();
  #sort = null;  // {id, down}
  #onOpen;
  #jobs = [];
  #now = 0;

  constructor({onOpen}) {
    this.#onOpen = onOpen;
    const heads = COLUMNS.map((column) => {
      const head = el('th', {scope: 'col'}, el('button', {type: 'button', onclick: () => this.#sortBy(column.id)}, column.title));
      this.#heads.set(column.id, head);
      return head;
    });
    this.#root.append(el('table', {}, this.#caption, el('thead', {}, el('tr', {}, heads)), this.#body));
  }

  draw(jobs, now) {
    this.#jobs = jobs;
    this.#now = now;
    setText(this.#caption, `${jobs.length} Jobs${this.#sort ? '' : ', in the order in which they happen'}`);
    const sorted = this.#sorted();
    const keys = new Set(sorted.map((job) => job.key));
    for (const [key, row] of this.#rows) {
      if (keys.has(key)) continue;
      row.node.remove();
      this.#rows.delete(key);
    }
    let before = null;
    for (const job of sorted) {
      const node = this.#row(job);
      const place = before === null ? this.#body.firstChild : before.nextSibling;
      if (place !== node) this.#body.insertBefore(node, place);
      before = node;
    }
  }

  #row(job) {
    let row = this.#rows.get(job.key);
    if (!row) {
      const cells = COLUMNS.map((column) => column.id === 'name'
          ? el('th', {scope: 'row'}, el('button', {type: 'button', onclick: () => this.#onOpen(job.key)}, job.name))
          : el('td', {class: column.id === 'why' ? 'why' : column.at ? 'nowrap' : ''}));
      row = {node: el('tr', {'data-key': job.key}, cells), cells, phase: null};
      this.#rows.set(job.key, row);
    }
    COLUMNS.forEach((column, i) => {
      if (column.id === 'name') return;
      if (column.id === 'phase') {
        if (row.phase === job.phase) return;
        row.phase = job.phase;
        row.cells[i].className = `nowrap p-${job.phase}`;
        row.cells[i].replaceChildren(glyph(job.phase), PHASE_NAMES[job.phase]);
        return;
      }
      setText(row.cells[i], column.at ? clock(column.at(job), this.#now, true) : column.value(job, this.#now));
    });
    return row.node;
  }

  #sortBy(id) {
    if (this.#sort?.id !== id) this.#sort = {id, down: false};
    else if (!this.#sort.down) this.#sort = {id, down: true};
    else this.#sort = null;
    for (const [column, head] of this.#heads) {
      if (this.#sort?.id === column) head.setAttribute('aria-sort', this.#sort.down ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    }
    this.draw(this.#jobs, this.#now);
  }

  #sorted() {
    if (!this.#sort) return this.#jobs;
    const column = COLUMNS.find(({id}) => id === this.#sort.id);
    const key = (job) => column.at ? column.at(job) ?? Infinity : column.value(job, this.#now);
    const sign = this.#sort.down ? -1 : 1;
    return [...this.#jobs].sort((a, b) => {
      const x = key(a), y = key(b);
      return x < y ? -sign : x > y ? sign : compareJobs(a, b);
    });
  }
}
