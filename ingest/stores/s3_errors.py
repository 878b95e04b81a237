"""What S3 and boto3 say went wrong, in words, by who has to act."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from botocore import exceptions as boto
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from ingest.errors import DropError, SourceError, TransportError, UsageError

# At its debug level botocore writes whole requests, session token included.
logging.getLogger("botocore").setLevel(logging.INFO)

REPLACED = "the object was replaced after it was listed; the next load takes the new one"
GONE = "the object is gone since it was listed"
CREDENTIALS = (
    "no usable AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
    "or run under a role; `aws sts get-caller-identity` tells who you are"
)
BUSY = (
    *("SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded"),
    *(
        "TooManyRequests",
        "RequestTimeout",
        "InternalError",
        "ServiceUnavailable",
        "OperationAborted",
    ),
)
REJECTED = {
    "InvalidAccessKeyId": "the access key isn't known there",
    "SignatureDoesNotMatch": "the secret access key doesn't belong to the access key",
    "InvalidToken": "the session token isn't valid there",
    "ExpiredToken": "the credentials have expired; get new ones",
    "ExpiredTokenException": "the credentials have expired; get new ones",
    "RequestTimeTooSkewed": "this machine's clock is wrong; set it",
    "AuthorizationHeaderMalformed": "the bucket is in another region; set AWS_DEFAULT_REGION",
    "PermanentRedirect": "the bucket is in another region; set AWS_DEFAULT_REGION",
    "IllegalLocationConstraintException": "the bucket is in another region",
}
NOT_THERE = ("NoSuchKey", "NoSuchVersion", "404")
OF_THE_DROP = {
    "PreconditionFailed": REPLACED,
    "412": REPLACED,
    "InvalidObjectState": "the object is in an archive tier (as GLACIER); restore it, then load",
}
DENIED = ("AccessDenied", "403", "AllAccessDisabled", "Forbidden")
NO_CREDENTIALS = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.ProfileNotFound,
    boto.SSOError,
    boto.TokenRetrievalError,
    boto.MetadataRetrievalError,
    boto.InvalidConfigError,
    boto.ConfigNotFound,
    boto.ConfigParseError,
)
UNREACHABLE = (
    boto.EndpointConnectionError,
    boto.ConnectTimeoutError,
    boto.ProxyConnectionError,
)
BROKEN_OFF = (
    boto.ConnectionClosedError,
    boto.ResponseStreamingError,
    boto.IncompleteReadError,
    boto.HTTPClientError,
    boto.ConnectionError,
    ResponseParserError,
)


class GoneError(DropError):
    """There is no such object, or no such version of it."""


class RefusedError(SourceError):
    """The server doesn't do this, or not for this identity."""


@contextmanager
def about_source(name: str, endpoint: str) -> Iterator[None]:
    """Errors of the whole source: UsageError, SourceError or TransportError."""
    try:
        yield
    except (ClientError, BotoCoreError, ResponseParserError) as error:
        raise _for_source(error, name, endpoint) from _cause(error)


@contextmanager
def about_drop(name: str, endpoint: str) -> Iterator[None]:
    """The same, and DropError where only one object is concerned."""
    try:
        yield
    except ClientError as error:
        code = error_code(error)
        if code in DENIED:
            raise DropError(
                f"access denied{_reason(error)}; reading needs s3:GetObject (with versions "
                "s3:GetObjectVersion, with SSE-KMS kms:Decrypt)"
            ) from error
        if code in NOT_THERE:
            raise GoneError(GONE) from error
        if code in OF_THE_DROP:
            raise DropError(OF_THE_DROP[code]) from error
        raise _for_source(error, name, endpoint) from error
    except (BotoCoreError, ResponseParserError) as error:
        raise _for_source(error, name, endpoint) from _cause(error)


def error_code(error: ClientError) -> str:
    """S3's name of an error; the HTTP status where there is no name, as after HEAD."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _for_source(error: Exception, name: str, endpoint: str) -> Exception:
    if isinstance(error, ClientError):
        return _answered(error, name)
    untrusted = f"{name}: {endpoint} has no certificate that this machine trusts"
    for kind, ours in (
        (NO_CREDENTIALS, SourceError(f"{name}: {CREDENTIALS}")),
        (boto.SSLError, SourceError(untrusted)),
        (boto.ParamValidationError, UsageError(f"{name}: this isn't the name of a bucket")),
        (UNREACHABLE, TransportError(f"{endpoint} can't be reached")),
        (boto.ReadTimeoutError, TransportError("S3 has fallen silent")),
        (BROKEN_OFF, TransportError("the connection broke off")),
    ):
        if isinstance(error, kind):
            return ours
    return SourceError(f"{name}: {type(error).__name__}: {error}")


def _answered(error: ClientError, name: str) -> Exception:
    code = error_code(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == "NoSuchBucket":
        return UsageError(f"{name}: there is no such bucket")
    if code in REJECTED:
        return SourceError(f"{name}: {REJECTED[code]} ({code})")
    if code in DENIED:
        return RefusedError(
            f"{name}: access denied{_reason(error)}; listing needs s3:ListBucket, reading "
            "s3:GetObject (with SSE-KMS kms:Decrypt too)"
        )
    if code in BUSY or status == 429 or (status >= 500 and status != 501):
        return TransportError(f"S3 is busy ({code or status})")
    return RefusedError(f"{name}: S3 refuses: {code}{_reason(error)}")


def _reason(error: ClientError) -> str:
    """What the server says besides the code: on AWS, who may not do what."""
    message = " ".join(str(error.response.get("Error", {}).get("Message", "")).split())
    return f" ({message[:300]})" if message and message != "Forbidden" else ""


def _cause(error: Exception) -> Exception | None:
    """Kept for a traceback, but for errors that can repeat what a credentials program printed."""
    return None if isinstance(error, NO_CREDENTIALS) else error
