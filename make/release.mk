# What a release consists of: images, archives, checksums, bills of materials. VERSION=1.2.3; the default is that of the tree.
VERSION ?= $(shell cat VERSION)

.PHONY: images
images: packages ## OCI images for linux/amd64 and linux/arm64 into build/images
	@VERSION=$(VERSION) scripts/build-images.sh

.PHONY: release-archives
release-archives: ## Plugin archives, chart, bills of materials, checksums (VERSION=1.2.3), from the images
	@scripts/release-archives.sh $(VERSION)

.PHONY: release-push
release-push: ## Push images and chart (VERSION=1.2.3 REGISTRY=ghcr.io/karbonetes)
	@scripts/release-push.sh $(VERSION) $(REGISTRY)

.PHONY: lint-workflows
lint-workflows: ## actionlint on .github/workflows
	@$$(scripts/go-tool.sh actionlint) -color

.PHONY: dependencies
dependencies: ## The table of docs/dependencies.md, from the images' bill of materials
	@scripts/dependencies.py build/images/karbonetes-amd64.spdx.json

TRACKER ?= https://security-tracker.debian.org/tracker/data/json
.PHONY: vulnerabilities
vulnerabilities: ## Open vulnerabilities of what the images hold, by Debian's security tracker (TRACKER=file or URL)
	@scripts/vulnerabilities.py build/images/karbonetes-amd64.spdx.json bookworm $(TRACKER) docs/dependencies.md
