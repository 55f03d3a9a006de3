"""Signing in and out, and one's own settings."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.sign_in, name="login"),
    path("login/<str:secret>/", views.sign_in_link, name="sign_in_link"),
    path("logout/", views.sign_out, name="logout"),
    path("me/name/", views.change_name, name="name"),
    path("me/password/", views.change_password, name="password"),
    path("me/preferences/", views.change_preferences, name="preferences"),
    path("me/tokens/<str:token_id>/revoke/", views.revoke, name="revoke_token"),
]
