# Everything a developer does, one target each. `make help` lists them.

MAKEFLAGS += --no-builtin-rules
# Without compiled Python every process of the tests would compile all of it again.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := all
.PHONY: all build docs package publish test test-control-plane test-cluster test-frontend test-docs \
	mutants soak bench cluster cluster-down up down lint lint-code lint-chart tools scan chart-check \
	upgrade-check lock clean help

# The first Python on PATH that is new enough.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PYTEST_ARGS ?= -n auto --dist worksteal
CONTROL_PLANE_ARGS ?= -n 4 --dist worksteal
# In the order of tests/cluster/conftest.py, not by the number of tests in a group.
CLUSTER_ARGS ?= -n 3 --dist loadgroup --no-loadscope-reorder
# One test at a time, with the installations of the part before.
ALONE := -n 0 --use-releases

BIN  := .venv/bin
PIP  := $(BIN)/pip --disable-pip-version-check install --quiet
TOOL := $(BIN)/python -m tools.build
NPM  := $(BIN)/python -m tools.npm
LOCK := $(BIN)/uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-header --quiet

# What steps are made from. Folders count too: their time changes when a file is deleted.
FRONTEND  := reference/frontend
NODE_MODULES := $(FRONTEND)/node_modules
CHART     := $(shell find charts/genx-fx 2>/dev/null)
GENERATOR := $(shell find generator -not -path '*/__pycache__*' 2>/dev/null)
PLATFORM  := $(shell find platform 2>/dev/null)

# A step that is done leaves a file; it is done again when something it is made from is newer.
INSTALLED   := .venv/installed
BUILT       := .make/built
CHART_CLEAN := .make/chart-clean

all: tools build ## build the chart, lint it and package it into dist/
	@$(MAKE) -s --no-print-directory lint-chart package # a new make, which sees the new chart
	@echo "  test it      make test"

build: $(BUILT) ## write charts/genx-fx from genx-fx.yaml

docs: $(INSTALLED) ## build the pages about the chart into site/
	@echo "mkdocs build"
	@$(BIN)/python -m tools.site
	@echo "ready: site/index.html"

# With SIGN, part of the user ID of a PGP key, the package gets a signature beside it. Its secret
# key is in the file KEYRING, its passphrase in PASSPHRASE_FILE.
PACKAGE_ARGS = $(if $(SIGN),--sign "$(SIGN)") $(if $(KEYRING),--keyring "$(KEYRING)") \
	$(if $(PASSPHRASE_FILE),--passphrase-file "$(PASSPHRASE_FILE)")
PUBLISH_ARGS = $(if $(URL),--url "$(URL)") $(if $(PLAIN_HTTP),--plain-http)

package: $(BUILT) ## package the chart into dist/: SIGN=key KEYRING=file sign it
	@echo "package"
	@$(BIN)/python -m tools.publish package dist $(PACKAGE_ARGS)

publish: $(BUILT) ## publish the chart: TO=folder [URL=https://...] or TO=oci://...
	@test -n "$(TO)" || \
		{ echo "error: say where to: make publish TO=folder, or TO=oci://..." >&2; exit 2; }
	@$(MAKE) -s --no-print-directory lint-chart
	@$(BIN)/python -m tools.publish publish "$(TO)" $(PUBLISH_ARGS) $(PACKAGE_ARGS)

test: tools chart-check lint upgrade-check test-frontend ## check code and chart, then run all tests, also on a cluster
	@echo "pytest"
	@$(BIN)/pytest $(PYTEST_ARGS)
	@$(MAKE) -s --no-print-directory test-docs
	@$(BIN)/python -m reference build || [ $$? = 3 ] # all at once, as the cluster needs more of it
	@$(MAKE) -s --no-print-directory test-control-plane
	@$(MAKE) -s --no-print-directory test-cluster

test-frontend: $(NODE_MODULES)/installed
	@echo "npm test"
	@$(NPM) --prefix $(FRONTEND) run --silent lint
	@$(NPM) --prefix $(FRONTEND) --silent test

# The packages that the image of the frontend is built with. As links to the same files, so that an
# `npm ci` here leaves the cache whole.
$(NODE_MODULES)/installed: $(addprefix $(FRONTEND)/,package.json package-lock.json) | $(INSTALLED)
	@cached=$$($(BIN)/python -m reference.images modules) && rm -rf $(NODE_MODULES) && \
		{ cp -al "$$cached" $(NODE_MODULES) 2>/dev/null || cp -a "$$cached" $(NODE_MODULES); }
	@touch $@

test-docs: $(INSTALLED) ## build the pages about the chart and open them in a browser
	@echo "pytest tests/site"
	@$(BIN)/pytest tests/site

# They wait more than they compute, so there are more processes than cores.
test-control-plane: $(INSTALLED) ## run the tests on Kubernetes' control plane, without nodes
	@echo "pytest tests/control_plane"
	@$(BIN)/pytest tests/control_plane -m "not soak" $(CONTROL_PLANE_ARGS)

