#!/usr/bin/env python3
"""The dashboards as a short text; writes dashboards/*.json, which are what is installed. `make dashboards`.

A panel is (title, unit, description, [(query, legend), ...]) with options. `quiet=True` says that a healthy cluster may have
nothing to show; every other panel must return data in the test that runs all queries.
"""
import json
import os
import sys

SELECT = 'job="karbonetes"'
NS = 'namespace=~"$namespace"'


def panel(title, unit, description, queries, kind="timeseries", w=12, h=8, quiet=False, thresholds=None, stack=False, decimals=None):
    return dict(title=title, unit=unit, description=description, queries=queries, kind=kind, w=w, h=h, quiet=quiet,
                thresholds=thresholds, stack=stack, decimals=decimals)


def stat(title, unit, description, query, w=6, **more):
    return panel(title, unit, description, [(query, "")], kind="stat", w=w, h=4, **more)


BAD_ABOVE_ZERO = [("green", None), ("red", 0.5)]
GOOD_FROM_ONE = [("red", None), ("green", 1)]

OVERVIEW = [
    stat("Jobs that wait", "short", "All namespaces, now.", "sum(max by (namespace) (karbonetes_waiting_jobs))"),
    stat("Past their deadline", "short", "Jobs that wait although their deadline has passed. Anything but 0 is an incident.",
         "max(karbonetes_overdue_jobs)", thresholds=BAD_ABOVE_ZERO),
    stat("Avoided", "massg", "gCO2eq of all accounted Jobs against the same runs begun when they were submitted; may be negative.",
         'max(sum by (instance) (karbonetes_avoided_grams{mode="enforce", kind="average"})) or vector(0)'),
    stat("Leader", "short", "1: one controller leads.", "sum(leader_election_master_status)", thresholds=GOOD_FROM_ONE),
    panel("Jobs that wait", "short", "By namespace.", [("max by (namespace) (karbonetes_waiting_jobs)", "{{namespace}}")], stack=True),
    panel("Released per minute", "short", "By reason: green, planned, fallback (the deadline), run-now and others.",
          [("60 * sum by (reason) (rate(karbonetes_releases_total[5m]))", "{{reason}}")], stack=True),
    panel("Carbon intensity", "short", "gCO2eq/kWh of each source, now.",
          [("max by (source, kind) (karbonetes_signal_intensity_grams_per_kwh)", "{{source}} ({{kind}})")]),
    panel("Green", "bool", "1 where the source itself calls it green; a policy may have a rule of its own.",
          [('max by (source) (karbonetes_signal_state{state="green"})', "{{source}}")]),
]

JOBS = [
    panel("Jobs that wait", "short", "By namespace.", [("max by (namespace) (karbonetes_waiting_jobs{%s})" % NS, "{{namespace}}")],
          stack=True),
    panel("Admissions per minute", "short", "What the webhook decided at CREATE.",
          [("60 * sum by (decision) (rate(karbonetes_admissions_total[5m]))", "{{decision}}")], stack=True),
    panel("Released per minute, by reason", "short", "",
          [("60 * sum by (reason) (rate(karbonetes_releases_total[5m]))", "{{reason}}")], stack=True),
    panel("Released per minute, by pool", "short", "green, fallback, or untouched: where its author put it.",
          [("60 * sum by (pool) (rate(karbonetes_releases_total[5m]))", "{{pool}}")], stack=True),
    panel("How long they had waited", "s", "Of the Jobs released in the last hour.",
          [("histogram_quantile(0.5, sum by (le) (rate(karbonetes_wait_seconds_bucket[1h])))", "median"),
           ("histogram_quantile(0.95, sum by (le) (rate(karbonetes_wait_seconds_bucket[1h])))", "95 %")]),
    panel("How late after the deadline", "s", "99 % of the releases of the last hour; 0 when in time.",
          [("histogram_quantile(0.99, sum by (le) (rate(karbonetes_release_late_seconds_bucket[1h])))", "99 %")]),
    panel("Queue for release", "short", "May go, and wait for their turn, because release is paced.",
          [("max(karbonetes_release_queue_jobs)", "Jobs")]),
    panel("Past the webhook", "short", "Opted-in Jobs that the controller saw first: caught up with, or already started.",
          [("sum(increase(karbonetes_caught_up_total[15m]))", "caught up"), ("sum(increase(karbonetes_missed_total[15m]))", "missed")]),
]

