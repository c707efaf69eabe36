# The kubectl plugin.

.PHONY: man
man: build ## Write packaging/man/kubectl-karbonetes.1 from the command line's definition
	@$(BUILD)/bin/kubectl-karbonetes __man > packaging/man/kubectl-karbonetes.1
