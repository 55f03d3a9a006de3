import pytest
from labeling.aggregation import refresh
from tests.factories import make_session, make_trace
@pytest.mark.parametrize("path", ["sessions/","sessions/new/","questions/","questions/new/","questions/new/?kind=choose-one","traces/","traces/?filter=statu","settings/members/"])
def test_x(client, owner, experiment, path):
    client.force_login(owner)
    s = make_session(experiment, owner, reviewers=(owner,))
    r = client.get(f"/e/{experiment.pk}/{path}")
    assert r.status_code == 200
@pytest.mark.parametrize("path", ["","items/","disagreements/","export/","setup/"])
def test_y(client, owner, experiment, path):
    client.force_login(owner)
    s = make_session(experiment, owner, reviewers=(owner,))
    r = client.get(f"/e/{experiment.pk}/sessions/{s.session_id}/{path}")
    assert r.status_code == 200
def test_z(client, owner, experiment):
    client.force_login(owner)
    t = make_trace(experiment)
    r = client.get(f"/e/{experiment.pk}/traces/{t.trace_id}/")
    assert r.status_code == 200
