"""What commands, dispatch and the shell share and that reads storage."""
