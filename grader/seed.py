# SPDX-License-Identifier: MIT
"""A seed is a schedule.

One number fixes everything a run may depend on: how fast the virtual clock
runs beside the instructions (`shift`, from outside: no kernel can ignore
it), QEMU's own random numbers, and the inputs of the given programs, which
get the seed in the boot arguments. So a failure repeats under its seed, and
eight seeds are eight different schedules."""

# Published with the labs; an instructor grades with others. They cover all
# five clock speeds.
PUBLIC_SEEDS = (
    0x5A17, 0x0B1E, 0x1DEA, 0x2F3C, 0x3D09, 0x4E81, 0x6B6A, 0x7C96,
)  # fmt: skip

MASK = (1 << 64) - 1


class SplitMix:
    """splitmix64, as the given programs have it: the same numbers here and
    there for the same state."""

    def __init__(self, state: int) -> None:
        self.state = state & MASK

    def next(self) -> int:
        """The next 64-bit number."""
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
        return z ^ z >> 31

    def below(self, limit: int) -> int:
        """The next number, modulo `limit`."""
        return self.next() % limit


class Seed(SplitMix):
    """The seed of one run. As a generator it gives the numbers that a given
    program draws from the same seed, from the first on."""

    def __init__(self, value: int) -> None:
        super().__init__(value)
        self.value = value
        # What the test chooses (`pick`) comes from a stream of its own: a
        # choice made here moves nothing that the guest will draw.
        self._choices = SplitMix(value ^ MASK)

    @property
    def shift(self) -> int:
        """One instruction takes 2**shift virtual nanoseconds, 1 to 5."""
        return 1 + self.value % 5

    def pick(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included, for the test's own
        use: the guest learns it as a boot argument or not at all."""
        return low + self._choices.below(high - low + 1)

    def stream(self, salt: int = 0) -> SplitMix:
        """A fresh generator with state seed + salt, for a program that
        starts its own."""
        return SplitMix(self.value + salt)

    def __str__(self) -> str:
        return hex(self.value)
