# Whole programs on the real control plane, beside their peers. Figures and how they are taken: docs/performance.md.
SIZES ?= 1000,10000,100000

.PHONY: bench-scale
bench-scale: programs ## So many waiting Jobs, beside the Go peer (SIZES=1000,10000,100000); about 25 minutes
	@bench/scale.sh --jobs $(SIZES)

.PHONY: bench-webhook
bench-webhook: programs ## The webhook under load, beside a constant answer and the Go peer; about 3 minutes
	@bench/webhook.sh

