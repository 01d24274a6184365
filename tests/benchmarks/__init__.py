"""What the portal's pages cost, beside the limits of what they are made with.

`python -m tests.benchmarks --help` lists what can be asked; `make benchmark` asks it with a database
of its own. Nothing here is a test: pytest collects none of it. Needs Linux, for its `/proc`.
"""
