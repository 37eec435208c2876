# Everything a person does with this repository, each a word. Works with GNU make 3.81 and a POSIX shell.

.DEFAULT_GOAL := help
.PHONY: help demo test quick check replies bench lock clean venv run-venv dev-venv
SHELL := /bin/sh

VENV := .venv
IN_VENV := $(VENV)/bin/python
PIP := $(IN_VENV) -m pip install -qq --disable-pip-version-check --no-input

help:  ## List the targets
	@echo "make <target>, where <target> is one of"
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  \1 \2/p' Makefile | awk '{ $$1 = sprintf("  %-7s", $$1); print }'

demo: run-venv  ## Run the bot and a simulated Webex on this machine (PORT=8080 SANDBOX_PORT=8181)
	@exec $(IN_VENV) -m sandbox demo $(if $(PORT),--port $(PORT)) $(if $(SANDBOX_PORT),--sandbox-port $(SANDBOX_PORT))

# Many tests wait, for Webex or for a lease, so there are more processes than the two cores that a small machine has.
test: dev-venv  ## Run the tests (ARGS="-k hold" to choose some)
	@exec $(IN_VENV) -m pytest --numprocesses 3 $(ARGS)

quick: dev-venv  ## Run the fast tests that need no server (ARGS="-k hold" to choose some)
	@exec $(IN_VENV) -m pytest --numprocesses auto --maxprocesses 4 -m "not server and not slow" $(ARGS)

check: dev-venv  ## Check style and types
	@$(IN_VENV) -m ruff check .
	@$(IN_VENV) -m ruff format --check .
	@$(IN_VENV) -m mypy

replies: dev-venv  ## Write docs/replies.txt, which shows every reply
	@$(IN_VENV) -m tests.bot.replies.everything

bench: dev-venv  ## Measure speed and compare it with other programs
	@exec $(IN_VENV) -m bench $(ARGS)

# uv keeps the versions that stand unless it is told otherwise.
LOCK = var/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --custom-compile-command "make lock" $(ARGS)

lock: venv  ## Lock the requirements again (ARGS=--upgrade for newer versions)
	@test -x var/uv/bin/uv || { $(IN_VENV) -m venv var/uv && \
		var/uv/bin/python -m pip install -qq --disable-pip-version-check uv; }
	@$(LOCK) requirements.in -o requirements.txt
	@$(LOCK) requirements-dev.in -o requirements-dev.txt

clean:  ## Remove what can be made again; the data under var/ stays
	@rm -rf $(VENV) var/uv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

run-venv: venv
	@$(call install,requirements.txt,the locked requirements)

dev-venv: venv
	@$(call install,requirements-dev.txt,the locked requirements and the tools for development)

# The copy beside the environment tells whether the file has changed since it was installed.
install = cmp -s $(1) $(VENV)/$(1) || { \
	echo "Installing $(2) (once) ..." && $(PIP) --require-hashes -r $(1) && cp $(1) $(VENV)/$(1); }

# Kept is an environment whose Python fits, and is of the version that was named if one was. A candidate has to run:
# some that are on the PATH only say that they could.
venv:
	@version() { "$$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null </dev/null; }; \
	has() { "$$1" -c "import $$2" >/dev/null 2>&1 </dev/null; }; \
	case $$(version $(IN_VENV)) in 3.11|3.12|3.13) \
		if has $(IN_VENV) pip && \
			{ [ -z "$$PYTHON" ] || [ "$$(version "$$PYTHON")" = "$$(version $(IN_VENV))" ]; }; then exit 0; fi ;; \
	esac; \
	if [ -n "$$PYTHON" ]; then set -- "$$PYTHON"; else set -- python3.13 python3.12 python3.11 python3; fi; \
	seen=; \
	for python do \
		found=$$(version "$$python"); \
		case $$found in \
			3.11|3.12|3.13) \
				if has "$$python" "venv, ensurepip"; then \
					echo "Making $(VENV) with $$python (Python $$found) ..."; \
					rm -rf $(VENV) && exec "$$python" -m venv $(VENV); \
				fi; \
				is="is $$found but lacks its venv module (Debian, Ubuntu: apt install python$$found-venv)" ;; \
			[0-9]*.[0-9]*) is="is $$found" ;; \
			*) if command -v "$$python" >/dev/null 2>&1; then is="is not a Python that runs"; else is="is not there"; fi ;; \
		esac; \
		seen="$$seen$${seen:+, }$$python $$is"; \
	done; \
	echo "No fitting Python: the bot needs 3.11, 3.12 or 3.13, but $$seen." \
		"Name one that fits: make $(or $(firstword $(MAKECMDGOALS)),demo) PYTHON=/path/to/python3.12" >&2; \
	exit 1
