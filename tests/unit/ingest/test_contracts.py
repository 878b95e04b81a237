import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from ingest.contracts import ContractError, read_contract, read_contracts
from ingest.contracts.dbt_sources import source_files
from ingest.settings import PROJECT_DIR

CONTRACTS = sorted((PROJECT_DIR / "contracts").glob("*.yaml"))
ODCS = json.loads(OpenDataContractStandard.json_schema())


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_a_contract_is_valid_odcs_in_every_key(path):
    jsonschema.validate(yaml.safe_load(path.read_text()), ODCS)


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_every_column_is_described(path):
    for column in read_contract(path).columns:
        assert len(column.description) > 10


def test_generated_sources_are_in_step_with_the_contracts():
    for path, content in source_files(read_contracts(PROJECT_DIR / "contracts")).items():
        assert (PROJECT_DIR / path).read_text() == content, "run `audience-vault contract sync`"


def changed(tmp_path: Path, change) -> Path:
    document = yaml.safe_load((PROJECT_DIR / "contracts" / "stb_events.yaml").read_text())
    change(document)
    path = tmp_path / "stb_events.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


def column(document: dict, name: str) -> dict:
    return next(c for c in document["schema"][0]["properties"] if c["name"] == name)


def setting(document: dict, name: str, value: object) -> None:
    for entry in document["customProperties"]:
        if entry["property"] == name:
            entry["value"] = value


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda d: column(d, "mac").update(logicalType="array"), "column mac logicalType"),
        (lambda d: column(d, "mac").update(physicalType="text"), "column mac physicalType"),
        (lambda d: column(d, "ts").update(physicalType="decimal(7,20)"), "column ts physicalType"),
        (lambda d: column(d, "ts").update(physicalType="decimal(39,2)"), "column ts physicalType"),
        (lambda d: column(d, "ts").pop("physicalType"), "column ts physicalType"),
        (lambda d: column(d, "sat").pop("description"), "column sat description"),
        (lambda d: column(d, "sat").update(name="_row"), "column _row"),
        (lambda d: column(d, "sat").update(name="mac"), "column mac: is there twice"),
        (lambda d: column(d, "mac").update(logicalTypeOptions={"pattern": "("}), "mac pattern"),
        (lambda d: column(d, "mac").update(logicalTypeOptions={"pattern": "(?=x)"}), "mac pattern"),
        (
            lambda d: column(d, "indextime").update(
                logicalTypeOptions={"timezone": True, "minimum": "2024-01-01T00:00:00"}
            ),
            "column indextime minimum",
        ),
        (lambda d: column(d, "mac").update(logicalTypeOptions={"minLength": 3}), "minLength"),
        (
            lambda d: column(d, "eventdate").update(logicalTypeOptions={"minimum": "soon"}),
            "column eventdate minimum",
        ),
        (lambda d: column(d, "code")["quality"][0].update(mustBe=3), "column code quality"),
        (lambda d: setting(d, "feedKind", "stream"), "customProperties feedKind"),
        (lambda d: setting(d, "timezone", "Mars/Olympus"), "customProperties timezone"),
        (lambda d: setting(d, "quarantineThresholdPct", 101), "quarantineThresholdPct"),
        (
            lambda d: d["customProperties"].append({"property": "effectiveAt", "value": "now"}),
            "customProperties effectiveAt",
        ),
        (
            lambda d: d["customProperties"].append({"property": "feedKnid", "value": "event"}),
            "customProperties 'feedKnid'",
        ),
        (lambda d: d["servers"][0].update(format="parquet"), "servers"),
        (lambda d: d["servers"][0].pop("path"), "servers path"),
        (lambda d: d.pop("servers"), "servers"),
        (lambda d: d.update(schema=[]), "schema"),
        (lambda d: d["schema"][0].update(name="other"), "schema"),
        (lambda d: d.pop("version"), "version"),
        (lambda d: d.update(verison="1"), "verison"),
        (lambda d: column(d, "mac").update(requird=True), "schema.1.properties.1.requird"),
        (lambda d: d["servers"][1].update(patth="x"), "servers.2.patth"),
    ],
)
def test_a_wrong_contract_is_refused_with_its_file_and_field(tmp_path, change, field):
    with pytest.raises(ContractError) as refused:
        read_contract(changed(tmp_path, change))
    assert str(refused.value).startswith("stb_events.yaml: ")
    assert field in str(refused.value)


def test_a_file_that_is_no_yaml_is_refused(tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text("a: [")
    with pytest.raises(ContractError, match=r"broken\.yaml"):
        read_contract(path)


def test_a_folder_without_contracts_is_refused(tmp_path):
    with pytest.raises(ContractError, match="no contract here"):
        read_contracts(tmp_path)
