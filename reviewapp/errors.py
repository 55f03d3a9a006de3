"""One table: domain error → HTTP status, native code, MLflow error code; and the native handler.

The native API, the MLflow decorator and the pages read it. A test fails when an error class of any
floor has no row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.credentials import NotAuthenticated, ScopeMissing
from accounts.joining import LinkUnusable, TooManyAttempts, UnknownScope
from accounts.remembering import KeyReused, KeyTooLong
from assessments.attribution import AttributionMismatch
from assessments.drafts import InvalidDraft
from assessments.refusals import NoSuchAssessment, NotTheAuthor, RunEnded, StaleVersion, WrongKind
from labeling.access import HiddenItem, NoSuchItem, NoSuchSession
from labeling.adjudicating import SettledMeanwhile
from labeling.answering import InvalidAnswers
from labeling.flagging import AlreadyChecked
from labeling.from_datasets import TooManyRecords
from labeling.managing import WrongState
from labeling.noting import InvalidNote
from labeling.places import PlaceTaken, ReviewChanged, SomebodyElse
from labeling.plans import InvalidPlan
from labeling.queueing import NotAReviewer, SessionClosed
from labeling.review_queues import QueueExists
from labeling.reviewing import WrongMoment
from labeling.sampling import InvalidSample
from labeling.settled import AlreadySettled
from labeling.statuses import NotTheFinisher
from labeling.wanted_exports import UnknownExport
from reviewapp.mlflow_api.wire.traces import NoSuchTag, NotExportedYet
from reviewapp.trace_files import NothingImported
from schemas.access import NoSuchSchema
from schemas.defining import SchemaExists, SchemaFixed
from schemas.inputs import InvalidInput, InvalidValue
from traces.access import (
    NoSuchDataset,
    NoSuchExperiment,
    NoSuchRun,
    NoSuchTrace,
    NotAllowed,
    TraceElsewhere,
)
from traces.artifact_paths import InvalidArtifactPath
from traces.artifacts import NoRoom, NoSuchArtifact
from traces.datasets import InvalidDataset
from traces.filtering import FilterSyntax
from traces.ids import InvalidId
from traces.json_values import InvalidJson
from traces.membering import LastOwner
from traces.organising import ExperimentExists, InvalidExperiment
from traces.parsing import Malformed, TooLarge
from traces.portable_patterns import NotPortable
from traces.running import ParamFixed, RunDeleted
from traces.searching import SearchRefused
from traces.timestamps import InvalidTime

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one kind of error is answered."""

    status: int
    code: str
    mlflow_code: str


INVALID = Verdict(400, "invalid", "INVALID_PARAMETER_VALUE")
MISSING = Verdict(404, "not_found", "RESOURCE_DOES_NOT_EXIST")

VERDICTS: Mapping[type[Exception], Verdict] = {
    NotAuthenticated: Verdict(401, "not_authenticated", "UNAUTHENTICATED"),
    ScopeMissing: Verdict(403, "scope_missing", "PERMISSION_DENIED"),
    NotAllowed: Verdict(403, "not_allowed", "PERMISSION_DENIED"),
    AttributionMismatch: Verdict(403, "ATTRIBUTION_MISMATCH", "PERMISSION_DENIED"),
    NotTheAuthor: Verdict(403, "not_the_author", "PERMISSION_DENIED"),
    NotAReviewer: Verdict(403, "not_a_reviewer", "PERMISSION_DENIED"),
    HiddenItem: Verdict(403, "hidden", "PERMISSION_DENIED"),
    NotTheFinisher: Verdict(403, "not_allowed", "PERMISSION_DENIED"),
    NoSuchDataset: MISSING,
    NoSuchExperiment: MISSING,
    NoSuchRun: MISSING,
    NoSuchTrace: MISSING,
    TraceElsewhere: MISSING,
    NoSuchArtifact: MISSING,
    NoSuchAssessment: MISSING,
    NoSuchSchema: MISSING,
    NoSuchTag: MISSING,
    NotExportedYet: MISSING,
    NoSuchSession: MISSING,
    NoSuchItem: MISSING,
    LinkUnusable: Verdict(404, "link_unusable", "RESOURCE_DOES_NOT_EXIST"),
    InvalidAnswers: Verdict(400, "invalid_answers", "INVALID_PARAMETER_VALUE"),
    InvalidArtifactPath: INVALID,
    InvalidDataset: INVALID,
    InvalidDraft: INVALID,
    InvalidExperiment: INVALID,
    InvalidId: INVALID,
    InvalidInput: INVALID,
    InvalidJson: INVALID,
    InvalidNote: INVALID,
    InvalidPlan: INVALID,
    InvalidSample: INVALID,
    InvalidTime: INVALID,
    InvalidValue: Verdict(400, "invalid_value", "INVALID_PARAMETER_VALUE"),
    Malformed: INVALID,
    NothingImported: Verdict(400, "nothing_imported", "INVALID_PARAMETER_VALUE"),
    UnknownExport: INVALID,
    UnknownScope: INVALID,
    WrongKind: INVALID,
    FilterSyntax: Verdict(400, "filter_syntax", "INVALID_PARAMETER_VALUE"),
    NotPortable: Verdict(400, "filter_syntax", "INVALID_PARAMETER_VALUE"),
    SearchRefused: Verdict(400, "search_refused", "INVALID_PARAMETER_VALUE"),
    KeyTooLong: INVALID,
    RunDeleted: Verdict(409, "wrong_state", "INVALID_PARAMETER_VALUE"),
    ParamFixed: Verdict(400, "cannot_change", "INVALID_PARAMETER_VALUE"),
    TooManyRecords: INVALID,
    TooLarge: Verdict(413, "too_large", "INVALID_PARAMETER_VALUE"),
    LastOwner: Verdict(409, "last_owner", "INVALID_PARAMETER_VALUE"),
    SchemaExists: Verdict(409, "already_exists", "RESOURCE_ALREADY_EXISTS"),
    ExperimentExists: Verdict(409, "already_exists", "RESOURCE_ALREADY_EXISTS"),
    QueueExists: Verdict(409, "already_exists", "RESOURCE_ALREADY_EXISTS"),
    SchemaFixed: Verdict(400, "cannot_change", "INVALID_PARAMETER_VALUE"),
    KeyReused: Verdict(422, "idempotency_key_reused", "INVALID_PARAMETER_VALUE"),
    StaleVersion: Verdict(409, "changed_meanwhile", "INVALID_PARAMETER_VALUE"),
    SettledMeanwhile: Verdict(409, "changed_meanwhile", "INVALID_PARAMETER_VALUE"),
    AlreadyChecked: Verdict(409, "already_checked", "INVALID_PARAMETER_VALUE"),
    AlreadySettled: Verdict(409, "adjudicated", "INVALID_PARAMETER_VALUE"),
    ReviewChanged: Verdict(409, "changed_meanwhile", "INVALID_PARAMETER_VALUE"),
    PlaceTaken: Verdict(409, "place_taken", "INVALID_PARAMETER_VALUE"),
    RunEnded: Verdict(409, "session_closed", "INVALID_PARAMETER_VALUE"),
    SessionClosed: Verdict(409, "session_closed", "INVALID_PARAMETER_VALUE"),
    SomebodyElse: Verdict(409, "somebody_else", "INVALID_PARAMETER_VALUE"),
    WrongMoment: Verdict(409, "wrong_moment", "INVALID_PARAMETER_VALUE"),
    WrongState: Verdict(409, "wrong_state", "INVALID_PARAMETER_VALUE"),
    NoRoom: Verdict(507, "no_room", "RESOURCE_EXHAUSTED"),
    TooManyAttempts: Verdict(429, "too_many_attempts", "RESOURCE_EXHAUSTED"),
}
MLFLOW_STATUS = {"RESOURCE_ALREADY_EXISTS": 400, "INVALID_PARAMETER_VALUE": 400}


