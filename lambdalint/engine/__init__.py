"""Runs the analysis over a project: collection, cache, parallel work, suppressions, the report's assembly."""
