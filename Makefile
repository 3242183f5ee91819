# SPDX-License-Identifier: GPL-2.0-only
#
# Targets for people; "make help" lists them. The kernel's build system reads Kbuild,
# never this file.
#
# Everything goes to build/: a directory for each kernel, one for the tool, one
# for the tests, so that builds do not interfere.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:

PREFIX ?= /usr/local
CC ?= cc
CLANG ?= clang
CFLAGS ?= -O2 -g
QEMU := selftests/qemu
# make -s is silent
SAY := $(if $(findstring s,$(firstword -$(filter-out --%,$(MAKEFLAGS)))),:,echo)
# Where the tool and the tests are built
BUILD := build

# Another architecture: KERNEL=6.12-arm64, or ARCH=arm64, with or without KERNEL=6.12. In
# a kernel tree that KDIR= names, ARCH= is kbuild's own, for the module.
ifndef KDIR
FOREIGN := $(filter arm64 s390x,$(or $(filter arm64 s390x,$(lastword $(subst -, ,$(KERNEL)))),$(ARCH)))
endif
ifneq ($(FOREIGN),)
# kbuild's names are others, and Debian's headers say their own
MAKEOVERRIDES := $(filter-out ARCH=%,$(MAKEOVERRIDES))
unexport ARCH
ifdef KERNEL
override KERNEL := $(KERNEL:-$(FOREIGN)=)-$(FOREIGN)
endif
BUILD := build/$(FOREIGN)
# Not for targets that compile nothing here
ifneq ($(filter-out help clean distclean check demo vm,$(or $(MAKECMDGOALS),all)),)
CC := $(or $(shell $(QEMU)/cross $(FOREIGN)),$(error no compiler for $(FOREIGN)))
# Headers of older kernels leave it to us
export CROSS_COMPILE := $(shell $(CC) -dumpmachine)-
endif
endif

# The kernel for which the module is built: KERNEL= names one of the virtual
# machine's, KDIR= any build tree; without both it is the running kernel.
ifdef KERNEL
ifneq ($(filter newest newest-%,$(KERNEL)),)
override KERNEL := $(or $(shell $(QEMU)/kernel --name $(KERNEL)),$(error no kernel $(KERNEL)))
endif
K := $(KERNEL)
KDIR := $(CURDIR)/build/kernels/$(KERNEL)/headers
VM_KERNEL := $(KERNEL)
# Some kernels are built among the programs of their own release
KBUILD = $(QEMU)/in-root build/kernels/$(KERNEL) $(MAKE)
# Knows the arguments of its functions; "none": as for a kernel of which nothing does
TCPCLOSE_BTF ?= $(wildcard $(CURDIR)/build/kernels/$(KERNEL)/btf)
else ifneq ($(FOREIGN),)
# The module of another architecture needs KERNEL=
KBUILD = $(MAKE)
KDIR := build/kernels/none-$(FOREIGN)
K := none-$(FOREIGN)
VM_KERNEL := 6.12-$(FOREIGN)
else
KBUILD = $(MAKE)
KDIR ?= /lib/modules/$(shell uname -r)/build
K := $(or $(notdir $(shell cat $(KDIR)/include/config/kernel.release 2>/dev/null)),$(shell uname -r))
VM_KERNEL := 6.12
endif
OBJ := build/$(K)

.PHONY: all
all: tool module