CARBON = [
    stat("Avoided", "massg", "Average intensity, Enforce mode.",
         'max(sum by (instance) (karbonetes_avoided_grams{mode="enforce", kind="average"}))', w=6),
    stat("Emitted", "massg", "Average intensity, Enforce mode.",
         'max(sum by (instance) (karbonetes_emissions_grams_total{mode="enforce", kind="average"}))', w=6),
    stat("Energy", "kwatth", "Of accounted Jobs.", "max(sum by (instance) (karbonetes_energy_kwh_total))", w=6),
    stat("Accounted Jobs", "short", "Finished, with a closed account.", "max(sum by (instance) (karbonetes_accounted_jobs_total))", w=6),
    panel("Avoided so far, by namespace", "massg", "Against the same runs begun when they were submitted. May be negative.",
          [("max by (namespace, kind) (sum by (instance, namespace, kind) (karbonetes_avoided_grams{%s}))" % NS, "{{namespace}} ({{kind}})")]),
    panel("Avoided so far, by policy", "massg", "",
          [("max by (policy, kind) (sum by (instance, policy, kind) (karbonetes_avoided_grams{%s}))" % NS, "{{policy}} ({{kind}})")]),
    panel("Emitted and would have been", "massg", "Average intensity.",
          [('max(sum by (instance) (karbonetes_emissions_grams_total{kind="average", %s}))' % NS, "emitted"),
           ('max(sum by (instance) (karbonetes_counterfactual_emissions_grams_total{kind="average", %s}))' % NS, "begun at once")]),
    panel("In shadow: would have been avoided", "massg", "Policies in Shadow mode act on nothing and account for what they would have done.",
          [('max by (namespace, kind) (sum by (instance, namespace, kind) (karbonetes_avoided_grams{mode="shadow", %s}))' % NS,
            "{{namespace}} ({{kind}})")], quiet=True),
]

SIGNALS = [
    panel("Carbon intensity", "short", "gCO2eq/kWh.",
          [("max by (source, kind) (karbonetes_signal_intensity_grams_per_kwh)", "{{source}} ({{kind}})")], w=24),
    panel("State", "bool", "What the source itself says.",
          [('max by (source, state) (karbonetes_signal_state) == 1', "{{source}}: {{state}}")]),
    panel("Freshness", "bool", "fresh, stale (still used where no other is fresh) or unknown (not used).",
          [('max by (source, freshness) (karbonetes_signal_freshness) == 1', "{{source}}: {{freshness}}")]),
    panel("Age", "s", "Since the source, or who stands in, was last heard.", [("max by (source) (karbonetes_signal_age_seconds)", "{{source}}")]),
    panel("Fetches per minute", "short", "By result.",
          [("60 * sum by (source, result) (rate(karbonetes_signal_fetch_total[5m]))", "{{source}}: {{result}}")]),
    panel("Who speaks", "bool", "1 for the source that a chain uses.",
          [("max by (chain, source) (karbonetes_signal_source_active) == 1", "{{chain}}: {{source}}")]),
    panel("Failovers", "short", "Changes of source in the last hour, either way.",
          [("sum by (chain) (increase(karbonetes_signal_failovers_total[1h]))", "{{chain}}")], quiet=True),
]

CONTROLLER = [
    stat("Replicas", "short", "Controllers that answer.", 'count(up{%s, component="controller"} == 1)' % SELECT, thresholds=GOOD_FROM_ONE),
    stat("Leader", "short", "", "sum(leader_election_master_status)", thresholds=GOOD_FROM_ONE),
    stat("Certificate ends in", "s", "Of the webhook; renewed with a third of its life left.",
         "min(karbonetes_webhook_certificate_expiry_timestamp_seconds > 0) - time()"),
    stat("Memory", "bytes", "Largest replica.", "max(process_resident_memory_bytes{%s})" % SELECT),
    panel("Webhook requests per second", "reqps", "By answer.",
          [("sum by (code) (rate(controller_runtime_webhook_requests_total[5m]))", "{{code}}")]),
    panel("Webhook latency", "s", "From a complete request to its answer.",
          [("histogram_quantile(0.5, sum by (le) (rate(controller_runtime_webhook_latency_seconds_bucket[5m])))", "median"),
           ("histogram_quantile(0.99, sum by (le) (rate(controller_runtime_webhook_latency_seconds_bucket[5m])))", "99 %")]),
    panel("Reconciles per second", "ops", "By loop and result.",
          [("sum by (controller, result) (rate(controller_runtime_reconcile_total[5m]))", "{{controller}}: {{result}}")]),
    panel("Reconcile time", "s", "99 %.",
          [("histogram_quantile(0.99, sum by (controller, le) (rate(controller_runtime_reconcile_time_seconds_bucket[5m])))", "{{controller}}")]),
    panel("Work queue", "short", "Keys that are due.", [("max by (name) (workqueue_depth)", "{{name}}")]),
    panel("API requests per second", "reqps", "By method and status.",
          [("sum by (method, code) (rate(rest_client_requests_total[5m]))", "{{method}} {{code}}")]),
    panel("Patch conflicts", "short", "Jobs that changed while being patched, in 15 minutes; they are read and decided on again.",
          [("sum(increase(karbonetes_patch_conflicts_total[15m]))", "conflicts")]),
    panel("Watches: last heard", "s", "Since the API server last said anything on a watch.",
          [("max by (name) (reflector_last_sync_age_seconds)", "{{name}}")]),
    panel("Events", "short", "Recorded in 15 minutes, by what became of them.",
          [("sum by (result) (increase(event_recorder_events_total[15m]))", "{{result}}")]),
    panel("CPU", "percentunit", "By replica.", [("rate(process_cpu_seconds_total{%s}[5m])" % SELECT, "{{instance}}")]),
]

