"""A clock for tests, moved by hand."""


class Clock:
    """Seconds: `now`, until the test changes it."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
