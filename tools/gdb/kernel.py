# SPDX-License-Identifier: MIT
"""The kernel's objects, read from its memory.

All types come from the kernel's own debug information, so nothing here repeats
a layout. And a kernel under work may hold any nonsense: a pointer that leads
nowhere, or a list that never ends, costs a cell of a table, never the table."""

from dataclasses import dataclass, field
from functools import cached_property

import gdb

from tools.gdb import target
from tools.gdb.symbols import location
from tools.gdb.waits import ANSWERED, SENT_WORDS, Endpoint, Picture, Thread
from tools.gdb.words import cause_text, corrupt, seconds

# QEMU's virt, for a kernel whose own knowledge the compiler has scattered.
HERTZ = 10_000_000
CLINT = 0x2000000

REG_PC = 0  # kernel/thread.h: the frame keeps the pc in the place of x0
UNREADABLE = "?"
FAULTED = ("THREAD_WAIT_FAULT", "THREAD_WAIT_ANSWER")
RECORD_LARGE_BYTES = 512  # kernel/object.h: numbers of processes count them
LIST_MAX = 1 << 16  # members of one list that are looked at
ECALL_BYTES = 4

# A function of a file that knows the whole of each type: the programs have
# types of their own, and theirs may have the same name.
KNOWN_BY = {
    "struct thread": "thread_create",
    "struct process": "process_create",
    "struct endpoint": "endpoint_create",
    "struct slot": "handle_create",
    "struct memory": "memory_create",
    "struct mapping": "memory_map",
    "struct irq": "irq_create",
    "struct record_page": "record_alloc",
    "struct trace_ring": "trace_init",
    "struct node": "handle_create",
    "enum thread_state": "thread_create",
    "enum end_stage": "process_end",
    "enum record_kind": "record_alloc",
    "enum trace_event": "trace_note",
    "enum syscall_number": "syscall_dispatch",
}


def _symbol(name: str) -> gdb.Symbol:
    """A name of the kernel, static or not: link-time optimisation makes
    all of them static."""
    kernel = gdb.lookup_objfile(gdb.current_progspace().filename)
    symbol = kernel.lookup_global_symbol(name)
    symbol = symbol or kernel.lookup_static_symbol(name)
    if not symbol:
        raise gdb.GdbError(f"The kernel's symbols have no {name}.")
    return symbol


def _address(symbol: gdb.Symbol) -> int:
    """Where a variable is."""
    address = symbol.value().address
    if address is None:
        raise gdb.GdbError(f"{symbol.name} was optimized out of the kernel.")
    return int(address)


def _text(characters: gdb.Value) -> str:
    """A string in an array of characters."""
    first, last = characters.type.range()
    codes = [int(characters[i]) & 0xFF for i in range(first, last + 1)]
    return bytes(codes).split(b"\0")[0].decode(errors="replace")


def _at_end_of_call(pc: int, trapped: int) -> bool:
    """Whether `pc` is what trap() makes of the address that trapped."""
    return pc in (trapped, trapped + ECALL_BYTES)


@dataclass(frozen=True)
class Process:
    """A process as the kernel's memory shows it. Addresses, or 0."""

    at: int
    name: str
    number: int  # kernel/abi/inspect.h
    creator: int
    is_dying: bool
    slots: int  # address of its handle table,
    slot_count: int  # of so many,
    fresh: int  # of which those from here on were never used
    root: int  # of its page tables; 0: they are gone, it has ended


@dataclass(frozen=True)
class Listed:
    """The members of a list, and what is wrong with it."""

    members: list[int]
    problem: str = ""


