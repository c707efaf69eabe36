"""What both Python versions of the Let's Wait Awhile experiments share: the year's data, the jobs, the slack of each, the table.

The experiments and their quirks are described in validation/lets_wait_awhile.hpp. $LWA_DATA names the folder with the CSV files.
"""
import csv
import datetime as dt
import os
import sys

import numpy as np

COUNTRIES = {"Germany": "ger_ci.csv", "Great Britain": "gb_ci.csv", "France": "fr_ci.csv"}
BEGIN = dt.datetime(2020, 1, 1)
SLOTS_A_DAY = 48
WINDOWS = 17


def load(name):
    """The intensities of one country in slots of half an hour from 2020-01-01 on."""
    folder = os.environ.get("LWA_DATA")
    if not folder:
        sys.exit("LWA_DATA must name the folder with ger_ci.csv, gb_ci.csv and fr_ci.csv")
    values = []
    with open(os.path.join(folder, COUNTRIES[name]), newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for time, value in rows:
            if time >= "2020-01-01" and time[14:16] in ("00", "30"):
                values.append(float(value))
    return np.array(values)


def draw_jobs():
    """Arrival and length of the 3,387 jobs, in slots, in the order of the published draw."""
    rng = np.random.default_rng(0)
    workdays = [day for day in range(366) if (BEGIN + dt.timedelta(days=day)).weekday() < 5]
    counts = rng.multinomial(3387, [1 / len(workdays)] * len(workdays))
    arrivals = []
    for day, count in zip(workdays, counts):
        starts = np.sort(rng.choice(range(18, 34), size=count))
        arrivals.extend(day * SLOTS_A_DAY + int(start) for start in starts)
    lengths = rng.choice(range(8, 180), size=3387)
    return np.array(arrivals), np.array(lengths)


def slack(end, rule):
    """Slots from the slot `end` to when the job is wanted, with the published quirk of Friday evening."""
    if rule == "none":
        return 0
    at = BEGIN + dt.timedelta(minutes=30 * int(end))
    morning = at.replace(hour=9, minute=0)
    hour = at.hour + at.minute / 60
    if rule == "next workday":
        if at.weekday() == 5:
            wanted = morning + dt.timedelta(days=2)
        elif at.weekday() == 6 or hour > 17:
            wanted = morning + dt.timedelta(days=1)
        else:
            wanted = max(at, morning)
    else:
        wanted = morning
        while wanted < at or wanted.weekday() not in (0, 3):
            wanted += dt.timedelta(days=1)
    return int((wanted - at).total_seconds() // 1800)


def report(label, nightly, learning, seconds, reading):
    for name in nightly:
        saved = [100 * (1 - nightly[name][w] / nightly[name][0]) for w in (4, 8, 12, 16)]
        base = learning[name]["baseline"]
        shares = [100 * (1 - learning[name][key] / base) for key in
                  ("next workday", "next workday, interrupting", "semi-weekly", "semi-weekly, interrupting")]
        print(f"{name:14} {nightly[name][0]:6.1f}  " + " ".join(f"{s:5.2f}" for s in saved) + "  " +
              " ".join(f"{s:6.3f}" for s in shares))
    count = sum(len(each) for each in nightly.values()) + sum(len(each) for each in learning.values())
    print(f"{label}: {count} simulations in {seconds * 1000:.1f} ms, reading {reading * 1000:.1f} ms")
