# Note.
