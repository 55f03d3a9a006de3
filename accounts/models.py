"""People, their tokens and links, remembered requests, and the audit log."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models

from accounts.roles import ALL_SCOPES


class UserManager(BaseUserManager["User"]):
    """Accounts are found by e-mail, always in lower case."""

    def create_user(self, email: str, *, name: str = "", password: str | None = None) -> User:
        """A new account; without a password it signs in by link only."""
        user = self.model(email=email.strip().lower(), name=name.strip())
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None) -> User:
        """An operator, who owns every experiment (Django's `createsuperuser`)."""
        user = self.create_user(email, password=password)
        user.is_staff = user.is_superuser = True
        user.save(using=self._db, update_fields=["is_staff", "is_superuser"])
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """Sign-in by password ignores the case of the e-mail."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person. `joined_at` is empty while an invitation has not been accepted."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    preferences = models.JSONField(default=dict, blank=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    def __str__(self) -> str:
        return self.email

    @property
    def display_name(self) -> str:
        """What pages call this person."""
        return self.name or self.email

    @property
    def is_operator(self) -> bool:
        """Whether this person owns the site: every experiment, `/metrics` and `/admin/`."""
        return self.is_superuser

    @property
    def initials(self) -> str:
        """One or two letters for the round badge."""
        words = self.name.split() or [self.email]
        return "".join(word[0] for word in words[:2]).upper()


class SignInLink(models.Model):
    """A one-time link that signs one account in; only the hash of its secret is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"sign-in link for {self.user_id}"


class Invitation(models.Model):
    """A personal link into one labeling session: single use, expiring, revocable.

    `session_id` is the session's public id. This floor does not know sessions; it only hands the
    id back when the invitation is accepted.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    session_id = models.CharField(max_length=64, db_index=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"invitation of {self.user_id} to {self.session_id}"

    def is_usable(self, *, at: datetime) -> bool:
        """Neither used, revoked nor expired."""
        return self.used_at is None and self.revoked_at is None and at < self.expires_at


class ApiToken(models.Model):
    """A scoped key of one account. Stored as a visible prefix and the SHA-256 of the secret.

    `experiment_id` binds the token to one experiment (its public decimal id); empty means every
    experiment the account belongs to.
    """

    token_id = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=200, blank=True)
    prefix = models.CharField(max_length=16)
    secret_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    experiment_id = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.prefix}… of {self.user_id}"

    def is_usable(self, *, at: datetime) -> bool:
        """Neither revoked nor expired, and the account is active. Fetch with the user."""
        expired = self.expires_at is not None and self.expires_at <= at
        return self.revoked_at is None and not expired and self.user.is_active

    @property
    def scope_set(self) -> frozenset[str]:
        """The scopes this version of the program knows."""
        return frozenset(self.scopes).intersection(ALL_SCOPES)


class RememberedRequest(models.Model):
    """One idempotent request: which credential asked what on which route, and what came of it.

    For a label only the object's id is kept; the row is written in the label's own transaction.
    """

    credential = models.CharField(max_length=64)
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64, blank=True)
    status = models.PositiveSmallIntegerField(default=200)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["credential", "route", "key"], name="one_answer_per_idempotency_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"


class SignInAttempt(models.Model):
    """One failed or requested sign-in, counted to slow guessing down; the e-mail is hashed."""

    subject = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["subject", "at"], name="attempts_of_a_subject")]

    def __str__(self) -> str:
        return f"attempt at {self.at}"


class Heartbeat(models.Model):
    """When a background process last said that it lives; /ready reads it."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at}"


class AuditEvent(models.Model):
    """One administrative act. Rows are never updated or deleted: a trigger refuses both."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.CharField(max_length=254)
    token_prefix = models.CharField(max_length=16, blank=True)
    act = models.CharField(max_length=60)
    experiment_id = models.CharField(max_length=32, blank=True, db_index=True)
    subject = models.CharField(max_length=300)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.at} {self.actor} {self.act} {self.subject}"


class AuditSeal(models.Model):
    """One link of the hash chain over the audit log, written by a task so that no act waits."""

    event = models.OneToOneField(AuditEvent, on_delete=models.PROTECT, related_name="seal")
    position = models.PositiveBigIntegerField(unique=True)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"seal {self.position}"
