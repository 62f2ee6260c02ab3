"""What botocore raises, as what the caller acts on: try later, not let, not there, wrong bytes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
import re
from typing import TYPE_CHECKING, Any

from git_anvcs.blobs.errors import Archived, BlobMissing, Refused, Unreachable, WrongContent
from git_anvcs.blobs.s3.place import redacted
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.kernel.terminal import cut, safe

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

_SHOWN = 160  # characters of what cannot be understood
_MISSING = ("NoSuchKey", "NoSuchVersion", "NotFound", "404", "NoSuchUpload")
_LATER = ("SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable", "429")
_WRONG = ("BadDigest", "InvalidDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch")
_TOKEN = ("ExpiredToken", "ExpiredTokenException", "InvalidToken", "TokenRefreshRequired")
_THERE = ("PreconditionFailed", "ConditionalRequestConflict", "412")
_ARCHIVED = "InvalidObjectState"  # Glacier, and what else lies in no class that is read from
_LATER_HINT = "nothing is lost: it is tried again later"
_TRUST = "the certificate is not trusted here: AWS_CA_BUNDLE names yours"
_HINTS = {
    "NoSuchBucket": "make the bucket, with versioning switched on",
    "RequestTimeTooSkewed": "set this machine's clock",
    _ARCHIVED: "`aws s3api restore-object`, or the bucket's console; fetch it some hours later",
    "SignatureDoesNotMatch": "the secret key is wrong",
    "InvalidAccessKeyId": "the server does not know the access key",
    **dict.fromkeys(_TOKEN, "log in again: the credentials have expired"),
}


class AlreadyThere(Unreachable):
    """Another was faster: the key that should have been new is there, or is being written."""


class NotAllowed(Refused):
    """The server knows us, but does not let us do this."""


class Expired(Refused):
    """What we are known by has run out; there may be something newer."""


class UnclearAnswer(Refused):
    """400 without a word why, as HEAD has it."""


_KINDS: dict[str, type[AnvcsError]] = {
    "AccessDenied": NotAllowed,
    _ARCHIVED: Archived,
    **dict.fromkeys(_TOKEN, Expired),
}


@contextmanager
def told(what: str, *, pinned: bool = False) -> Iterator[None]:
    """Around calls of a client. what: the object of the sentence, such as `BUCKET/KEY`

    pinned: whether the call names a version
    Raises BlobMissing, Unreachable, Refused, WrongContent.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as error:
        raise _of_answer(error, what, pinned=pinned) from _kept(error)
    except BotoCoreError as error:
        raise _of_library(error, what) from _kept(error)
    except ResponseParserError as error:  # by some proxy on the way
        said = redacted(f"{what}: an answer that is none of S3: {cut(safe(str(error)), _SHOWN)}")
        hint = "nothing is lost: it is tried again later"
        raise Unreachable(said, hint=hint) from _kept(error)
    except OSError as error:
        if not _is_of_credentials(error):
            raise
        said = f"the credentials cannot be read: {error.filename}: {error.strerror}"
        hint = "AWS_WEB_IDENTITY_TOKEN_FILE, or the profile, names a file that has to be there"
        raise Refused(said, hint=hint) from error


def _is_of_credentials(error: OSError) -> bool:
    """Whether botocore itself opened the file, which it does for tokens alone."""
    at = error.__traceback__
    while at and at.tb_next:
        at = at.tb_next
    where = at.tb_frame.f_globals.get("__name__", "") if at else ""
    return bool(error.filename) and where.startswith("botocore.")


def of_status(
    status: int, headers: Mapping[str, str], body: bytes, what: str, pinned: bool
) -> tuple[str, AnvcsError]:
    """What an answer to a GET of ours says: its code and, as `told` has it, what to act on."""
    from html import unescape

    from botocore.exceptions import ClientError

    text = body.decode(errors="replace")
    words = {one: unescape(said[1]) for one in ("Code", "Message") if (said := _said(one, text))}
    found = {"Code": str(status), **words}
    meta = {
        "HTTPStatusCode": status,
        "HTTPHeaders": {name.lower(): value for name, value in headers.items()},
    }
    error = ClientError({"Error": found, "ResponseMetadata": meta}, "GetObject")
    return found["Code"], _of_answer(error, what, pinned=pinned)