.PHONY: help
help:
	@echo 'make                 build the module for the running kernel, and the tool'
	@echo 'make module          build the module: KERNEL= for a kernel of Debian, as 5.10, 6.12-rt, 7.2-amd64,'
	@echo '                     6.12+deb13, newest; KDIR=DIR for a kernel tree; W=1 and C=1 as in the kernel;'
	@echo '                     TCPCLOSE_BTF=FILE: a vmlinux with its BTF, a dump by bpftool, or "none"'
	@echo 'make tool            build build/tools/tcpclose; WITNESS=0: needs the C library only, and'
	@echo '                     lacks verify --against-kernel'
	@echo 'make selftests       build the tests: build/selftests/'
	@echo 'make install         install the module for the running kernel (or KDIR=), and the tool'
	@echo '                     to PREFIX=$(PREFIX); DESTDIR= is put in front'
	@echo ''
	@echo 'make demo            show what tcpclose does, in a virtual machine (KERNEL=)'
	@echo 'make vm              open a shell in a virtual machine (KERNEL=)'
	@echo 'make check           run all tests, on 6.1, 6.12 and Debian'\''s newest kernel (KERNEL=, TESTS="NAME...")'
	@echo 'make check UPDATE=1  likewise, and write the result to Documentation/kernels.rst'
	@echo 'make check ARCH=arm64'
	@echo '                     run the most important of them on 6.1, 6.12 and newest of another architecture:'
	@echo '                     arm64, s390x (KERNEL=, TESTS=); the same for others: make vm KERNEL=6.12-arm64'
	@echo 'make check TESTS=@FILE'
	@echo '                     run those that show most about a source, as @module/pool.c; takes a minute'
	@echo 'make coverage        find out which tests run which source; writes selftests/coverage/map;'
	@echo '                     takes half an hour'
	@echo 'make check-host      run those that need no virtual machine; takes two minutes'
	@echo 'make -C selftests run_tests'
	@echo '                     run tests on this machine with the loaded module: see testing.rst'
	@echo 'make claims          test what documents say about closing, on the same kernels (KERNEL=);'
	@echo '                     UPDATE=1: write the results to Documentation/claims.rst'
	@echo 'make storms          repeat stress operations a thousand times, on 6.1 and 6.12 (KERNEL=,'
	@echo '                     TESTS="NAME..."); "make check" runs a part of them'
	@echo 'make debug-kernel    build a kernel with checkers (KERNEL=6.1|6.12; CONFIG=kasan, kcsan, noftrace'
	@echo '                     or prototype), once; kept in ~/.cache/tcpclose (or TCPCLOSE_CACHE)'
	@echo 'make check-debug     run the tests of the virtual machine on such kernels and on PREEMPT_RT'
	@echo '                     (KERNEL=, CONFIG=, TESTS=; by default kasan, kcsan and rt of both;'
	@echo '                     CACHED=1: only those that are built already)'
	@echo 'make check-hosts     try "make demo" and "make check" on fresh installations of Debian 12 and 13, as'
	@echo '                     root and as a user (HOSTS="RELEASE...", HOST_TESTS="NAME..." or all)'
	@echo 'make bench           measure the cost, next to other tools, on 6.1 and 6.12 (KERNEL=);'
	@echo '                     UPDATE=1: write it to Documentation/cost.json'
	@echo 'make bench-quick     measure the main figure; takes a minute per kernel'
	@echo 'make bench-check     compare the main figure with cost.json; fails if it is 5 % worse'
	@echo 'make bench-profile   show where the cost is: hooks, functions, atomics, cache lines (KERNEL=)'
	@echo 'make lab             play scenarios for "tcpclose why", with and without trouble, and compare what it'
	@echo '                     says with what is right (KERNEL=, SCENARIOS="NAME..."; LAB_SAVE=1: keep it)'
	@echo 'make compare         play some of them with ss, nstat, tcpstates, tcplife and tcpclose side by side'
	@echo '                     (KERNEL=, SCENARIOS="NAME..."); Documentation/compared.rst explains'
	@echo 'make style           run checkpatch, sparse, W=1, clang-format and shellcheck'
	@echo 'make compile_commands.json'
	@echo '                     write how each file is compiled, for clangd and others (KERNEL=, KDIR=)'
	@echo 'make clean           remove what was built'
	@echo 'make distclean       remove what was downloaded, too'
	@echo ''
	@echo 'Needs nothing but Debian 12: missing packages are installed with apt, by sudo if needed.'
	@echo 'The virtual machine needs no root. No kernel is ever installed on this machine.'

# ---- module

MODULE_SOURCES := $(shell find module -type f 2>/dev/null)

