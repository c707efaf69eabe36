# What proves that nothing is lost. See docs/reliability.md.
SEEDS ?= 1 2 3
CHAOS_JOBS ?= 100
CHAOS_SECONDS ?= 15
CHAOS ?= *

.PHONY: test-chaos
test-chaos: everything ## Faults of all kinds on the real control plane, and an auditor (SEEDS="1 2 3", CHAOS_JOBS, CHAOS=filter)
	@BUILD=$(BUILD) SEEDS="$(SEEDS)" KARBONETES_CHAOS_JOBS=$(CHAOS_JOBS) KARBONETES_CHAOS_SECONDS=$(CHAOS_SECONDS) tests/chaos/run.sh "$(CHAOS)"
