# SPDX-License-Identifier: MIT
"""Seeds: the same numbers as in the guest, all clock speeds among them."""

from grader.seed import PUBLIC_SEEDS, Seed, SplitMix
from grader.tests.conftest import System


def test_the_generator_is_splitmix64() -> None:
    # The first outputs for state 1234567, as published with the algorithm.
    generator = SplitMix(1234567)
    assert [generator.next() for _ in range(5)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


def test_a_choice_of_the_test_moves_nothing_in_the_guest() -> None:
    chosen, plain = Seed(0x5A17), Seed(0x5A17)
    values = [chosen.pick(3, 9) for _ in range(100)]
    assert set(values) == set(range(3, 10))
    assert chosen.next() == plain.next() == SplitMix(0x5A17).next()
    assert chosen.stream().next() == SplitMix(0x5A17).next()


def test_public_seeds_cover_all_clock_speeds() -> None:
    assert len(set(PUBLIC_SEEDS)) == 8
    assert {Seed(value).shift for value in PUBLIC_SEEDS} == {1, 2, 3, 4, 5}


def test_time_slices_are_within_what_the_kernel_accepts() -> None:
    for value in (*range(200), *PUBLIC_SEEDS, 1 << 63, (1 << 64) - 1):
        seed = Seed(value)
        assert 50_000 <= seed.slice_us * 1000 >> seed.shift <= 500_000
        assert 100 <= seed.phase_us <= seed.slice_us <= 16_000
    lengths = {(Seed(s).slice_us, Seed(s).phase_us) for s in PUBLIC_SEEDS}
    assert len(lengths) == len(PUBLIC_SEEDS)


def test_the_kernel_takes_slice_and_phase_from_its_command_line(
    system: System,
) -> None:
    """Two senders of one priority share the hart: other slices, another
    number of instructions; the same, the same."""
    kernel = system.build()
    plan = "s0.20.5,s0.20.5,r0.10"

    def icount(slice_us: int, phase_us: int) -> int | None:
        words = {"slice_us": slice_us, "phase_us": phase_us, "plan": plan}
        with system.run(kernel, **words) as run:
            return run.icount

    counts = [icount(*c) for c in ((900, 900), (900, 100), (200, 100))]
    assert len(set(counts)) == 3
    assert icount(900, 900) == counts[0]
