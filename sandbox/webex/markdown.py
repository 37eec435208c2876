"""The little of markdown that Webex shows, as HTML and as plain text."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape

from sandbox.webex.people import Person

Find = Callable[[str, str], Person | None]
"""Finds whom a mention means: `personId` or `personEmail`, and its value; None where it means nobody here."""

_DEEPEST = 6
_INLINE = re.compile(
    r"\\(?P<escaped>[\\`*_{}\[\]()#+.!<>|~-])"
    r"|`(?P<code>[^`\n]+)`"
    r"|<@(?P<by>personEmail|personId):(?P<whom>[^|>\n]+)(?:\|(?P<shown>[^>\n]*))?>"
    r"|(?P<all><@all>)"
    r"|\[(?P<label>[^\]\n]+)\]\((?P<link>[^)\s]+)\)"
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
    """A markdown text as Webex keeps it."""

    html: str = ""
    text: str = ""
    people: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)


def render(markdown: str, find: Find) -> Rendered:
    """Turn markdown into HTML and plain text, and collect whom it mentions."""
    rendered = Rendered()
    blocks = [_block(kind, lines, find, rendered) for kind, lines in _blocks(markdown.splitlines())]
    rendered.html = "".join(html for html, _ in blocks)
    rendered.text = "\n".join(text for _, text in blocks)
    return rendered


def _blocks(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    kind, held = "", list[str]()
    fenced = False
    for line in lines:
        if _FENCE.match(line):
            if held or fenced:
                yield kind, held
            fenced, kind, held = not fenced, "" if fenced else "pre", []
            continue
        here, content = ("pre", line) if fenced else _kind(line)
        if here != kind or here.startswith("h"):
            if held:
                yield kind, held
            kind, held = here, []
        if here:
            held.append(content)
    if held:
        yield kind, held


def _kind(line: str) -> tuple[str, str]:
    if not line.strip():
        return "", ""
    if item := _ITEM.fullmatch(line):
        return ("ul" if item["bullet"] else "ol"), item["rest"]
    if heading := _HEADING.fullmatch(line):
        return f"h{min(len(heading['level']), 3)}", heading["rest"]
    if quote := _QUOTE.fullmatch(line):
        return "blockquote", quote["rest"]
    return "p", line


def _block(kind: str, lines: list[str], find: Find, rendered: Rendered) -> tuple[str, str]:
    if kind == "pre":
        code = "\n".join(lines)
        return f"<pre><code>{escape(code, quote=False)}\n</code></pre>", code
    if kind in ("ul", "ol"):
        items = [_inline(line, find, rendered) for line in lines]
        html = "".join(f"<li>{item}</li>" for item, _ in items)
        marks = ["-"] * len(items) if kind == "ul" else [f"{n}." for n in range(1, len(items) + 1)]
        text = "\n".join(f"{mark} {item}" for mark, (_, item) in zip(marks, items, strict=True))
        return f"<{kind}>{html}</{kind}>", text
    html, text = _inline("\n".join(line.strip() for line in lines), find, rendered)
    html = html.replace("\n", "<br>")
    return f"<{kind}>{html}</{kind}>", text


def _inline(source: str, find: Find, rendered: Rendered, depth: int = 0) -> tuple[str, str]:
    html: list[str] = []
    text: list[str] = []
    end = 0
    for found in _INLINE.finditer(source) if depth < _DEEPEST else ():
        before = source[end : found.start()]
        inner_html, inner_text = _token(found, find, rendered, depth)
        html += (escape(before, quote=False), inner_html)
        text += (before, inner_text)
        end = found.end()
    rest = source[end:]
    return "".join(html) + escape(rest, quote=False), "".join(text) + rest


def _token(found: re.Match[str], find: Find, rendered: Rendered, depth: int) -> tuple[str, str]:
    if found["escaped"]:
        return escape(found["escaped"], quote=False), found["escaped"]
    if found["code"]:
        return f"<code>{escape(found['code'], quote=False)}</code>", found["code"]
    if found["by"]:
        return _mention(found, find, rendered)
    if found["all"]:
        rendered.groups.append("all")
        return (
            '<spark-mention data-object-type="groupMention" data-group-type="all">All</spark-mention>',
            "All",
        )
    if found["label"]:
        html, text = _inline(found["label"], find, rendered, depth + 1)
        return f'<a href="{escape(found["link"])}" rel="nofollow">{html}</a>', text
    tag = "strong" if found["bold"] or found["bold2"] else "em"
    inner = found["bold"] or found["bold2"] or found["italic"] or found["italic2"]
    html, text = _inline(inner, find, rendered, depth + 1)
    return f"<{tag}>{html}</{tag}>", text


def _mention(found: re.Match[str], find: Find, rendered: Rendered) -> tuple[str, str]:
    person = find(found["by"], found["whom"].strip())
    if person is None:
        shown = found["shown"] or found["whom"]
        return escape(shown, quote=False), shown
    shown = found["shown"] or person.first_name
    if person.id not in rendered.people:
        rendered.people.append(person.id)
    opening = f'<spark-mention data-object-type="person" data-object-id="{person.id}">'
    return f"{opening}{escape(shown, quote=False)}</spark-mention>", shown
