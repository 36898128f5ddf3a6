# `make lab` and `make test` are all that is needed; `make help` lists the rest.
# Everything is installed into .venv; nothing is installed again until pyproject.toml changes.

PYTHON    ?= python3
# More options for JupyterLab, for example LAB_ARGS="--port=9000 --ip=0.0.0.0"
LAB_ARGS  ?=
# More options for pytest, for example TEST_ARGS="-k diff -x"
TEST_ARGS ?=

VENV     := .venv
BIN      := $(VENV)/bin
PIP      := $(BIN)/python -m pip --disable-pip-version-check install --quiet
NOTEBOOK := notebooks/01_explore_sessions.ipynb

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help lab test lint bench screenshots clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | \
	  while IFS='|' read -r name what; do printf '%-20s %s\n' "$$name" "$$what"; done

lab: $(VENV)/.lab ## open JupyterLab on the first notebook (options: LAB_ARGS=…)
	@set -- --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/$(NOTEBOOK) --log-level=ERROR \
	  --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate; \
	if [ -n "$$CI" ] || { [ "$$(uname)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ]; }; then \
	  echo "No screen here: open the address below in a browser."; \
	  set -- "$$@" --no-browser; \
	fi; \
	if [ "$$(id -u)" = 0 ]; then set -- "$$@" --allow-root; fi; \
	exec $(BIN)/jupyter lab "$$@" $(LAB_ARGS)

test: lint ## lint, then every test; ends with the counts and the reason of each skip
	@$(run-node-tests)
	@$(BIN)/python -m pytest $(TEST_ARGS)

lint: $(VENV)/.dev ## format, style, types and who imports whom
	@$(call quietly,$(BIN)/ruff format --check --quiet . || $(BIN)/ruff format --diff --quiet .)
	@$(call quietly,$(BIN)/ruff check --quiet .)
	@$(call quietly,$(BIN)/mypy)
	@$(call quietly,$(BIN)/lint-imports)
	@echo "lint: format, style, types and imports are all well"

bench: $(VENV)/.dev ## run the benchmarks (one: make bench BENCH=name)
	@$(BIN)/python -m tests.benchmarks $(BENCH)

screenshots: $(VENV)/.dev ## make the README's pictures from the running program
	@$(BIN)/python -m tests.browser.screenshots

clean: ## remove .venv and every cache
	@rm -rf $(VENV) build dist test-results .hypothesis .import_linter_cache .mypy_cache \
	  .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- helpers ---------------------------------------------------------------------------------------

# JupyterLab asks at its first start whether it may fetch news from the net: not here.
quiet-lab = $(BIN)/jupyter labextension disable --level=sys_prefix \
  @jupyterlab/apputils-extension:announcements >/dev/null 2>&1 || true

# Print what a command says only when it fails.
quietly = said="$$( { $(1); } 2>&1 )" || { printf '%s\n' "$$said" >&2; exit 1; }

# The pure parts of the front end, by node's own runner. TAP is the one form all its versions have.
define run-node-tests
set -- tests/frontend/*.test.mjs; \
if [ ! -e "$$1" ]; then \
  echo "node: no tests in tests/frontend"; \
elif ! command -v node >/dev/null 2>&1; then \
  echo "node: SKIPPED tests/frontend: there is no node (for example: apt-get install nodejs)"; \
elif said="$$(node --test --test-reporter=tap "$$@" 2>&1)"; then \
  printf '%s\n' "$$said" | sed -n 's/^# pass \([0-9]*\)$$/node: \1 passed/p'; \
else \
  printf '%s\n' "$$said" >&2; exit 1; \
fi
endef

$(VENV)/.made:
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
	  echo "There is no $(PYTHON) here; session_lab needs Python 3.11 or newer. Name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "session_lab needs Python 3.11 or newer, and $(PYTHON) is $$("$(PYTHON)" --version 2>&1). Name another one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) can make no virtual environment. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@rm -rf $(VENV)
	@"$(PYTHON)" -m venv $(VENV)
	@touch $@

$(VENV)/.lab: pyproject.toml | $(VENV)/.made
	@echo "Installing JupyterLab and session_lab into $(VENV) (once; a minute or two) …"
	@$(PIP) --editable '.[lab]'
	@$(quiet-lab)
	@touch $@

# The developers' packages include the users', so `make lab` after `make test` installs nothing.
$(VENV)/.dev: pyproject.toml | $(VENV)/.made
	@echo "Installing the developers' packages and session_lab into $(VENV) (once; a minute or two) …"
	@$(PIP) --upgrade 'pip>=25.1'
	@$(PIP) --editable '.[all]' --group dev
	@$(quiet-lab)
	@touch $@ $(VENV)/.lab
