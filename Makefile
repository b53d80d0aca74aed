# Builds everything out of source into build/ and runs the two main jobs: `make bench` and `make test`. `make help` lists the targets.
SHELL       := /bin/bash
.DEFAULT_GOAL := all
BUILD       ?= build
PREFIX      ?= /usr/local
ifeq ($(origin CC),default) # make's own default is cc
CC          := gcc
endif
PYTHON      := /usr/bin/python3
# -ffp-contract=off: every fused multiply-add in the engine is written out, none is chosen by the compiler (same bits everywhere).
# missing field initializers are how tables (options, registries) leave out what is zero
WARN        := -Wall -Wextra -Wshadow -Werror -Wno-missing-field-initializers
OPT         ?= -O3 -g -fno-omit-frame-pointer
CFLAGS_ALL   = -std=gnu11 $(OPT) $(ARCH_FLAGS) $(WARN) -ffp-contract=off -fno-math-errno -D_GNU_SOURCE $(if $(VECTOR),-DBN_VECTOR=$(VECTOR)) -I. $(SANITIZE) $(CFLAGS) $(FILE_FLAGS)
LDFLAGS_ALL := -Wl,--as-needed $(SANITIZE) $(LDFLAGS)
# OPTIONS=all: programs that have every EXACT option on (ci/all_options.c)
ifeq ($(OPTIONS),all)
BUILD       := build/all-options
LDFLAGS_ALL += $(foreach f,model session generator,-Wl,--wrap=bn_$(f)_open)
endif
COMMIT      := $(shell git describe --always --dirty --abbrev=12 2>/dev/null || echo unknown)

# `make V=1` shows the commands
Q := $(if $(V),,@)
say = @$(if $(V),:,echo "  $(1) $@")

# --- what each room is made of: every .c outside cmd/ and tests/ goes into the room's library -------------------------
ARCH       := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine 2>/dev/null)))
# the x87 unit of 32-bit x86 rounds to 80 bits
ARCH_FLAGS := $(if $(filter i%86,$(ARCH)),-msse2 -mfpmath=sse)
# kernels in vectors of the compiler (engine/kernels/vector): the name of what they are compiled for here; see ISA_vector. RISC-V: compilers that have them
VECTOR     := $(or $(if $(filter x86_64 i%86,$(ARCH)),sse2),$(if $(filter arm%,$(ARCH)),neon),$(if $(filter powerpc64le,$(ARCH)),vsx),$(if $(filter s390x,$(ARCH)),vxe),\
    $(if $(filter riscv64,$(ARCH)),$(if $(shell $(CC) -march=rv64gcv -dM -E -x c /dev/null 2>/dev/null | grep __riscv_v_intrinsic),rvv)))
RVV        := matmul_i2 matmul_wrq # written for vectors of any length instead
not_arch   := $(if $(filter x86_64,$(ARCH)),,engine/kernels/x86/% %_avx2.c %_avx512vnni.c) $(if $(filter aarch64,$(ARCH)),,engine/kernels/arm/%) \
    $(if $(VECTOR),,engine/kernels/vector/%) $(if $(filter rvv,$(VECTOR)),$(RVV:%=engine/kernels/vector/%_vector.c),engine/kernels/riscv/%)
room = $(filter-out $(not_arch),$(sort $(shell find $(1) -name '*.c' -not -path '*/cmd/*' -not -path '*/tests/*')))
SERVE_SRC   := $(call room,engine/serve)
ENGINE_SRC  := $(filter-out $(SERVE_SRC),$(call room,engine)) $(if $(filter all,$(OPTIONS)),ci/all_options.c)
SUITES_SRC  := $(call room,suites)
HARNESS_SRC := $(call room,harness)
REPORTS_SRC := $(call room,reports) harness/store/mix.c harness/store/functions.c \
    $(patsubst %,harness/stats/%.c,change_point segments student distribution sample) # the database's side: its SQL functions
obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