def verdict_on(error: BaseException) -> Verdict | None:
    """The row of the error's nearest class; None for errors that are nobody's domain."""
    for kind in type(error).__mro__:
        if kind in VERDICTS:
            return VERDICTS[kind]
    return None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error in the native API's shape."""

    code: str
    detail: str
    fields: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """`{"code", "detail", "fields"}`."""
        return {"code": self.code, "detail": self.detail, "fields": self.fields}


def fields_of(error: BaseException) -> dict[str, str]:
    """Which parts of the request an error is about."""
    if isinstance(error, InvalidAnswers | NothingImported):
        return error.fields
    if isinstance(error, InvalidJson):
        return {error.path or "body": error.reason}
    if isinstance(error, InvalidValue):
        return {error.name: error.reason}
    if isinstance(error, FilterSyntax):
        return {"filter": str(error)}
    name = getattr(error, "field", None)
    return {name: str(error)} if isinstance(name, str) else {}


def sentence_of(error: BaseException) -> str:
    """An error in one text, for a shape that has no fields."""
    if isinstance(error, InvalidAnswers):
        return " ".join([str(error), *(f"{name}: {fault}" for name, fault in error.fields.items())])
    if isinstance(error, InvalidDraft):
        return f"{error.field}: {error}"
    return str(error)


def native_answer(error: Exception, _context: dict[str, object]) -> Response | None:
    """DRF's exception handler: every refusal in one shape. None lets a defect become a 500."""
    verdict = verdict_on(error)
    if verdict is not None:
        return answer(verdict.status, Refusal(verdict.code, str(error), fields_of(error)), error)
    if isinstance(error, Http404):
        return answer(404, Refusal("not_found", "There is nothing here."), error)
    if isinstance(error, PermissionDenied):
        return answer(403, Refusal("not_allowed", "You may not do this."), error)
    if isinstance(error, exceptions.ValidationError):
        fields = flatten(error.detail)
        return answer(400, Refusal("invalid", "Some fields cannot be used.", fields), error)
    if isinstance(error, exceptions.APIException):
        code = str(getattr(error, "default_code", "error"))
        return answer(error.status_code, Refusal(code, str(error.detail)), error)
    if isinstance(error, OperationalError):
        log.error("database unavailable", exc_info=error)
        return answer(503, Refusal("unavailable", "The database is busy. Try again."), error)
    return None


def answer(status: int, refusal: Refusal, error: Exception) -> Response:
    """The response, with the headers 401 and 503 ask for."""
    response = Response(refusal.as_json(), status=status)
    if status == 401:
        response["WWW-Authenticate"] = getattr(error, "auth_header", "Bearer")
    if status == 503:
        response["Retry-After"] = "2"
    return response


def flatten(detail: object, prefix: str = "") -> dict[str, str]:
    """DRF's nested error lists as one mapping of paths to sentences."""
    if isinstance(detail, Mapping):
        found: dict[str, str] = {}
        for name, part in detail.items():
            found |= flatten(part, f"{prefix}.{name}" if prefix else str(name))
        return found
    if isinstance(detail, list):
        if any(isinstance(part, Mapping) for part in detail):
            found = {}
            for index, part in enumerate(detail):
                found |= flatten(part, f"{prefix}[{index}]")
            return found
        return {prefix or "body": " ".join(str(part) for part in detail)}
    return {prefix or "body": str(detail)}
