# The two commands of the course, for those who like make, and what its authors need. `make help` lists them.
PYTHON ?= python3
IN_VENV = .venv/bin/python -m

.PHONY: help lab test dev site check pins

help:
	@echo "make lab    open the course in JupyterLab"
	@echo "make test   run the tests"
	@echo "make dev    add what authors need to .venv (compiler needed)"
	@echo "make site   build the site in docs/_build/site, with widgets that need no kernel and no network"
	@echo "make check  all that .ci/run checks"
	@echo "make pins   write constraints.txt anew from pyproject.toml; UPGRADE=--upgrade takes the newest of everything"

lab:
	$(PYTHON) -m rnn_course lab

test:
	$(PYTHON) -m rnn_course test

dev:
	$(PYTHON) -m rnn_course test --version
	$(IN_VENV) pip install --disable-pip-version-check -c constraints.txt -e '.[dev]'

site:
	$(PYTHON) -m rnn_course test --version
	$(IN_VENV) pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	$(IN_VENV) sphinx -b html -W --keep-going docs docs/_build/site
	@echo "docs/_build/site/index.html: open it through a server, such as python -m http.server -d docs/_build/site"

check:
	.ci/run

# One set of versions for Linux, macOS and Windows and every Python of the course. Needs `make dev`.
pins:
	echo hatchling editables | tr ' ' '\n' > .venv/build-tools.in
	grep -v '^#' constraints.txt > .venv/constraints.txt
	$(IN_VENV) uv pip compile $(UPGRADE) --universal --python-version 3.11 --all-extras --no-annotate --no-header \
	  --quiet --output-file .venv/constraints.txt pyproject.toml .venv/build-tools.in
	( sed -n '/^#/p' constraints.txt; cat .venv/constraints.txt ) > .venv/constraints.new
	mv .venv/constraints.new constraints.txt
