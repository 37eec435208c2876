"""What is claimed about speed, measured: the door and one command, beside another bot, in the same run."""
