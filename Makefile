# SPDX-License-Identifier: MIT
# One file builds everything, and everything lands in $(BUILD).
#
#     kernel/*.c *.S ----------------> kernel.elf --> kernel.bin
#     user/lib ----> libchaski.a --+
#     one .c ----------------------+-> program.elf --+
#     ...                             ...            +--> boot.cpio
#
# A *boot image* is a list of programs in one archive. The first is what the
# kernel starts: a flat image, linked by user/lib/init.ld. The others are ELF
# files that the first one loads. Three kinds of image, one set of rules:
#
#     user/        the system           $(BUILD)/user,       $(BUILD)/boot.cpio
#     labs/<lab>/  an exercise          $(BUILD)/labs/<lab>, boot.cpio in it
#     tests/guest/<image>/  a test      $(BUILD)/tests/<image>, the same
#
# Whatever is built first runs tools/install, which is silent when all tools
# are there. So no variable here may look for a tool before a recipe runs.

BUILD  ?= build
KERNEL ?= kernel
CROSS  ?= riscv64-unknown-elf-
# Not empty: a kernel that checks its invariants and traps on undefined
# behaviour.
DEBUG  ?=
# Empty: warnings stay warnings. So it is in a student's tree, which has no
# tests: there a warning must not cost anything.
WERROR ?= $(if $(wildcard tests),-Werror)
# Empty: each kernel file is compiled on its own.
KERNEL_LTO ?= $(if $(DEBUG),,-flto)
# -Og: lines and variables are where the debugger looks for them.
OPTIMIZE ?= -O2
GDB_OPTIMIZE ?= -Og
# What services the system has.
MANIFEST ?= user/manifest
# The kernel's command line, as in BOOTARGS="rounds=1000".
BOOTARGS ?=

QEMU ?= qemu-system-riscv64
# -nodefaults: no network card and the like, which the kernel does not drive.
MACHINE = -machine virt -m 128M -nodefaults -nographic

# A disk to keep: it is made once, and lost with the rest of $(BUILD) only.
DISK = -global virtio-mmio.force-legacy=false \
    -drive file=$(BUILD)/disk.img,if=none,format=raw,id=disk \
    -device virtio-blk-device,drive=disk
DISK_SIZE ?= 64M

# A python3 that has pytest. Recursive on purpose: looked up in the recipe.
PYTHON ?= $(or $(shell for p in python3 /usr/bin/python3; do \
    "$$p" -c 'import pytest' 2>/dev/null && echo "$$p" && break; done),python3)

MAKEFLAGS += --no-builtin-rules --no-builtin-variables --no-print-directory
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := help

# Python's leavings belong to the build too.
export PYTHONPYCACHEPREFIX := $(abspath $(BUILD))/pycache

# ---------------------------------------------------------------- what to do

.PHONY: help all run test check fuzz debug-kernel grade gdb bench doctor lint \
    stats format compile_commands clean install kernel contract lab-programs \
    test-programs branches update handin program FORCE

help: ## this list
	@sed -n 's/^\([a-z_-]*\):[^#]*## /\1|/p' Makefile | \
	while IFS='|' read -r target text; do \
	    printf '  make %-17s %s\n' "$$target" "$$text"; done

all: kernel $(BUILD)/boot.cpio ## build the kernel and its boot image

run: all $(BUILD)/disk.img ## boot it in QEMU (Ctrl-A x leaves)
	@$(QEMU) $(MACHINE) $(DISK) -serial mon:stdio -append '$(BOOTARGS)' \
	    -kernel $(BUILD)/kernel.bin -initrd $(BUILD)/boot.cpio \
	    $(if $(DEBUG),| $(PYTHON) -m tools.backtrace $(BUILD)/kernel.elf)

$(BUILD)/disk.img: | install
	@echo '  MKE2FS $@'
	@mkdir -p $(@D)
	@PATH="$$PATH:/usr/sbin:/sbin" mke2fs -q -t ext2 -b 4096 $@ $(DISK_SIZE)

pytest = $(PYTHON) -m pytest -q -o cache_dir=$(BUILD)/pytest-$(1)

