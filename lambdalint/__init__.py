"""lambdalint finds what Python code on AWS Lambda and its kin gets wrong about its file system."""

__version__ = "0.1.0"
