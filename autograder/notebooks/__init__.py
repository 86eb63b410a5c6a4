"""Pure functions on notebooks and on the programs in them; nothing is run."""
