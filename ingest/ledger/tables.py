"""The tables of the raw layer: what the loader adds to a feed's columns, and its own two."""

from ingest.columns import TableColumn
from ingest.contracts import Contract

LOADS = "loads"
QUARANTINE = "quarantine"
DESCRIPTIONS = {
    LOADS: "The ledger: one row per drop that was loaded, recognised as a duplicate, or failed.",
    QUARANTINE: "Rows of loaded drops that break their contract, each with the reason.",
}

EXTRA = TableColumn(
    "_extra", "string", "What the contract doesn't know: a JSON object of text, or null."
)
EFFECTIVE_AT = TableColumn(
    "_effective_at", "timestamp", "When what the row says takes effect, in UTC."
)
LOAD_COLUMNS = (
    TableColumn("_load_id", "bigint", "The load that brought the row, as in the ledger."),
    TableColumn("_file", "string", "URL of the drop that the row was read from."),
    TableColumn("_row", "bigint", "Number of the record within its drop, from 1."),
    TableColumn("_loaded_at", "timestamp", "When the row was loaded, in UTC."),
)

TABLES = {
    LOADS: (
        TableColumn("load_id", "bigint", "The load; grows in the order in which loads commit."),
        TableColumn("feed", "string", "The feed, named as its contract."),
        TableColumn("url", "string", "Where the drop was read from."),
        TableColumn("size_bytes", "bigint", "Size of the drop as delivered."),
        TableColumn("modified_at", "timestamp", "When the store says the drop was last written."),
        TableColumn(
            "effective_at",
            "timestamp",
            "When all that the drop says takes effect, in UTC; null where it doesn't as a whole.",
        ),
        TableColumn("store_version", "string", "The store's own mark of the drop's version."),
        TableColumn("sha256", "string", "Hash of the drop's content; null if it wasn't read."),
        TableColumn("contract_version", "string", "Version of the contract that was applied."),
        TableColumn("rows_read", "bigint", "Records in the drop; null for a duplicate."),
        TableColumn("rows_loaded", "bigint", "Records that this load put into the feed's table."),
        TableColumn("rows_quarantined", "bigint", "Records that this load put into quarantine."),
        TableColumn("seconds", "double precision", "How long the load took."),
        TableColumn("state", "string", "What became of it: loaded, duplicate or failed."),
        TableColumn("error", "string", "Why the drop failed; null unless it did."),
        TableColumn(
            "follows_load_id", "bigint", "The load before it of a drop with the same URL, if any."
        ),
        TableColumn("loaded_at", "timestamp", "When the load was recorded, in UTC."),
        TableColumn(
            "archived_url", "string", "Where the drop is moved after it; null where it is left."
        ),
        TableColumn(
            "pseudonym_key_id", "string", "The key of the load's pseudonyms; null if it has none."
        ),
        TableColumn(
            "replays_load_id",
            "bigint",
            "The load whose rows or drop are loaded again; null for a delivery.",
        ),
    ),
    QUARANTINE: (
        TableColumn("feed", "string", "The feed, named as its contract."),
        TableColumn("load_id", "bigint", "The load that put the row aside, as in the ledger."),
        TableColumn("file", "string", "URL of the drop that the row was read from."),
        TableColumn("row_number", "bigint", "Number of the record within its drop, from 1."),
        TableColumn("column_name", "string", "The first column that breaks a rule; null: the row."),
        TableColumn("rule", "string", "The rule that it breaks first."),
        TableColumn("value", "string", "The value that breaks it, as delivered."),
        TableColumn("reason", "string", "Every rule that the row breaks, in words."),
        TableColumn("payload", "string", "The row as delivered: a JSON object, or the raw line."),
        TableColumn(
            "replayed_by_load_id",
            "bigint",
            "The load that took the row in once its contract was mended; null while it waits.",
        ),
    ),
}


def feed_columns(contract: Contract) -> tuple[TableColumn, ...]:
    """Columns of raw.<feed>: the contract's, then the loader's."""
    effective = (EFFECTIVE_AT,) if contract.is_reference else ()
    return (*contract.table_columns, EXTRA, *effective, *LOAD_COLUMNS)
