"""Lossless syntax: the excerpts that rules look at, and whole modules with what fixes are made of."""
