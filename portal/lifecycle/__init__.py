"""The life cycle of everything published: what is written, reviewed, agreed to, public and withdrawn."""
