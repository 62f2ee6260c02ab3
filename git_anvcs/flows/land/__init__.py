"""Landing branches: many into one, merged in memory, checked, tested, and then moved in one step.

`land` tells the story. `tips` says what is landed, `fold` merges, `conserved` refuses what would
undo work, `gates` finds the branch that breaks the tests, `move` moves the target.
"""
