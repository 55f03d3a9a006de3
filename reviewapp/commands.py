"""What each command of `reviewapp` does: a few lines around a verb, and a sentence when refused."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping

from django.conf import settings
from django.db import Error
from django.utils import timezone

from accounts import activity
from accounts.audit import broken_seals
from accounts.joining import create_token, make_sign_in_link
from accounts.models import User
from assessments.models import StaleMark
from labeling import aggregation, judging
from labeling.models import LabelingSession
from reviewapp import transfer
from reviewapp.errors import verdict_on
from reviewapp.refusals import Refused
from reviewapp.report_command import LATE, report_session
from traces.models import Experiment

SETTLE_SECONDS = 60.0
SETTLE_PAUSE_SECONDS = 0.2


def run(options: argparse.Namespace) -> int:
    """Run the command the arguments name; the answer is the exit code."""
    command = COMMANDS[options.command]
    try:
        return command(options)
    except Refused as refusal:
        return complain(str(refusal))
    except Error as fault:
        return complain(f"The database cannot be used: {str(fault).strip()}")
    except Exception as fault:
        if verdict_on(fault) is None:
            raise
        return complain(str(fault))


def complain(sentence: str) -> int:
    """One plain sentence and the exit code of a refusal."""
    sys.stderr.write(sentence + "\n")
    return 1


def show(text: str) -> int:
    """The command's only output and the exit code of success."""
    sys.stdout.write(text + "\n")
    return 0


def make_token(options: argparse.Namespace) -> int:
    """`token create`: the secret and nothing else."""
    if options.experiment:
        check_experiment(options.experiment)
    _, secret = create_token(
        account(options.email),
        options.scope,
        name=options.name,
        experiment_id=options.experiment,
    )
    return show(secret)


def check_experiment(experiment_id: str) -> None:
    """A token for an experiment that does not exist would be of no use."""
    is_number = experiment_id.isascii() and experiment_id.isdigit() and len(experiment_id) < 19
    if not is_number or not Experiment.objects.filter(pk=int(experiment_id)).exists():
        raise Refused(f"There is no experiment {experiment_id}.")


def make_link(options: argparse.Namespace) -> int:
    """`signin-link`: the URL and nothing else."""
    secret = make_sign_in_link(account(options.email), now=timezone.now())
    return show(f"{settings.REVIEWAPP_URL}/login/{secret}/")


def change_user(options: argparse.Namespace) -> int:
    """`user create`, `deactivate` and `activate`."""
    return USER_ACTS[options.act](options)


def deactivate_user(options: argparse.Namespace) -> int:
    """`user deactivate`."""
    user = account(options.email)
    try:
        done = activity.deactivate(user, by=None)
    except activity.LastOperator as refusal:
        raise Refused(str(refusal)) from refusal
    return show(f"{user.email} is deactivated." if done else f"{user.email} was not active.")


def activate_user(options: argparse.Namespace) -> int:
    """`user activate`."""
    user = account(options.email)
    done = activity.activate(user, by=None)
    return show(f"{user.email} is active again." if done else f"{user.email} was active already.")


def make_user(options: argparse.Namespace) -> int:
    """`user create`."""
    email = options.email.strip().lower()
    if "@" not in email:
        raise Refused(f"{email!r} is not an e-mail address.")
    if User.objects.filter(email=email).exists():
        raise Refused(f"There is an account for {email} already.")
    create = User.objects.create_superuser if options.owner else User.objects.create_user
    return show(f"Made an account for {create(email).email}.")


def account(email: str) -> User:
    """The account of an e-mail. Raises Refused."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise Refused(f"There is no account for {email}. Make one with: reviewapp user create")
    return user


def settle(_options: argparse.Namespace) -> int:
    """`settle`: recompute until nothing is stale."""
    end = time.monotonic() + SETTLE_SECONDS
    while True:
        aggregation.sweep()
        if not is_anything_stale():
            return 0
        if time.monotonic() > end:
            return complain(f"Something was still stale after {SETTLE_SECONDS:.0f} seconds.")
        time.sleep(SETTLE_PAUSE_SECONDS)


def is_anything_stale() -> bool:
    """A mark, or a session whose figures have yet to be computed."""
    return StaleMark.objects.exists() or aggregation.stale_sessions().exists()


def verify(_options: argparse.Namespace) -> int:
    """`verify`: print what does not equal its recomputation.

    Exit code 1 when something is wrong, and LATE when some figures only wait to be recomputed:
    nothing wrong was found, but they were not shown to be right.
    """
    wrong, late = [*broken_seals()], []
    for session in LabelingSession.objects.select_related("run").order_by("pk").iterator():
        stale = aggregation.stale_sessions().filter(pk=session.pk)
        was_stale = stale.exists()
        found = [*aggregation.differences([session]), *judging.differences([session])]
        if found and (was_stale or stale.exists()):
            late.append(session.session_id)
        else:
            wrong += found
    for sentence in wrong:
        show(sentence)
    for session_id in late:
        complain(f"session {session_id} is stale; 'reviewapp settle' recomputes it")
    if wrong:
        return 1
    return LATE if late else 0


USER_ACTS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "create": make_user,
    "deactivate": deactivate_user,
    "activate": activate_user,
}
COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "token": make_token,
    "user": change_user,
    "signin-link": make_link,
    "import": transfer.import_file,
    "export": transfer.export_session,
    "report": report_session,
    "settle": settle,
    "verify": verify,
}
