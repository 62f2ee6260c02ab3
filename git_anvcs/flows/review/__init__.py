"""Story: a person looks at what a merge decided by itself, takes back or accepts what it made."""