ENGINE_LIB  := $(BUILD)/lib/libbitnet.a
SERVE_LIB   := $(BUILD)/lib/libserve.a
SUITES_LIB  := $(BUILD)/lib/libsuites.a
HARNESS_LIB := $(BUILD)/lib/libharness.a
REPORTS_LIB := $(BUILD)/lib/libreports.a
ENGINE_LIBS  = $(ENGINE_LIB) -lpcre2-8 -lutf8proc -lpthread -lm
# only the server knows HTTP: no program that is measured links it
SERVE_LIBS   = $(SERVE_LIB) $(ENGINE_LIB) -lmicrohttpd -ljansson -lpcre2-8 -lutf8proc -lpthread -lm
SUITES_LIBS  = $(SUITES_LIB) $(ENGINE_LIB) -ljansson -lyaml -lpcre2-8 -lutf8proc -lpthread -lm
HARNESS_LIBS = $(HARNESS_LIB) $(SUITES_LIB) $(ENGINE_LIB) -lsqlite3 -ljansson -lyaml -lhwloc -lpfm -lpcre2-8 -lutf8proc -lpthread -lm
REPORTS_LIBS = $(REPORTS_LIB) $(ENGINE_LIB) -lsqlite3 -ljansson -lpthread -lm

# --- instruction sets: the end of a kernel's file name says what its machine code may use -----------------------------
ISA_sse41      := -msse4.1
ISA_avx2       := -mavx2 -mfma -mf16c -mbmi2
ISA_avxvnni    := $(ISA_avx2) -mavxvnni
ISA_avx512vnni := $(ISA_avx2) -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vnni -mavx512vbmi -mavx512vbmi2 -mprefer-vector-width=512
ISA_amx        := $(ISA_avx512vnni) -mamx-tile -mamx-int8
ISA_neon       :=
ISA_dotprod    := -march=armv8.2-a+dotprod
ISA_i8mm       := -march=armv8.2-a+dotprod+i8mm
ISA_sve        := -march=armv8.2-a+sve
ISA_rvv        := -march=rv64gcv
ISA_vector     := $(if $(filter neon,$(VECTOR)),-march=armv7-a+neon-vfpv4)$(if $(filter vxe,$(VECTOR)),-march=z14 -mzvector)$(if $(filter rvv,$(VECTOR)),$(ISA_rvv))
isa_of = $(ISA_$(lastword $(subst _, ,$(basename $(notdir $(1))))))

