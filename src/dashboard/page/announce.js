// Tells those who do not see the bars move what has happened: in one sentence, and not more often than one can listen.

import {byId} from './dom.js';
import {PHASE_NAMES} from './words.js';

const PAUSE = 4000;

export class Announcer {
  #waiting = new Map();
  #timer = null;

  moved(changes) {
    for (const {job} of changes) this.#waiting.set(job.key, job);
    if (this.#waiting.size > 0) this.#timer ??= setTimeout(() => this.#say(), 300);
  }

  #say() {
    this.#timer = null;
    if (this.#waiting.size === 0) return;
    const jobs = [...this.#waiting.values()];
    this.#waiting.clear();
    byId('announcer').textContent = sentenceOf(jobs);
    this.#timer = setTimeout(() => this.#say(), PAUSE);
  }
}

export function sentenceOf(jobs) {
  if (jobs.length <= 3) return jobs.map((job) => `${job.name}: ${PHASE_NAMES[job.phase].toLowerCase()}.`).join(' ');
  const counts = new Map();
  for (const job of jobs) counts.set(job.phase, (counts.get(job.phase) ?? 0) + 1);
  return [...counts].map(([phase, n]) => `${n} Jobs: ${PHASE_NAMES[phase].toLowerCase()}.`).join(' ');
}
