"""The plugin in the real flake8."""