# --- programs: engine/cmd/bitnet_run.c -> build/bin/bitnet-run --------------------------------------------------------
bin_of = $(foreach c,$(1),$(BUILD)/bin/$(subst _,-,$(basename $(notdir $(c)))))
ENGINE_BIN  := $(call bin_of,$(wildcard engine/cmd/*.c))
SUITES_BIN  := $(call bin_of,$(wildcard suites/cmd/*.c))
HARNESS_BIN := $(call bin_of,$(wildcard harness/cmd/*.c))
REPORTS_BIN := $(call bin_of,$(wildcard reports/cmd/*.c))
CHECKKERN   := $(if $(wildcard engine/tests/checkkern.c),$(BUILD)/bin/checkkern)
TESTS       := $(foreach r,engine suites harness reports,$(if $(wildcard $(r)/tests/test_*.c),$(BUILD)/tests/$(r)))

.PHONY: all install uninstall claims plants fuzz fuzz-programs oom-programs hostile check-oom arches bench bench-kernels bench-overhead test test-asan test-ubsan test-tsan test-clients test-page test-slurm help clean format install-dependencies programs tests
all: programs $(BUILD)/relink-worker $(BUILD)/share/made ## build every program into build/bin, manual pages and completion into build/share
PROGRAMS := $(ENGINE_BIN) $(SUITES_BIN) $(HARNESS_BIN) $(REPORTS_BIN) $(CHECKKERN)
programs: $(PROGRAMS)
tests: $(TESTS) $(BUILD)/tests-bin/example fuzz-programs

install-dependencies: ## install the Debian packages that are missing (says which)
	@scripts/install-dependencies

install: all ## programs, manual pages, bash completion, plans, data sets and documents below PREFIX (default /usr/local), DESTDIR before it
	@scripts/install-programs install "$(BUILD)" "$(DESTDIR)$(PREFIX)" $(notdir $(PROGRAMS))
uninstall: ## remove what `make install` with the same PREFIX and DESTDIR put there, and nothing else
	@scripts/install-programs uninstall "$(BUILD)" "$(DESTDIR)$(PREFIX)"

bench: install-dependencies ## the main job: sweep, counters, stress tests, evaluations, report (QUICK=1 for a short form)
	@$(MAKE) --no-print-directory all
	@QUICK=$(QUICK) BIN=$(BUILD)/bin scripts/bench

test: install-dependencies ## every test that needs no special hardware (BN_DATA=DIR: data for further tests; OPTIONS=all: every EXACT option on)
	@$(MAKE) --no-print-directory all tests
	@BUILD=$(BUILD) ci/test

test-clients: all ## OpenAI's clients, curl and lm-eval against bitnet-serve (PYTHON_CLIENTS=PYTHON, NODE_CLIENTS=FOLDER: those that have them)
	@BN_BIN=$(CURDIR)/$(BUILD)/bin ci/test-clients

test-page: all ## the server's chat page, flame graphs and the report of `make bench` in headless Chromium (AXE=FILE: axe-core's axe.min.js, a second check of accessibility)
	@scripts/install-dependencies chromium chromium-driver
	@BN_BIN=$(CURDIR)/$(BUILD)/bin ci/test-page
	@BN_BIN=$(CURDIR)/$(BUILD)/bin ci/test-flame-graph
	@ci/test-report-page

test-slurm: all ## a sweep on a cluster of its own: Slurm's daemons and two nodes on this machine, one of which is lost in the middle
	@scripts/install-dependencies munge slurmctld slurmd slurm-client
	@FRESH=1 TEST_LIMIT=600 BUILD=$(BUILD) ci/test harness/tests/test_slurm

plants: all ## build each planted regression of harness/tests/plants and see that the gate finds it (ONLY="NAME ...", LIMIT=SECONDS)
	@BUILD=$(BUILD) LIMIT=$(or $(LIMIT),3600) harness/tests/plants/run $(ONLY)

# every test again in a build of its own with a sanitizer; valgrind cannot run such programs, and its tests skip themselves.
# Warnings are not errors here: sanitizers make the compiler's analysis less accurate.
sanitized = TEST_LIMIT=3600 $(MAKE) --no-print-directory BUILD=build/$(1) OPT="-O1 -g -fno-omit-frame-pointer" SANITIZE="$(2)" CFLAGS=-Wno-error test
test-asan: ## every test under AddressSanitizer (with leaks)
	@$(call sanitized,asan,-fsanitize=address)
test-ubsan: ## every test under UndefinedBehaviorSanitizer
	@$(call sanitized,ubsan,-fsanitize=undefined -fno-sanitize-recover=all)
test-tsan: ## every test under ThreadSanitizer
	@$(call sanitized,tsan,-fsanitize=thread)

damaged = $(MAKE) --no-print-directory BUILD=build/hostile OPT="-O1 -g -fno-omit-frame-pointer" CFLAGS=-Wno-error \
	    SANITIZE="-fsanitize=address,undefined -fno-sanitize-recover=undefined"
hostile: ## N damaged files of each kind (default 1000) under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(damaged) programs fuzz-programs
	@BUILD=build/hostile ci/hostile $(N)
check-oom: ## every allocation that reading a model, a vocabulary, a plan, ... makes fails in turn, under the same sanitizers
	@$(damaged) oom-programs
	@BUILD=build/hostile ci/oom
fuzz: ## libFuzzer on each reader of strangers' files, TIME seconds each (default 60); needs clang
	@$(MAKE) --no-print-directory BUILD=build/fuzz CC="$(or $(FUZZ_CC),clang)" OPT="-O1 -g -fno-omit-frame-pointer" CFLAGS=-Wno-error \
	    SANITIZE="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined" LDFLAGS=-fsanitize=fuzzer fuzz-programs
	@BUILD=build/fuzz ci/fuzz/run $(or $(TIME),60)

claims: all ## published claims: measure what can be measured here, print the verdicts (BUDGET=30m, SMALL=1: no models of the 2B4T shape)
	@BIN=$(BUILD)/bin BUDGET=$(BUDGET) SMALL=$(SMALL) scripts/claims

arches: programs ## the engine on other CPUs, emulated or native: same bits; instructions a token into a database (ONLY="NAME ...": lines of ci/arches.list)
	@BUILD=$(BUILD) ci/arches $(ONLY)

bench-kernels: $(BUILD)/bin/checkkern ## time every kernel on the 2B4T shapes, beside the limits of this machine
	@$(BUILD)/bin/checkkern --bench

bench-overhead: all ## what the harness adds to the times it measures (MODEL=FILE THREADS=N): below 0.5 %
	@BN_BIN=$(BUILD)/bin harness/tests/overhead $(if $(MODEL),--model $(MODEL)) $(if $(THREADS),--threads $(THREADS))

format: ## format all C files with clang-format
	clang-format-14 -i $$(git ls-files '*.c' '*.h')

clean: ## remove build/
	rm -rf $(BUILD)

help: ## list the targets
	@grep -hE '^[a-z][a-zA-Z0-9_-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | awk -F'\t' '{printf "  make %-22s %s\n", $$1, $$2}'

# SQL texts become C strings: harness/store/schema.sql -> build/gen/harness/store/schema.sql.h
SQL_HEADERS := $(patsubst %,$(BUILD)/gen/%.h,$(shell find harness/store -name '*.sql' 2>/dev/null))
$(BUILD)/gen/%.sql.h: %.sql
	@mkdir -p $(@D)
	sed -e 's/[\\"]/\\&/g' -e 's/^.*$$/"&\\n"/' $< > $@
SQL_USERS := $(foreach f,schema merge seal,$(BUILD)/obj/harness/store/$(f).o)
SCHEMA_VERSION := -DBN_SCHEMA_VERSION=$(words $(wildcard harness/store/migrations/*.sql))
$(SQL_USERS): FILE_FLAGS := -I$(BUILD)/gen $(SCHEMA_VERSION)
$(SQL_USERS): $(SQL_HEADERS)

# libFuzzer looks at readers; with its sanitizers clang takes minutes for one unrolled kernel
ifneq ($(findstring fuzzer,$(SANITIZE)),)
$(BUILD)/obj/engine/kernels/x86/%.o: FILE_FLAGS := -fno-sanitize=all
endif

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS_ALL) $(call isa_of,$<) -MMD -MP -c $< -o $@
$(patsubst %.c,$(BUILD)/obj/%.o,$(filter $(not_arch),$(shell find engine/kernels -name '*.c'))):
	@echo "No rule for $@: it is a kernel for another architecture than $(ARCH)." >&2; exit 1
# the one file that knows which commit it is; rebuilt when the commit changes
FLAGS := $(strip $(OPT) $(SANITIZE) $(CFLAGS))
$(BUILD)/obj/engine/core/version.o: FILE_FLAGS := -DBN_COMMIT='"$(COMMIT)"' -DBN_FLAGS='"$(FLAGS)"'
$(BUILD)/commit: FORCE
	@mkdir -p $(@D); echo '$(COMMIT) $(CC) $(CFLAGS_ALL)' | cmp -s - $@ || echo '$(COMMIT) $(CC) $(CFLAGS_ALL)' > $@
$(BUILD)/obj/engine/core/version.o: $(BUILD)/commit
FORCE:
# files that are built into programs (BN_EMBED)
$(BUILD)/obj/engine/serve/endpoints/page.o: engine/serve/page.html
# the views and seals are the database's side of the report
$(BUILD)/obj/reports/page/database.o: FILE_FLAGS := $(SCHEMA_VERSION)
$(BUILD)/obj/reports/page/database.o: harness/store/views.sql harness/store/seals.sql harness/store/foreign_code.sql
# queries, gnuplot scripts, style and scripts of the report are built into it
$(BUILD)/obj/suites/eval/tasks.o: $(wildcard suites/eval/tasks/*.yaml)
$(BUILD)/obj/harness/claims/built_in.o: $(wildcard harness/claims/*.yaml)
$(BUILD)/obj/reports/page/content.o: $(wildcard reports/tables/* reports/plots/*.sql reports/plots/*.gp reports/flamegraph/*.sql reports/page/*.css reports/page/*.js)
$(BUILD)/obj/reports/flamegraph/svg.o: reports/flamegraph/flamegraph.js reports/flamegraph/flamegraph.css

define archive
$(1): $(call obj,$(2))
	@mkdir -p $$(@D); rm -f $$@
	$$(call say,AR)
	$(Q)$(AR) rcs $$@ $$^
endef
$(eval $(call archive,$(ENGINE_LIB),$(ENGINE_SRC)))
$(eval $(call archive,$(SERVE_LIB),$(SERVE_SRC)))
$(eval $(call archive,$(SUITES_LIB),$(SUITES_SRC)))
$(eval $(call archive,$(HARNESS_LIB),$(HARNESS_SRC)))
$(eval $(call archive,$(REPORTS_LIB),$(REPORTS_SRC)))

# a large program has a folder of its name beside it: engine/cmd/bitnet_run.c and engine/cmd/bitnet_run/*.c
parts = $(1) $(wildcard $(basename $(1))/*.c)
define program
$(call bin_of,$(1)): $(call obj,$(call parts,$(1))) $(2)
	@mkdir -p $$(@D)
	$$(call say,LD)
	$(Q)$(CC) $(LDFLAGS_ALL) $(call obj,$(call parts,$(1))) $(3) -o $$@
endef
$(foreach c,$(filter-out engine/cmd/bitnet_serve.c,$(wildcard engine/cmd/*.c)),$(eval $(call program,$(c),$(ENGINE_LIB),$(ENGINE_LIBS))))
$(eval $(call program,engine/cmd/bitnet_serve.c,$(SERVE_LIB) $(ENGINE_LIB),$(SERVE_LIBS)))
$(foreach c,$(wildcard suites/cmd/*.c),$(eval $(call program,$(c),$(SUITES_LIB) $(ENGINE_LIB),$(SUITES_LIBS))))
$(foreach c,$(filter-out harness/cmd/bitnet_profiler.c,$(wildcard harness/cmd/*.c)),$(eval $(call program,$(c),$(HARNESS_LIB) $(SUITES_LIB) $(ENGINE_LIB),$(HARNESS_LIBS))))
# flame graphs are drawn by reports/flamegraph, which knows nothing else; only the profiler names addresses (libdw)
$(eval $(call program,harness/cmd/bitnet_profiler.c,$(REPORTS_LIB) $(HARNESS_LIB) $(SUITES_LIB) $(ENGINE_LIB),$(REPORTS_LIB) $(HARNESS_LIBS) -ldw))
$(foreach c,$(wildcard reports/cmd/*.c),$(eval $(call program,$(c),$(REPORTS_LIB) $(ENGINE_LIB),$(REPORTS_LIBS))))
CHECKKERN_SRC := $(wildcard engine/tests/checkkern*.c)
$(BUILD)/bin/checkkern: $(call obj,$(CHECKKERN_SRC)) $(ENGINE_LIB)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS_ALL) $(call obj,$(CHECKKERN_SRC)) $(ENGINE_LIBS) -o $@

# manual pages and bash completion, printed by the programs themselves
$(BUILD)/share/made: $(PROGRAMS) scripts/pages engine/cmd/completion.bash
	$(call say,PAGES)
	$(Q)scripts/pages $(BUILD)/share $(PROGRAMS) && touch $@

# The gate measures builds at random places (harness/gate/variant.h): `relink-worker SEED OUTPUT` links bitnet-worker with its objects in
# the order that SEED draws. From the objects of the libraries, for an archive has an order of its own; what is not used is left out.
WORKER_OBJ := $(call obj,harness/cmd/bitnet_worker.c $(HARNESS_SRC) $(SUITES_SRC) $(ENGINE_SRC))
$(BUILD)/relink-worker: $(BUILD)/bin/bitnet-worker scripts/relink Makefile
	@printf '#!/bin/sh\n# relink-worker SEED OUTPUT: written by make for the gate\ncd "%s" && exec scripts/relink "$$1" "$$2" %s %s -- %s\n' \
	    "$(CURDIR)" $< "$(WORKER_OBJ)" "$(CC) $(LDFLAGS_ALL) {} $(filter-out %.a,$(HARNESS_LIBS))" >$@
	@chmod +x $@

$(BUILD)/tests-bin/example: $(call obj,engine/tests/example.c) $(ENGINE_LIB)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS_ALL) $(call obj,engine/tests/example.c) $(ENGINE_LIBS) -o $@

# Targets of ci/fuzz/fuzz.h: programs that try the files they are given, or with libFuzzer make their own.
FUZZ_MAIN  := ci/fuzz/inputs.c $(if $(findstring fuzzer,$(SANITIZE)),,ci/fuzz/alone.c)
FUZZ_HELP  := engine/tests/fuzz/try_model.c
FUZZ_SRC   := $(filter-out $(FUZZ_HELP),$(wildcard */tests/fuzz/*.c))
fuzz_bin    = $(BUILD)/tests-bin/fuzz-$(basename $(notdir $(1)))
oom_bin     = $(BUILD)/tests-bin/oom-$(basename $(notdir $(1)))
WRAPPED    := $(foreach f,malloc calloc realloc strdup strndup mmap,-Wl,--wrap=$(f))
define fuzzprogram
$(call fuzz_bin,$(1)): $(call obj,$(1) $(FUZZ_MAIN) $(2)) $(3)
	@mkdir -p $$(@D)
	$$(call say,LD)
	$(Q)$(CC) $(LDFLAGS_ALL) $(call obj,$(1) $(FUZZ_MAIN) $(2)) $(4) -o $$@
$(call oom_bin,$(1)): $(call obj,$(1) ci/fuzz/inputs.c ci/fuzz/failing.c $(2)) $(3)
	@mkdir -p $$(@D)
	$$(call say,LD)
	$(Q)$(CC) $(LDFLAGS_ALL) $(WRAPPED) $(call obj,$(1) ci/fuzz/inputs.c ci/fuzz/failing.c $(2)) $(4) -o $$@
endef
FUZZ_SERVE := engine/tests/fuzz/request.c
$(foreach c,$(filter-out $(FUZZ_SERVE),$(filter engine/%,$(FUZZ_SRC))),$(eval $(call fuzzprogram,$(c),$(FUZZ_HELP),$(ENGINE_LIB),$(ENGINE_LIBS))))
$(eval $(call fuzzprogram,$(FUZZ_SERVE),,$(SERVE_LIB) $(ENGINE_LIB),$(SERVE_LIBS)))
$(foreach c,$(filter suites/%,$(FUZZ_SRC)),$(eval $(call fuzzprogram,$(c),,$(SUITES_LIB) $(ENGINE_LIB),$(SUITES_LIBS))))
$(foreach c,$(filter harness/%,$(FUZZ_SRC)),$(eval $(call fuzzprogram,$(c),,$(HARNESS_LIB) $(SUITES_LIB) $(ENGINE_LIB),$(HARNESS_LIBS))))
$(foreach c,$(filter reports/%,$(FUZZ_SRC)),$(eval $(call fuzzprogram,$(c),,$(REPORTS_LIB) $(ENGINE_LIB),$(REPORTS_LIBS))))
oom-programs: $(foreach c,$(FUZZ_SRC),$(call oom_bin,$(c)))
fuzz-programs: $(foreach c,$(FUZZ_SRC),$(call fuzz_bin,$(c)))

# Criterion's runner does not start under ThreadSanitizer, and skips the check for leaks of AddressSanitizer
RUNNER := $(if $(findstring thread,$(SANITIZE))$(findstring address,$(SANITIZE)),ci/test_runner.c)
define testprogram
$(BUILD)/tests/$(1): $(call obj,$(wildcard $(1)/tests/test_*.c) $(RUNNER)) $(2)
	@mkdir -p $$(@D)
	$$(call say,LD)
	$(Q)$(CC) $(LDFLAGS_ALL) $(call obj,$(wildcard $(1)/tests/test_*.c) $(RUNNER)) $(3) -lcriterion -o $$@
endef
$(eval $(call testprogram,engine,$(ENGINE_LIB),$(ENGINE_LIBS)))
$(eval $(call testprogram,suites,$(SUITES_LIB) $(ENGINE_LIB),$(SUITES_LIBS)))
$(eval $(call testprogram,harness,$(HARNESS_LIB) $(SUITES_LIB) $(ENGINE_LIB),$(HARNESS_LIBS)))
$(eval $(call testprogram,reports,$(REPORTS_LIB) $(ENGINE_LIB),$(REPORTS_LIBS)))

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
