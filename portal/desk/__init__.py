"""The staff's desk in the Django admin: the queue, decisions, direct edits of what is live."""