.PHONY: module
ifdef KERNEL
module: kernel
.PHONY: kernel
kernel: packages-module
	@$(QEMU)/kernel $(KERNEL)
else
ifeq ($(wildcard $(KDIR)/Makefile),)
# The tool is useful without the module: "all" continues, "make module" fails
.PHONY: no-headers
no-headers:
	@echo 'module: no kernel headers in $(KDIR)' >&2
	@echo 'module: install them: apt-get install linux-headers-$(shell uname -r)' >&2
	@echo 'module: or name a kernel tree (make KDIR=...), or try it in a virtual machine:' >&2
	@echo 'module: make demo; make vm; make module KERNEL=6.12' >&2
	@$(if $(filter module install,$(MAKECMDGOALS)),false,:)
module: no-headers
KDIR_MISSING := y
endif
endif

# For C=1
SPARSE_FLAGS := -include $(CURDIR)/selftests/qemu/sparse.h

# Kernels up to 6.12 write next to the sources: give them links to the sources in a
# separate directory.
ifndef KDIR_MISSING
module: packages-module
	@mkdir -p $(sort $(dir $(addprefix $(OBJ)/,$(MODULE_SOURCES))))
	@find $(OBJ) -type l ! -exec test -e {} \; -delete
	@$(foreach file,Kbuild $(MODULE_SOURCES),ln -sfn $(CURDIR)/$(file) $(OBJ)/$(file);)
	+$(KBUILD) --no-print-directory -C $(KDIR) M=$(CURDIR)/$(OBJ) CF='$(SPARSE_FLAGS) $(CF)' \
		TCPCLOSE_BTF='$(if $(filter-out none,$(TCPCLOSE_BTF)),$(abspath $(TCPCLOSE_BTF)),$(TCPCLOSE_BTF))' modules
endif

# ---- tool

TOOL := $(BUILD)/tools/tcpclose
# WITNESS=0 leaves out all code that needs more than the C library. bpftool of Debian 12
# can't read BPF programs of the other byte order.
WITNESS ?= $(if $(filter s390x,$(FOREIGN)),0,1)
# BPF programs are compiled by another compiler
BPF_SOURCES := $(wildcard tools/*/*.bpf.c)
BPF_LIBS := -lbpf -lelf -lz
WITNESS_STUB := tools/witness/absent.c
# For any build: the result and its objects
WITNESS_SOURCES := $(filter-out $(BPF_SOURCES) $(WITNESS_STUB) tools/witness/outcome.c tools/witness/comparison.c, \
	$(wildcard tools/witness/*.c))
ifeq ($(WITNESS),1)
TOOL_LEFT_OUT := $(WITNESS_STUB)
TOOL_LIBS := $(BPF_LIBS) -lpthread
TOOL_PACKAGES := packages-tool packages-witness
else ifeq ($(WITNESS),0)
TOOL_LEFT_OUT := $(WITNESS_SOURCES)
TOOL_LIBS := -lpthread
TOOL_PACKAGES := packages-tool
else
$(error WITNESS= is 1, with verify --against-kernel, or 0, without it)
endif
TOOL_SOURCES := $(filter-out $(BPF_SOURCES) $(TOOL_LEFT_OUT),$(wildcard tools/*.c tools/*/*.c tools/*/*/*.c))
TOOL_OBJECTS := $(TOOL_SOURCES:%.c=$(BUILD)/%.o)
WARNINGS := -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wno-unused-parameter
# What the compiler says of its machine
TARGET := $(shell $(CC) $(CPPFLAGS) $(CFLAGS) -dM -E -x c /dev/null | grep -o '__LP64__\|__BYTE_ORDER__ __ORDER_BIG_ENDIAN__')
# Files and times are as large on a machine of 32 bits
NARROW := $(if $(filter __LP64__,$(TARGET)),,-D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64)
# _GNU_SOURCE is empty, so that a source may define it as well
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE= $(NARROW) -MMD -MP $(WARNINGS) -Imodule/uapi -Itools $(CPPFLAGS) $(CFLAGS)

