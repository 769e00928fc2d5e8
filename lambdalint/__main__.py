"""Run the command line with ``python -m lambdalint``."""

from lambdalint.cli import main

if __name__ == "__main__":
    main()
