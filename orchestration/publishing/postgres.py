"""Publishes the marts as a schema of their own, brought up to date in one transaction.

Tables stay in place, and rows that haven't changed are left alone. So readers see the old rows or
the new ones and never wait, whatever the isolation of their transactions; what was granted on a
table stays, as do the views that others made on it. Only where a table's columns change, or it
goes, its readers wait until all is published.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.errors import UsageError, WarehouseError
from ingest.sql import identifier, literal
from ingest.warehouses.postgres import PostgresWarehouse, open_schema, open_schema_for_reading
from ingest.warehouses.waiting import patiently, tell_log
from orchestration.publishing.base import (
    SNAPSHOT,
    SNAPSHOT_COLUMNS,
    SNAPSHOT_COMMENT,
    PublishedMarts,
    PublishError,
    complete_build,
    refuse_unexplained_rows,
    snapshot_row,
)

PUBLISHED = "published"
LONGEST_WAIT = "2s"
"""For those who read a table whose columns change: other readers queue behind."""
CATALOGUE = """
    select
        tables.relname, obj_description(tables.oid, 'pg_class'),
        columns.attname, format_type(columns.atttypid, columns.atttypmod),
        col_description(tables.oid, columns.attnum)
    from pg_catalog.pg_attribute as columns
    inner join pg_catalog.pg_class as tables on tables.oid = columns.attrelid
    inner join pg_catalog.pg_namespace as schemas on schemas.oid = tables.relnamespace
    where schemas.nspname = $1::varchar and position(tables.relkind::text in $2::varchar) > 0
        and columns.attnum > 0 and not columns.attisdropped
    order by tables.relname, columns.attnum
"""


@dataclass
class _Table:
    """What the catalogue says of a table or view."""

    comment: str | None = None
    types: dict[str, str] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)


class PublishedSchema(PublishedMarts):
    """Tables in a schema of the warehouse's database."""

    @property
    def schema(self) -> str:
        """The schema, with the prefix in use."""
        return self.settings.schema(PUBLISHED)

    @property
    def name(self) -> str:
        """The schema, as people are told."""
        return f"schema {self.schema} on PostgreSQL"

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with open_schema_for_reading(self.settings) as session:
            return session.query(sql, parameters)

    def replace(self) -> None:
        """Bring every table to what its mart is; no model is built meanwhile."""
        with open_schema(self.settings) as session:
            if not session.has_ledger():
                raise UsageError("nothing is loaded yet; start with `audience-vault load SOURCE`")
            seconds = self.settings.lock_wait_seconds
            patiently(lambda: session.lock("build"), seconds, tell_log)
            patiently(lambda: session.lock("models", shared=True), seconds, tell_log)
            with session.transaction():
                session.execute("set transaction isolation level repeatable read")
                session.execute(f"set local lock_timeout = '{LONGEST_WAIT}'")
                build = complete_build(session, self.settings)
                publication = _Publication(session, self.settings.schema("marts"), self.schema)
                publication.bring_up_to_date()
                refuse_unexplained_rows(session.query, publication.table("reconciliation"))
                publication.write_snapshot(snapshot_row(build, self.settings))


