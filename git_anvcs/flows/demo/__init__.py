"""The demonstration: a whole story on a real repository in a scratch folder.

Read `story` first. `stage` runs and prints commands, `agent` is the process that plays an agent,
`shop/` is the repository of the story, `*.json` are the scripts of the agents. Knows no other
module of ours: everything it does, it does by starting the installed programs.
"""
