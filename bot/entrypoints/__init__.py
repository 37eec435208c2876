"""Starting processes: serve, worker, web, and the shell."""
