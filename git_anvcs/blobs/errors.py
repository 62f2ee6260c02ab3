"""What can go wrong between here and a store, as far as the caller acts on the difference."""

from git_anvcs.kernel.errors import OFFLINE, REFUSED, AnvcsError


class BlobMissing(AnvcsError):
    """The store has no such key, or not this version of it."""


class Unreachable(AnvcsError):
    """The store did not answer, or not now: to be tried again later."""

    exit_code = OFFLINE

    def __init__(self, message: str, *, hint: str = "", retry_after: float | None = None) -> None:
        """retry_after: seconds, when the store itself has said so."""
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class Archived(Unreachable):
    """The store has it where it gives nothing from before somebody asks it to: away, not lost."""


class Refused(AnvcsError):
    """The store knows us not, or does not let us: no use in trying again as we are."""

    exit_code = REFUSED


class WrongContent(AnvcsError):
    """The bytes that came are not those that were asked for; none of them became visible."""

    exit_code = REFUSED
