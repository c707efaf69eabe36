"""The 66 error-free simulations of Let's Wait Awhile as discrete-event simulations: a process for each job, a meter that looks
at each slot how many run."""
import time

import numpy as np
import simpy

import lwa


class Datacenter:
    def __init__(self, env, intensity):
        self.env = env
        self.intensity = intensity
        self.running = 0
        self.grams = 0.0

    def meter(self):
        yield self.env.timeout(0.01)  # after the starts and ends of the slot
        for value in self.intensity:
            self.grams += self.running * value
            yield self.env.timeout(1)

    def run(self, slots):
        self.running += 1
        yield self.env.timeout(slots)
        self.running -= 1


def one_piece(dc, arrival, length, room):
    yield dc.env.timeout(arrival)
    now = int(dc.env.now)
    forecast = dc.intensity[now:now + length + room + 1]
    means = np.convolve(forecast, np.ones(length) / length, "valid")
    yield dc.env.timeout(int(np.argmin(means)))
    yield from dc.run(length)


def pieces(dc, arrival, length, room):
    yield dc.env.timeout(arrival)
    now = int(dc.env.now)
    forecast = dc.intensity[now:now + length + room + 1]
    chosen = np.sort(np.argsort(forecast, kind="stable")[:length])
    last = -1
    for slot in chosen:
        yield dc.env.timeout(int(slot) - last - 1)
        yield from dc.run(1)
        last = int(slot)


def night(dc, arrival, window):
    yield dc.env.timeout(arrival)
    now = int(dc.env.now)
    yield dc.env.timeout(int(np.argmin(dc.intensity[now:now + 2 * window + 1])))
    yield from dc.run(1)


def simulate(intensity, processes):
    env = simpy.Environment()
    dc = Datacenter(env, intensity)
    for process in processes(dc):
        env.process(process)
    env.process(dc.meter())
    env.run(until=len(intensity))
    return dc.grams


def main():
    began = time.perf_counter()
    years = {name: lwa.load(name) for name in lwa.COUNTRIES}
    read = time.perf_counter()
    arrivals, lengths = lwa.draw_jobs()
    slacks = {rule: [lwa.slack(end, rule) for end in arrivals + lengths]
              for rule in ("none", "next workday", "semi-weekly")}
    nights, learning = {}, {}
    for name, intensity in years.items():
        nights[name] = []
        for window in range(lwa.WINDOWS):
            starts = [day * lwa.SLOTS_A_DAY + 2 - window for day in range(365)]
            nights[name].append(simulate(
                intensity, lambda dc: (night(dc, s, window) for s in starts if s >= 0)) / 365)
        learning[name] = {}
        for key, way, rule in (("baseline", one_piece, "none"), ("next workday", one_piece, "next workday"),
                               ("next workday, interrupting", pieces, "next workday"),
                               ("semi-weekly", one_piece, "semi-weekly"),
                               ("semi-weekly, interrupting", pieces, "semi-weekly")):
            jobs = list(zip((int(a) for a in arrivals), (int(n) for n in lengths), slacks[rule]))
            learning[name][key] = simulate(intensity, lambda dc: (way(dc, *job) for job in jobs))
    lwa.report("simpy", nights, learning, time.perf_counter() - read, read - began)


if __name__ == "__main__":
    main()
