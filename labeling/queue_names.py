"""PURE: the name under which MLflow's review-queue API shows a labeling session.

Sessions may share a name; queues of an experiment may not, whatever the case. So a session's name
there is its own while that is free and the name with the beginning of its id otherwise, and it
stays so until the session is renamed. An e-mail address is the name of that person's own queue.
"""

from __future__ import annotations

import re

SHORT_ID = 8
_ADDRESS = re.compile(r"\S+@\S+")


def key_of(name: str) -> str:
    """What is unique: the name without its case. MLflow folds with `str.lower`, too."""
    return name.strip().lower()


def could_be_address(name: str) -> bool:
    """Whether the name could be an e-mail address, and so the name of a person's own queue."""
    return _ADDRESS.fullmatch(name.strip()) is not None


def names_for(name: str, session_id: str) -> list[str]:
    """The names a session may have as a queue, the best first; the last cannot be taken."""
    own = name.strip()
    distinct = [f"{own} ({session_id[:SHORT_ID]})", f"{own} ({session_id})"]
    return distinct if could_be_address(own) else [own, *distinct]


def shown_name(name: str, session_id: str, key: str | None) -> str:
    """The name whose key the session holds."""
    names = names_for(name, session_id)
    return next((each for each in names if key_of(each) == key), names[-1])
