"""A year of Jobs over a five-minute trace under LowestWindow with maxDelay 24 h, with numpy: for chunks of Jobs all starts at
which the cost bends, by prefix sums. --write-trace FILE writes the trace as CSV, for others to read.
"""
import argparse
import resource
import time

import numpy as np

STEP = 300.0
STEPS = 365 * 288
DELAY = 24 * 3600.0


def trace():
    rng = np.random.default_rng(1)
    hours = np.arange(STEPS) / 12
    weather = np.zeros(STEPS)
    noise = rng.normal(0, 4, STEPS)
    for i in range(1, STEPS):
        weather[i] = 0.98 * weather[i - 1] + noise[i]
    wave = (300 + 90 * np.cos(2 * np.pi * (hours - 19) / 24) - 60 * np.cos(4 * np.pi * hours / 24)
            + 80 * np.sin(2 * np.pi * hours / (24 * 9)))
    return np.round(np.maximum(20, wave + weather), 1)


def write(values, path):
    times = np.datetime64("2025-01-01T00:00:00") + np.arange(STEPS) * np.timedelta64(300, "s")
    with open(path, "w") as file:
        file.write("time,intensity\n")
        for at, value in zip(times, values):
            file.write(f"{at}Z,{value}\n")


def jobs(count):
    rng = np.random.default_rng(2)
    arrivals = np.sort(rng.uniform(0, STEPS * STEP, count))
    lengths = np.clip(np.round(2700 * np.exp(1.2 * rng.normal(size=count))), 60, 86400)
    return arrivals, lengths


def lowest_window(values, arrivals, lengths, chunk=20_000):
    """Mean intensity of the best start and of a start at once, each weighted by length."""
    sums = np.concatenate([[0.0], np.cumsum(values * STEP)])
    edges = np.arange(STEPS + 1) * STEP

    def integral(t):
        return np.interp(t, edges, sums) + np.maximum(t - edges[-1], 0) * values.mean()

    best = at_once = 0.0
    steps = np.arange(1, int(DELAY / STEP) + 1)
    for i in range(0, len(arrivals), chunk):
        a, n = arrivals[i:i + chunk, None], lengths[i:i + chunk, None]
        latest = np.minimum(a + DELAY, edges[-1])
        begins = np.minimum((np.floor(a / STEP) + steps) * STEP, latest)
        ends = np.clip((np.floor((a + n) / STEP) + steps) * STEP - n, a, latest)
        cost = np.minimum((integral(begins + n) - integral(begins)).min(axis=1),
                          (integral(ends + n) - integral(ends)).min(axis=1))
        now = (integral(a + n) - integral(a))[:, 0]
        best += np.minimum(cost, now).sum()
        at_once += now.sum()
    return best, at_once


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1_000_000)
    parser.add_argument("--write-trace")
    args = parser.parse_args()
    values = trace()
    if args.write_trace:
        write(values, args.write_trace)
        return
    arrivals, lengths = jobs(args.jobs)
    began = time.perf_counter()
    best, at_once = lowest_window(values, arrivals, lengths)
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"numpy: {args.jobs} Jobs in {seconds:.2f} s, {memory:.0f} MiB, saved {100 * (1 - best / at_once):.2f} %")


if __name__ == "__main__":
    main()
