"""How a git that we start tells the hooks it starts that it is ours."""

# Hooks of ours see this in a git that we started ourselves, and stay out of the way.
GUARD = {"ANVCS_INTERNAL": "1"}