.PHONY: tool
tool: $(if $(TOOL_SOURCES),$(TOOL))

# Changes when the list of objects does, so that programs are linked again
TOOL_LIST := $(BUILD)/tools/objects
.PHONY: FORCE
$(TOOL_LIST): FORCE
	@mkdir -p $(@D)
	@echo '$(TOOL_OBJECTS)' | cmp -s - $@ || echo '$(TOOL_OBJECTS)' >$@

$(TOOL): $(TOOL_OBJECTS) $(TOOL_LIST)
	@$(SAY) '  LINK    $@'
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(TOOL_LIBS) $(LDLIBS)

# -mcpu=v3: compare and swap; the include path is that of asm/types.h
BPF_CFLAGS = -g -O2 -target $(if $(filter %BIG_ENDIAN__,$(TARGET)),bpfeb,bpfel) -mcpu=v3 -Wall -Wextra -Wno-unused-parameter $(if $(findstring -Werror,$(CFLAGS)),-Werror) \
	-I$(patsubst %/,%,$(shell $(CC) -print-sysroot))/usr/include/$(shell $(CC) -print-multiarch) -Imodule/uapi -Itools

BPF_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(BPF_SOURCES) $(wildcard selftests/bench/*.bpf.c selftests/bpf/*.bpf.c))
$(BPF_OBJECTS): $(BUILD)/%.bpf.o: %.bpf.c $(wildcard tools/witness/*.h selftests/bench/*.h module/uapi/*.h) Makefile | packages-witness
	@mkdir -p $(@D)
	@$(SAY) '  BPF     $<'
	@$(CLANG) $(BPF_CFLAGS) -c -o $@ $<

# bpftool is in a directory that only root has in PATH
$(BUILD)/%.skel.h: $(BUILD)/%.bpf.o
	@$(SAY) '  SKEL    $@'
	@PATH="$$PATH:/usr/sbin:/sbin" bpftool gen skeleton $< name $(notdir $*)_bpf >$@

$(BUILD)/tools/witness/bpf.o: ALL_CFLAGS += -I$(BUILD)/tools
$(BUILD)/tools/witness/bpf.o: | $(BPF_SOURCES:%.bpf.c=$(BUILD)/%.skel.h)

$(BUILD)/tools/%.o: tools/%.c Makefile | $(TOOL_PACKAGES)
	@mkdir -p $(@D)
	@$(SAY) '  CC      $<'
	@$(CC) $(ALL_CFLAGS) -c -o $@ $<

-include $(TOOL_OBJECTS:.o=.d)

# ---- selftests: one source, one program; each is linked with lib/

TEST_LIB := $(patsubst %.c,$(BUILD)/%.o,$(wildcard selftests/lib/*.c))
# Objects of the tool that manner.c and stream.c use, and tests of what is remembered
TEST_LIB += $(patsubst %,$(BUILD)/tools/%.o,lib/event lib/names lib/remembered model/model model/edges)
# The host's are not built for another machine
HOST_TESTS := $(if $(FOREIGN),,$(patsubst %.c,$(BUILD)/%,$(wildcard selftests/host/*.c)))
TEST_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(filter %.c,$(shell $(QEMU)/tests guest))) $(HOST_TESTS)
# Left out with WITNESS=0
WITNESS_TESTS := $(patsubst %,$(BUILD)/selftests/%,host/bpf_match host/pages host/totals host/trace_match \
	storms/storm_tracers recorded/odd_bpf)
ifeq ($(WITNESS),0)
HOST_TESTS := $(filter-out $(WITNESS_TESTS),$(HOST_TESTS))
TEST_PROGRAMS := $(filter-out $(WITNESS_TESTS),$(TEST_PROGRAMS))
endif
# The harness comes from the kernel's own tree, at build time
HARNESS := build/linux/tools/testing/selftests/kselftest_harness.h
# The harness's macros define functions without a prototype, call vfork in them, and
# compare arguments of different types
TEST_CFLAGS := -Wno-missing-prototypes -Wno-clobbered -Wno-sign-compare -I$(dir $(HARNESS)) -Iselftests -Imodule

# The machine that each test needs; rewritten only if the content changes
MACHINES := $(BUILD)/selftests/machines.inc
$(MACHINES): $(shell $(QEMU)/tests guest) $(QEMU)/tests
	@mkdir -p $(@D)
	@$(QEMU)/tests machines | awk -F '\t' '{ printf "{ \"%s\", \"%s\" },\n", $$1, $$3 }' >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
$(BUILD)/selftests/lib/machine.o: ALL_CFLAGS += -I$(BUILD)/selftests
$(BUILD)/selftests/lib/machine.o: $(MACHINES)

# selftests/lib/audit.c checks what each reader of the device receives, patience.c
# extends timeouts
comma := ,
TEST_WRAP := $(patsubst %,-Wl$(comma)--wrap=%,open close dup read lseek _exit alarm)

# Programs that the host's scripts call: linked with the tool, too
HOST_HELPERS := $(if $(FOREIGN),,$(patsubst %,$(BUILD)/selftests/host/lib/%,decode machine measure rules sample))
# A device in front of the C library, for LD_PRELOAD; by itself, whatever the programs
# are compiled with
HOST_DEVICE := $(if $(FOREIGN),,$(BUILD)/selftests/host/lib/madeup.so)
# Synthetic recordings, for tests of the host
HOST_LIB := $(patsubst %.c,$(BUILD)/%.o,$(wildcard selftests/host/lib/synthetic*.c))

.PHONY: selftests
selftests: $(TEST_PROGRAMS) $(HOST_HELPERS) $(HOST_DEVICE)

$(BUILD)/selftests/host/lib/madeup.so: selftests/host/lib/madeup.c Makefile | packages-selftests
	@mkdir -p $(@D)
	@$(SAY) '  CC      $<'
	@$(CC) -std=gnu11 -D_GNU_SOURCE= -MMD -MP $(WARNINGS) -Imodule/uapi -Itools -O2 -g -fPIC -shared -o $@ $<

$(HARNESS): $(QEMU)/linux-source
	@$(QEMU)/linux-source

$(BUILD)/selftests/%.o: selftests/%.c Makefile | $(HARNESS) packages-selftests
	@mkdir -p $(@D)
	@$(SAY) '  CC      $<'
	@$(CC) $(ALL_CFLAGS) $(TEST_CFLAGS) -c -o $@ $<

# A test of the tool's model is linked with the tool, without its main()
$(HOST_TESTS) $(HOST_HELPERS): $(filter-out $(BUILD)/tools/tcpclose.o,$(TOOL_OBJECTS)) $(HOST_LIB) $(TOOL_LIST)
$(HOST_TESTS) $(HOST_HELPERS): TEST_LIBS = $(TOOL_LIBS)
# Replaces a function of the tool
$(BUILD)/selftests/host/balance: TEST_LIBS += -Wl,--wrap=source_balance
$(BUILD)/selftests/host/remembered: TEST_LIBS += -Wl,--wrap=ioctl
# Attach BPF programs
$(addprefix $(BUILD)/selftests/,storms/storm_tracers recorded/odd_bpf): TEST_LIBS = $(BPF_LIBS)
$(BUILD)/selftests/recorded/odd_bpf.o: ALL_CFLAGS += -I$(BUILD)/selftests
$(BUILD)/selftests/recorded/odd_bpf.o: | $(patsubst selftests/%.bpf.c,$(BUILD)/selftests/%.skel.h,$(wildcard selftests/bpf/*.bpf.c))

# Each virtual machine gets all of these
$(filter-out $(HOST_TESTS),$(TEST_PROGRAMS)): TEST_LDFLAGS = -Wl,--strip-debug

$(TEST_PROGRAMS) $(HOST_HELPERS): %: %.o $(TEST_LIB)
	@$(SAY) '  LINK    $@'
	@$(CC) $(CFLAGS) $(LDFLAGS) $(TEST_LDFLAGS) $(TEST_WRAP) -o $@ $(filter %.o,$^) $(TEST_LIBS) -lmnl -lpthread $(LDLIBS)

# libFuzzer is clang's, so this is another build of the tool
FUZZER := $(BUILD)/selftests/host/lib/fuzz
FUZZ_CFLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all

.PHONY: fuzz fuzzer
fuzz: | packages-fuzz
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzz WITNESS=0 CC=$(CLANG) \
		CFLAGS="$(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link" fuzzer
fuzzer: $(FUZZER)

$(FUZZER).o: TEST_CFLAGS := -Wno-missing-prototypes
$(FUZZER): $(FUZZER).o $(filter-out $(BUILD)/tools/tcpclose.o,$(TOOL_OBJECTS)) $(TOOL_LIST)
	@$(SAY) '  LINK    $@'
	@$(CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $(filter %.o,$^) $(TOOL_LIBS)

.SECONDARY:
-include $(FUZZER).d $(TEST_PROGRAMS:=.d) $(HOST_HELPERS:=.d) $(HOST_DEVICE:.so=.d) $(TEST_LIB:.o=.d) $(HOST_LIB:.o=.d)

# The process that scenarios of "make lab" are made of
LAB_PARTY := $(BUILD)/selftests/lab/party/party
LAB_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard selftests/lab/party/*.c))

.PHONY: lab-programs
lab-programs: $(LAB_PARTY)

$(LAB_PARTY): $(LAB_OBJECTS)
	@$(SAY) '  LINK    $@'
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lpthread $(LDLIBS)

-include $(LAB_OBJECTS:.o=.d)

# ---- bench: the workload, and the tools that the module is compared with

BENCH := $(BUILD)/selftests/bench
BENCH_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(filter-out %.bpf.c,$(wildcard selftests/bench/*.c)))

.PHONY: bench-programs bench-module
bench-programs: $(BENCH_PROGRAMS)

$(BENCH)/states.o: ALL_CFLAGS += -I$(BENCH)
$(BENCH)/states.o: $(BENCH)/states.skel.h

$(BENCH_PROGRAMS): %: %.o
	@$(SAY) '  LINK    $@'
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(BPF_LIBS) -lpthread $(LDLIBS)

-include $(BENCH_PROGRAMS:=.d)

# The plugin with which QEMU reports what the guest executes
PLUGIN := $(BENCH)/plugin/tally.so
PLUGIN_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard selftests/bench/plugin/*.c))

.PHONY: bench-plugin
bench-plugin: $(PLUGIN)

# Export only the symbols that QEMU needs
$(PLUGIN_OBJECTS): ALL_CFLAGS += -fPIC -fvisibility=hidden
$(PLUGIN): $(PLUGIN_OBJECTS)
	@$(SAY) '  LINK    $@'
	@$(CC) $(CFLAGS) $(LDFLAGS) -shared -o $@ $^ $(LDLIBS)

-include $(PLUGIN_OBJECTS:.o=.d)

# Built like the module, in a directory beside it; includes only the module's header
PROBE := $(OBJ)-bench
ifndef KDIR_MISSING
bench-module: packages-module $(if $(KERNEL),kernel)
	@mkdir -p $(PROBE)/uapi
	@ln -sfn $(CURDIR)/selftests/bench/probe/Kbuild $(CURDIR)/selftests/bench/probe/bench_probe.c $(PROBE)/
	@ln -sfn $(CURDIR)/module/uapi/tcpclose.h $(PROBE)/uapi/
	+$(KBUILD) --no-print-directory -C $(KDIR) M=$(CURDIR)/$(PROBE) modules
endif

# Likewise a module that a test loads beside tcpclose: NAME of selftests/modules
ifndef KDIR_MISSING
.PHONY: test-module
test-module: packages-module $(if $(KERNEL),kernel)
	@test -n '$(NAME)' -a -e 'selftests/modules/$(NAME)/Kbuild' || { echo "test-module: NAME= one of:" selftests/modules/* >&2; exit 2; }
	@mkdir -p $(OBJ)-$(NAME)
	@ln -sfn $(CURDIR)/selftests/modules/$(NAME)/* $(OBJ)-$(NAME)/
	+$(KBUILD) --no-print-directory -C $(KDIR) M=$(CURDIR)/$(OBJ)-$(NAME) modules
endif

# ---- how everything is compiled, for editors

.PHONY: compile_commands.json
ifdef KDIR_MISSING
compile_commands.json:
	+@$(MAKE) --no-print-directory KERNEL=$(VM_KERNEL) $@
else
compile_commands.json: module bench-module tool selftests bench-programs
	+-@$(foreach name,$(notdir $(wildcard selftests/modules/*)),$(MAKE) --no-print-directory test-module NAME=$(name);)
	@$(QEMU)/compile-commands $(OBJ) $(KDIR) >$@.new
	@mv $@.new $@
endif

# ---- packages of the host, checked before the first use only

.PHONY: packages-module packages-tool packages-witness packages-selftests packages-fuzz
packages-module packages-tool packages-witness packages-selftests packages-fuzz: packages-%:
	@$(QEMU)/packages $* $(FOREIGN)

# ---- virtual machine

.PHONY: vm demo claims lab compare check check-host coverage storms debug-kernel check-debug check-hosts style bench bench-quick bench-check bench-profile
vm:
	@$(QEMU)/vm --kernel $(VM_KERNEL)

demo:
	@$(QEMU)/vm --kernel $(VM_KERNEL) --icount -- /selftests/demo

claims:
	@$(QEMU)/claims $(if $(KERNEL),--kernel $(KERNEL)) $(if $(UPDATE),--update)

lab:
	@LAB_SAVE=$(LAB_SAVE) selftests/lab/run $(if $(KERNEL),--kernel $(KERNEL)) $(SCENARIOS)

compare:
	@selftests/lab/compare $(if $(KERNEL),--kernel $(KERNEL)) $(SCENARIOS)

check:
	@$(QEMU)/check $(if $(KERNEL),--kernel $(KERNEL)) $(if $(FOREIGN),--arch $(FOREIGN)) $(if $(UPDATE),--update) $(TESTS)

check-host:
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-2} $(QEMU)/check --host $(TESTS)

coverage:
	@selftests/coverage/measure

storms:
	@$(QEMU)/check --no-host --full $(if $(KERNEL),--kernel $(KERNEL)) \
		$(or $(TESTS),$(patsubst selftests/storms/%.c,%,$(wildcard selftests/storms/*.c)) against big)

debug-kernel:
	@$(QEMU)/debug-kernel $(VM_KERNEL)-$(or $(CONFIG),kasan)

check-hosts:
	@$(QEMU)/check-hosts $(HOSTS)

check-debug:
	@$(QEMU)/check-debug $(if $(CACHED),--cached) $(if $(KERNEL),--kernel $(KERNEL)) $(if $(CONFIG),--config $(CONFIG)) $(TESTS)

style:
	@$(QEMU)/style

bench bench-quick bench-check: bench%:
	@selftests/bench/bench $(if $(KERNEL),--kernel $(KERNEL)) $(if $*,--quick) \
		$(if $(findstring check,$*),--check) $(if $(UPDATE),--update)

bench-profile:
	@selftests/bench/profile --kernel $(VM_KERNEL)

# ---- installation

.PHONY: install
install: all
	+$(KBUILD) --no-print-directory -C $(KDIR) M=$(CURDIR)/$(OBJ) \
		$(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR)) modules_install
	$(if $(DESTDIR),,depmod -a "$$(cat $(KDIR)/include/config/kernel.release)")
	install -D -m 755 $(TOOL) $(DESTDIR)$(PREFIX)/bin/tcpclose
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 Documentation/tcpclose.1

# ---- cleaning; downloads are kept, because they take time

.PHONY: clean distclean
clean:
	@[ ! -d build ] || find build -mindepth 1 -maxdepth 1 ! -name kernels ! -name linux ! -name archive ! -name cross -exec rm -rf {} +

distclean:
	rm -rf build
