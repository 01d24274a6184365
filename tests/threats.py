"""The threats that the portal answers, clause by clause: each has tests marked with it.

    @pytest.mark.threat("T9", "older schema")

The numbers are those of the project's list of threats. Left out is what has nothing to threaten yet:
tokens of the API (T24, and under T3), registrations (T27), signatures (T28), erasure (T29), links that
cancel or unsubscribe (under T13 and T25). Where the portal does something else than the list asks for,
the reason stands beside the clauses.
"""

THREATS = {
    # Mass assignment: names that a form does not have, and the twins of translated fields.
    "T1": {"extra names", "translated twins", "snapshot"},
    # What belongs to another organisation. Only staff act on several rows at once.
    "T2": {"addresses", "choices", "images", "nested ids", "bulk actions"},
    # Roles that end, and roles one would like to have.
    "T3": {
        "session",
        "open form",
        "invitations",
        "another organisation",
        "self-promotion",
        "last owner",
        "mail",
    },
    # Gaps of the admin.
    "T4": {
        "addresses",
        "actions",
        "autocomplete",
        "rows in lists",
        "rows in forms",
        "popups",
        "history",
        "to_field",
        "lookups",
    },
    # A moderator who would be more.
    "T5": {"rights", "passwords", "hash", "reset link"},
    # What is held and must not be read.
    "T6": {
        "pages",
        "search",
        "API",
        "calendars and feeds",
        "site map",
        "images",
        "counts",
        "facets",
        "history",
        "differences",
        "mails",
        "kept pages",
        "agreements",
        "handed over",
    },
    # The preview: shown to who may see it, kept by nobody, harmless to a moderator. It has no signed
    # link that would expire: its address opens nothing by itself, whoever asks is asked who they are.
    "T7": {"permission", "no link that opens it", "kept nowhere", "sanitised", "policy"},
    # Approving something else than what was read. That two people must agree cannot be configured.
    "T8": {"changed since", "POST and token", "one's own"},
    # Stored JSON that says more, or less, than a form could.
    "T9": {"keys and owner", "unknown names", "older schema", "what is gone", "no pickle"},
    # Who has an account is nobody's business.
    "T10": {"sign-in", "reset", "sign-up", "codes", "invitations", "addresses"},
    # Trying passwords, and locking others out.
    "T11": {"account", "network", "before hashing", "a way back", "admin", "fails closed"},
    # Accounts opened for somebody else, addresses that look alike.
    "T12": {"before confirming", "first sign-in", "look-alikes", "stored address", "new password"},
    # Links that are secrets: to reset, to confirm, to accept an invitation.
    "T13": {"once", "expires", "POST", "bound", "referrer", "not logged", "many mails", "time"},
    # Leading elsewhere. The language is part of the address: nothing is stored when it changes.
    "T14": {"next", "language switch"},
    # Made-up hosts and network addresses.
    "T15": {"hosts", "mails", "pages", "site map", "feeds", "API", "network address"},
    # Markup. Texts are kept as they were written and cleaned each time they are shown, so that a better
    # sanitiser reaches the old ones too.
    "T16": {"markdown", "sanitiser", "texts", "addresses", "outline", "policy"},
    # Pages kept for others.
    "T17": {
        "private pages",
        "gone at once",
        "languages",
        "forms",
        "headers",
        "unknown keys",
        "errors",
    },
    # What photographs tell, also in the smaller sizes.
    "T18": {"metadata", "upright", "sizes"},
    # Images as weapons.
    "T19": {
        "formats",
        "pixels",
        "frames",
        "passes",
        "weight",
        "memory",
        "number",
        "drawn anew",
        "name and type",
        "quota",
    },
    # Tables that come in, and the table of what became of them.
    "T20": {
        "round trip",
        "formulas",
        "encodings",
        "archives",
        "size",
        "line by line",
        "twice",
        "half import",
        "two at once",
        "markup",
        "turned text",
        "file name",
        "columns of ours",
    },
    # Line ends where they mean something.
    "T21": {"mail headers", "file names", "logs"},
    # Queries that cost or tell too much.
    "T22": {"unknown keys", "rows", "length", "desk", "time limit", "any text"},
    # Bodies that nobody sends.
    "T23": {"depth", "NUL", "digits", "surrogates", "fields", "charset", "content type"},
    # Requests that somebody else's page sends.
    "T25": {"token", "JSON as text", "GET and HEAD", "sign-out"},
    # Nothing is asked of anybody else.
    "T26": {"pages", "browser", "mails"},
    # What a server tells of itself. The description of the API is public on purpose. That a critical fix
    # is installed within seven days is asked of people, by the README.
    "T30": {"files", "errors", "headers", "production", "pins", "bill of materials"},
    # How often something may be done, and what is said to who did it too often.
    "limits": {
        "sign-in",
        "codes",
        "reset",
        "sign-up",
        "invitations",
        "API",
        "search",
        "uploads",
        "the reader's language",
    },
}
