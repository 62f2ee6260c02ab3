"""Records in the words of other standards, one pure module each."""
