"""A made-up construction industry: plausible, deterministic, and visibly not real. For the demo and for benchmarks."""