DASHBOARDS = {
    "overview": ("Karbonetes: overview", OVERVIEW, False),
    "jobs": ("Karbonetes: Jobs waiting and releases", JOBS, True),
    "carbon": ("Karbonetes: carbon saved", CARBON, True),
    "signals": ("Karbonetes: signal health", SIGNALS, False),
    "controller": ("Karbonetes: controller internals", CONTROLLER, False),
}

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


def place(panels):
    """Left to right, top to bottom, 24 columns."""
    x = y = row = 0
    for p in panels:
        if x + p["w"] > 24:
            x, y, row = 0, y + row, 0
        yield p, {"x": x, "y": y, "w": p["w"], "h": p["h"]}
        x, row = x + p["w"], max(row, p["h"])


def render(number, p, grid):
    steps = [{"color": color, "value": value} for color, value in (p["thresholds"] or [("text" if p["kind"] == "stat" else "green", None)])]
    custom = {"stacking": {"mode": "normal" if p["stack"] else "none"}, "fillOpacity": 20 if p["stack"] else 0, "lineWidth": 2}
    out = {
        "id": number, "title": p["title"], "description": p["description"], "type": p["kind"], "gridPos": grid, "datasource": DATASOURCE,
        "targets": [{"refId": chr(65 + i), "expr": query, "legendFormat": legend, "datasource": DATASOURCE}
                    for i, (query, legend) in enumerate(p["queries"])],
        "fieldConfig": {"defaults": {"unit": p["unit"], "thresholds": {"mode": "absolute", "steps": steps},
                                     "noValue": "nothing to show",
                                     **({} if p["kind"] == "stat" else {"custom": custom})}, "overrides": []},
        "options": {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value"} if p["kind"] == "stat"
                   else {"legend": {"displayMode": "table", "placement": "bottom", "calcs": ["lastNotNull", "max"]},
                         "tooltip": {"mode": "multi", "sort": "desc"}},
    }
    if p["quiet"]:
        out["karbonetesQuiet"] = True
    return out


def dashboard(uid, title, panels, by_namespace):
    variables = [{"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus"}]
    if by_namespace:
        variables.append({"name": "namespace", "type": "query", "label": "Namespace", "datasource": DATASOURCE,
                          "query": "label_values(karbonetes_waiting_jobs, namespace)", "includeAll": True, "multi": True, "allValue": ".*",
                          "current": {"text": "All", "value": "$__all"}, "refresh": 2})
    return {
        "uid": "karbonetes-" + uid, "title": title, "tags": ["karbonetes"], "schemaVersion": 39, "timezone": "utc", "refresh": "30s",
        "time": {"from": "now-24h", "to": "now"}, "templating": {"list": variables}, "editable": False,
        "links": [{"title": "Karbonetes", "type": "dashboards", "tags": ["karbonetes"], "asDropdown": True}],
        "panels": [render(i + 1, p, grid) for i, (p, grid) in enumerate(place(panels))],
    }


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "dashboards")
    os.makedirs(folder, exist_ok=True)
    for uid, (title, panels, by_namespace) in DASHBOARDS.items():
        with open(os.path.join(folder, uid + ".json"), "w", encoding="utf-8") as file:
            json.dump(dashboard(uid, title, panels, by_namespace), file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()
