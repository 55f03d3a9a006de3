"""Settings that contradict each other are told before anything serves."""

from __future__ import annotations

import pytest

from reviewapp.checks import served_host


@pytest.mark.parametrize(
    ("url", "hosts", "ids"),
    [
        ("http://127.0.0.1:8000", ["127.0.0.1"], []),
        ("http://[::1]:8000", ["[::1]"], []),
        ("https://labels.example.org", [".example.org"], []),
        ("https://labels.example.org", ["*"], []),
        ("https://labels.example.org", ["127.0.0.1"], ["reviewapp.E002"]),
        ("labels.example.org", ["*"], ["reviewapp.E001"]),
        ("ftp://labels.example.org", ["*"], ["reviewapp.E001"]),
        ("https://", ["*"], ["reviewapp.E001"]),
    ],
)
def test_the_served_url_must_be_one_that_is_answered(settings, url, hosts, ids) -> None:
    settings.REVIEWAPP_URL = url
    settings.ALLOWED_HOSTS = hosts

    assert [fault.id for fault in served_host()] == ids
