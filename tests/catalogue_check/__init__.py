"""Compares what the catalogue says of libraries with the libraries themselves, where these are installed."""

from catalogue_check.claims import Claim, claims_in
from catalogue_check.libraries import check, installed
from catalogue_check.verdict import Finding, Verdict

__all__ = ["Claim", "Finding", "Verdict", "check", "claims_in", "installed"]
