"""The experiment and the people that fixtures give: a test's own, or those of its whole module."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field

from accounts.models import User
from accounts.roles import Role
from labeling.models import LabelingSession
from tests.factories import make_experiment, make_member, make_session
from traces.models import Experiment

PEOPLE: dict[str, tuple[Role, str]] = {
    "owner": (Role.OWNER, "owner@example.org"),
    "manager": (Role.MANAGER, "manager@example.org"),
    "developer": (Role.DEVELOPER, "developer@example.org"),
    "reviewer": (Role.REVIEWER, "amara@example.org"),
    "second_reviewer": (Role.REVIEWER, "jonas@example.org"),
}


@dataclass(frozen=True)
class Place:
    """What a module's tests share. The others whom a test asks for it makes itself."""

    experiment: Experiment
    people: dict[str, User] = field(default_factory=dict)

    @property
    def manager(self) -> User:
        """Runs sessions."""
        return self.people["manager"]

    @property
    def reviewer(self) -> User:
        """Reviews."""
        return self.people["reviewer"]

    @property
    def second_reviewer(self) -> User:
        """Reviews too."""
        return self.people["second_reviewer"]

    def session_of_two(self, **plan: object) -> LabelingSession:
        """A session in which each item wants both reviewers' reviews."""
        people = (self.reviewer, self.second_reviewer)
        return make_session(
            self.experiment,
            self.manager,
            reviewers=people,
            reviews_required=2,
            **plan,  # type: ignore[arg-type]
        )


def make_place(*names: str) -> Place:
    """An experiment and these people; without names those of `session_of_two`."""
    experiment = make_experiment()
    names = names or ("manager", "reviewer", "second_reviewer")
    return Place(experiment, {name: make_person(experiment, name) for name in names})


def make_person(experiment: Experiment, name: str) -> User:
    """Somebody of PEOPLE with their role in an experiment."""
    return make_member(experiment, *PEOPLE[name])


def person_of(place: Place | None, experiment: Experiment, name: str) -> User:
    """A copy of somebody in the place, or somebody new."""
    if place is None or name not in place.people:
        return make_person(experiment, name)
    return deepcopy(place.people[name])
