"""Characters that hide or reorder what stands around them, written out for the reader to see."""

from __future__ import annotations

import re

# Unicode 17, "Bidi_Control" without the three marks that right-to-left prose needs.
_NAMES = {
    0x202A: "LRE", 0x202B: "RLE", 0x202C: "PDF", 0x202D: "LRO", 0x202E: "RLO",
    0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI",
}  # fmt: skip
_DELETE = 0x7F
_PICTURES = 0x2400  # control picture of U+0000; the others follow in order
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def visible(text: str) -> str:
    """The text with control characters as pictures and direction controls by name: ⟦RLO⟧.

    Tab and line ends stay. A half of a surrogate pair becomes the replacement character.
    """
    return _HIDDEN.sub(_shown, text)


def _shown(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code in _NAMES:
        return f"⟦{_NAMES[code]}⟧"
    if code < 0x20:
        return chr(_PICTURES + code)
    if code == _DELETE:
        return "␡"
    return "�" if code > _DELETE + 0x20 else f"⟦U+{code:04X}⟧"
