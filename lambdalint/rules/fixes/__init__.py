"""How the fixes of findings are made: a module a kind of fix, and what several of them ask of the code."""
