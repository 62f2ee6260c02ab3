"""Story: an open conflict is shown to a program or a model, which proposes what to write there.

Only on request, with secrets taken out; what comes back is text, checked before it is shown, and
put into a file only by a person, or where the guard has tested it.
"""
