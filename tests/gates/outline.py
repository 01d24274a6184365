"""What a page says of itself."""

from html.parser import HTMLParser


class Outline(HTMLParser):
    """What a page says of itself: its language, title, headings of the first level, and links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.language, self.title, self.headings = "", "", 0
        self.links: list[dict[str, str]] = []
        self.robots = ""
        self._in_title = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given.get("lang", "")
        elif tag == "title" and not self.title:
            self._in_title = True
        elif tag == "h1":
            self.headings += 1
        elif tag == "link":
            self.links.append(given)
        elif tag == "meta" and given.get("name") == "robots":
            self.robots = given["content"]

    def handle_endtag(self, tag):
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data):
        if self._in_title:
            self.title += data

    def addresses(self, rel: str) -> list[tuple[str, str]]:
        return [
            (link.get("hreflang", ""), link["href"]) for link in self.links if link["rel"] == rel
        ]
