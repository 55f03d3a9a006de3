"""PURE: our scripts joined into few files, so that a first visit makes few requests.

A bundle is the scripts it names and, before each, what that one imports; imports and exports fall
away, so that all of it is one module with one scope. What is left is minified. The sources, in
`reviewapp/javascript/`, are plain modules and would run as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from rjsmin import jsmin

BUNDLES: Mapping[str, tuple[str, ...]] = {
    "js/page.js": ("page",),
    "js/review.js": ("page", "inputs", "keys", "outbox"),
    # Sends its form plainly.
    "js/practice.js": ("page", "inputs", "keys", "answers"),
    # Beside both where a list of texts is asked for.
    "js/lists.js": ("lists",),
    # Beside page.js: where a form of questions is previewed, and where answers are settled.
    "js/questions.js": ("inputs", "lists"),
    "js/adjudicate.js": ("adjudicate",),
    # Beside page.js: where figures keep themselves up to date.
    "js/live.js": ("live",),
    # Loaded when they are needed: once two tabs have differed, for a link that MLflow's client has
    # printed, where the rail goes on or has no column, once somebody is in a tree of JSON.
    "js/compare.js": ("compare",),
    "js/links.js": ("links",),
    "js/rail.js": ("rail",),
    "js/tree.js": ("tree",),
}
IMPORT = re.compile(r'^import (?:\{[^}]*\} from )?"\./(\w+)\.js";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=const|let|function|async)", re.MULTILINE)
DECLARED = re.compile(r"^(?:async )?(?:const|let|function) (\w+)", re.MULTILINE)


class SameName(ValueError):
    """Two scripts of a bundle declare the same name, which one scope cannot hold."""


def bundled(entries: Sequence[str], read: Callable[[str], str]) -> str:
    """The text of one bundle; only its last script's exports stay. Raises SameName.

    read   the text of a script by its name
    """
    texts: dict[str, str] = {}
    for name in entries:
        gather(name, read, texts)
    owners: dict[str, str] = {}
    for name, text in texts.items():
        for declared in DECLARED.findall(EXPORT.sub("", text)):
            if owners.setdefault(declared, name) != name:
                raise SameName(f"{owners[declared]}.js and {name}.js both declare {declared}.")
    last = entries[-1]
    parts = [text if name == last else EXPORT.sub("", text) for name, text in texts.items()]
    return str(jsmin("\n".join(parts))) + "\n"


def gather(name: str, read: Callable[[str], str], texts: dict[str, str]) -> None:
    """Put a script's text behind those of what it imports, each once."""
    if name in texts:
        return
    text = read(name)
    for imported in IMPORT.findall(text):
        gather(imported, read, texts)
    texts[name] = IMPORT.sub("", text)
