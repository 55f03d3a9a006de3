"""The record of everything a page shows of one trace; `conversation` makes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from traces.excerpts import INLINE, Room

if TYPE_CHECKING:
    from traces.chat_shapes import Message
    from traces.documents import Document
    from traces.excerpts import Payload
    from traces.step_folding import StepRow
    from traces.tools import ToolCall

MOST_TURNS = 4  # a longer conversation folds what came before the turn under review


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One line of the table that is shown when nothing reads as a conversation."""

    name: str
    is_output: bool
    value: Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Everything a page shows of one trace.

    messages       the conversation in order; question and answer are among them
    question       the user's message under review
    answer         the last answer after it; None when the application gave none
    fields, raw    what was sent and returned, where it does not read as question or answer
    failure        why the whole request failed, in plain words
    duration_ms    of the whole request; None while it runs
    steps_ms       from the start of the first step to the end of the last
    n_messages, n_documents, n_tools, n_steps
                   how many there are, shown or not
    is_cut         something was left out because the page has no room for it
    markup         what formatting the messages may add to the page; used up as they are drawn
    """

    messages: tuple[Message, ...] = ()
    question: Message | None = None
    answer: Message | None = None
    documents: tuple[Document, ...] = ()
    tools: tuple[ToolCall, ...] = ()
    steps: tuple[StepRow, ...] = ()
    fields: tuple[Field, ...] = ()
    raw: Payload | None = None
    failure: str | None = None
    duration_ms: float | None = None
    app_version: str | None = None
    steps_ms: float = 0
    n_messages: int = 0
    n_documents: int = 0
    n_tools: int = 0
    n_steps: int = 0
    is_cut: bool = False
    markup: Room = field(default_factory=lambda: Room(INLINE.markup_bytes), compare=False)

    @property
    def instructions(self) -> tuple[Message, ...]:
        """What the assistant was told before the conversation."""
        return tuple(message for message in self.messages if message.role == "system")

    @property
    def turns(self) -> tuple[Message, ...]:
        """The conversation without the instructions."""
        return tuple(message for message in self.messages if message.role != "system")

    @property
    def earlier(self) -> tuple[Message, ...]:
        """What came before the question under review, when it is so much that a page folds it."""
        if self.question is None or len(self.turns) <= MOST_TURNS:
            return ()
        return tuple(each for each in self.turns if each.number < self.question.number)

    @property
    def n_left_out(self) -> int:
        """Messages for which the page has no room."""
        return self.n_messages - len(self.messages)

    @property
    def n_steps_shown(self) -> int:
        """Steps that can be seen, folded ones included."""
        return sum(row.n_shown for row in self.steps)

    @property
    def has_matches(self) -> bool:
        """Whether some document repeats a passage of the answer."""
        return any(document.matches for document in self.documents)

    @property
    def n_cited(self) -> int:
        return sum(document.cited for document in self.documents)
