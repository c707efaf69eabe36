# Inputs that nobody would think of. Targets and corpora are in fuzz/.
.PHONY: fuzz
fuzz: ## Fuzz every parser (FUZZ_SECONDS=600 each, FUZZ="job watch"); clang, ASan and UBSan
	@FUZZ_SECONDS=$(or $(FUZZ_SECONDS),600) fuzz/run.sh $(FUZZ)

.PHONY: fuzz-short
fuzz-short: ## The kept inputs, then 20,000 new ones for each target, always the same: what CI does
	@FUZZ_SECONDS=60 FUZZ_RUNS=20000 fuzz/run.sh

.PHONY: sanitize
sanitize: ## All unit tests under ASan and UBSan, those with threads under TSan
	@scripts/sanitize.sh
