// What the server has told: the model, and each change of it.

export const PHASES = ['waiting', 'starting', 'running', 'suspended', 'finished', 'failed'];

// In the order in which they happen: what waits by its start, what runs by its start, what has ended the latest first.
export function compareJobs(a, b) {
  const rank = (job) => Math.min(PHASES.indexOf(job.phase), PHASES.indexOf('finished'));
  const at = (job) => {
    if (job.phase === 'waiting') return job.plannedAt ?? job.deadlineAt ?? Infinity;
    if (job.phase === 'finished' || job.phase === 'failed') return -(job.finishedAt ?? 0);
    return job.startedAt ?? job.releasedAt ?? job.createdAt ?? 0;
  };
  const x = at(a), y = at(b);
  return rank(a) - rank(b) || (x < y ? -1 : x > y ? 1 : 0) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

export class Store {
  sections = {};
  jobs = new Map();

  // Returns the Jobs whose phase is another than before: [{job, from}], `job` null when it is gone.
  replace(model) {
    const before = this.jobs;
    const {jobs, ...sections} = model;
    this.sections = sections;
    this.jobs = new Map();
    for (const [key, job] of Object.entries(jobs ?? {})) this.jobs.set(key, {...job, key});
    const moved = [];
    for (const [key, job] of this.jobs) {
      const from = before.get(key)?.phase ?? null;
      if (from !== job.phase) moved.push({job, from});
    }
    return moved;
  }

  change(changes) {
    const {jobs, ...sections} = changes;
    Object.assign(this.sections, sections);
    const moved = [];
    for (const [key, job] of Object.entries(jobs ?? {})) {
      const from = this.jobs.get(key)?.phase ?? null;
      if (job === null) {
        this.jobs.delete(key);
        continue;
      }
      this.jobs.set(key, {...job, key});
      if (from !== job.phase) moved.push({job: this.jobs.get(key), from});
    }
    return moved;
  }

  view(id) {
    const views = this.sections.views ?? [];
    return views.find((view) => view.id === id) ?? views[0] ?? null;
  }

  matching({phases, text}) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const out = [];
    for (const job of this.jobs.values()) {
      if (!phases.has(job.phase)) continue;
      if (words.length > 0) {
        const where = `${job.key} ${job.policy} ${job.why} ${job.phase} ${job.cronJob ?? ''} ${job.reason ?? ''}`.toLowerCase();
        if (!words.every((word) => where.includes(word))) continue;
      }
      out.push(job);
    }
    return out.sort(compareJobs);
  }
}