# A student's tree has no tests of its own: there, the labs are the test. The
# grader builds kernels of its own, so a debug build need not test it again;
# else its tests run beside the others, and are shown after them, but for those
# with which both take about as long.
not_beside := grader/tests/test_hints.py
test: all test-programs gdb-build debug-kernel ## run every test
	@if [ -d tests ]; then \
	    status=0; \
	    $(if $(DEBUG),,$(call pytest,grader) grader/tests \
	        $(addprefix --ignore=,$(not_beside)) \
	        >$(BUILD)/grader-tests.log 2>&1 & grader=$$!;) \
	    $(call pytest,tests) --ignore=tests/check tests \
	        $(if $(DEBUG),,$(not_beside)) || status=1; \
	    $(if $(DEBUG),,wait $$grader || status=1; \
	        cat $(BUILD)/grader-tests.log;) \
	    exit $$status; \
	else for lab in $(labs); do \
	    $(call grade,"$$lab") || exit; done; fi

check: all test-programs debug-kernel lint ## run what takes longer than make test may
	@if [ -d tests ]; then \
	    $(MAKE) DEBUG=1 BUILD=$(BUILD)/debug test; fi
	@if [ -d tests/check ]; then \
	    tools/install check && \
	    $(PYTHON) -m pytest -q -o cache_dir=$(BUILD)/pytest tests/check; fi

# Stops at the first seed that fails, and says how to play it again.
fuzz: test-programs debug-kernel ## random calls: [SEED=1 CALLS=n HARTS=1]
	@BUILD='$(BUILD)' $(PYTHON) -m tests.fuzzing $(if $(SEED),--seed '$(SEED)') \
	    $(if $(CALLS),--calls '$(CALLS)') $(if $(HARTS),--harts '$(HARTS)')

# The kernel that checks its invariants at every exit (kernel/check.c).
debug-kernel: install
	@$(MAKE) BUILD=$(BUILD)/debug DEBUG=1 kernel

# The grader's status 1 means "graded, with points lost": that is a result.
# Not a make of its own: make would run that even if asked only to say what it
# would do (-n), and all else on the line with it.
grade = { $(PYTHON) -m grader grade . --lab $(1) --out $(BUILD)/grade \
    $(if $(EX),--exercise '$(EX)') $(if $(SEED),--seed '$(SEED)') \
    || [ $$? -eq 1 ]; }

grade: install ## score your work: LAB=ipc [EX=4.2] [SEED=0x5a17]
	@$(call grade,'$(LAB)')

# With an exercise: the run that lost it, its kernel as it was graded. With a
# lab alone: its programs, in a run that BOOTARGS decides; a lab that has none
# gets the system.
gdb_needs := $(if $(EX),install,gdb-build $(if \
    $(LAB),lab-programs,$(BUILD)/disk.img))
gdb: $(gdb_needs) ## gdb on it: [LAB=ipc [EX=4.2 [SEED=0x5a17]]]
ifdef EX
	@QEMU='$(QEMU)' $(PYTHON) -m grader debug . --lab '$(LAB)' \
	    --out $(BUILD)/grade --exercise '$(EX)' \
	    $(if $(SEED),--seed '$(SEED)') $(if $(SCORE),--score '$(SCORE)')
else
	@QEMU='$(QEMU)' BUILD='$(BUILD)/gdb' RUN='$(BUILD)' \
	    $(if $(gdb_lab),PROGRAMS='$(BUILD)/labs/$(gdb_lab)') \
	    tools/debug $(MACHINE) $(if $(LAB),,$(DISK)) -append '$(BOOTARGS)' \
	    -kernel $(BUILD)/gdb/kernel.bin -initrd $(if \
	    $(gdb_lab),$(BUILD)/labs/$(gdb_lab),$(BUILD)/gdb)/boot.cpio
endif

# Built for looking at: in optimised code a breakpoint on a function that was
# compiled into others does not stop at each of them (docs/adr/0002).
gdb-build: install
	@mkdir -p $(BUILD)/gdb
	@$(MAKE) BUILD=$(BUILD)/gdb OPTIMIZE=$(GDB_OPTIMIZE) KERNEL_LTO= \
	    all $(patsubst tests/guest/%,$(BUILD)/gdb/tests/%/boot.cpio, \
	    $(wildcard tests/guest/gdb))

