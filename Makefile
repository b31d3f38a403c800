# The commands of the README; each installs what it needs first.
VENV   := .venv
PYTHON ?= python3
BIN    := $(VENV)/bin
TEMPLATES := orchestration/readers/site/templates
HOME_DIR ?= $(or $(OBSERVATORY_HOME),var)

# what is installed is held to its hash where these are known (requirements/: Linux on x86_64 and aarch64, Python 3.11 to 3.13);
# elsewhere, or with `make LOCKED= …`, the same versions are installed as the index has them
LOCKED ?= $(shell $(PYTHON) -c 'import platform as p, sys; print("yes" if (3, 11) <= sys.version_info[:2] <= (3, 13) and p.machine() in ("x86_64", "aarch64") and p.libc_ver()[0] == "glibc" else "")')
PIP     = $(BIN)/python -m pip install --quiet --disable-pip-version-check
define install
	@$(if $(LOCKED),$(PIP) --require-hashes --no-deps --requirement requirements/$(1).txt,$(PIP) --constraint constraints.txt setuptools --editable '.$(2)')
endef

.PHONY: setup refresh test test-setup check check-setup generate dev bench bom proof-bi clean

setup: $(VENV)/.installed dbt_project/target/.parsed $(TEMPLATES)/__pycache__/.compiled

$(VENV)/.installed: pyproject.toml constraints.txt requirements/run.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the pinned dependencies$(if $(LOCKED),, without their hashes: none are known for this machine) (one or two minutes the first time) …"
	$(call install,run,)
	@$(PIP) --no-deps --no-build-isolation --no-index --editable .
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib orchestration || true
	@touch $@

# what dbt learns from parsing is kept, so that the first refresh need not
dbt_project/target/.parsed: $(VENV)/.installed $(shell find dbt_project -path dbt_project/target -prune -o -type f -print 2>/dev/null)
	@$(BIN)/python -m orchestration.building.parsing
	@touch $@

# and what the pages' templates compile to, so that no build need
$(TEMPLATES)/__pycache__/.compiled: $(VENV)/.installed $(wildcard $(TEMPLATES)/*.j2) $(TEMPLATES)/../build.py
	@$(BIN)/python -m orchestration.readers.site.compiling
	@touch $@

refresh: setup
	@$(BIN)/observatory refresh --from sample --home $(HOME_DIR)

test-setup: setup $(VENV)/.test-installed

$(VENV)/.test-installed: $(VENV)/.installed requirements/test.txt
	$(call install,test,[test])
	@touch $@

# first what runs in one process, by which coverage is measured: units, and the live channel against a server of its own
IN_PROCESS := tests/unit tests/faults/test_live.py

test: test-setup
	@$(BIN)/python -m pytest -n auto --dist loadfile $(IN_PROCESS) --cov --cov-report=term --cov-fail-under=85
	@$(BIN)/python -m pytest -n auto --dist loadfile tests $(addprefix --ignore=,$(IN_PROCESS))

check-setup: test-setup $(VENV)/.check-installed

$(VENV)/.check-installed: $(VENV)/.test-installed requirements/check.txt
	$(call install,check,[check])
	@touch $@

# everything that a colleague would otherwise have to say; in the order of what it costs
check: check-setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/python -m orchestration.generating --check
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint dbt_project/models

# the files that are written from the folders of the sources and the indicators
generate: setup
	@$(BIN)/python -m orchestration.generating

dev: setup
	@$(BIN)/observatory serve --home $(HOME_DIR)

# a real Superset in an environment of its own: docs/bi.md; no part of `make test`
BI_ENVIRONMENT ?= $(HOME)/.cache/observatory-bi
proof-bi: test-setup
	@test -e $(HOME_DIR)/editions/current || $(BIN)/observatory refresh --from sample --home $(HOME_DIR)
	@$(BIN)/python -m bi.proof --home $(HOME_DIR) --environment $(BI_ENVIRONMENT) --out $(HOME_DIR)/proof-bi

bench: test-setup
	@$(BIN)/python bench/measure.py

# what is installed, under which licences, with which known vulnerabilities
bom: setup
	@$(BIN)/python -m bench.bom --to bom.json

clean:
	rm -rf $(VENV) dbt_project/target *.egg-info
