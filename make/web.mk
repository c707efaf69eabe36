# The web view's tests: Debian's Chromium, and the npm modules that tests/web/package-lock.json pins, installed into build/web.
WEB_MODULES := build/web

.PHONY: web-modules
web-modules: packages ## Install Chromium and the npm modules of the browser tests
	@scripts/install-web.sh $(WEB_MODULES)

everything: web-modules

.PHONY: test-web
test-web: everything ## Tests of the web view in a real browser
	@ctest --test-dir $(BUILD) --output-on-failure --no-tests=error -R '^(unit_dashboard|web_|envtest_dashboard|Dashboard)'
