# The documentation site.
DOCS_PYTHON = $$(scripts/python-venv.sh docs/requirements.txt)/bin

.PHONY: docs
docs: ## Build the documentation site into build/site
	@$(DOCS_PYTHON)/mkdocs build --strict --site-dir build/site

.PHONY: docs-serve
docs-serve: ## Serve it on 127.0.0.1:8000, anew on each change
	@$(DOCS_PYTHON)/mkdocs serve --dev-addr 127.0.0.1:8000

.PHONY: docs-simulation
docs-simulation: build ## Write the example of docs/simulation.md and its pictures anew
	@/usr/bin/python3 tests/docs/simulation.py $(BUILD)/bin --write

.PHONY: docs-reference
docs-reference: build ## Write docs/reference from the code
	@$(DOCS_PYTHON)/python scripts/docs/reference.py $(BUILD)/bin
