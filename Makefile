# The project's commands. Each first sets up the tools that it needs, if they are missing.

SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help up down test test-all test-versions test-dist check sdk dist docs-site bench record-previews env setup clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## deploy the quickstart's database, ping it, print its URLs
	@toolchain/setup.sh node dependencies pulumi docker image
	@toolchain/with-env.sh toolchain/up.sh

down: ## destroy the stack that `make up` created
	@toolchain/setup.sh node dependencies pulumi docker
	@toolchain/with-env.sh toolchain/down.sh

test: ## run all checks, then all tests with real Pulumi, Docker and Redis; SUITES="rotation tls" runs only these suites
	@toolchain/setup.sh node dependencies tools pulumi docker images versions runtimes clients browser languages
	@toolchain/with-env.sh node toolchain/test.mjs $(SUITES)

test-all: ## like test, with the cases that test skips to save time
	@toolchain/setup.sh s3
	@TEST_ALL=yes TEST_VERSIONS=yes $(MAKE) test

test-versions: ## test every version that runs here in every flavor, and print a table of the results
	@toolchain/setup.sh node dependencies tools pulumi docker versions runtimes clients
	@toolchain/with-env.sh npm run test:versions

test-dist: ## build the packages, install each in an empty project, and deploy a database with it
	@toolchain/setup.sh node dependencies pulumi docker images runtimes languages
	@toolchain/with-env.sh node toolchain/test.mjs packageContents npmPackage pluginPackages

check: ## run the fast checks: format, lint, types, unit tests, generated files, documentation site
	@toolchain/setup.sh node dependencies tools
	@toolchain/with-env.sh --node npm run check

sdk: ## generate the SDKs in sdk/ from the plugin's schema
	@toolchain/setup.sh node dependencies
	@toolchain/with-env.sh --node npm run --silent sdk

dist: ## build the packages in dist/packages: for npm, Python and Java, and the plugin's archives
	@toolchain/setup.sh node dependencies runtimes
	@toolchain/with-env.sh --node npm run --silent dist

docs-site: ## build the documentation site and check all links
	@toolchain/setup.sh node dependencies
	@toolchain/with-env.sh --node npm run --silent docs-site

bench: ## measure the component against an equivalent written by hand
	@toolchain/setup.sh node dependencies pulumi docker image versions
	@toolchain/with-env.sh npm run bench

record-previews: ## record the previews that the review is tested with; NAMES="volume-label shop" records only these
	@toolchain/setup.sh node dependencies pulumi docker images versions runtimes languages
	@toolchain/with-env.sh npm run dist
	@toolchain/with-env.sh npx ts-node --transpile-only test/engine/previews/record.ts $(NAMES)

env: ## print these commands' environment for your shell: eval "$(make -s env)"
	@toolchain/env.sh

setup: ## only set up the tools: Node.js, npm packages, Pulumi, Docker, Redis images
	@toolchain/setup.sh

clean: ## remove build output (dist, coverage), but not the cache, state or containers
	@rm -rf dist coverage
