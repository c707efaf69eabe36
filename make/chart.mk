# The Helm chart.
HELM = $$(scripts/go-tool.sh helm)
CHART := charts/karbonetes

.PHONY: helm-lint
helm-lint: ## Lint the chart with each of its sets of values
	@for values in $(CHART)/ci/*.yaml; do echo "$$values"; $(HELM) lint --strict --quiet $(CHART) -f $$values || exit 1; done

.PHONY: helm-template
helm-template: ## Render the chart (VALUES=file for other values than the defaults)
	@$(HELM) template karbonetes $(CHART) --namespace karbonetes-system $(if $(VALUES),-f $(VALUES))

.PHONY: chart-sync
chart-sync: ## Copy the CRD and the alert rules into the chart
	@cp config/crd/bases/*.yaml monitoring/rules/karbonetes.rules.yaml $(CHART)/files/

.PHONY: chart-docs
chart-docs: ## Write the chart's README from the comments in values.yaml
	@scripts/install-packages.sh monitoring
	@/usr/bin/python3 scripts/chart-docs.py
