"""Renderers: each turns a report into the text of one format, and knows the model only."""
