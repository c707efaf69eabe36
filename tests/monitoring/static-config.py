#!/usr/bin/env python3
"""The Prometheus configuration of monitoring/, with named targets in the place of Kubernetes' discovery (which Debian's Prometheus
is built without): static-config.py REPOSITORY RULES-DIRECTORY [component,instance,host:port ...]"""
import pathlib
import sys

import yaml

root, rules = sys.argv[1], sys.argv[2]
config = yaml.safe_load(pathlib.Path(root, "monitoring/prometheus/config.yaml").read_text())
config["rule_files"] = [file.replace("/etc/prometheus", rules) for file in config["rule_files"]]
config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
for scrape in config["scrape_configs"]:
    # What discovery would find, and what its relabelling would make of it.
    del scrape["kubernetes_sd_configs"]
    made = {rule["target_label"] for rule in scrape.pop("relabel_configs") if "target_label" in rule}
    assert made == {"instance", "component"}, made
    scrape["static_configs"] = [{"targets": [address], "labels": {"component": component, "instance": instance}}
                                for component, instance, address in (target.split(",") for target in sys.argv[3:])]
yaml.safe_dump(config, sys.stdout, sort_keys=False)
