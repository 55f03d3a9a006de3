"""Native API: answers that a change of their question made stale, and asking for them again."""

from __future__ import annotations

from dataclasses import asdict

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.asking import credential_of
from accounts.idempotency import Done, once
from accounts.roles import Action
from accounts.shapes import Shape, Words
from labeling.access import session_for
from labeling.models import LabelingSession
from labeling.questions import questions_of
from labeling.reasking import ask_again
from labeling.stale_answers import by_question, to_ask_again
from schemas.models import LabelSchema


class StaleQuestion(Shape):
    """Stale answers to one question. `version` is the one in force."""

    schema = serializers.CharField()
    version = serializers.IntegerField()
    n_answers = serializers.IntegerField()
    n_people = serializers.IntegerField()


class StaleAnswersAnswer(Shape):
    """By question, in the session's order; questions without stale answers are left out."""

    questions = StaleQuestion(many=True)


class AskAgainBody(Shape):
    """Which question."""

    schema = Words(max_length=250)


class AskAgainAnswer(Shape):
    """How many reviews went back, and how many are still to go."""

    asked = serializers.IntegerField()
    left = serializers.IntegerField()


@extend_schema(tags=["labeling sessions"])
class Reasking(ViewSet):
    """Stale answers of a session."""

    @extend_schema(
        summary="Answers given before their question changed so that they may not fit",
        responses=StaleAnswersAnswer,
    )
    def stale(self, request: Request, session_id: str) -> Response:
        """None of a session that is closed: it keeps the versions it was closed with."""
        session = session_for(credential_of(request), session_id, Action.READ)
        return Response({"questions": [asdict(each) for each in by_question(session)]})

    @extend_schema(
        summary="Send the stale answers to a question back to the people who gave them",
        request=AskAgainBody,
        responses=AskAgainAnswer,
    )
    def ask_again(self, request: Request, session_id: str) -> Response:
        """Up to 200 reviews at once; doing it again goes on with the rest."""
        by = credential_of(request)
        session = session_for(by, session_id, Action.MANAGE)
        body = AskAgainBody(data=request.data)
        body.is_valid(raise_exception=True)
        schema = schema_of(session, body.validated_data["schema"])

        def work() -> Done[int]:
            done = ask_again(session, schema, by=by)
            return Done(object_id=str(done.asked), made=done.asked)

        done = once(request, work)
        left = to_ask_again(session, schema).count()
        return Response({"asked": int(done.object_id), "left": left}, status=done.status)


def schema_of(session: LabelingSession, name: str) -> LabelSchema:
    """The question of this name. Raises ValidationError."""
    for each in questions_of(session):
        if each.question.name == name:
            return each.schema
    raise serializers.ValidationError({"schema": "The session asks no such question."})
