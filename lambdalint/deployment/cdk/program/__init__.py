"""A bounded evaluator of CDK programs in Python: it follows what a program would make, and runs nothing of it."""
