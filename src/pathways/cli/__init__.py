"""The command line: one verb a command, one clear line when something is wrong."""
