"""Read what each module imports from the code, and what it may import from the table in docs/architecture.md."""
