"""Where a command begins. ^C is heeded before the imports, which take seconds on a slow machine:
nothing is begun yet.
"""

import signal


def main() -> None:
    """Run the command of the command line."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from impact_alliances.cli import main as run

    run()


if __name__ == "__main__":
    main()