update: install ## merge fixes, or a lab, into your branch: [LAB=traps]
	@$(PYTHON) -m grader update --lab '$(LAB)'

handin: install ## pack your work for handing it in: [LAB=ipc]
	@$(PYTHON) -m grader handin --lab '$(LAB)'

branches: install ## instructors: write lab/* [MESSAGE="what is new"]
	@$(PYTHON) -m grader branches --message "$$MESSAGE"

bench: all test-programs ## measure, in instructions, to build/bench.json
	@$(PYTHON) tests/bench.py

doctor: ## judge this machine: tools, place, a small run of each
	@MAKE_VERSION='$(MAKE_VERSION)' BUILD='$(BUILD)' CROSS='$(CROSS)' \
	    QEMU='$(QEMU)' PYTHON='$(PYTHON)' tools/doctor

lint: compile_commands ## find what the compiler does not
	@tools/install lint
	@BUILD='$(BUILD)' $(PYTHON) -m tools.lint

stats: all ## count lines and bytes against their limits
	@BUILD='$(BUILD)' CROSS='$(CROSS)' $(PYTHON) -m tools.stats

format: ## lay out all C as .clang-format says
	@tools/install lint
	@$(PYTHON) -m tools.lint --format

# What make would run says how each file is compiled.
compile_commands: install ## write build/compile_commands.json for clangd
	@mkdir -p $(BUILD)
	@$(MAKE) -Bkn all test-programs | $(PYTHON) -m tools.compile_commands \
	    >$(BUILD)/compile_commands.json

clean: ## remove everything that was built
	rm -rf $(BUILD)

