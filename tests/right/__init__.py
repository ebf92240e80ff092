"""Right answers to the functions that lessons ask for, in other forms; a file a lesson."""

from importlib import import_module
from pkgutil import iter_modules

RIGHT = {
    id: answers
    for module in iter_modules(__path__)
    for id, answers in import_module(f"right.{module.name}").RIGHT.items()
}
