"""Organisations from a file, as the table of the directory gives it.

- `reading` turns a file into lines, `columns` knows which columns are taken and what their cells mean;
- `matching` finds the organisation that a line is about, `checking` what it would change;
- `steps` has the verbs: begin, go on, confirm, abandon. Page, task and command call these.

A line is checked by the form and the rules of the staff's own form, and written by the same verb. It is
one transaction that ends with its outcome: whoever goes on with an import after a crash, or beside
somebody else who does, finds what is left to do and writes nothing twice.
"""
