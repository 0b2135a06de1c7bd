# SPDX-License-Identifier: MIT
"""`chaski endpoints`."""

from collections.abc import Iterator

import gdb

from tools.gdb.kernel import Kernel
from tools.gdb.table import table
from tools.gdb.threads import print_problems, require_threads
from tools.gdb.waits import SENT_WORDS, Endpoint, Picture
from tools.gdb.words import corrupt

HEAD = (
    *("endpoint", "payer", "recv handles", "server", "queue", "id"),
    *("process", "priority", "does"),
)


def queued(endpoint: Endpoint, picture: Picture) -> Iterator[tuple[str, ...]]:
    """The cells of each thread in the two queues, in the order in which they
    will be served."""
    both = {"senders": endpoint.senders, "receivers": endpoint.receivers}
    for queue, head in both.items():
        order, problem = picture.queue(head)
        for at in order:
            thread = picture.threads[at]
            does = SENT_WORDS.get(thread.state, thread.state)
            if (thread.state == "THREAD_WAIT_RECV") != (queue == "receivers"):
                does = corrupt(thread.state)
            elif thread.state == "THREAD_WAIT_RECV":
                does = "recv"
            yield (
                *(queue, str(thread.id), thread.process),
                *(str(thread.priority), does),
            )
        if problem:
            yield queue, "", "", "", problem


def server(endpoint: Endpoint, picture: Picture) -> str:
    """The thread that received last, by its id."""
    if not endpoint.server:
        return ""
    thread = picture.threads.get(endpoint.server)
    return str(thread.id) if thread else corrupt(f"{endpoint.server:#x}")


def rows(picture: Picture) -> Iterator[tuple[str, ...]]:
    """Each endpoint as cells below HEAD: a row for each thread that waits
    there, or one if none does."""
    for at, endpoint in sorted(picture.endpoints.items()):
        cells: tuple[str, ...] = (
            *(f"{at:#x}", endpoint.payer, str(endpoint.recv_handles)),
            server(endpoint, picture),
        )
        shown = ""
        for queue, *rest in queued(endpoint, picture):
            yield *cells, "" if queue == shown else queue, *rest
            shown = queue
            cells = ("",) * len(cells)
        if cells[0]:
            yield *cells, *("",) * 5


class Endpoints(gdb.Command):
    """List all endpoints, and who waits at each of them.

    payer         the process that pays for it, and with which it ends
    recv handles  how many handles can receive; with none it is for nobody
    server        the thread that received there last; callers lend it their
                  priority
    queue         the threads that wait, the next one first: to receive; or to
                  be received, with a send, a call, a fault, or the notice
                  that their process has ended"""

    def __init__(self) -> None:
        super().__init__("chaski endpoints", gdb.COMMAND_STATUS)

    def invoke(self, argument: str, from_tty: bool) -> None:
        kernel = Kernel()
        if require_threads(kernel):
            print(table(HEAD, list(rows(kernel.picture))))
            print_problems(kernel)
