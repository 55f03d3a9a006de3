"""The commands an operator types: what they print, what they refuse."""

from __future__ import annotations

import os

import pytest
from django.utils import timezone

from accounts.audit import seal_new_events
from accounts.credentials import credential_from_secret
from accounts.joining import find_sign_in_link
from accounts.models import AuditEvent, AuditSeal, User
from assessments.models import StaleMark
from labeling import aggregation
from labeling.models import Agreement
from reviewapp import commands
from reviewapp.cli import main
from tests.factories import make_session, make_token

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands set these; the test's own values come back afterwards."""
    for name in ("REVIEWAPP_DATA", "REVIEWAPP_URL", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.setenv(name, "kept")
        monkeypatch.delenv(name)


def test_token_create_prints_a_usable_token_and_nothing_else(manager, capsys) -> None:
    code = main(
        ["token", "create", "--email", manager.email, "--scope", "read", "--scope", "review"]
    )

    printed = capsys.readouterr()
    credential = credential_from_secret(printed.out.removesuffix("\n"), at=timezone.now())
    assert (code, printed.err) == (0, "")
    assert credential.user == manager
    assert credential.token is not None
    assert credential.token.scopes == ["read", "review"]


def test_a_token_can_be_for_one_experiment(manager, experiment, capsys) -> None:
    main(
        [
            *("token", "create", "--email", manager.email, "--scope", "read", "--name", "CI"),
            *("--experiment", experiment.experiment_id),
        ]
    )

    credential = credential_from_secret(capsys.readouterr().out.strip(), at=timezone.now())
    assert credential.bound_experiment_id == experiment.experiment_id
    assert credential.token is not None
    assert credential.token.name == "CI"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--email", "nobody@example.org", "--scope", "read"], "no account for nobody@example.org"),
        (["--email", "manager@example.org", "--scope", "fly"], "There is no scope 'fly'."),
        (
            ["--email", "manager@example.org", "--scope", "read", "--experiment", "999999"],
            "There is no experiment 999999.",
        ),
        (
            ["--email", "manager@example.org", "--scope", "read", "--experiment", "one"],
            "There is no experiment one.",
        ),
    ],
)
def test_a_token_that_cannot_be_is_refused(manager, capsys, arguments, sentence) -> None:
    code = main(["token", "create", *arguments])

    printed = capsys.readouterr()
    assert (code, printed.out) == (1, "")
    assert sentence in printed.err
    assert printed.err.count("\n") == 1


def test_signin_link_prints_a_url_that_signs_in(manager, capsys, settings) -> None:
    settings.REVIEWAPP_URL = "https://labels.example.org"

    code = main(["signin-link", "Manager@Example.org"])

    url = capsys.readouterr().out.removesuffix("\n")
    before, secret, after = url.rsplit("/", 2)
    assert (code, before, after) == (0, "https://labels.example.org/login", "")
    assert find_sign_in_link(secret, now=timezone.now()).user == manager


def test_user_create_makes_an_account(db, capsys) -> None:
    code = main(["user", "create", "Amara@Example.org"])

    assert code == 0
    assert capsys.readouterr().out == "Made an account for amara@example.org.\n"
    assert User.objects.get().is_superuser is False


def test_user_create_can_make_an_operator(db) -> None:
    main(["user", "create", "amara@example.org", "--owner"])

    assert User.objects.get().is_superuser is True


@pytest.mark.parametrize("email", ["manager@example.org", "nonsense"])
def test_an_account_that_cannot_be_made_is_refused(manager, capsys, email) -> None:
    code = main(["user", "create", email])

    assert code == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert User.objects.count() == 1


def test_user_deactivate_and_activate_say_what_came_of_it(manager, capsys) -> None:
    acts = ("deactivate", "deactivate", "activate", "activate")

    codes = [main(["user", act, "Manager@example.org"]) for act in acts]

    assert codes == [0, 0, 0, 0]
    assert capsys.readouterr().out.splitlines() == [
        "manager@example.org is deactivated.",
        "manager@example.org was not active.",
        "manager@example.org is active again.",
        "manager@example.org was active already.",
    ]


def test_the_last_operator_cannot_be_deactivated(db, capsys) -> None:
    User.objects.create_superuser("amara@example.org")

    code = main(["user", "deactivate", "amara@example.org"])

    assert code == 1
    assert "is the only operator" in capsys.readouterr().err


def test_settle_recomputes_what_is_stale(experiment, manager) -> None:
    session = make_session(experiment, manager)
    StaleMark.objects.create(run=session.run)

    code = main(["settle"])

    assert code == 0
    assert not StaleMark.objects.exists()
    assert Agreement.objects.filter(session=session).exists()


def test_settle_gives_up_when_something_stays_stale(
    experiment, manager, monkeypatch, capsys
) -> None:
    make_session(experiment, manager)
    monkeypatch.setattr(commands, "SETTLE_SECONDS", 0.0)
    monkeypatch.setattr(aggregation, "sweep", lambda: 0)

    code = main(["settle"])

    assert code == 1
    assert "still stale" in capsys.readouterr().err


def test_verify_is_content_with_what_settle_made(experiment, manager, capsys) -> None:
    make_session(experiment, manager)
    main(["settle"])
    seal_new_events()

    code = main(["verify"])

    printed = capsys.readouterr()
    assert (code, printed.out, printed.err) == (0, "", "")


def test_verify_finds_a_figure_that_was_changed(experiment, manager, capsys) -> None:
    session = make_session(experiment, manager)
    main(["settle"])
    Agreement.objects.update(result={"value": 1.0})

    code = main(["verify"])

    assert code == 1
    assert f"session {session.session_id}: agreement" in capsys.readouterr().out


def test_verify_says_that_a_session_is_late_not_wrong(experiment, manager, capsys) -> None:
    session = make_session(experiment, manager)
    main(["settle"])
    Agreement.objects.update(result={"value": 1.0})
    StaleMark.objects.create(run=session.run)

    code = main(["verify"])

    printed = capsys.readouterr()
    assert (code, printed.out) == (3, "")
    assert f"session {session.session_id} is stale" in printed.err


def test_verify_says_wrong_when_another_session_is_late(experiment, manager, capsys) -> None:
    late, wrong = make_session(experiment, manager), make_session(experiment, manager)
    main(["settle"])
    Agreement.objects.update(result={"value": 1.0})
    StaleMark.objects.create(run=late.run)

    code = main(["verify"])

    printed = capsys.readouterr()
    assert code == 1
    assert f"session {wrong.session_id}: agreement" in printed.out
    assert f"session {late.session_id} is stale" in printed.err


def test_verify_finds_a_broken_audit_chain(manager, capsys) -> None:
    make_token(manager)
    AuditSeal.objects.create(event=AuditEvent.objects.get(), position=1, digest="0" * 64)

    code = main(["verify"])

    assert code == 1
    assert "audit event" in capsys.readouterr().out


def test_a_url_file_beside_a_running_server_is_used(tmp_path, manager, monkeypatch) -> None:
    (tmp_path / "url").write_text("http://127.0.0.1:8123\n")

    main(["signin-link", manager.email, "--data", str(tmp_path)])

    assert os.environ["REVIEWAPP_URL"] == "http://127.0.0.1:8123"
