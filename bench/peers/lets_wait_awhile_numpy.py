"""The 66 error-free simulations of Let's Wait Awhile with numpy: prefix sums, a row of candidates at a time."""
import time

import numpy as np

import lwa


def nightly(intensity):
    means = []
    for window in range(lwa.WINDOWS):
        first = lwa.SLOTS_A_DAY * np.arange(365) + 2 - window
        first = first[first >= 0]
        candidates = intensity[first[:, None] + np.arange(2 * window + 1)]
        means.append(candidates.min(axis=1).sum() / 365)
    return means


def in_one_piece(intensity, sums, arrivals, lengths, slacks):
    total = 0.0
    for arrival, length, room in zip(arrivals, lengths, slacks):
        starts = np.arange(arrival, arrival + room + 2)
        total += (sums[starts + length] - sums[starts]).min()
    return total


def interrupted(intensity, arrivals, lengths, slacks):
    total = 0.0
    for arrival, length, room in zip(arrivals, lengths, slacks):
        slots = intensity[arrival:arrival + length + room + 1]
        total += np.partition(slots, length - 1)[:length].sum()
    return total


def main():
    began = time.perf_counter()
    years = {name: lwa.load(name) for name in lwa.COUNTRIES}
    read = time.perf_counter()
    arrivals, lengths = lwa.draw_jobs()
    slacks = {rule: np.array([lwa.slack(end, rule) for end in arrivals + lengths])
              for rule in ("none", "next workday", "semi-weekly")}
    nights, learning = {}, {}
    for name, intensity in years.items():
        sums = np.concatenate([[0.0], np.cumsum(intensity)])
        nights[name] = nightly(intensity)
        learning[name] = {"baseline": in_one_piece(intensity, sums, arrivals, lengths, slacks["none"])}
        for rule in ("next workday", "semi-weekly"):
            learning[name][rule] = in_one_piece(intensity, sums, arrivals, lengths, slacks[rule])
            learning[name][rule + ", interrupting"] = interrupted(intensity, arrivals, lengths, slacks[rule])
    lwa.report("numpy", nights, learning, time.perf_counter() - read, read - began)


if __name__ == "__main__":
    main()
