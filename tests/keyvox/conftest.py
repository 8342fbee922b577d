"""The homes of the tests."""

from tests.keyvox.lock_home import lock_cloud, lock_cloud_address, locks  # noqa: F401  fixtures are found by their names
