"""The git anvcs command. Start at main.py; one file per subcommand in commands/."""
