"""Joining scripts: order, exports, one scope."""

from __future__ import annotations

import pytest

from reviewapp.bundling import SameName, bundled

SCRIPTS = {
    "words": 'export const word = "a // b";\n',
    "saying": 'import { word } from "./words.js";\n// Why.\nexport function say() { word; }\n',
    "page": 'import { say } from "./saying.js";\nimport { word } from "./words.js";\nsay(word);\n',
    "late": 'import { word } from "./words.js";\nexport const late = () => `${word}\n  two`;\n',
    "clash": 'import "./words.js";\nconst word = 1;\n',
}


def test_what_is_imported_stands_before_and_once():
    text = bundled(["page"], SCRIPTS.__getitem__)

    assert "import" not in text
    assert "export" not in text
    assert text.count("const word") == 1
    assert text.index("const word") < text.index("function say") < text.index("say(word)")


def test_comments_go_and_texts_stay():
    assert "Why" not in bundled(["page"], SCRIPTS.__getitem__)
    assert '"a // b"' in bundled(["page"], SCRIPTS.__getitem__)
    assert "}\n  two`" in bundled(["late"], SCRIPTS.__getitem__)


def test_the_last_script_is_still_a_module_for_others():
    text = bundled(["late"], SCRIPTS.__getitem__)

    assert "export const late" in text
    assert "export const word" not in text


def test_two_of_the_same_name_are_refused():
    with pytest.raises(SameName, match=r"words\.js and clash\.js both declare word\."):
        bundled(["clash"], SCRIPTS.__getitem__)
