"""How long lambdalint takes, against what people know: generated and given projects, each tool in alternation."""
