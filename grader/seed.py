# SPDX-License-Identifier: MIT
"""A seed is a schedule.

One number fixes everything a run may depend on:

    shift      how long an instruction takes in virtual time. From outside:
               no kernel can ignore it
    -seed      QEMU's own random numbers
    slice_us   boot argument: the length of a time slice
    phase_us   boot argument: the length of the first one, so that ends of
               slices fall elsewhere; both are read by kernel/main.c
    seed       boot argument: the given programs draw inputs and delays from it
    pick       what a test chooses, and tells the guest or not

So a failure repeats under its seed, and eight seeds are eight different
schedules. The firmware's instructions count too: with another OpenSBI the
same seed is another schedule."""

# Published with the labs; an instructor grades with others. They cover all
# five clock speeds.
PUBLIC_SEEDS = (
    0x5A17, 0x0B1E, 0x1DEA, 0x2F3C, 0x3D09, 0x4E81, 0x6B6A, 0x7C96,
)  # fmt: skip

MASK = (1 << 64) - 1

# A time slice in thousands of instructions, whatever the speed of the clock:
# short enough to end in the midst of things, long enough to get work done.
SLICE_MIN, SLICE_MAX = 50, 500
PHASE_US_MIN = 100  # the shortest that the kernel accepts


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
        # 1000 instructions take 2**shift microseconds.
        times = SplitMix(~value >> 1)
        length = SLICE_MIN + times.below(SLICE_MAX - SLICE_MIN + 1)
        self.slice_us = length << self.shift
        self.phase_us = PHASE_US_MIN + times.below(
            self.slice_us - PHASE_US_MIN + 1
        )

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
