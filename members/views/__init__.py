"""Who knocks: the directory, the workspace, accounts."""
