"""Functions, containers and Streamlit applications on Genezio."""

from lambdalint.deployment.genezio.reader import read

__all__ = ["read"]
