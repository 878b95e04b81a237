"""dbt's unit tests: one for each rule of the metrics, beside the model that computes it."""

from tests.engines import ON_BOTH
from tests.warehouse import Warehouse

from .test_promises import FIRST_DAY


@ON_BOTH
def test_every_dbt_unit_test(warehouse: Warehouse) -> None:
    warehouse.load("1", FIRST_DAY)
    assert warehouse.dbt("build", "--full-refresh"), [
        (result.node.name, result.message)
        for result in warehouse.last.result
        if result.status in ("fail", "error")
    ]
    ran = [result for result in warehouse.last.result if result.node.resource_type == "unit_test"]
    assert len(ran) > 50
