"""Pseudonyms of PII: HMAC-SHA256 (RFC 2104) with a key that reaches the engine as a parameter."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest.contracts import Contract
from ingest.errors import UsageError
from ingest.ledger.tables import LOADS
from ingest.settings import MIN_KEY_CHARACTERS, Settings
from ingest.sql import identifier, literal
from ingest.warehouses import Warehouse

BLOCK_BYTES = 64
KEY_ID_CHARACTERS = 16


@dataclass(frozen=True)
class PseudonymKey:
    """The secret that makes pseudonyms; it is never printed."""

    secret: bytes = field(repr=False)

    @property
    def key_id(self) -> str:
        """Tells one key from another without telling the key."""
        digest = hmac.new(self.secret, b"audience-vault key id", hashlib.sha256)
        return digest.hexdigest()[:KEY_ID_CHARACTERS]

    @property
    def parameters(self) -> dict[str, bytes]:
        """What `pseudonym` binds: the key, padded as the inner and the outer hash take it."""
        secret = self.secret
        if len(secret) > BLOCK_BYTES:
            secret = hashlib.sha256(secret).digest()
        padded = secret.ljust(BLOCK_BYTES, b"\0")
        return {
            "inner": bytes(byte ^ 0x36 for byte in padded),
            "outer": bytes(byte ^ 0x5C for byte in padded),
        }


def pseudonym(text: str) -> str:
    """SQL of the pseudonym of a text: 64 hexadecimal digits."""
    return f"sha256($outer::blob || unhex(sha256($inner::blob || encode({text}))))"


def without_pii(contract: Contract) -> str:
    """SQL of a checked record as JSON, with pseudonyms in place of clear text."""
    record = "record"
    for column in contract.pii:
        for source in column.sources:
            path = literal("$" + "".join(f".{json.dumps(name)}" for name in source))
            patch = identifier(f"pseudonym of {column.name}")
            for name in reversed(source):
                patch = f"json_object({literal(name)}, {patch})"
            record = (
                f"case when json_exists({record}, {path}) "
                f"then json_merge_patch({record}, {patch})::varchar else {record} end"
            )
    return record


def the_key(
    settings: Settings, warehouse: Warehouse, contracts: Iterable[Contract]
) -> PseudonymKey | None:
    """The key for the feeds with PII, or None where there is none.

    Raise UsageError where it is missing, or isn't that of the loads before: pseudonyms of the same
    person would differ.
    """
    feeds = sorted({contract.feed for contract in contracts if contract.pii})
    if not feeds:
        return None
    if settings.pseudonym_key is None:
        raise UsageError(
            f"{feeds[0]} has PII, and there is no key for pseudonyms; set "
            f"AUDIENCE_VAULT_PSEUDONYM_KEY to a secret of at least {MIN_KEY_CHARACTERS} characters"
        )
    key = PseudonymKey(settings.pseudonym_key.encode())
    used = warehouse.query(
        f"""
            select load_id, pseudonym_key_id from {warehouse.table(LOADS)}
            where pseudonym_key_id is not null
            order by load_id desc
            limit 1
        """
    )
    if used and used[0][1] != key.key_id:
        raise UsageError(
            f"AUDIENCE_VAULT_PSEUDONYM_KEY isn't the key that load {used[0][0]} was loaded with, "
            "and the same person would get another pseudonym; set it back"
        )
    return key