# A machine that cannot run a cluster (status 3) says so here, and again at the end of the tests.
test-cluster: $(INSTALLED) ## run the tests on a real cluster, raised if there is none
	@$(BIN)/python -m reference cluster || [ $$? = 3 ]
	@echo "go test"
	@$(BIN)/python -m tools.kind_node test
	@echo "pytest tests/cluster"
	@$(BIN)/pytest tests/cluster -m "not soak and not alone" $(CLUSTER_ARGS) --keep-releases
	@$(BIN)/pytest tests/cluster -m "not soak and alone" $(CLUSTER_ARGS) $(ALONE)

soak: scan ## run the scanners and the long forms of the cluster tests, for hours
	@$(BIN)/pytest tests/control_plane -m soak -rP $(CONTROL_PLANE_ARGS)
	@$(BIN)/python -m tools.cluster up
	@$(BIN)/pytest tests/cluster -m "soak and not alone" $(CLUSTER_ARGS) --keep-releases
	@$(BIN)/pytest tests/cluster -m "soak and alone" $(CLUSTER_ARGS) $(ALONE)

mutants: tools ## make mutants of the chart, one fault each, and expect a test to see each
	@$(BIN)/python -m tests.mutants $(MUTANTS_ARGS)

cluster: $(INSTALLED) ## raise a Kubernetes cluster of three nodes on this machine
	@$(BIN)/python -m tools.cluster up

cluster-down: $(INSTALLED) ## remove that cluster
	@$(BIN)/python -m tools.cluster down

up: tools build ## run the whole platform on a cluster on this machine
	@$(BIN)/python -m reference up

down: $(INSTALLED) ## undo what `make up` did
	@$(BIN)/python -m reference down

bench: tools ## measure how fast the chart is built and rendered
	@$(BIN)/python -m tests.benchmark

lint: lint-code lint-chart ## check code and chart without running tests

lint-chart: $(CHART_CLEAN)

lint-code: $(INSTALLED)
	@echo "ruff check"
	@$(BIN)/ruff check --quiet
	@echo "ruff format --check"
	@$(BIN)/ruff format --check --quiet
	@echo "mypy --strict"
	@$(BIN)/mypy --strict --no-error-summary

tools: $(INSTALLED) ## build the command-line tools into the cache, where they stay
	@echo "tools"
	@$(TOOL)

scan: tools ## run the slow scanners, as before a release
	@$(TOOL) checkov zizmor
	@echo "pytest tests/scan"
	@$(BIN)/pytest tests/scan

# The tests judge the chart that is in the checkout: this complains and changes nothing.
chart-check: $(INSTALLED)
	@echo "genx-fx build --check"
	@$(BIN)/genx-fx build --check

upgrade-check: $(INSTALLED) ## say what an upgrade from the last release to this chart does
	@echo "genx-fx diff"
	@$(BIN)/python -m tools.upgrade_check

$(INSTALLED): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || \
		{ echo "error: Python 3.11 or newer is needed on PATH, or as PYTHON=..." >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "error: $(PYTHON) lacks its venv module (Debian, Ubuntu: apt install python3-venv)" >&2; exit 2; }
	@echo "installing Python packages into .venv"
	@$(PYTHON) -m venv --clear .venv
	@$(PIP) --no-deps --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(BUILT): genx-fx.yaml $(PLATFORM) $(GENERATOR) $(CHART) $(INSTALLED)
	@echo "genx-fx build"
	@$(BIN)/genx-fx build
	@echo "genx-fx build --check"
	@$(BIN)/genx-fx build --check
	@mkdir -p $(@D) && touch $@

$(CHART_CLEAN): $(CHART) genx-fx.yaml ct.yaml .yamllint $(wildcard tools/*/*) | $(INSTALLED)
	@mkdir -p $(@D)
	@echo "yamllint"
	@$(BIN)/yamllint --strict genx-fx.yaml ct.yaml .yamllint charts tools
	@for name in helm3 helm4; do \
		echo "ct lint with $$name"; \
		helm=$$($(TOOL) --path $$name) && ct=$$($(TOOL) --path ct) || exit; \
		PATH="$${helm%/*}:$(CURDIR)/$(BIN):$$PATH" "$$ct" lint --config ct.yaml >.make/ct.log 2>&1 || \
			{ cat .make/ct.log; exit 1; }; \
	done
	@touch $@

lock: $(INSTALLED) ## renew all lock files
	@$(PIP) uv
	@$(LOCK) pyproject.toml --group dev -o requirements.lock
	@cd tools/checkov && ../../$(LOCK) requirements.in -o requirements.lock
	@cd tools/zizmor && ../../$(LOCK) requirements.in -o requirements.lock
	@cd tools/kind_node && ../../$(LOCK) go-toolchain.in -o go-toolchain.lock
	@cd tools/mkdocs && ../../$(LOCK) requirements.in -o requirements.lock
	@cd tools/node && ../../$(LOCK) requirements.in -o requirements.lock
	@cd tools/traefik && ../../$(LOCK) requirements.in -o requirements.lock
	@cd reference && ../$(subst 3.11,3.13,$(LOCK)) requirements.in -o requirements.lock

clean: ## delete all that make has made here; the tools stay in their cache
	@rm -rf .venv .make dist site $(NODE_MODULES) $(FRONTEND)/dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' Makefile
