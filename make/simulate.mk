# The simulator: published results, and how fast it is.

.PHONY: validate
validate: packages ## Our decisions beside published ones (LWA_DATA, GAIA_DATA: the papers' data)
	@cmake --preset $(PRESET) --log-level=WARNING >/dev/null
	@cmake --build --preset $(PRESET) -j $(JOBS) --target karbonetes-validate
	@$(BUILD)/bin/karbonetes-validate

.PHONY: bench-simulate
bench-simulate: packages ## The simulator beside numpy and simpy (LWA_DATA: Let's Wait Awhile's data)
	@cmake --preset $(PRESET) --log-level=WARNING >/dev/null
	@cmake --build --preset $(PRESET) -j $(JOBS) --target karbonetes-validate kubectl-karbonetes
	@bench/simulate.sh $(CURDIR)/$(BUILD)/bin
