"""Every key in dbt's YAML is one that dbt knows.

dbt ships JSON schemas of its YAML but applies them on four cloud adapters only; elsewhere a
misspelt key passes in silence. Here they are applied to the whole project, made strict where they
are lax, and concerned with keys only: values are checked by dbt itself.
"""

import copy
import dataclasses
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from dbt.contracts.project import ProjectFlags
from dbt.jsonschemas import jsonschemas
from jsonschema import Draft7Validator, ValidationError
from jsonschema.validators import extend

PROJECT_DIR = Path(__file__).parents[2]
PROJECT_FILE = PROJECT_DIR / "dbt_project.yml"
FOLDERS_OF = {
    "models": "model-paths",
    "seeds": "seed-paths",
    "data_tests": "test-paths",
    "tests": "test-paths",
}


class UniqueKeyLoader(yaml.SafeLoader):
    """PyYAML keeps the last of two equal keys; this one refuses them."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        doubled = sorted({str(key) for key in keys if keys.count(key) > 1})
        if doubled:
            line = node.start_mark.line + 1
            raise yaml.constructor.ConstructorError(None, None, f"line {line}: {doubled} twice")
        return super().construct_mapping(node, deep=deep)


def read(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, UniqueKeyLoader) or {}  # noqa: S506 - a safe loader


def lenient_on_values(schema: Any) -> Any:
    """Drop the lists of allowed values: they lack custom strategies and lower-case severities."""
    if isinstance(schema, list):
        return [lenient_on_values(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: lenient_on_values(part) for key, part in schema.items() if key != "enum"}
    if "oneOf" in kept:  # without the values, several may match
        kept["anyOf"] = kept.pop("oneOf")
    return kept


def resources_schema() -> dict[str, Any]:
    """The schema of property files; a data test is one key, the test's name."""
    schema = lenient_on_values(jsonschemas.resources_schema())
    named = schema["definitions"]["CustomTest"]["anyOf"][1]
    assert named["additionalProperties"] == {"$ref": "#/definitions/CustomTestInner"}
    named["maxProperties"] = 1
    return schema


def project_schema() -> dict[str, Any]:
    """The schema of dbt_project.yml; it says nothing of flags, so dbt's own class does."""
    schema = lenient_on_values(jsonschemas.project_schema())
    flags = {field.name for field in dataclasses.fields(ProjectFlags)}
    choices = {"error", "warn", "silence", "include", "exclude"}
    schema["properties"]["flags"] = {
        "type": "object",
        "properties": dict.fromkeys(flags, True)
        | {
            "warn_error_options": {
                "type": "object",
                "properties": dict.fromkeys(choices, True),
                "additionalProperties": False,
            }
        },
        "additionalProperties": False,
    }
    return schema