def of_connection(error: Exception, what: str) -> AnvcsError:
    """What a connection of ours ended with."""
    from ssl import SSLCertVerificationError

    said = redacted(f"{what}: {error}")
    if isinstance(error, SSLCertVerificationError):
        return Refused(said, hint=_TRUST)
    return Unreachable(said, hint=_LATER_HINT)


def _nobody(url: str, what: str) -> Unreachable:
    """No server was reached: the same sentence for each object of a bucket."""
    server = "/".join(url.split("/")[:3])
    return Unreachable(f"{what.partition('/')[0]}: cannot connect to {server}", hint=_LATER_HINT)


def _said(word: str, text: str) -> "re.Match[str] | None":
    return re.search(f"<{word}>([^<]*)</{word}>", text)


def _of_answer(error: "ClientError", what: str, *, pinned: bool) -> AnvcsError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    meta: Mapping[str, Any] = error.response.get("ResponseMetadata", {})
    status, headers = int(meta.get("HTTPStatusCode", 0)), meta.get("HTTPHeaders", {})
    deleted = headers.get("x-amz-delete-marker") == "true"
    if deleted or code in _MISSING or (code == "MethodNotAllowed" and status == 405):
        how = ": it was deleted" if deleted or status == 405 else ""
        return BlobMissing(f"the store has no {what}{how}")
    said = redacted(f"{what}: {_sentence(error, code)}")
    if pinned and code in ("InvalidArgument", "InvalidRequest"):
        return BlobMissing(said)  # an id that this server could not have given
    if code in _THERE:
        return AlreadyThere(said)
    if code in _WRONG:
        return WrongContent(said, hint="the bytes changed on their way; nothing was kept")
    if status in (408, 429) or status >= 500 or code in _LATER:
        after = _seconds(headers.get("retry-after", ""))
        return Unreachable(said, hint=_LATER_HINT, retry_after=after)
    if 300 <= status < 400:
        hint = "the region or the address is wrong; no other server was asked"
        return Refused(f"{what}: the server sends us elsewhere ({status})", hint=hint)
    if code == "400":
        return UnclearAnswer(said)
    kind = _KINDS.get(code, Refused)
    return kind(said, hint=_HINTS.get(code, "look at the credentials and what they allow"))


def _of_library(error: Exception, what: str) -> AnvcsError:
    """What happened before there was an answer, or while it came."""
    from botocore import exceptions as of

    said = redacted(f"{what}: {error}")
    if isinstance(error, of.SSLError):
        return Refused(said, hint=_TRUST)
    if isinstance(error, of.EndpointConnectionError | of.ConnectTimeoutError):
        return _nobody(error.kwargs.get("endpoint_url", ""), what)
    if isinstance(error, of.ConnectionError | of.HTTPClientError | of.IncompleteReadError):
        return Unreachable(said, hint=_LATER_HINT)
    return Refused(said, hint="look at the profile and the credentials: adapters.s3.profile")


def _sentence(error: "ClientError", code: str) -> str:
    if code == _ARCHIVED:
        return "archived in the store; restore it there first"
    message = error.response.get("Error", {}).get("Message", "")
    return f"{message} ({code})" if message else code


def _kept(error: Exception) -> Exception | None:
    """The cause for a traceback, unless its text has a secret."""
    return error if redacted(str(error)) == str(error) else None


def _seconds(text: str) -> float | None:
    """Retry-After (RFC 9110, 10.2.3): seconds, or a date."""
    from email.utils import parsedate_to_datetime

    if text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - clock.now())
    except (ValueError, TypeError):
        return None
