# SPDX-License-Identifier: MIT
"""A lab's driver: C that runs in the kernel where init would be started.

Early labs have no programs yet: what would run them is still to be written.
Such a lab has a driver.c. It becomes a file of the kernel under test,
whatever was handed in, but for the functions in it that the project's kernel
has too. Each of these takes the place of the kernel's, in the file that it is
in, and what stood there stays beside it under the name `..._given`:

    driver.c                                kernel under test
    boot_first_process(...) { ... } ------> main.c, for the kernel's own
    driver_main(...) { ... }        ------> lab_driver.c

So a driver can begin where it wants, and still call what it replaced."""

from grader.build import pristine_sources
from grader.lab import Lab
from grader.labtool import Definition, Sources, definitions
from grader.submission import Refused

DRIVER_FILE = "lab_driver.c"
GIVEN = "_given"


def with_driver(sources: Sources, lab: Lab) -> Sources:
    """A kernel with the lab's driver in it; as it is if the lab has none.
    Refused if a function that the driver replaces is not where it was."""
    if not lab.driver:
        return sources
    driver = (lab.path / lab.driver).read_text()
    homes = _given_functions(lab)
    changed = dict(sources)
    replacements = [
        part
        for part in definitions(driver, lab.driver).values()
        if part.name in homes
    ]
    for part in replacements:
        home = homes[part.name]
        text = changed.get(home, b"").decode(errors="surrogateescape")
        found = definitions(text, home).get(part.name)
        if not found:
            raise Refused(
                f"kernel/{home} no longer defines {part.name}, which is given"
                " and in whose place this lab's driver runs"
            )
        new = driver[part.start : part.end]
        text = _beside(text, found) + "\n" + new + text[found.end :]
        changed[home] = text.encode(errors="surrogateescape")
    for part in sorted(replacements, key=lambda p: p.start, reverse=True):
        driver = driver[: part.comment] + driver[part.end :].lstrip("\n")
    changed[DRIVER_FILE] = driver.encode()
    return changed


def _given_functions(lab: Lab) -> dict[str, str]:
    """The file of each function of the project's kernel."""
    root = lab.path.parent.parent
    return {
        name: path
        for path, content in pristine_sources(root).items()
        if path.endswith(".c")
        for name in definitions(content.decode(), path)
    }


def _beside(text: str, found: Definition) -> str:
    """The text up to the end of a function, which gets its other name, and
    whatever keeps the compiler from warning of it."""
    own = text[found.start : found.end]
    head, brace, body = own.partition("{")
    head = head.replace(f"{found.name}(", f"{found.name}{GIVEN}(", 1)
    if head.startswith("static"):
        head = f"__attribute__((unused)) {head}"
    else:
        head = f"{head.rstrip()};\n\n{head}"
    return text[: found.start] + head + brace + body
