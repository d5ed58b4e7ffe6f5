"""Parts of `benchmarks/clients.py` that are long enough to stand by themselves."""
