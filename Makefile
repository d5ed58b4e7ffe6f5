# Two commands do all set-up: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false

.PHONY: demo test lint types tests search faults model-server conformance clients wheel bench quality train heads clean help

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/.installed ## Install and run the main job on the turns that ship
	$(BIN)/guard demo

test: lint types tests ## Lint, format, strict types, tests and coverage

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

tests: $(VENV)/.dev
	$(BIN)/pytest --cov --cov-report=term

search: $(VENV)/.dev ## The property tests with new random examples, more of them each; a quarter of an hour
	GUARD_HYPOTHESIS=search $(BIN)/pytest -q -p no:cacheprovider $(shell grep -rl '@given' tests)

# xllamacpp comes built; make model-server SERVER=llama-cpp-python builds the other one.
SERVER ?= xllamacpp
MODEL_SERVER = .venv-model-server-$(SERVER)
model-server: $(VENV)/.dev ## Rewrite with a real model server and a small model; some minutes
	@sh tests/repair/model_server.sh $(SERVER) $(PYTHON) $(MODEL_SERVER)
	GUARD_MODEL_SERVER_PYTHON=$(MODEL_SERVER)/bin/python \
		$(BIN)/pytest -m slow tests/repair/test_model_server.py -s -v --durations=5

faults: $(VENV)/.dev ## Kill, fill up, cut off and tamper with the log at full length; some minutes
	$(BIN)/pytest -m slow tests/log

wheel: ## Build the wheel, install it into an empty environment without torch, run the main job there
	sh benchmarks/wheel.sh $(PYTHON)

bench: $(VENV)/.dev ## Latency, start-up, memory; what packs cost: make bench PUBLIC=folder
	$(BIN)/python benchmarks/latency.py
	$(BIN)/python -m benchmarks.packs $(if $(PUBLIC),--public $(PUBLIC))

quality: $(VENV)/.dev ## The quality table: make quality PUBLIC=folder
	$(BIN)/python -m benchmarks.quality $(if $(PUBLIC),--public $(PUBLIC))

conformance: $(VENV)/.dev ## The SDK's and LangChain's own tests, with bare and with wrapped clients
	$(BIN)/python -m benchmarks.conformance $(if $(ONLY),--only $(ONLY))

clients: $(VENV)/.dev ## What wrapping a client costs
	$(BIN)/python benchmarks/clients.py

train: $(VENV)/.dev ## Rebuild the shipped weights from text: make train PUBLIC=folder
	$(BIN)/python -m training.train $(if $(PUBLIC),--public $(PUBLIC))

heads: $(VENV)/.installed ## Refit the exemplar heads after a change to a shipped pack
	$(BIN)/python -m training.fit_exemplars

clean: ## Remove the environment and caches
	rm -rf $(VENV) $(MODEL_SERVER) dist .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		|| (echo "Python 3.11 to 3.13 is needed: make PYTHON=python3.12 ..." && exit 1)
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/pip install -q -e .
	touch $@

# torch comes first and pinned, so that no newer build is drawn in by a range.
$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/pip install -q torch==2.13.0
	$(BIN)/pip install -q -e '.[dev,training]'
	touch $(VENV)/.installed $@
