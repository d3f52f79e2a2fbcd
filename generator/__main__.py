"""`python -m generator` is `genx-fx`."""

from generator.cli import main

main()
