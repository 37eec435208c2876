"""The machinery under the jobs: the clock, the threads, and how often to try again."""
