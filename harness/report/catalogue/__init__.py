"""The catalogues of faults, checks and events: on a terminal, and as the README of their folders."""