def type_or_template(
    validator: Any, types: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    """Templates may become any type; YAML reads dates that dbt takes as text."""
    if isinstance(instance, str) and "{{" in instance:
        return
    if isinstance(instance, date) and "string" in types:
        return
    yield from Draft7Validator.VALIDATORS["type"](validator, types, instance, schema)


KeyValidator = extend(Draft7Validator, {"type": type_or_template})
RESOURCES = KeyValidator(resources_schema())
PROJECT = KeyValidator(project_schema())


def causes(error: ValidationError) -> list[str]:
    """What is wrong and where; of several alternatives that failed, those that got deepest."""
    if error.context:
        deepest = max(len(part.absolute_path) for part in error.context)
        parts = [part for part in error.context if len(part.absolute_path) == deepest]
        return [cause for part in parts for cause in causes(part)]
    where = ".".join(str(step) for step in error.absolute_path) or "top level"
    return [f"{where}: {error.message}"]


def mistakes(validator: Draft7Validator, document: dict[str, Any]) -> list[str]:
    return sorted({cause for error in validator.iter_errors(document) for cause in causes(error)})


def folders_that_do_not_exist(project: dict[str, Any], project_dir: Path) -> list[str]:
    """Keys without + in dbt_project.yml must be the project, a folder or a file in it."""

    def walk(section: str, config: Any, folders: list[Path], named: str) -> Iterator[str]:
        for key, below in (config if isinstance(config, dict) else {}).items():
            if key.startswith("+"):
                continue
            inside = [found for folder in folders for found in folder.glob(f"{key}*")]
            found = [path for path in inside if key in {path.name, path.stem}]
            if not found:
                yield f"{named}.{key}: no such folder or file"
            yield from walk(section, below, found, f"{named}.{key}")

    wrong = []
    for section, paths in FOLDERS_OF.items():
        folders = [project_dir / path for path in project.get(paths, [])]
        for package, config in project.get(section, {}).items():
            if package.startswith("+"):
                continue
            if package != project["name"]:
                wrong.append(f"{section}.{package}: the project's name is {project['name']}")
            wrong += walk(section, config, folders, f"{section}.{package}")
    return wrong


def property_files() -> list[Path]:
    project = read(PROJECT_FILE)
    kinds = ("model-paths", "seed-paths", "macro-paths", "test-paths")
    folders = [PROJECT_DIR / path for kind in kinds for path in project[kind]]
    found = {path for folder in folders for path in folder.rglob("*.y*ml")}
    return sorted(found - set((PROJECT_DIR / "tests" / "integration").rglob("*")))  # .dbtignore


@pytest.mark.parametrize(
    "path", property_files(), ids=lambda path: path.relative_to(PROJECT_DIR).as_posix()
)
def test_property_files_hold_known_keys_only(path):
    assert mistakes(RESOURCES, read(path)) == []


def test_project_file_holds_known_keys_only():
    project = read(PROJECT_FILE)
    assert mistakes(PROJECT, project) == []
    assert folders_that_do_not_exist(project, PROJECT_DIR) == []


# Proof that the checks above bite: documents like the project's own, and misspellings of them.

PROPERTIES = """
models:
  - name: viewing
    description: A text.
    config:
      materialized: incremental
      incremental_strategy: by_affected_dates
      unique_key: [viewer_hk, started_at]
      on_schema_change: fail
      contract: {enforced: true}
      enabled: "{{ var('on') }}"
      meta: {anything: {goes: [here, {and: deeper}]}}
      group: audience
      access: public
      tags: [daily]
    constraints:
      - type: not_null
        columns: [viewer_hk]
    data_tests:
      - unique_combination:
          name: viewing_key
          arguments: {columns: [viewer_hk, started_at]}
          config: {severity: warn, where: "1 = 1", meta: {dagster: {ref: {name: viewing}}}}
    columns:
      - name: viewer_hk
        description: A text.
        data_type: uuid
        constraints: [{type: not_null}]
        data_tests:
          - not_null
          - relationships:
              arguments: {to: ref('hub_viewer'), field: viewer_hk}
              config: {severity: error}
        config: {meta: {pii: false}}
unit_tests:
  - name: silence_ends_viewing
    description: A text.
    model: viewing
    given:
      - input: ref('events')
        format: dict
        rows: [{any: 1, column: text}]
    expect: {rows: [{any: 1}]}
    overrides:
      vars: {liveness_hold_seconds: 600}
      macros: {is_incremental: false}
    config: {tags: [rule]}
sources:
  - name: raw
    description: A text.
    schema: raw
    config: {freshness: {warn_after: {count: 1, period: day}}, loaded_at_field: _loaded_at}
    tables:
      - name: stb_events
        description: A text.
        config: {meta: {dagster: {asset_key: [raw, stb_events]}}}
        columns:
          - name: mac
            data_type: string
            description: A text.
seeds:
  - name: dayparts
    description: A text.
    config: {column_types: {any_name: date}}
    columns: [{name: daypart, data_tests: [unique]}]
macros:
  - name: hash_key
    description: A text.
    arguments: [{name: columns, type: list, description: A text.}]
data_tests:
  - name: no_viewer_exceeds_the_day
    description: A text.
    config: {severity: error, meta: {free: form}}
"""

MISSPELT_PROPERTIES = {
    "model": ["models"],
    "unit_test": ["unit_tests"],
    "desciption": ["models", 0, "description"],
    "data_test": ["models", 0, "data_tests"],
    "colums": ["models", 0, "columns"],
    "materialised": ["models", 0, "config", "materialized"],
    "incremental_stategy": ["models", 0, "config", "incremental_strategy"],
    "on_schema_chnage": ["models", 0, "config", "on_schema_change"],
    "enforcd": ["models", 0, "config", "contract", "enforced"],
    "contrct": ["models", 0, "config", "contract"],
    "mata": ["models", 0, "config", "meta"],
    "constraint": ["models", 0, "constraints"],
    "column": ["models", 0, "constraints", 0, "columns"],
    "argumnts": ["models", 0, "data_tests", 0, "unique_combination", "arguments"],
    "confg": ["models", 0, "data_tests", 0, "unique_combination", "config"],
    "severty": ["models", 0, "data_tests", 0, "unique_combination", "config", "severity"],
    "data_tpye": ["models", 0, "columns", 0, "data_type"],
    "descripton": ["models", 0, "columns", 0, "description"],
    "data-tests": ["models", 0, "columns", 0, "data_tests"],
    "args": ["models", 0, "columns", 0, "data_tests", 1, "relationships", "arguments"],
    "whre": ["models", 0, "columns", 0, "data_tests", 1, "relationships", "config", "severity"],
    "metta": ["models", 0, "columns", 0, "config", "meta"],
    "gvien": ["unit_tests", 0, "given"],
    "row": ["unit_tests", 0, "given", 0, "rows"],
    "formt": ["unit_tests", 0, "given", 0, "format"],
    "expcted": ["unit_tests", 0, "expect", "rows"],
    "var": ["unit_tests", 0, "overrides", "vars"],
    "tag": ["unit_tests", 0, "config", "tags"],
    "table": ["sources", 0, "tables"],
    "shema": ["sources", 0, "schema"],
    "freshnes": ["sources", 0, "config", "freshness"],
    "cout": ["sources", 0, "config", "freshness", "warn_after", "count"],
    "descrption": ["sources", 0, "tables", 0, "description"],
    "dataType": ["sources", 0, "tables", 0, "columns", 0, "data_type"],
    "column_type": ["seeds", 0, "config", "column_types"],
    "tets": ["seeds", 0, "columns", 0, "data_tests"],
    "argument": ["macros", 0, "arguments"],
    "tpye": ["macros", 0, "arguments", 0, "type"],
    "serverity": ["data_tests", 0, "config", "severity"],
}

PROJECT_DOCUMENT = """
name: audience_vault
profile: audience_vault
config-version: 2
require-dbt-version: [">=1.11.0"]
model-paths: [models]
seed-paths: [seeds]
test-paths: [tests/singular]
flags:
  send_anonymous_usage_stats: false
  warn_error_options: {error: [Deprecations], silence: []}
vars: {anything: {goes: here}}
on-run-start: "{{ start_build() }}"
models:
  audience_vault:
    +persist_docs: {relation: true}
    vault:
      +schema: vault
      +materialized: incremental
      +incremental_strategy: by_affected_dates
      +contract: {enforced: true}
      +meta: {free: {form: 1}}
seeds:
  audience_vault:
    +schema: vault
"""

MISSPELT_PROJECT = {
    "model-path": ["model-paths"],
    "modls": ["models"],
    "on-run-strat": ["on-run-start"],
    "require_dbt_version": ["require-dbt-version"],
    "send_anonymous_usage_stat": ["flags", "send_anonymous_usage_stats"],
    "warn_error_option": ["flags", "warn_error_options"],
    "silense": ["flags", "warn_error_options", "silence"],
    "audience_valt": ["models", "audience_vault"],
    "valt": ["models", "audience_vault", "vault"],
    "+shema": ["models", "audience_vault", "vault", "+schema"],
    "materialized": ["models", "audience_vault", "vault", "+materialized"],
    "+materialised": ["models", "audience_vault", "vault", "+materialized"],
    "+contrat": ["models", "audience_vault", "vault", "+contract"],
    "+mta": ["models", "audience_vault", "vault", "+meta"],
    "enforcd": ["models", "audience_vault", "vault", "+contract", "enforced"],
    "relations": ["models", "audience_vault", "+persist_docs", "relation"],
    "+scheme": ["seeds", "audience_vault", "+schema"],
}


def misspell(document: dict[str, Any], path: list[Any], key: str) -> dict[str, Any]:
    """A copy of the document with the key at the path renamed."""
    changed = copy.deepcopy(document)
    parent: Any = changed
    for step in path[:-1]:
        parent = parent[step]
    parent[key] = parent.pop(path[-1])
    return changed


@pytest.fixture
def project_dir(tmp_path):
    (tmp_path / "models" / "vault").mkdir(parents=True)
    (tmp_path / "seeds").mkdir()
    return tmp_path


def test_correct_properties_pass():
    assert mistakes(RESOURCES, yaml.safe_load(PROPERTIES)) == []


@pytest.mark.parametrize(("key", "path"), MISSPELT_PROPERTIES.items(), ids=MISSPELT_PROPERTIES)
def test_misspelt_property_fails_by_its_name(key, path):
    found = mistakes(RESOURCES, misspell(yaml.safe_load(PROPERTIES), path, key))
    assert any(f"'{key}'" in mistake for mistake in found), found


def test_key_beside_a_tests_name_fails():
    document = yaml.safe_load(PROPERTIES)
    document["models"][0]["data_tests"][0]["config"] = {"severity": "warn"}
    assert mistakes(RESOURCES, document)


def test_correct_project_passes(project_dir):
    document = yaml.safe_load(PROJECT_DOCUMENT)
    assert mistakes(PROJECT, document) == []
    assert folders_that_do_not_exist(document, project_dir) == []


@pytest.mark.parametrize(("key", "path"), MISSPELT_PROJECT.items(), ids=MISSPELT_PROJECT)
def test_misspelt_project_key_fails_by_its_name(key, path, project_dir):
    document = misspell(yaml.safe_load(PROJECT_DOCUMENT), path, key)
    found = mistakes(PROJECT, document) + folders_that_do_not_exist(document, project_dir)
    assert any(key in mistake for mistake in found), found


def test_doubled_key_fails(tmp_path):
    path = tmp_path / "doubled.yml"
    path.write_text("models:\n  - name: a\n    description: b\n    description: c\n")
    with pytest.raises(yaml.YAMLError, match="description"):
        read(path)


def test_schemas_are_those_that_dbt_installed():
    """The walk over alternatives relies on their shape; a new dbt must show that it still holds."""
    assert json.dumps(RESOURCES.schema).count('"additionalProperties": false') > 50
    assert PROJECT.schema["additionalProperties"] is False
