"""Story: branches are merged into what is checked out here; it can be taken back exactly."""