@dataclass
class Kernel:
    """The kernel at one stop of the machine."""

    memory: target.Memory = field(default_factory=target.Memory)
    _types: dict[str, gdb.Type] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)  # lists that are wrong

    # What is where.

    def type(self, name: str) -> gdb.Type:
        """A type of the kernel's."""
        if name not in self._types:
            try:
                block = _symbol(KNOWN_BY[name]).symtab.static_block()
                self._types[name] = gdb.lookup_type(name, block)
            except (gdb.GdbError, gdb.error):  # compiled into others
                self._types[name] = gdb.lookup_type(name)
        return self._types[name]

    def words(self, enum: str) -> dict[int, str]:
        """The names of an enumeration's values."""
        fields = self.type(enum).fields()
        return {int(field.enumval): str(field.name) for field in fields}

    def offset(self, kind: str, *path: str) -> int:
        """Where a field is in a struct, in bytes."""
        place, struct = 0, self.type(kind)
        for name in path:
            place += struct[name].bitpos // 8
            struct = struct[name].type
        return place

    def at(self, address: int, kind: str) -> gdb.Value:
        """What is at `address`: a copy; gdb.MemoryError if nothing can be."""
        return self.memory.value(address, self.type(kind))

    def variable(self, name: str) -> gdb.Value:
        """A variable of the kernel: a copy."""
        symbol = _symbol(name)
        return self.memory.value(_address(symbol), symbol.type)

    def links(self, head: int) -> Listed:
        """The addresses of the links in the list whose head is at `head`."""
        members: dict[int, None] = {}
        try:
            at = self._next(head)
            while at != head:
                if at in members or len(members) == LIST_MAX:
                    return Listed(list(members), corrupt("list has no end"))
                after = self._next(at)
                members[at] = None
                at = after
        except gdb.MemoryError:
            problem = corrupt(f"list leads to {at:#x}" if members else "list")
            return Listed(list(members), problem)
        return Listed(list(members))

    def _next(self, link: int) -> int:
        return int.from_bytes(self.memory.kernel(link, 8), "little")

    # Time.

    @cached_property
    def hertz(self) -> int:
        """Ticks of the time base in a second."""
        try:
            return int(self.variable("machine")["timebase_hertz"]) or HERTZ
        except gdb.GdbError:
            return HERTZ

    @cached_property
    def now(self) -> int:
        """The time base, which no register shows to gdb."""
        try:
            clint = int(self.variable("machine")["clint"]["start"])
        except gdb.GdbError:
            clint = CLINT
        return target.clock(clint)

    def _deadline(self, record: gdb.Value) -> str:
        """When the deadline of a thread is, "" if it has none."""
        if not int(record["deadline_place"]):
            return ""
        left = int(record["deadline"]) - self.now
        return f"in {seconds(left, self.hertz)} s" if left > 0 else "now"

    # Harts.

    @cached_property
    def hart_names(self) -> dict[int, str]:
        """The addresses of the harts' records, and what the harts are called:
        by the number that the firmware knows them by."""
        harts = self.variable("harts")
        count = min(int(self.variable("hart_count")), harts.type.range()[1] + 1)
        start = _address(_symbol("harts"))
        size = harts.type.target().sizeof
        return {
            start + i * size: str(int(harts[i]["id"])) for i in range(count)
        }

    @cached_property
    def running(self) -> dict[int, str]:
        """The threads that are on a hart, by address."""
        harts = self.variable("harts")
        return {
            int(harts[i]["current"]): name
            for i, name in enumerate(self.hart_names.values())
            if int(harts[i]["current"])
        }

    @cached_property
    def _pcs(self) -> dict[str, tuple[int, bool, int]]:
        """Each hart's pc, whether it runs a program, and where its last trap
        came from."""
        with target.each_hart() as harts:
            return {
                str(hart): (
                    target.register("pc"),
                    target.is_user_mode(),
                    target.register("sepc"),
                )
                for hart in harts
            }

    @cached_property
    def selected_thread(self) -> int:
        """The thread that runs on the hart that gdb looks at; 0: none."""
        hart = str(target.register("mhartid"))
        found = [at for at, name in self.running.items() if name == hart]
        return found[0] if found else 0

    # Threads.

    @cached_property
    def thread_records(self) -> dict[int, gdb.Value]:
        """Address and content of each thread's record. Unused entries of the
        table all point at one record, which belongs to no process."""
        if not target.is_paging():
            return {}
        table = _symbol("threads")
        entries = self.memory.kernel(
            _address(table), table.type.sizeof
        )
        found = {}
        for address in dict.fromkeys(memoryview(entries).cast("Q")):
            try:
                record = self.at(address, "struct thread")
            except gdb.MemoryError:
                continue  # 0, or not a kernel that one can believe
            if int(record["process"]):
                found[address] = record
        return found

    @cached_property
    def picture(self) -> Picture:
        """All threads and endpoints; none before the kernel has made its
        table."""
        threads = {at: self._thread(at) for at in self.thread_records}
        found = dict.fromkeys(self.endpoint_payers)
        for thread in threads.values():
            if thread.state in (*SENT_WORDS, "THREAD_WAIT_RECV"):
                found.setdefault(thread.endpoint)
        endpoints = {}
        for at in found:
            try:
                endpoints[at] = self._endpoint(at)
            except gdb.MemoryError:
                continue  # waits_for says so
        return Picture(threads, endpoints)

    @cached_property
    def _id_mask(self) -> int:
        return int(_symbol("threads").type.range()[1])  # entries are 2**n

    @cached_property
    def _states(self) -> dict[int, str]:
        return self.words("enum thread_state")

    def _thread(self, at: int) -> Thread:
        """A thread's record in words and numbers."""
        record = self.thread_records[at]
        state = self._states.get(int(record["state"]), UNREADABLE)
        server = 0
        if state in ANSWERED:
            is_call = state == "THREAD_WAIT_REPLY"
            server = int(record["server" if is_call else "fault_server"])
        return Thread(
            id=int(record["token"]) & self._id_mask,
            process=self.process_name(int(record["process"])),
            state=state,
            priority=int(record["priority"]),
            pc=location(self._pc(at, record, state)),
            endpoint=int(record["endpoint"]),
            server=self.process_name(server),
            next=int(record["next"]),
            lower=int(record["lower"]),
            hart=self.running.get(at, "") if state == "THREAD_RUNNING" else "",
            base=int(record["base_priority"]),
            pending=int(record["pending"]),
            deadline=self._deadline(record),
            fault=self._fault(record) if state in FAULTED else "",
            irqs=self._lines(at),
            home=int(record["process"]),
            server_at=server,
            token=int(record["token"]),
            client=int(record["client"]),
        )

    def _fault(self, record: gdb.Value) -> str:
        """What a thread's fault is and where."""
        cause, address = record["fault_cause"], record["fault_address"]
        return f"{cause_text(int(cause))}, address {int(address):#x}"

    def _lines(self, thread: int) -> tuple[str, ...]:
        """The interrupt lines that are bound to a thread."""
        links = self.links(thread + self.offset("struct thread", "irqs"))
        lines = []
        for link in links.members:
            try:
                at = link - self.offset("struct irq", "siblings")
                lines.append(str(int(self.at(at, "struct irq")["line"])))
            except gdb.MemoryError:
                lines.append(UNREADABLE)
        return (*lines, links.problem) if links.problem else tuple(lines)

    def _pc(self, at: int, record: gdb.Value, state: str) -> int:
        """Where a thread goes on: the pc in its frame. But for one that is on
        a hart this is what it was at some trap before, until trap() has
        filled it in."""
        saved = int(record["x"][REG_PC])
        hart = self.running.get(at, "")
        if state != "THREAD_RUNNING" or hart not in self._pcs:
            return saved
        pc, is_user, trapped = self._pcs[hart]
        if is_user:
            return pc
        if location(pc).startswith("trap_exit"):
            return saved
        return saved if _at_end_of_call(saved, trapped) else trapped

    # Processes.

    def process_name(self, address: int) -> str:
        """A process's name, UNREADABLE if there is none at the address."""
        if address not in self._names:
            try:
                record = self.at(address, "struct process")
                self._names[address] = _text(record["name"])
            except gdb.MemoryError:
                self._names[address] = UNREADABLE
        return self._names[address]

    @cached_property
    def processes(self) -> dict[int, Process]:
        """All processes by address, a creator before its children."""
        records = {}
        for thread in self.thread_records.values():
            at = int(thread["process"])
            while at and at not in records:
                try:
                    records[at] = self.at(at, "struct process")
                except gdb.MemoryError:
                    break
                at = int(records[at]["creator"])
        link = self.offset("struct process", "siblings")
        waiting = [at for at in records if not int(records[at]["creator"])]
        ordered: dict[int, None] = {}
        while waiting:
            at = waiting.pop(0)
            ordered[at] = None
            head = at + self.offset("struct process", "children")
            listed = self.links(head)
            if listed.problem:
                name = self.process_name(at)
                self.problems.append(f"children of {name}: {listed.problem}")
            children = [child - link for child in listed.members]
            waiting[:0] = [c for c in children if c not in ordered]
        found = {}
        for at in (*ordered, *records):
            try:
                found[at] = self._process(at)
            except gdb.MemoryError:
                continue
        return found

    def _process(self, at: int) -> Process:
        record = self.at(at, "struct process")
        handles = record["handles"]
        stages = {name: n for n, name in self.words("enum end_stage").items()}
        has_tables = int(record["end_stage"]) <= stages["END_TABLES"]
        return Process(
            at=at,
            name=self.process_name(at),
            number=(at - target.KERNEL_BASE) // RECORD_LARGE_BYTES,
            creator=int(record["creator"]),
            is_dying=bool(record["is_dying"]),
            slots=int(handles["slots"]),
            slot_count=int(handles["mask"]) + 1,
            fresh=int(handles["fresh"]),
            root=int(record["space"]["root"]) if has_tables else 0,
        )

    def process_of(self, word: str) -> list[Process]:
        """The processes that `word` means: a name, or a number."""
        return [
            process
            for process in self.processes.values()
            if word in (process.name, str(process.number))
        ]

    # Records of a payer.

    def records(self, process: int, kind: str) -> Listed:
        """The addresses of the records of `kind` (enum record_kind) that a
        process pays for."""
        kinds = {name: n for n, name in self.words("enum record_kind").items()}
        start = process + self.offset("struct process", "payer", "pages")
        size = self.type("struct process")["payer"].type["pages"].type.target()
        pages = self.links(start + kinds[kind] * size.sizeof)
        found: list[int] = []
        problem = pages.problem
        for link in pages.members:
            at = link - self.offset("struct record_page", "link")
            try:
                page = self.at(at, "struct record_page")
            except gdb.MemoryError:
                problem = corrupt(f"page of records at {at:#x}")
                continue
            used = int(page["all"]) & ~int(page["free"])
            size_each = int(page["record_bytes"])
            places = range(target.PAGE_BYTES // size_each if size_each else 0)
            found += [at + i * size_each for i in places if used >> i & 1]
        return Listed(found, problem)

    @cached_property
    def endpoint_payers(self) -> dict[int, str]:
        """All endpoints by address, and the names of who pays for them."""
        payers = {}
        for process in self.processes.values():
            listed = self.records(process.at, "RECORD_ENDPOINT")
            payers.update(dict.fromkeys(listed.members, process.name))
            if listed.problem:
                text = f"endpoints of {process.name}: {listed.problem}"
                self.problems.append(text)
        return payers

    def _endpoint(self, at: int) -> Endpoint:
        record = self.at(at, "struct endpoint")
        return Endpoint(
            senders=int(record["senders"]),
            receivers=int(record["receivers"]),
            server=int(record["server"]),
            recv_handles=int(record["recv_handles"]),
            payer=self.endpoint_payers.get(at, UNREADABLE),
        )
