"""What needs Spark, all in one process: it takes long to start.

    python builds.py PROJECT MODELS

PROJECT is a copy of the small project with the macros; it is built once for each folder of seeds in
its `builds`. The models of the project in MODELS are only read by Spark's parser, and what it says
of each that it can't read is written to PROJECT/unread.json.
"""

import json
import os
import shutil
import sys
from pathlib import Path

from dbt.cli.main import dbtRunner, dbtRunnerResult
from pyspark.errors import ParseException
from pyspark.sql import SparkSession


def dbt(project: Path, *words: str) -> dbtRunnerResult:
    """Run dbt in a project; end the process where that fails."""
    os.chdir(project)
    outcome = dbtRunner().invoke([*words, "--project-dir", str(project)])
    if not outcome.success:
        sys.exit(f"{words} failed: {outcome.exception}")
    return outcome


def build(project: Path) -> None:
    """Each build has a folder of seeds: events, and the builds' own records before it."""
    for seeds in sorted((project / "builds").iterdir()):
        shutil.rmtree(project / "seeds", ignore_errors=True)
        shutil.copytree(seeds, project / "seeds")
        os.environ["AUDIENCE_VAULT_BUILD_ID"] = seeds.name
        dbt(project, "seed", "--full-refresh")
        dbt(project, "run")


def unread(project: Path) -> dict[str, str]:
    """What Spark's parser says of models that it can't read, by their names."""
    compiled = dbt(project, "compile", "--no-populate-cache", "--select", "resource_type:model")
    parser = SparkSession.active()._jsparkSession.sessionState().sqlParser()
    found = {}
    for result in compiled.result.results:
        try:
            parser.parsePlan(result.node.compiled_code)
        except ParseException as error:
            found[result.node.name] = str(error)
    return found


if __name__ == "__main__":
    small, models = Path(sys.argv[1]), Path(sys.argv[2])
    os.environ |= {"DBT_PROFILES_DIR": str(small), "DBT_TARGET_PATH": str(small / "target")}
    build(small)
    (small / "unread.json").write_text(json.dumps(unread(models)))
