# Dashboards, rules and what tests them.

everything: monitoring-packages
.PHONY: monitoring-packages
monitoring-packages:
	@scripts/install-packages.sh monitoring

.PHONY: dashboards
dashboards: ## Write monitoring/grafana/dashboards/*.json from dashboards.py
	@python3 monitoring/grafana/dashboards.py
