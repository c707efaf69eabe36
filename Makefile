# Karbonetes: everything that people and CI do. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PRESET ?= release
JOBS ?= $(shell nproc)
DEMO_DIR ?= $(CURDIR)/build/demo
BUILD := build/$(PRESET)
# Paths relative to the source: another checkout of the same code finds the same objects.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1

.PHONY: help
help: ## List the targets
	@awk -F':.*## ' '/^[a-z][a-z-]*:.*## / {printf "  \033[1m%-16s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: packages
packages: ## Install the Debian packages that are missing
	@scripts/install-packages.sh build

.PHONY: build
build: packages ## Build the programs into build/release/bin
	@cmake --preset $(PRESET) --log-level=WARNING >/dev/null
	@cmake --build --preset $(PRESET) -j $(JOBS) --target programs

.PHONY: control-plane
control-plane: packages ## Build the real control plane (once; about 13 minutes on 2 cores)
	@scripts/build-control-plane.sh >/dev/null

# Programs (or all with the tests) and control plane compile side by side: neither waits for the other's slow parts.
.PHONY: programs everything
programs: packages
	@scripts/build-side-by-side.sh $(PRESET) $(JOBS) programs
everything: packages
	@scripts/install-packages.sh faults
	@scripts/build-side-by-side.sh $(PRESET) $(JOBS) all

.PHONY: demo
demo: programs ## Build, start the real control plane, play the story, check it, stop it
	@scripts/demo.sh run

.PHONY: demo-up
demo-up: programs ## The same control plane and controller, left running for kubectl
	@scripts/demo.sh up
.PHONY: demo-down
demo-down: ## Stop what demo-up started
	@scripts/demo.sh down
.PHONY: demo-green-on
demo-green-on: ## Make the grid green
	@scripts/demo.sh green on
.PHONY: demo-green-off
demo-green-off: ## Make the grid not green
	@scripts/demo.sh green off
.PHONY: demo-submit
demo-submit: ## Submit the sample Jobs and the CronJob
	@scripts/demo.sh submit
.PHONY: demo-status
demo-status: ## Show Jobs, nodes and what waits
	@scripts/demo.sh status
.PHONY: demo-signal
demo-signal: ## Show the carbon signal
	@scripts/demo.sh signal

.PHONY: test
test: everything ## All tests: units and the real control plane
	@ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS) --no-tests=error -LE release

.PHONY: test-release
test-release: everything images ## Slow tests of what is shipped: images for two architectures, release archives
	@ctest --test-dir $(BUILD) --output-on-failure --no-tests=error -L release

.PHONY: test-unit
test-unit: packages ## Unit tests only
	@cmake --preset $(PRESET) --log-level=WARNING >/dev/null
	@cmake --build --preset $(PRESET) -j $(JOBS)
	@ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS) --no-tests=error -L unit

.PHONY: test-envtest
test-envtest: everything ## Tests on the real control plane only
	@ctest --test-dir $(BUILD) --output-on-failure --no-tests=error -L envtest

.PHONY: bench
bench: packages ## Benchmarks of decide, pacing and parsers; JSON into build/bench/out (BENCH=filter)
	@scripts/install-packages.sh bench
	@bench/run.sh $(BENCH)

.PHONY: pictures
pictures: packages ## Draw the pictures of docs/policies.md anew
	@cmake --preset $(PRESET) --log-level=WARNING >/dev/null
	@cmake --build --preset $(PRESET) -j $(JOBS) --target karbonetes-pictures
	@$(BUILD)/bin/karbonetes-pictures docs/pictures

.PHONY: lint
lint: ## clang-format, clang-tidy, shell syntax, manifests
	@scripts/install-packages.sh build lint
	@scripts/lint.sh

.PHONY: format
format: ## Format all C++ in place
	@scripts/install-packages.sh lint
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format-19 -i

# What is shipped beside the programs, a file each.
include $(wildcard make/*.mk)

.PHONY: clean
clean: ## Remove build output (the cached control plane stays)
	@rm -rf build
