# SPDX-License-Identifier: MIT
"""The grader: it boots a student's kernel in QEMU and judges what it did.

The student's code *is* the kernel, so nothing inside the machine can vouch
for it. Two kinds of evidence count:

- what is seen from outside: QEMU's trap log, the place where the machine
  stopped, the exact number of instructions (called T0 in this code);
- what given programs report, run on inputs nobody knew before, against a
  model on the host that never believes what the machine says (T1).

The modules, from the machine up to the mark:

    remote    two small clients: the gdb remote protocol, QEMU's QMP
    poison    what a machine's memory holds before anybody wrote to it
    qemu      one boot under a virtual clock, from start to a certain end
    endstop   the machine at that end: registers, memory, page tables (T0)
    sv39      page tables walked from outside
    elf       what is where in a program
    traplog   the system calls that QEMU saw (T0)
    console   the records that programs reported (T1), and kernel messages
    seed      one number that fixes the schedule and the inputs of a run
    verdict   the words a judgement is made of
    difference  where two lists of records part, told and classified
    run       one finished boot as lab tests see it: `run.expect(...)`
    job       what the plugin is told
    plugin    the pytest plugin: fixtures `boot` and `seed`, points, report
    card      the failure card, which should teach
    hints     a known mistake that fails in exactly the same way
    results   results.json
    junit     the same for tools that know JUnit's XML

    lab       labs/<lab>/lab.toml
    labtool   whole functions found and swapped in source files
    starter   the tree a student starts from
    submission  what was handed in, and what is refused
    driver    what a lab runs in the kernel while there are no programs
    build     make, with objects kept between builds
    grade     one submission from files to results.json
    second    the same with earlier labs put right
    debug     gdb on a run that lost a score
    gate      the lab's own examination: reference, mutants, cheats
    git       plain git commands
    branches  what students get, made from one commit of the project
    mend      fixes that meet a student's lines
    update    a lab with its fixes, merged into a student's branch
    handin    what a student hands in, packed
    talk      what is said, and who listens
    cli       the command line
"""
