"""Pages for signing in and out and for one's own settings.

`/me/` itself and the making of tokens are in `labeling`, because they name experiments.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.credentials import Credential
from accounts.forms import NameForm, PasswordForm, PreferencesForm, SignInForm
from accounts.joining import (
    LinkUnusable,
    TooManyAttempts,
    count_attempt,
    find_sign_in_link,
    forget_attempts,
    mark_joined,
    revoke_token,
    use_sign_in_link,
)
from accounts.models import User
from accounts.preferences import THEME_COOKIE, Preferences, preferences_from
from accounts.tasks import mail_sign_in_link

SHARED_COMPUTER = "shared_computer"
BACKEND = "django.contrib.auth.backends.ModelBackend"
THEME_SECONDS = 365 * 24 * 60 * 60


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in by password, or ask for a link by e-mail."""
    after = safe_next(request)
    if request.method == "GET" and request.user.is_authenticated:
        return redirect(after)
    form = SignInForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return sign_in_page(request, form, after)
    try:
        count_attempt(*subjects(request, form), now=timezone.now())
    except TooManyAttempts as error:
        form.add_error(None, str(error))
        return sign_in_page(request, form, after, status=429)
    if request.POST.get("act") == "link":
        return ask_for_link(request, form, after)
    return by_password(request, form, after)


def sign_in_page(
    request: HttpRequest, form: SignInForm, after: str, *, status: int = 200
) -> HttpResponse:
    """The form."""
    return render(request, "accounts/login.html", {"form": form, "next": after}, status=status)


def subjects(request: HttpRequest, form: SignInForm) -> tuple[str, str]:
    """What attempts are counted by: the e-mail and the address."""
    return form.cleaned_data["email"].strip().lower(), f"address {client_address(request)}"


def client_address(request: HttpRequest) -> str:
    """Where the request comes from; behind the proxy that ends TLS, what the proxy says."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def by_password(request: HttpRequest, form: SignInForm, after: str) -> HttpResponse:
    """Sign in, or say that the two do not belong together and not which of them is wrong."""
    user = authenticate(
        request,
        username=form.cleaned_data["email"],
        password=form.cleaned_data["password"],
    )
    if not isinstance(user, User):
        form.add_error(None, "This e-mail and password do not belong together.")
        return sign_in_page(request, form, after, status=422)
    forget_attempts(*subjects(request, form), now=timezone.now())
    mark_joined(user, now=timezone.now())
    return let_in(request, user, after, is_shared=form.cleaned_data["shared"])


def ask_for_link(request: HttpRequest, form: SignInForm, after: str) -> HttpResponse:
    """Mail a link when there is such an account; the page is the same when there is none."""
    email = form.cleaned_data["email"].strip().lower()
    user = User.objects.filter(email=email, is_active=True).first()
    if user is not None:
        mail_sign_in_link.delay(user.pk, after)
    return render(request, "accounts/link_sent.html", {"email": email})


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_link(request: HttpRequest, secret: str) -> HttpResponse:
    """GET shows a button, so that a mail program that opens links does not use this one up."""
    after = safe_next(request)
    try:
        if request.method == "POST":
            user = use_sign_in_link(secret, now=timezone.now())
            return let_in(request, user, after, is_shared="shared" in request.POST)
        link = find_sign_in_link(secret, now=timezone.now())
    except LinkUnusable as error:
        return render(request, "accounts/link_unusable.html", {"reason": error}, status=404)
    return render(request, "accounts/link.html", {"person": link.user, "next": after})


def let_in(request: HttpRequest, user: User, after: str, *, is_shared: bool) -> HttpResponse:
    """Sign the account in and go where it wanted to go.

    is_shared   others use this computer too: pages keep nothing on it, and the sign-in ends with
                the browser
    """
    login(request, user, backend=BACKEND)
    request.session[SHARED_COMPUTER] = is_shared
    if is_shared:
        request.session.set_expiry(0)
    return with_theme(redirect(after), preferences_from(user.preferences))


def with_theme(response: HttpResponse, chosen: Preferences) -> HttpResponse:
    """Remember the theme for the pages before the next sign-in."""
    response.set_cookie(
        THEME_COOKIE,
        chosen.theme,
        max_age=THEME_SECONDS,
        samesite="Lax",
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def safe_next(request: HttpRequest) -> str:
    """Where to go afterwards: only to a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if allowed and wanted.startswith("/") else "/"


def person_of(request: HttpRequest) -> User:
    """The signed-in account, behind `login_required`."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this browser's session."""
    logout(request)
    return redirect("accounts:login")


@login_required
@require_POST
def change_name(request: HttpRequest) -> HttpResponse:
    """Save one's own name."""
    form = NameForm(request.POST)
    if form.is_valid():
        User.objects.filter(pk=person_of(request).pk).update(name=form.cleaned_data["name"])
        messages.success(request, "Your name is saved.")
    else:
        messages.error(request, "Write a name of at most 200 characters.")
    return redirect("labeling:me")


@login_required
@sensitive_post_parameters("present", "new")
@require_POST
def change_password(request: HttpRequest) -> HttpResponse:
    """Set a new password; other browsers are signed out."""
    user = person_of(request)
    form = PasswordForm(user, request.POST)
    if not form.is_valid():
        for faults in form.errors.values():
            messages.error(request, " ".join(str(fault) for fault in faults))
        return redirect("labeling:me")
    user.set_password(form.cleaned_data["new"])
    user.save(update_fields=["password"])
    update_session_auth_hash(request, user)
    messages.success(request, "Your password is changed. Other browsers are signed out.")
    return redirect("labeling:me")


@require_POST
def change_preferences(request: HttpRequest) -> HttpResponse:
    """Save how one reads; before sign-in only the theme, in a cookie."""
    form = PreferencesForm(request.POST)
    user = request.user if isinstance(request.user, User) else None
    chosen = preferences_from(user.preferences if user else {})
    if form.is_valid():
        chosen = form.over(chosen)
    if user is not None:
        User.objects.filter(pk=user.pk).update(preferences=chosen.as_json())
    return with_theme(redirect(safe_next(request)), chosen)


@login_required
@require_POST
def revoke(request: HttpRequest, token_id: str) -> HttpResponse:
    """End one of one's own tokens."""
    user = person_of(request)
    token = user.api_tokens.filter(token_id=token_id).first()
    if token is None:
        messages.error(request, "There is no such token.")
    else:
        revoke_token(token, by=Credential(user=user), now=timezone.now())
        messages.success(request, f"The token {token.prefix}… is revoked.")
    return redirect("labeling:me")
