"""Public doors."""

import importlib
import pkgutil

import pytest

import bme_med

_MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(bme_med.__path__, "bme_med.")
    if not module.name.rpartition(".")[2].startswith("_")
)


@pytest.mark.parametrize("name", _MODULES)
def test_every_module_says_what_it_is_and_what_is_public(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__
    exported = module.__all__
    assert len(set(exported)) == len(exported)
    assert all(hasattr(module, public) for public in exported)
