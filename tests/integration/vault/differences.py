"""Where this vault does otherwise than the public cases say: why, and what it does instead."""

from dataclasses import dataclass

ZERO = "cast('00000000-0000-0000-0000-000000000000' as uuid)"


@dataclass(frozen=True)
class Difference:
    """A reason, and a query with what it counts here. `{table}` is a table of the case's."""

    reason: str
    query: str
    count: int


GHOST = "A row without a key isn't dropped: it belongs to the ghost, and is counted there."
ENDS = (
    "An end isn't stored beside the row that it ends: the history takes it from the next move, so"
    " that a late move needs no correction. The stretches are those that the case expects."
)

DIFFERENCES = {
    "HUB-03": Difference(
        "A hash key is MD5 as a 128-bit uuid, not SHA-256: half the memory, several times faster to"
        " join, and keys aren't secrets. The hub is the same by business key.",
        "select count(*) from {hub} where length(cast(customer_hk as varchar)) = 36",
        5,
    ),
    "HUB-04": Difference(
        GHOST, f"select count(*) from {{stg_customer}} where customer_hk = {ZERO}", 2
    ),
    "HUB-12": Difference(
        GHOST,
        f"select count(*) from (select part_hk from {{stg_parts}} union all select part_hk"
        f" from {{stg_supplier}} union all select part_hk from {{stg_lineitem}}) as staged"
        f" where part_hk = {ZERO}",
        4,
    ),
    "LNK-09": Difference(
        GHOST, f"select count(*) from {{link}} where customer_nation_hk = {ZERO}", 1
    ),
    "SAT-05": Difference(
        "What is said of nobody isn't dropped: it is in the satellite under the zero key, beside"
        " the ghost's own row.",
        f"select count(*) from {{satellite}} where customer_hk = {ZERO}",
        8,
    ),
    "TLK-05": Difference(
        "A transaction whose customer and order aren't named is a transaction: it is kept under"
        " what is known of its key, and refers to the ghosts.",
        f"select count(*) from {{t_link}} where customer_hk = {ZERO} and order_hk = {ZERO}"
        f" and transaction_hk <> {ZERO} and transaction_number = '12345684'",
        1,
    ),
    "SAT-LL-E-06": Difference(
        "Of two values at one instant the one with the higher change hash holds from then on, not"
        " the one that came last: order of arrival is lost when a drop is delivered again. Here"
        " both rules say Robert.",
        "select count(*) from {stg_customer} as bobby inner join {stg_customer} as robert"
        " on bobby.effective_at = robert.effective_at and bobby.change_hash < robert.change_hash"
        " where bobby.customer_name = 'Bobby' and robert.customer_name = 'Robert'",
        1,
    ),
    "EFF-03": Difference(ENDS, "select count(*) from {eff_sat} where load_id > 0", 3),
    "EFF-05": Difference(ENDS, "select count(*) from {eff_sat} where load_id > 0", 4),
    "EFF-AUI-04": Difference(
        ENDS, "select count(*) from {eff_sat_order_customer} where load_id > 0", 6
    ),
    "EFF-CLD-06": Difference(
        "A relation that a source ends isn't stored again with its end: staging says it as a move"
        " to nobody.",
        f"select count(*) from {{eff_sat}} where load_id > 0 and customer_hk = {ZERO}",
        1,
    ),
    "BRG-01": Difference(
        ENDS, "select count(*) from {eff_sat_customer_order} where load_id > 0", 6
    ),
}
