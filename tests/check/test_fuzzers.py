# SPDX-License-Identifier: MIT
"""The readers and the handle table under libFuzzer.

Each target of tests/fuzz runs over its corpus and then over a fixed number of
inputs that libFuzzer makes of it, always the same ones. Then the fuzzers are
tested: of each source there is a copy with one check taken out, and the
fuzzer has to find that.

The programs and the inputs that fail stay in build/fuzz; docs/testing.md says
how to run one again."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import pytest

from tests.machine import ROOT, Build
from tests.test_host import FLAGS

CORPUS = ROOT / "tests" / "fuzz" / "corpus"
CORPUS_BYTES_MAX = 40 * 1024


@dataclass(frozen=True)
class Target:
    """What a fuzzer is made of, and how many inputs take it some 20 s."""

    source: str
    others: tuple[str, ...]
    runs: int
    # Something in `source` that is needed, and what to put in its place.
    needed: str
    broken: str


TARGETS = {
    "fdt": Target(
        "kernel/fdt.c",
        ("user/lib/devicetree.c",),
        runs=700_000,
        needed="!p.name || p.bytes > r->bytes - r->position - 8",
        broken="!p.name",
    ),
    "cpio": Target(
        "kernel/cpio.c",
        ("user/lib/archive.c",),
        runs=4_000_000,
        needed=" || *file_bytes > bytes - start",
        broken="",
    ),
    "handle": Target(
        "kernel/handle.c",
        ("tests/host/handle_model.c", "tests/host/ram.c"),
        runs=20_000,
        needed="    list_splice(&moved->node.children, &slot->node.children);",
        broken="",
    ),
}

OPTIONS = (
    # Each run makes the same choices. With use_cmp it would learn from the
    # values that are compared, and addresses are others each time.
    "-seed=1",
    "-use_cmp=0",
    "-print_final_stats=1",
    # Seconds for one input; a busy machine must not look like a hang.
    "-timeout=60",
)


def compile_fuzzer(name: str, source: Path, program: Path) -> None:
    """Builds the target `name`, with `source` as the kernel's part of it."""
    sources = (
        f"tests/fuzz/{name}_fuzz.c",
        "tests/host/check.c",
        *TARGETS[name].others,
    )
    command = [which("clang-14") or "clang", *FLAGS, "-fsanitize=fuzzer"]
    # The flags are those that gcc gets, and clang does not know all of them.
    command += ["-Wno-unknown-warning-option"]
    compiled = subprocess.run(
        [*command, "-o", str(program), str(source), *sources],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert compiled.returncode == 0, compiled.stderr
    assert not compiled.stderr


def run(program: Path, *arguments: str | Path) -> tuple[int, str]:
    """The status of a fuzzer and what it says."""
    ran = subprocess.run(
        [program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return ran.returncode, ran.stdout.decode(errors="replace")


def fuzz(
    program: Path, name: str, tmp_path: Path, option: str
) -> tuple[int, str]:
    """Runs a fuzzer on the corpus of `name` and on what it makes of it."""
    new = tmp_path / "new"  # inputs that reach new code go to the first folder
    new.mkdir()
    limit = f"-runs={TARGETS[name].runs}"
    return run(program, *OPTIONS, limit, option, new, CORPUS / name)


@pytest.fixture(scope="module")
def directory(build: Build) -> Path:
    """Where the programs and what they find are kept."""
    place = build.directory / "fuzz"
    place.mkdir(parents=True, exist_ok=True)
    return place


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_is_found(directory: Path, tmp_path: Path, name: str) -> None:
    """No input of the corpus, and none made of it, makes a target fail."""
    target = TARGETS[name]
    program = directory / name
    compile_fuzzer(name, ROOT / target.source, program)
    prefix = f"-artifact_prefix={program}-"
    status, said = fuzz(program, name, tmp_path, prefix)
    assert status == 0, said
    seeds = len(list((CORPUS / name).iterdir()))
    assert re.search(rf" {seeds} files found in {CORPUS / name}\n", said), said
    assert f"stat::number_of_executed_units: {target.runs}" in said, said


@pytest.mark.parametrize("name", TARGETS)
def test_a_defect_is_found(directory: Path, tmp_path: Path, name: str) -> None:
    """A missing check is found, and the input that showed it shows it again:
    with the defect it fails, without it does not."""
    target = TARGETS[name]
    text = (ROOT / target.source).read_text()
    assert text.count(target.needed) == 1, "the defect has no place any more"
    source = tmp_path / Path(target.source).name
    source.write_text(text.replace(target.needed, target.broken))
    broken, sound = tmp_path / "broken", directory / name
    compile_fuzzer(name, source, broken)
    compile_fuzzer(name, ROOT / target.source, sound)

    found = tmp_path / "found"
    exact = f"-exact_artifact_path={found}"
    status, said = fuzz(broken, name, tmp_path, exact)
    assert status != 0, "the defect was not found"
    assert "SUMMARY: " in said
    assert run(broken, found)[0] != 0
    assert run(sound, found)[0] == 0


def test_the_corpus_is_small() -> None:
    """It is for beginning with; what a fuzzer makes of it is not kept."""
    files = [file for file in CORPUS.rglob("*") if file.is_file()]
    assert {file.parent.name for file in files} == set(TARGETS)
    assert sum(file.stat().st_size for file in files) <= CORPUS_BYTES_MAX
