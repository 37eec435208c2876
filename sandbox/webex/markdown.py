"""The part of markdown that Webex supports, rendered as HTML and as plain text."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape

from sandbox.webex.clients import Client, mention
from sandbox.webex.people import Person

FindPerson = Callable[[str, str], Person | None]
"""Takes `personId` or `personEmail` and its value; returns the mentioned member, or None."""

_MAX_DEPTH = 6
_INLINE = re.compile(
    r"\\(?P<escaped>[\\`*_{}\[\]()#+.!<>|~-])"
    r"|`(?P<code>[^`\n]+)`"
    r"|<@(?P<by>personEmail|personId):(?P<target>[^|>\n]+)(?:\|(?P<label>[^>\n]*))?>"
    r"|(?P<all><@all>)"
    r"|\[(?P<link_text>[^\]\n]+)\]\((?P<link>[^)\s]+)\)"
    r"|\*\*(?P<bold>\S.*?)\*\*|(?<!\w)__(?P<bold2>\S.*?)__(?!\w)"
    r"|\*(?P<italic>[^\s*][^*\n]*)\*|(?<!\w)_(?P<italic2>[^\s_][^_\n]*)_(?!\w)",
    re.DOTALL,
)
_FENCE = re.compile(r"\s{0,3}```")
_ITEM = re.compile(r"\s{0,8}(?:(?P<bullet>[-*+])|(?P<number>\d{1,9})[.)])\s+(?P<rest>.*)")
_HEADING = re.compile(r"(?P<level>#{1,6})\s+(?P<rest>.*)")
_QUOTE = re.compile(r"\s{0,3}>\s?(?P<rest>.*)")


@dataclass(slots=True)
class Rendered:
    """A markdown text as Webex stores it, with the ids of mentioned people and groups."""

    client: Client = Client.API
    html: str = ""
    text: str = ""
    people: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)


def render(markdown: str, find: FindPerson, client: Client = Client.API) -> Rendered:
    """Render markdown as the client's HTML and as plain text, and collect its mentions."""
    rendered = Rendered(client)
    blocks = [_render_block(kind, lines, find, rendered) for kind, lines in _split_blocks(markdown.splitlines())]
    rendered.html = ("" if client.has_paragraphs else "<br>").join(html for html, _ in blocks)
    rendered.text = "\n".join(text for _, text in blocks)
    return rendered


def _split_blocks(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    kind, pending = "", list[str]()
    fenced = False
    for line in lines:
        if _FENCE.match(line):
            if pending or fenced:
                yield kind, pending
            fenced, kind, pending = not fenced, "" if fenced else "pre", []
            continue
        line_kind, content = ("pre", line) if fenced else _line_kind(line)
        if line_kind != kind or line_kind.startswith("h"):
            if pending:
                yield kind, pending
            kind, pending = line_kind, []
        if line_kind:
            pending.append(content)
    if pending:
        yield kind, pending


def _line_kind(line: str) -> tuple[str, str]:
    if not line.strip():
        return "", ""
    if item := _ITEM.fullmatch(line):
        return ("ul" if item["bullet"] else "ol"), item["rest"]
    if heading := _HEADING.fullmatch(line):
        return f"h{min(len(heading['level']), 3)}", heading["rest"]
    if quote := _QUOTE.fullmatch(line):
        return "blockquote", quote["rest"]
    return "p", line


def _render_block(kind: str, lines: list[str], find: FindPerson, rendered: Rendered) -> tuple[str, str]:
    if kind == "pre":
        code = "\n".join(lines)
        return f"<pre><code>{escape(code, quote=False)}\n</code></pre>", code
    if kind in ("ul", "ol"):
        items = [_render_inline(line, find, rendered) for line in lines]
        html = "".join(f"<li>{item}</li>" for item, _ in items)
        marks = ["-"] * len(items) if kind == "ul" else [f"{n}." for n in range(1, len(items) + 1)]
        text = "\n".join(f"{mark} {item}" for mark, (_, item) in zip(marks, items, strict=True))
        return f"<{kind}>{html}</{kind}>", text
    html, text = _render_inline("\n".join(line.strip() for line in lines), find, rendered)
    html = html.replace("\n", "<br>")
    if kind == "p" and not rendered.client.has_paragraphs:
        return html, text
    return f"<{kind}>{html}</{kind}>", text


def _render_inline(source: str, find: FindPerson, rendered: Rendered, depth: int = 0) -> tuple[str, str]:
    html: list[str] = []
    text: list[str] = []
    end = 0
    for match in _INLINE.finditer(source) if depth < _MAX_DEPTH else ():
        before = source[end : match.start()]
        inner_html, inner_text = _render_match(match, find, rendered, depth)
        html += (escape(before, quote=False), inner_html)
        text += (before, inner_text)
        end = match.end()
    rest = source[end:]
    return "".join(html) + escape(rest, quote=False), "".join(text) + rest


def _render_match(match: re.Match[str], find: FindPerson, rendered: Rendered, depth: int) -> tuple[str, str]:
    if match["escaped"]:
        return escape(match["escaped"], quote=False), match["escaped"]
    if match["code"]:
        return f"<code>{escape(match['code'], quote=False)}</code>", match["code"]
    if match["by"]:
        return _mention(match, find, rendered)
    if match["all"]:
        rendered.groups.append("all")
        return '<spark-mention data-object-type="groupMention" data-group-type="all">All</spark-mention>', "All"
    if match["link_text"]:
        html, text = _render_inline(match["link_text"], find, rendered, depth + 1)
        return f'<a href="{escape(match["link"])}" rel="nofollow">{html}</a>', text
    tag = "strong" if match["bold"] or match["bold2"] else "em"
    inner = match["bold"] or match["bold2"] or match["italic"] or match["italic2"]
    html, text = _render_inline(inner, find, rendered, depth + 1)
    return f"<{tag}>{html}</{tag}>", text


def _mention(match: re.Match[str], find: FindPerson, rendered: Rendered) -> tuple[str, str]:
    person = find(match["by"], match["target"].strip())
    if person is None:
        label = match["label"] or match["target"]
        return escape(label, quote=False), label
    label = match["label"] or person.first_name
    if person.id not in rendered.people:
        rendered.people.append(person.id)
    return mention(rendered.client, person, label), label