class _Publication:
    """One transaction's work."""

    def __init__(self, session: PostgresWarehouse, marts: str, published: str) -> None:
        self.session = session
        self.marts, self.published = marts, published

    def table(self, name: str) -> str:
        """A published table, as SQL names it."""
        return f"{identifier(self.published)}.{identifier(name)}"

    def bring_up_to_date(self) -> None:
        """Make, change, fill and drop tables until they are what the marts are."""
        if not self.session.query(
            "select 1 from pg_catalog.pg_namespace where nspname = $1::varchar", [self.published]
        ):
            self.session.execute(f"create schema {identifier(self.published)}")
        marts, present = self._tables(self.marts, "rv"), self._tables(self.published, "r")
        # From the change of a table's columns on, its readers wait: it comes after the others.
        for name, mart in sorted(
            marts.items(),
            key=lambda each: each[0] in present and present[each[0]].types != each[1].types,
        ):
            table = self._shape(name, mart, present.get(name))
            self._fill(name, mart, is_new=table.types != mart.types)
            self._describe(name, mart, table)
        for name in present.keys() - marts.keys() - {SNAPSHOT}:
            self._change(f"drop table {self.table(name)}", name, "drop the views that need it")

    def write_snapshot(self, row: list[object]) -> None:
        """The one row that says where the marts come from."""
        wanted = _Table(
            SNAPSHOT_COMMENT,
            {
                name: self.session.type_name(sql_type)
                for name, (sql_type, _) in SNAPSHOT_COLUMNS.items()
            },
            {name: comment for name, (_, comment) in SNAPSHOT_COLUMNS.items()},
        )
        table = self._shape(SNAPSHOT, wanted, self._tables(self.published, "r").get(SNAPSHOT))
        self._describe(SNAPSHOT, wanted, table)
        self.session.execute(f"delete from {self.table(SNAPSHOT)}")
        values = ", ".join(f"${n}::{each}" for n, each in enumerate(wanted.types.values(), 1))
        names = ", ".join(wanted.types)
        self.session.execute(f"insert into {self.table(SNAPSHOT)} ({names}) select {values}", row)

    def _tables(self, schema: str, kinds: str) -> dict[str, _Table]:
        """Tables ('r') and views ('v') of a schema."""
        found: dict[str, _Table] = {}
        for name, comment, column, sql_type, column_comment in self.session.query(
            CATALOGUE, [schema, kinds]
        ):
            table = found.setdefault(name, _Table(comment))
            table.types[column] = sql_type
            table.comments[column] = column_comment
        return found

    def _shape(self, name: str, wanted: _Table, present: _Table | None) -> _Table:
        """Give a table the columns that are wanted; what it was before."""
        if present is None:
            columns = ", ".join(f"{identifier(c)} {t}" for c, t in wanted.types.items())
            self._change(
                f"create table {self.table(name)} ({columns})",
                name,
                "that schema is for the published marts: move what is there under this name",
            )
            if "broadcast_date" in wanted.types:
                self.session.execute(f"create index on {self.table(name)} (broadcast_date)")
            return _Table()
        changes = [
            f"drop column {identifier(column)}"
            for column, sql_type in present.types.items()
            if wanted.types.get(column) != sql_type
        ] + [
            f"add column {identifier(column)} {sql_type}"
            for column, sql_type in wanted.types.items()
            if present.types.get(column) != sql_type
        ]
        if changes:
            self._change(
                f"alter table {self.table(name)} {', '.join(changes)}",
                name,
                "publish again when nobody reads it, and drop the views that need its old columns",
            )
        return present

    def _change(self, statement: str, name: str, advice: str) -> None:
        """Make, change or drop a table, with what to do where others are in the way."""
        try:
            self.session.execute(statement)
        except WarehouseError as error:
            raise PublishError(
                f"{self.published}.{name} changes, and that failed: {error}; {advice}"
            ) from error

    def _fill(self, name: str, mart: _Table, *, is_new: bool) -> None:
        """Delete the rows that the mart hasn't, insert those that the table hasn't."""
        table, source = self.table(name), f"{identifier(self.marts)}.{identifier(name)}"
        names = ", ".join(identifier(column) for column in mart.types)
        self.session.execute(
            f"create temporary table mart_rows on commit drop as select {names} from {source}"
        )
        if is_new:  # every row of columns that have changed is another one
            self.session.execute(f"delete from {table}")
        else:
            old, gone = (
                ", ".join(f"{side}.{identifier(column)}" for column in mart.types)
                for side in ("old", "gone")
            )
            self.session.execute(
                f"""
                delete from {table} as old
                using (
                    select {names} from {table} except all select {names} from mart_rows
                ) as gone
                where hash_record_extended(row({old}), 0) = hash_record_extended(row({gone}), 0)
                    and row({old}) is not distinct from row({gone})
                """
            )
        self.session.execute(
            f"""
            insert into {table} ({names})
            select {names} from mart_rows except all select {names} from {table}
            """
        )
        self.session.execute("drop table mart_rows")
        self.session.execute(f"analyze (skip_locked) {table}")

    def _describe(self, name: str, wanted: _Table, present: _Table) -> None:
        """Bring comments to what they are on the mart."""
        table = self.table(name)
        changed = [
            (f"column {table}.{identifier(column)}", comment)
            for column, comment in wanted.comments.items()
            if present.comments.get(column) != comment
        ]
        if wanted.comment != present.comment:
            changed.append((f"table {table}", wanted.comment))
        for what, comment in changed:
            told = "null" if comment is None else literal(comment)
            self.session.execute(f"comment on {what} is {told}")
