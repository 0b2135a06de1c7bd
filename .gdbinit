# SPDX-License-Identifier: MIT
# What gdb does first. `make gdb` starts gdb at the top of the tree with
# -x .gdbinit, beside a machine that is stopped before its first instruction.
set confirm off
set debuginfod enabled off
set print pretty on
source tools/gdb/chaski.py

# The kernel's symbols, those of each program, and the machine.
chaski symbols
chaski attach
