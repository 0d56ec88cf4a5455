"""The world and its people, for the tests of roles and of hostile words."""

from collections.abc import Iterator

import pytest
from conftest import OwnClient, settings_for
from databases import Kept
from prepared import copy_told
from roles.world import NOW, PASSWORD, PEOPLE, World, complete

from roundtable import clock, create_app
from roundtable.db import db
from roundtable.web.guards import limiter


@pytest.fixture(scope="module")
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, first_kind: str
) -> Iterator[World]:
    kind = getattr(request.module, "DATABASE", first_kind)
    folder = tmp_path_factory.mktemp("world")
    uri = copy_told(tmp_path_factory, folder, kind, at=NOW)
    app = create_app(settings_for(folder, demonstration=True, smtp_url="", database_uri=uri), testing=True)
    app.test_client_class = OwnClient
    limiter.enabled = False
    with app.app_context():
        made = complete(app)
        yield made
        db.session.remove()
        db.engine.dispose()
    limiter.enabled = True
    clock.set_source(None)


@pytest.fixture
def people(world: World) -> Iterator[dict[str, OwnClient]]:
    """A browser for everybody, signed in; whatever a test does is undone."""
    with world.app.app_context():
        world.restore()
        found = {}
        for who, email in PEOPLE.items():
            client = world.app.test_client()
            assert isinstance(client, OwnClient)
            client.is_in_use = False
            assert client.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 302
            found[who] = client
        nobody = world.app.test_client()
        assert isinstance(nobody, OwnClient)
        found["nobody"] = nobody
        # With their sign-ins, until the test has ended.
        before, world.kept = world.kept, Kept()
        yield found
        world.kept = before
        world.restore()
