"""What the platform keeps by id."""

from uuid import uuid4

from simulators.errors import Missing


def new_id() -> str:
    """Return an id that nothing else has."""
    return str(uuid4())


class Registry[T](dict[str, T]):
    """Things by their ids; one that is not there is refused as the vendor refuses it."""

    def __missing__(self, key: str) -> T:
        """Say that there is nothing of this id."""
        raise Missing("Resource not found")

    def take(self, key: str) -> T:
        """Remove something and return it."""
        found = self[key]
        del self[key]
        return found

    def drop(self, **fields: str) -> list[T]:
        """Remove all that have these values in their fields, and return them."""
        gone = {
            key: thing
            for key, thing in self.items()
            if all(getattr(thing, name) == value for name, value in fields.items())
        }
        for key in gone:
            del self[key]
        return list(gone.values())
