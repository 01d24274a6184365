"""Dates as British English writes them: Django's own `en` puts the month first."""

# What may be typed where a browser has no calendar; ISO 8601 comes beside these.
DATE_INPUT_FORMATS = ["%d/%m/%Y", "%d %B %Y", "%d %b %Y"]
