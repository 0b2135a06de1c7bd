# SPDX-License-Identifier: MIT
"""Seeds: the same numbers as in the guest, all clock speeds among them."""

from grader.seed import PUBLIC_SEEDS, Seed, SplitMix


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
