# Everything a fresh machine needs is installed by these targets: Python 3.11 or later and make are enough.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
RESULTS := benchmark-results/quick
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: benchmark test test-slow lint types unit install docs gallery annotate invariants-page atlas atlas-page experiments-page reference-pages standard results-page long long-paper long-page reproduce-page few-data-page hard hard-page discovery lyapunov-benchmark engine-benchmark accuracy extended-precision truth-horizons work-precision stiff-problems energy leaps mackey-glass forecasters-table forecasters-reservoirpy store-benchmark store-kills store-campaigns campaigns ensemble-benchmark compilers predecessor-tests predecessor-interface maps-page map-exponents maps-benchmark predecessor-names packages release hub start-pictures clean

install: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[all,test]'
	@touch $@

# Runs what is missing, so a run that was interrupted goes on where it was.
benchmark: $(INSTALLED)
	$(BIN)/dysts-benchmark run quick -o $(RESULTS)
	$(BIN)/dysts-benchmark report $(RESULTS) -o $(RESULTS)-report

test: lint types unit

lint: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(INSTALLED)
	$(BIN)/mypy

# Each process of the tests has a core: more threads of its numerical libraries would wait for those of the others.
unit: $(INSTALLED)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m "not slow" --durations=15

# The tests that take so long that `make test` would exceed ten minutes on two cores.
test-slow: $(INSTALLED)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m slow --durations=15

# Recomputes the properties in systems.json; takes about an hour on two cores, and goes on where it was.
annotate: $(INSTALLED)
	$(BIN)/dysts annotate systems.json

# Builds the documentation into build/docs; a warning is an error.
docs: $(VENV)/.installed-docs
	rm -rf docs/reference/generated   # a page of a name that has gone would be a warning
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs build/docs
	@echo "build/docs/index.html"

$(VENV)/.installed-docs: $(INSTALLED)
	$(BIN)/python -m pip install --quiet --editable '.[docs]'
	@touch $@

# Draws all attractors into build/gallery.
gallery: $(INSTALLED)
	$(BIN)/dysts gallery -o build/gallery

# Writes docs/invariants.md from systems.json.
invariants-page: $(INSTALLED)
	$(BIN)/python docs/invariants_page.py

# Writes docs/maps.md from the registry of maps.
maps-page: $(INSTALLED)
	$(BIN)/python docs/maps_page.py

# Computes exponents of maps at the parameters of the literature, for docs/maps.md.
map-exponents: $(INSTALLED)
	$(BIN)/python tests/performance/map_exponents.py
	$(BIN)/python docs/maps_page.py

# Times Henon's map beside pynamicalsys, in an environment of its own.
maps-benchmark: $(INSTALLED)
	$(BIN)/python tests/performance/maps.py

# Tries `dysts.nearest` on unseen windows of all systems; writes results/nearest.parquet, results/atlas.parquet, the page.
atlas: $(INSTALLED)
	$(BIN)/python tests/performance/atlas.py
	$(BIN)/python docs/atlas_page.py

# Writes docs/explanation/atlas.md from the stored atlas and results/nearest.parquet.
atlas-page: $(INSTALLED)
	$(BIN)/python docs/atlas_page.py

# Writes docs/explanation/sampling.md and transfer.md from published scores and the tables of our runs.
experiments-page: $(INSTALLED)
	$(BIN)/python docs/experiments_page.py

# Runs the track on finding equations, and goes on where it was; the page has what it costs.
discovery: $(INSTALLED)
	$(BIN)/dysts-benchmark run discovery -o benchmark-results/discovery

# Writes docs/discovery.md from results/discovery.parquet.
discovery-page: $(INSTALLED)
	$(BIN)/python docs/discovery_page.py

# Writes docs/reference/ from what the three packages export.
reference-pages: $(INSTALLED)
	$(BIN)/python docs/reference_pages.py

# Runs every forecaster on every system, an hour and a half on two cores, and goes on where it was; writes the table.
standard: $(INSTALLED)
	$(BIN)/dysts-benchmark run standard -o benchmark-results/standard
	$(BIN)/dysts-benchmark export benchmark-results/standard -o results/standard.parquet
	$(BIN)/python docs/results_page.py

# Writes docs/results.md from results/standard.parquet.
results-page: $(INSTALLED)
	$(BIN)/python docs/results_page.py

# Runs the suite long, three to four hours on two cores, and goes on where it was; writes both tables and the page.
long: $(INSTALLED)
	$(BIN)/dysts-benchmark run long -o benchmark-results/long
	$(BIN)/dysts-benchmark export benchmark-results/long -o results/long.parquet
	$(BIN)/dysts-benchmark export benchmark-results/long --over-time -o results/over-time/long.parquet
	$(MAKE) long-paper long-page

# Runs the two forecasters that last longest on series with the points of the paper in a period.
long-paper: $(INSTALLED)
	$(BIN)/dysts-benchmark run long-paper --forecasters NVAR,ESN -o benchmark-results/long-paper
	$(BIN)/dysts-benchmark export benchmark-results/long-paper -o results/long-paper.parquet

# Writes docs/long.md and its pictures from results/long.parquet, results/long-paper.parquet and results/over-time/long.parquet.
long-page: $(INSTALLED)
	$(BIN)/python docs/long_page.py
	$(BIN)/python docs/long_pictures.py

# Writes docs/how-to/reproduce-the-paper.md from docs/data and results/standard.parquet.
reproduce-page: $(INSTALLED)
	$(BIN)/python docs/reproduce_page.py

# Writes docs/explanation/few-data.md from published scores and results/data-limited.parquet, or standard.parquet.
few-data-page: $(INSTALLED)
	$(BIN)/python docs/few_data_page.py

