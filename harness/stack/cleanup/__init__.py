"""How nothing is left behind: who owns what, and its end."""
