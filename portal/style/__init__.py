"""The style guide, for staff: every component in every state, on small fixed examples."""
