"""Who knocks: the agenda, the projects, and the page of each."""