# Runs the suite hard, and goes on where it was; writes its table and its page.
hard: $(INSTALLED)
	$(BIN)/dysts-benchmark run hard -o benchmark-results/hard
	$(BIN)/dysts-benchmark export benchmark-results/hard -o results/hard.parquet
	$(MAKE) hard-page

# Writes docs/hard.md and its pictures from results/hard.parquet, which may hold a part of the run.
hard-page: $(INSTALLED)
	$(BIN)/python docs/hard_page.py
	$(BIN)/python docs/hard_pictures.py

# Times Lyapunov exponents beside the predecessor and draws how they converge.
lyapunov-benchmark: $(INSTALLED)
	$(BIN)/python tests/performance/lyapunov.py

# Compares the engine with the predecessor and scipy, in an environment of the predecessor's own.
engine-benchmark: $(INSTALLED)
	$(BIN)/python tests/performance/engine.py

# Compares with heyoka in extended precision, in an environment of heyoka's own.
accuracy: $(INSTALLED)
	$(BIN)/python tests/performance/accuracy.py

# Compares extended precision with heyoka in quadruple precision after 24 Lyapunov times, and measures its cost; hours.
extended-precision: $(INSTALLED)
	$(BIN)/python tests/performance/extended_precision.py

# Measures for how long truths of forecast windows and stored solutions are right; writes docs/truth-horizons.md.
truth-horizons: $(INSTALLED)
	$(BIN)/python tests/performance/truth_horizons.py --page docs/truth-horizons.md

# Draws cost against error beside scipy's solvers.
work-precision: $(INSTALLED)
	$(BIN)/python tests/performance/work_precision.py

# Error and cost of the well-known stiff problems beside SciPy's Radau and LSODA.
stiff-problems: $(INSTALLED)
	$(BIN)/python tests/performance/stiff_problems.py

# Drift of the energy of the Hamiltonian systems over 1000 periods.
energy: $(INSTALLED)
	$(BIN)/python tests/performance/energy.py

# How often integrators leap over switches and pulses that come out of the blue.
leaps: $(INSTALLED)
	$(BIN)/python tests/performance/leaps.py

# Mackey and Glass's equation beside the predecessor.
mackey-glass: $(INSTALLED)
	$(BIN)/python tests/performance/mackey_glass.py

# Seconds, memory and scores of every forecaster on ten systems, with both presets; some two processor hours.
forecasters-table: $(INSTALLED)
	$(BIN)/python tests/performance/forecasters_table.py --presets fast paper

# NVAR and ESN beside reservoirpy on twenty systems, in an environment of reservoirpy's own.
forecasters-reservoirpy: $(INSTALLED)
	$(BIN)/python tests/performance/forecasters_reservoirpy.py

# Sizes, build times, opening, reading and downloading of the precomputed series beside gzipped JSON.
store-benchmark: $(INSTALLED)
	$(BIN)/python tests/performance/store.py

# Kills builds and downloads at random moments and verifies what is left.
store-kills: $(INSTALLED)
	$(BIN)/python tests/performance/store_kills.py

# Damages stores, publishes maliciously, serves badly, fills disks; prints counts and ends with an error if one is bad.
store-campaigns: $(INSTALLED)
	$(BIN)/python tests/performance/store_damages.py
	$(BIN)/python tests/performance/store_publishers.py
	$(BIN)/python tests/performance/store_disks.py

# The campaigns against stores, and hostile registries, bad input of every forecaster, kills of the benchmark: some hours.
campaigns: store-kills store-campaigns
	$(BIN)/python tests/performance/hostile_registries.py
	$(BIN)/python tests/performance/forecaster_inputs.py
	$(BIN)/python tests/performance/benchmark_kills.py --kills 25

# Streams series that are larger than memory, and projects what 1e10 points cost.
ensemble-benchmark: $(INSTALLED)
	$(BIN)/python tests/performance/ensemble.py

# Tests the compiled code with the oldest and the newest numba and llvmlite, in environments of their own.
compilers: $(INSTALLED)
	$(BIN)/python tests/performance/compilers.py

# Runs the test files of dysts 0.96, fetched from the package index and verified by their hash, on this package.
predecessor-tests: $(INSTALLED)
	$(BIN)/python tests/performance/predecessor_tests.py

# Lists the public names of the dysts 0.96 in build/predecessor for the test of names.
predecessor-names: $(INSTALLED)
	$(BIN)/python tests/performance/predecessor_names.py

# Compares every system with dysts 0.96 in an environment of its own: times, trajectories, Jacobians, and speed.
predecessor-interface: $(INSTALLED)
	$(BIN)/python tests/performance/predecessor_interface.py
	$(BIN)/python tests/performance/predecessor_delays.py
	$(BIN)/python tests/performance/predecessor_ensemble.py

# Builds wheel and sdist into dist/ and tries both in clean environments of every Python that is there, and the extras.
packages: $(INSTALLED)
	$(BIN)/python tests/performance/packages.py -o dist --extras

# The packages, and the data of RELEASE_DATA as they are published, with their hashes in dist/SHA256SUMS.
RELEASE_DATA ?= all
release: packages
	$(BIN)/dysts dataset build $(RELEASE_DATA)
	$(BIN)/dysts dataset publish dist/data $(RELEASE_DATA)
	$(BIN)/python tests/performance/packages.py -o dist --hashes

# Validates a published folder with mlcroissant, loads it with datasets and reads it over S3, in an environment of its own.
hub: $(INSTALLED)
	$(BIN)/python tests/performance/hub.py

# Draws the pictures of the README and the start page of the documentation, from the code and results/standard.parquet.
start-pictures: $(INSTALLED)
	$(BIN)/python docs/start_pictures.py

clean:
	rm -rf $(VENV) build dist benchmark-results .pytest_cache .ruff_cache .mypy_cache
