"""The commands `audience-vault contract sync`, `check` and `export`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from ingest.console import make_console, safe, table
from ingest.contracts import Contract, ContractError, read_contract, read_contracts
from ingest.contracts.compatibility import Comparison, compare_all
from ingest.contracts.compatibility.differences import MEANINGS
from ingest.contracts.dbt_sources import write_sources
from ingest.contracts.exporting import EXPORTS
from ingest.errors import UsageError
from ingest.settings import Settings
from ingest.warehouses import open_for_loading, open_for_reading

Form = StrEnum("Form", {name: name for name in EXPORTS})

app = typer.Typer(help="Keep contracts and what follows from them in step.", no_args_is_help=True)


@app.command("sync")
def sync_command() -> None:
    """Write the dbt sources and the raw tables that follow from the contracts."""
    settings = Settings.from_environment()
    contracts = read_contracts(settings.contracts_dir)
    added = _added_columns(settings, contracts)  # first: they may refuse a contract
    told = [f"wrote {path}" for path in write_sources(contracts, settings.project_dir)]
    told += [f"added {column}" for column in added]
    console = make_console()
    for line in told or ["The dbt sources and the raw tables are in step with the contracts."]:
        console.print(line, markup=False)


def _added_columns(settings: Settings, contracts: dict[str, Contract]) -> list[str]:
    """Bring the raw tables up to date; the first load makes them, so none is no difference."""
    warehouse = open_for_reading(settings)
    if warehouse is None:
        return []
    with warehouse:
        before = warehouse.column_types()
    with open_for_loading(settings, contracts.values()) as warehouse:
        after = warehouse.column_types()
    return [
        f"{warehouse.table(name)} {column}"
        for name, columns in after.items()
        for column in columns
        if column not in before.get(name, {})
    ]


@app.command("check")
def check_command(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="A contract, or a folder of them.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="What is to take its place.")],
) -> None:
    """Tell compatible changes of contracts from breaking ones; exit with 1 if anything breaks."""
    comparisons = _compared(old, new)
    console = make_console()
    for comparison in comparisons:
        _print_comparison(console, comparison)
    _print_verdict(console, comparisons)
    if not all(comparison.passes for comparison in comparisons):
        raise typer.Exit(1)


@app.command("export")
def export_command(
    feed: Annotated[str, typer.Argument(metavar="FEED", help="The feed, named as its contract.")],
    form: Annotated[Form, typer.Option("--as", help="What to write.")],
    output: Annotated[
        Path | None, typer.Option(help="The file to write; else it is printed.")
    ] = None,
) -> None:
    """Write a contract as the schema that producers' tools want."""
    contracts = read_contracts(Settings.from_environment().contracts_dir)
    if feed not in contracts:
        raise UsageError(f"there is no feed '{feed}'; the feeds are {', '.join(contracts)}")
    content = EXPORTS[form](contracts[feed])
    if output is None:
        typer.echo(content, nl=False)
        return
    try:
        output.write_text(content, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{output}: can't be written: {error.strerror}") from error
    make_console().print(f"wrote {output}", markup=False)


def _compared(old: Path, new: Path) -> list[Comparison]:
    for path in (old, new):
        if not path.exists():
            raise UsageError(f"{path}: there is no such file or folder")
    if old.is_dir() != new.is_dir():
        raise UsageError("compare two files, or two folders")
    if old.is_file() and old.name != new.name:
        raise UsageError(
            f"{old.name} and {new.name} are two feeds: a contract has its feed's name; "
            "to compare with an older one, keep that in a folder of its own"
        )
    return compare_all(_read(old), _read(new))


def _read(path: Path) -> dict[str, Contract]:
    try:
        return read_contracts(path) if path.is_dir() else {path.stem: read_contract(path)}
    except ContractError as error:
        folder = path if path.is_dir() else path.parent
        raise ContractError(f"in {folder}: {error}") from error


def _print_comparison(console: Console, comparison: Comparison) -> None:
    versions = [version or "none" for version in (comparison.old_version, comparison.new_version)]
    verdict = _verdict(comparison)
    title = f"{comparison.feed} {' → '.join(versions)}: {verdict}"
    rows = [
        (d.field, d.change, ", ".join(d.breaks) or "nothing", d.advice)
        for d in comparison.differences
    ]
    if comparison.version_advice:
        rows.append(("version", comparison.version_advice, "", ""))
    if rows:
        console.print(table(safe(title), ["where", "what", "breaks", "advice"], rows))
    else:
        console.print(Text(safe(title), style="bold"))


def _verdict(comparison: Comparison) -> str:
    if comparison.is_breaking:
        return "breaking"
    if comparison.version_advice:
        return "compatible, but its version is wrong"
    return "compatible" if comparison.differences else "unchanged"


def _print_verdict(console: Console, comparisons: list[Comparison]) -> None:
    """What the sides mean that break, and how many feeds do."""
    broken = {side for c in comparisons for d in c.differences for side in d.breaks}
    for side, meaning in MEANINGS.items():
        if side in broken:
            console.print(Text.assemble((f"{side}: ", "bold"), meaning))
    if failed := [comparison.feed for comparison in comparisons if not comparison.passes]:
        console.print(f"Not to be taken as they are: {', '.join(failed)}.", markup=False)
    else:
        console.print("Each new contract can take the old one's place.")
