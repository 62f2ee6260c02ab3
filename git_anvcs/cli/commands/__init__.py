"""One module per subcommand; each satisfies cli.command.Command and knows no other."""
