"""Unpublished commits become milestones: the same last tree, fewer commits, every record kept."""
