"""What a browser without script would send: the fields of a form as the page shows them."""

from html.parser import HTMLParser

Data = dict[str, list[str]]


class _Form(HTMLParser):
    """Collects the fields of one form, or of the whole text if it has none."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted, self.inside = wanted, not wanted
        self.data: Data = {}
        self.text: list[str] | None = None
        self.select = ""
        self.options: list[tuple[str, bool]] = []
        self.area = ""

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and self.wanted:
            self.inside = given.get("id") == self.wanted
        if not self.inside:
            return
        name = given.get("name", "")
        if tag == "input" and name and given.get("type") not in ("submit", "file", "button"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.add(name, given.get("value", "on" if "checked" in given else ""))
        elif tag == "textarea":
            self.area, self.text = name, []
        elif tag == "select":
            self.select, self.options = name, []
        elif tag == "option" and self.select:
            self.options.append((given.get("value", ""), "selected" in given))

    def handle_data(self, data):
        if self.text is not None:
            self.text.append(data)

    def handle_endtag(self, tag):
        if tag == "textarea" and self.text is not None:
            # HTML drops the line end right after the tag; a browser sends CR LF for each other one.
            self.add(self.area, "".join(self.text).removeprefix("\n").replace("\n", "\r\n"))
            self.text = None
        elif tag == "select" and self.select:
            chosen = [value for value, selected in self.options if selected]
            for value in chosen or [value for value, _selected in self.options[:1]]:
                self.add(self.select, value)
            self.select = ""
        elif tag == "form" and self.wanted:
            self.inside = False

    def add(self, name, value):
        self.data.setdefault(name, []).append(value)


def fields(html: str, form: str = "") -> Data:
    """What the form with this id would send as it stands, buttons and files apart."""
    parser = _Form(form)
    parser.feed(html.replace("\r\n", "\n"))  # as HTML is read
    return parser.data
