# The project's commands. Each sets up what it needs and finds missing.

SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help up down test test-all test-versions check docs-site bench env setup clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## bring up the quickstart's database, ping it, print its URLs
	@toolchain/setup.sh node dependencies pulumi docker image
	@toolchain/with-env.sh toolchain/up.sh

down: ## destroy what `make up` made
	@toolchain/setup.sh node dependencies pulumi docker
	@toolchain/with-env.sh toolchain/down.sh

test: ## everything: the checks, then real Pulumi, Docker and Redis; SUITES="rotation tls" only these
	@toolchain/setup.sh node dependencies tools pulumi docker images versions clients
	@toolchain/with-env.sh node toolchain/test.mjs $(SUITES)

test-all: ## as test, with each case that test leaves out to save time
	@TEST_ALL=yes TEST_VERSIONS=yes $(MAKE) test

test-versions: ## every version that runs here in every flavor, and a table of what was seen
	@toolchain/setup.sh node dependencies tools pulumi docker versions clients
	@toolchain/with-env.sh npm run test:versions

check: ## the fast part: format, lint, types, unit tests, documentation site
	@toolchain/setup.sh node dependencies tools
	@toolchain/with-env.sh --node npm run check

docs-site: ## build the documentation site and check all links
	@toolchain/setup.sh node dependencies
	@toolchain/with-env.sh --node npm run --silent docs-site

bench: ## the measurements, against what one would write by hand
	@toolchain/setup.sh node dependencies pulumi docker image versions
	@toolchain/with-env.sh npm run bench

env: ## these commands' settings for your shell: eval "$(make -s env)"
	@toolchain/env.sh

setup: ## only set up: Node.js, npm packages, Pulumi, Docker, Redis images
	@toolchain/setup.sh

clean: ## remove what building made (dist); not the cache, state or containers
	@rm -rf dist coverage
