"""A page that needs nothing else, and in which nothing that a student wrote can run or break it.

Each text is escaped; the policy allows one style sheet, by its hash, and no script, picture or
address. Folding is by <details>, and names are folded by a box to tick, in CSS alone.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable, Mapping

from lcutils.show import BLUE, GREEN, GREY, ORANGE, RED

# What cannot be seen, or turns the order of what follows.
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_FILLS = {
    "right": (GREEN, "#111"),
    "known": ("var(--red)", "#fff"),
    "wrong": (ORANGE, "#111"),
    "error": ("var(--blue)", "#fff"),
    "ours": ("#8a63c9", "#fff"),
    "skipped": ("var(--soft)", "var(--ink)"),
    "unchecked": ("var(--soft)", "var(--ink)"),
    "open": (GREY, "#111"),
    "deleted": ("var(--soft)", "var(--ink)"),
    "given": ("transparent", "var(--ink)"),
    "predicted": ("var(--soft)", "var(--ink)"),
}

_CSS = f"""
:root {{ color-scheme: light dark; --ink: #1b1f23; --paper: #fff; --line: #d5dae0;
  --soft: #e8ebef; --dim: #59616a; --red: {RED}; --blue: {BLUE}; --green: #007a43; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #e4e8ec; --paper: #14181d; --line: #39414a;
  --soft: #2b323a; --dim: #a0a9b3; --red: #bd3158; --blue: #3a78d8; --green: #41c98a; }} }}
* {{ box-sizing: border-box; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 64rem; margin: 0 auto;
  padding: 1rem 1rem 4rem; color: var(--ink); background: var(--paper); }}
h1 {{ font-size: 1.5rem; line-height: 1.25; margin: 0.5rem 0; }}
h2 {{ font-size: 1.2rem; margin: 2.5rem 0 0.5rem; border-bottom: 1px solid var(--line); }}
h3 {{ font-size: 1rem; margin: 1.5rem 0 0.3rem; }}
p {{ margin: 0.4rem 0; max-width: 46rem; }}
a {{ color: var(--blue); }}
small, .dim {{ color: var(--dim); font-size: 0.875rem; }}
code, pre {{ font: 0.85rem/1.45 ui-monospace, monospace; }}
pre {{ margin: 0.4rem 0; padding: 0.5rem 0.7rem; background: var(--soft); border-radius: 4px;
  white-space: pre-wrap; overflow-wrap: anywhere; }}
bdi {{ overflow-wrap: anywhere; }}
summary {{ cursor: pointer; color: var(--dim); font-size: 0.875rem; }}
.said {{ list-style: none; margin: 0; padding: 0; }}
.said > li {{ display: grid; grid-template-columns: 3.2rem minmax(0, 1fr); gap: 0 0.8rem;
  padding: 0.6rem 0; border-bottom: 1px solid var(--line); }}
.many {{ font-size: 1.5rem; line-height: 1.2; font-weight: 600; text-align: right; }}
.row {{ display: grid; grid-template-columns: 11rem minmax(0, 1fr); gap: 0 0.8rem;
  align-items: center; margin: 0.25rem 0; }}
.row > :first-child {{ overflow-wrap: anywhere; line-height: 1.25; }}
.bar {{ display: flex; gap: 1px; }}
.bar span {{ min-width: 2.1rem; padding: 0.05rem 0; text-align: center; border-radius: 2px;
  font-size: 0.875rem; font-weight: 600; white-space: nowrap; flex-basis: 0; }}
.guess {{ display: grid; grid-template-columns: minmax(0, 14rem) minmax(0, 1fr); gap: 0 0.8rem;
  align-items: center; margin: 0.2rem 0; }}
.bar .guessed {{ background: var(--blue); color: #fff; }}
.bar .left {{ min-width: 0; }}
.result {{ color: var(--green); font-weight: 600; }}
.result::after {{ content: " ← it is"; white-space: nowrap; }}
.key span {{ display: inline-block; padding: 0 0.5rem; margin: 0 0.3rem 0.3rem 0;
  border-radius: 2px; font-size: 0.875rem; font-weight: 600; }}
.given {{ outline: 1px dashed var(--dim); outline-offset: -1px; }}
.wide {{ overflow-x: auto; max-width: 100%; }}
.grid {{ border-collapse: separate; border-spacing: 2px; }}
.grid td, .grid th {{ font-weight: 400; text-align: left; white-space: nowrap; }}
.grid thead th {{ writing-mode: vertical-rl; transform: rotate(180deg); font-size: 0.8rem;
  padding: 0.2rem 0; }}
.grid td.cell {{ width: 1.6rem; min-width: 1.6rem; height: 1.6rem; text-align: center;
  border-radius: 2px; font-weight: 600; }}
.grid td.end, .grid tbody th {{ padding: 0 0.5rem 0 0; font-size: 0.875rem; }}
.grid tbody th {{ line-height: 1.2; }} .grid .who {{ white-space: normal; }}
.feedback {{ border-left: 4px solid var(--line); padding: 0.1rem 0 0.1rem 0.8rem;
  margin: 0.9rem 0; }}
.who, #names:checked ~ main .hidden {{ display: none; }}
#names:checked ~ main .who {{ display: inline; }}
#names:checked ~ main .said .who {{ display: block; }}
#names:checked ~ main .grid .who {{ display: inline-block; width: 10rem; vertical-align: top; }}
#names {{ margin: 0 0.4rem 0 0; }}
@media (max-width: 40rem) {{ .row, .guess {{ grid-template-columns: minmax(0, 1fr); }}
  .row {{ margin: 0.6rem 0; }} .bar span {{ min-width: 1.9rem; font-size: 0.8rem; }}
  .said > li {{ grid-template-columns: 2rem minmax(0, 1fr); }} }}
@media print {{ body {{ max-width: none; padding: 0; font-size: 0.8rem; }}
  * {{ print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
  li, .row, .guess, .feedback, tr {{ break-inside: avoid; }} h2, h3 {{ break-after: avoid; }}
  #names, label {{ display: none; }} }}
"""
_CSS += "".join(
    f".{key} {{ background: {fill}; color: {ink}; }}\n" for key, (fill, ink) in _FILLS.items()
)
_CSS += "".join(f".n{share}{{flex-grow:{share}}}" for share in range(101))


def text(value: object) -> str:
    """Any text, escaped; what cannot be seen is shown as a sign."""
    return html.escape(_ODD.sub("\ufffd", str(value)), quote=True)


def own(value: object) -> str:
    """A student's words, or a file's name: apart from the text around it."""
    return f"<bdi>{text(value)}</bdi>"


def sentence(value: object) -> str:
    """A sentence of a verdict, what stands in backticks as code."""
    said = re.sub(r"`([^`]+)`", r"<code>\1</code>", text(value))
    return f"<bdi>{said}</bdi>"


def block(lines: Iterable[object]) -> str:
    """Lines in which columns matter."""
    return f"<pre>{text(chr(10).join(map(str, lines)))}</pre>"


def folded(title: str, inner: str) -> str:
    """Something behind a click; both are HTML."""
    return f"<details><summary>{title}</summary>{inner}</details>"


def bar(parts: Mapping[str, tuple[int, str]], label: str) -> str:
    """A bar: class -> how many, and what stands in it."""
    whole = max(1, sum(count for count, _ in parts.values()))
    spans = (
        f'<span class="{name} n{round(100 * count / whole)}">{text(said)}</span>'
        for name, (count, said) in parts.items()
    )
    return f'<div class="bar" role="img" aria-label="{text(label)}">{"".join(spans)}</div>'


def page(title: str, main: str, *, has_names: bool = False) -> str:
    """The whole of it.

    Args:
        has_names: whether what has the class `who` stays folded until a box is ticked.
    """
    hashed = base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{hashed}'; base-uri 'none'; form-action 'none'"
    box = (
        '<input type="checkbox" id="names" autocomplete="off"><label for="names">Show names</label>'
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{text(title)}</title>\n<style>{_CSS}</style>\n</head>\n<body>\n"
        f"{box if has_names else ''}\n<main>\n{main}\n</main>\n</body>\n</html>\n"
    )
