"""Parts of a page that are the same for everybody: the template tag `constant`."""

from django import template
from django.template import Context
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.utils.translation import get_language

# A part that differs in more ways than this is none of these.
MOST = 32


class ConstantNode(template.Node):
    """Renders what it holds once for each language and what it is given, and remembers it.

    What it holds sees nothing but what it is given, so that nothing of one reader reaches another.
    """

    def __init__(self, nodelist: NodeList, given: dict[str, FilterExpression]) -> None:
        self.nodelist = nodelist
        self.given = given
        self._kept: dict[tuple[object, ...], str] = {}

    def render(self, context: Context) -> str:
        given = {name: value.resolve(context) for name, value in self.given.items()}
        key = (get_language(), *given.values())
        text = self._kept.get(key)
        if text is None:
            alone = Context(given, autoescape=context.autoescape)
            with alone.bind_template(context.template):  # type: ignore[arg-type]  # it renders
                text = self.nodelist.render(alone)
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[key] = text
        return text


def constant(parser: Parser, token: Token) -> ConstantNode:
    """`{% constant name=value … %}…{% endconstant %}`: a part of a page that differs by nothing but
    the language and these values, which are few and hashable."""
    tag, *bits = token.split_contents()
    given = token_kwargs(bits, parser)
    if bits:
        raise template.TemplateSyntaxError(f"{tag} takes name=value: {bits[0]}")
    nodelist = parser.parse(("endconstant",))
    parser.delete_first_token()
    return ConstantNode(nodelist, given)