# "make -j clean all" means one after the other.
ifneq ($(filter clean,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif

install: ## install missing tools (every target does it)
	@tools/install

# ------------------------------------------------------------ how to compile

# Multiply, atomics, compressed; no floating point. The older ISA naming
# keeps csr and fence.i instructions within "i".
ARCH := -march=rv64imac -misa-spec=2.2 -mabi=lp64 -mcmodel=medany

WARNINGS := -Wall -Wextra -Wshadow -Wundef -Wvla -Wstrict-prototypes \
    -Wmissing-prototypes -Wold-style-definition -Wimplicit-fallthrough \
    -Wswitch-enum -Wpointer-arith -Wcast-align -Wwrite-strings \
    -Wframe-larger-than=1024

COMMON_FLAGS := $(ARCH) -std=c11 $(OPTIMIZE) -g $(WARNINGS) $(WERROR)

KERNEL_FLAGS := $(COMMON_FLAGS) -ffreestanding -nostdlib -static -fno-pic \
    -fno-stack-protector $(KERNEL_LTO) -DDEBUG=$(if $(DEBUG),1,0) \
    $(if $(DEBUG),-fsanitize=undefined -fsanitize-undefined-trap-on-error) \
    -I$(KERNEL) -ffile-prefix-map=$(KERNEL)/=kernel/

# The library as its makers built it for speed (docs/adr/0010). Its headers
# declare what a system with clocks has for those who say that they have them.
PICOLIBC := --specs=picolibc.specs --picolibc-buildtype=release \
    -D_DEFAULT_SOURCE -D_POSIX_TIMERS -D_POSIX_MONOTONIC_CLOCK -Iuser/include

# printf without floating point is a third of the size.
USER_FLAGS := $(COMMON_FLAGS) $(PICOLIBC) -DPICOLIBC_INTEGER_PRINTF_SCANF \
    -ffunction-sections -fdata-sections -Iuser -Ikernel
USER_LINK := -nostartfiles -static -Wl,-z,max-page-size=4096

# Each needs the other: picolibc calls read and write, these are lib's; and
# lib comes first, for what both have.
LIBRARIES := -Wl,--start-group -lchaski -lc -Wl,--end-group
# For users' programs: they have files (user/lib/libc.h), and larger stacks.
FILES := -Wl,-u,files_start -Wl,--defsym=PROGRAM_STACK=0x10000
KERNEL_LINK := -Wl,-z,max-page-size=4096 -Wl,--build-id=none

compile = $(CROSS)gcc $(1) -MMD -MP -c -o $@ $<

# A file that holds the flags and changes only when they do.
define keep_flags
@mkdir -p $(@D)
@printf '%s\n' '$(1)' | cmp -s - $@ || printf '%s\n' '$(1)' >$@
endef

# ---------------------------------------------------------------- the kernel

kernel_sources := $(sort $(notdir $(wildcard $(KERNEL)/*.c $(KERNEL)/*.S)))
kernel_objects := $(kernel_sources:%=$(BUILD)/kernel/%.o)

kernel: $(BUILD)/kernel.elf $(BUILD)/kernel.bin

# The list of sources is among the flags: a file that is gone is missed too.
$(BUILD)/kernel/flags: FORCE
	$(call keep_flags,$(KERNEL_FLAGS) $(kernel_sources))

$(BUILD)/kernel/%.o: $(KERNEL)/% $(BUILD)/kernel/flags | install
	@echo '  CC     $(KERNEL)/$*'
	@$(call compile,$(KERNEL_FLAGS))

# gcc calls memset and memcpy where it likes: picolibc has them.
KERNEL_LIBS := --specs=picolibc.specs -lc -lgcc

$(BUILD)/kernel.elf: $(kernel_objects) $(KERNEL)/kernel.ld
	@echo '  LD     $@'
	@$(CROSS)gcc $(KERNEL_FLAGS) $(KERNEL_LINK) -T $(KERNEL)/kernel.ld \
	    -o $@ $(kernel_objects) $(KERNEL_LIBS)

$(BUILD)/%.bin: $(BUILD)/%.elf
	@$(CROSS)objcopy -O binary $< $@

-include $(kernel_objects:.o=.d)

# Whether the kernel has what labs fix; LAB has their full names.
contract: install
	@$(CROSS)gcc $(KERNEL_FLAGS) -fsyntax-only $(LAB:%=labs/%/contract.c)

# ---------------------------------------------------------- the user library

library_sources := $(sort $(notdir $(wildcard user/lib/*.c user/lib/*.S)))
library_objects := $(library_sources:%=$(BUILD)/user/lib/%.o)
LIBRARY := $(BUILD)/user/libchaski.a

# A new header that hides one of picolibc's changes what objects are made of
# that do not know of it: the list is among the flags too.
standard_headers := $(sort $(wildcard user/include/*.h user/include/*/*.h))

$(BUILD)/user/lib/flags: FORCE
	$(call keep_flags,$(USER_FLAGS) $(USER_LINK) $(library_sources) \
	    $(standard_headers))

$(BUILD)/user/lib/%.o: user/lib/% $(BUILD)/user/lib/flags | install
	@echo '  CC     user/lib/$*'
	@$(call compile,$(USER_FLAGS))

$(LIBRARY): $(library_objects)
	@rm -f $@
	@$(CROSS)ar rcs $@ $^

-include $(library_objects:.o=.d)

# The same for programs from elsewhere: one object in which only the names of C
# and POSIX can be seen. They may have others of their own, even the same.
STANDARD := $(BUILD)/user/standard.o

$(STANDARD): $(LIBRARY) user/lib/standard.names
	@$(CROSS)ld -r -o $@ --whole-archive $(LIBRARY)
	@$(CROSS)objcopy --keep-global-symbols=user/lib/standard.names \
	    --weaken-symbols=user/lib/standard.names $@

# ----------------------------------------------------------- programs, images

# Each program of an image has 16 MiB of addresses of its own, in the order
# of the image's list. So an address names a program, for gdb and the grader.
# All are below RAM, so that no user address is a physical one as well.
digits := 0 1 2 3 4 5 6 7 8 9 a b c d e f
program_bases := $(foreach high,1 2 3 4 5 6 7,\
    $(foreach low,$(digits),0x$(high)$(low)000000))

# A program is one .c file, or a directory of them, and has its name. It may
# have sources of another one beside its own: more_<name>.
name = $(basename $(notdir $(1)))
sources = $(if $(filter %.c,$(1)),$(1),$(sort $(wildcard $(1)/*.c)) \
    $(more_$(call name,$(1))))

# The next version of fs differs in what it says of itself.
more_fs2 := $(filter-out %/version.c,$(sort $(wildcard user/servers/fs/*.c)))

# $(call object,directory,program,source): where it is compiled to.
object = $(1)/$(if $(filter %.c,$(2)),,$(call name,$(2))/)$(notdir $(3)).o
objects = $(foreach source,$(call sources,$(2)),$(call object,$(1),$(2),$(source)))

# $(call compiled,object,source)
define compiled
$(1): $(2) $(BUILD)/user/lib/flags | install
	@mkdir -p $$(@D)
	@echo '  CC     $$<'
	@$$(call compile,$$(USER_FLAGS))

-include $(1:.o=.d)
endef

# $(call program,directory,program,base,linker script): becomes
# directory/name.elf.
define program
$(foreach source,$(call sources,$(2)),$(eval $(call compiled,$(call \
    object,$(1),$(2),$(source)),$(source))))
$(1)/$(call name,$(2)).elf: $(call objects,$(1),$(2)) $(1)/programs $(LIBRARY) \
    user/lib/$(4) user/lib/sections.ld
	@echo '  LD     $$@'
	@$(CROSS)gcc $(USER_FLAGS) $(USER_LINK) -T user/lib/$(4) \
	    -Wl,--defsym=PROGRAM_BASE=$(3) -o $$@ $$(filter %.o,$$^) \
	    -Luser/lib -L$(BUILD)/user \
	    $(if $(filter user/apps/% %/pager,$(2)),$(FILES)) $(LIBRARIES)
endef

# $(call archive,directory,archive,programs,manifest): the first program flat,
# the others without debug information, and the manifest if there is one; same
# programs, same bytes.
define archive
$(1)/programs: FORCE
	$$(call keep_flags,$(call name,$(3)) : $(foreach each,$(3),$(call \
	    sources,$(each))) $(4))

$(2): $(foreach each,$(3),$(1)/$(call name,$(each)).elf) $(4)
	@echo '  CPIO   $$@'
	@rm -rf $(1)/archive && mkdir -p $(1)/archive
	@$(CROSS)objcopy -O binary $$(firstword $$^) \
	    $(1)/archive/$(call name,$(firstword $(3)))
	@for program in $(call name,$(wordlist 2,999,$(3))); do \
	    $(CROSS)strip -o $(1)/archive/$$$$program \
	        $(1)/$$$$program.elf || exit; done
	@$(if $(4),cp $(4) $(1)/archive/manifest)
	@chmod 644 $(1)/archive/* && touch -d @0 $(1)/archive/*
	@cd $(1)/archive && printf '%s\n' $(call name,$(3)) $(if $(4),manifest) | \
	    cpio -o -H newc -R 0:0 --reproducible --quiet >$(abspath $(2))
endef

# $(call image,directory,archive,programs,manifest): the rules of one boot image.
define image
$(foreach pair,$(filter-out 0x%,$(join $(addsuffix @,$(3)),$(program_bases))),\
    $(eval $(call program,$(1),$(word 1,$(subst @, ,$(pair))),$(strip \
    $(word 2,$(subst @, ,$(pair)))),$(strip $(if \
    $(filter $(firstword $(3))@%,$(pair)),init.ld,program.ld)))))
$(eval $(call archive,$(1),$(2),$(3),$(4)))
endef

# $(call listed,file): the names in the file's list programs = ["one", ...].
listed = $(shell sed -n '/^programs *= *\[/,$$p' $(1) | \
    sed '/\]/{s/\].*//;q}' | tr -c 'a-z0-9_\n-' ' ' | sed 's/^programs *//')

system_programs := user/servers/init $(sort $(filter-out \
    user/servers/init, \
    $(wildcard user/servers/*.c user/drivers/*.c user/apps/*.c) \
    $(patsubst %/,%,$(dir $(wildcard \
    user/servers/*/*.c user/drivers/*/*.c user/apps/*/*.c)))))
$(call image,$(BUILD)/user,$(BUILD)/boot.cpio,$(system_programs),$(MANIFEST))

# ---------------------------------------------------- programs from elsewhere

# $(call foreign_object,source): sources may lie anywhere.
foreign := $(BUILD)/programs/$(NAME)
foreign_object = $(foreign).d/$(subst /,_,$(patsubst /%,%,$(subst ../,,$(1)))).o
foreign_sources := $(if $(NAME),$(wildcard $(SOURCES)))

# As C was written anywhere: the dialect is the compiler's own, warnings are
# for its authors, printf and scanf are whole.
FOREIGN_FLAGS := $(ARCH) $(OPTIMIZE) -g -w $(PICOLIBC) \
    -ffunction-sections -fdata-sections $(CFLAGS)
# Bytes; more than programs of ours get, for interpreters recur deeply.
STACK ?= 0x40000

# $(call foreign_compiled,source)
define foreign_compiled
$(call foreign_object,$(1)): $(1) $(foreign).d/flags | install
	@echo '  CC     $(1)'
	@$$(call compile,$$(FOREIGN_FLAGS))

-include $(basename $(call foreign_object,$(1))).d
endef
$(foreach source,$(foreign_sources),\
    $(eval $(call foreign_compiled,$(source))))

$(foreign).d/flags: FORCE
	$(call keep_flags,$(FOREIGN_FLAGS) $(STACK) $(foreign_sources) \
	    $(standard_headers))

$(foreign).elf: $(foreach source,$(foreign_sources),\
    $(call foreign_object,$(source))) $(STANDARD) $(foreign).d/flags \
    user/lib/program.ld user/lib/sections.ld
	@echo '  LD     $@'
	@$(CROSS)gcc $(FOREIGN_FLAGS) $(USER_LINK) -T user/lib/program.ld \
	    -Wl,--defsym=PROGRAM_BASE=0x1000000 \
	    -Wl,--defsym=PROGRAM_STACK=$(STACK) -o $@ $(filter %.o,$^) \
	    -Luser/lib -lm
	@$(CROSS)strip -o $(foreign) $@

program: $(if $(foreign_sources),$(foreign).elf) ## C from elsewhere: NAME=x SOURCES="*.c"
	@test -n '$(foreign_sources)' || { echo \
	    'usage: make program NAME=lua SOURCES="lua/*.c" [CFLAGS=-DX]'; exit 2; }
	@echo '  $(foreign) goes on the disk or into the boot archive:'
	@echo "    debugfs -w -R 'write $(foreign) $(NAME)' $(BUILD)/disk.img"
	@echo '    (cd $(BUILD)/programs && echo $(NAME) |' \
	    'cpio -oA -H newc -O $(abspath $(BUILD))/boot.cpio)'

labs := $(patsubst labs/%/lab.toml,%,$(wildcard labs/*/lab.toml))
# A lab that a driver in the kernel runs has none.
labs_with_programs := $(foreach lab,$(labs),\
    $(if $(call listed,labs/$(lab)/lab.toml),$(lab)))
$(foreach lab,$(labs_with_programs),$(call image,$(BUILD)/labs/$(lab),\
    $(BUILD)/labs/$(lab)/boot.cpio,$(patsubst %,labs/$(lab)/programs/%.c,\
    $(call listed,labs/$(lab)/lab.toml))))

# $(call found,directory,program): its source there, or in the system; a test
# image may have programs of the system, and a manifest of its own.
found = $(firstword $(wildcard $(foreach place,$(1) user/servers user/drivers \
    user/apps,$(place)/$(2).c $(place)/$(2))) $(1)/$(2).c)

tests := $(patsubst tests/guest/%/image.toml,%,\
    $(wildcard tests/guest/*/image.toml))
$(foreach test,$(tests),$(call image,$(BUILD)/tests/$(test),\
    $(BUILD)/tests/$(test)/boot.cpio,$(foreach program,$(call \
    listed,tests/guest/$(test)/image.toml),$(call \
    found,tests/guest/$(test),$(program))),$(wildcard \
    tests/guest/$(test)/manifest)))

# LAB is 4, ipc or 4-ipc.
chosen_labs := $(filter $(if $(LAB),$(LAB) $(LAB)-% %-$(LAB),%),$(labs))
gdb_lab = $(if $(LAB),$(filter $(labs_with_programs),$(chosen_labs)))
lab-programs: $(patsubst %,$(BUILD)/labs/%/boot.cpio,\
    $(filter $(labs_with_programs),$(chosen_labs)))
	@test -n '$(chosen_labs)' || { echo 'There is no lab $(LAB).'; exit 1; }

test-programs: $(tests:%=$(BUILD)/tests/%/boot.cpio) \
    $(labs_with_programs:%=$(BUILD)/labs/%/boot.cpio)
