"""Any order, grouping and repetition of what is said ends in one history, that of plain Python."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from . import reference
from .compiled import Vault
from .reference import Said, Stretch, change_hash, hash_key

START = datetime.fromisoformat("2024-01-01")
HELD = {
    "satellite": ["change_hash"],
    "multi_active": ["child", "change_hash"],
    "effectivity": ["partner_hk"],
    "record_tracking": ["is_deleted"],
    "stretch_tracking": ["is_deleted"],
}
"""The columns that say what holds."""

# Few keys, instants and values: ties, repeats, flip-flops and gaps are common. None is no key.
instants = st.integers(0, 3)
keys = st.builds(hash_key, st.sampled_from(["a", "a", "a", "b", None]))
values = {
    "satellite": st.builds(change_hash, st.sampled_from(["A", "B", "C", None])),
    "multi_active": st.tuples(
        st.sampled_from(["x", "y", None]), st.builds(change_hash, st.sampled_from("AB"))
    ),
    "effectivity": st.builds(hash_key, st.sampled_from(["P", "Q", None])),
    "record_tracking": st.none(),
    "stretch_tracking": st.builds(
        lambda scope, start, hours: (scope, start, start + hours),
        st.sampled_from("PPQ"),
        st.sampled_from([0, 1, 2, 24, 25, 26, 50]),
        st.sampled_from([1, 2, 25]),
    ),
}


@st.composite
def deliveries(draw: st.DrawFn, structure: str) -> list[tuple[list[Said], bool]]:
    """Loads in some order, each with whether a build follows; some things are said again."""
    said = draw(st.lists(st.tuples(keys, instants, values[structure]), min_size=1, max_size=12))
    if structure == "stretch_tracking":
        said = [slot(instant, *filled) for _, instant, filled in said]
    again = draw(st.lists(st.sampled_from(said), max_size=3))
    order = draw(st.permutations(said + again))
    loads: list[tuple[list[Said], bool]] = []
    for row, is_next_load, is_built in zip(
        order,
        draw(st.lists(st.booleans(), min_size=len(order), max_size=len(order))),
        draw(st.lists(st.booleans(), min_size=len(order), max_size=len(order))),
        strict=True,
    ):
        if is_next_load or not loads:
            loads.append(([], is_built))
        loads[-1][0].append(row)
    return loads


def slot(instant: int, scope: str, start: int, end: int) -> Said:
    """What fills a scope between two hours; its scope and start tell it apart."""
    return hash_key(scope, str(start)), instant, (scope, start, end)


def staged(structure: str, said: Said) -> dict[str, Any]:
    key, instant, held = said
    row = {"item_hk": key, "effective_at": START + timedelta(days=instant)}
    if structure == "stretch_tracking":
        scope, *hours = held
        began_at, ended_at = (START + timedelta(hours=hour) for hour in hours)
        return row | {"relation_hk": hash_key(scope), "began_at": began_at, "ended_at": ended_at}
    row |= zip(HELD[structure], held if isinstance(held, tuple) else [held], strict=True)
    if structure == "effectivity":
        row["relation_hk"] = hash_key(str(key), str(held))
    return row


def history(vault: Vault, structure: str) -> list[Stretch]:
    """The history view in the reference's terms; the current rows must be those without an end."""
    columns = ", ".join(["valid_from_at, valid_to_at, is_current, item_hk", *HELD[structure]])
    found = []
    members = defaultdict(set)
    for start, end, is_current, key, *columns_held in vault.history(columns):
        held = columns_held[0] if len(columns_held) == 1 else tuple(columns_held)
        assert is_current == (end is None)
        stretch = (key, (start - START).days, None if end is None else (end - START).days)
        members[stretch].add(held)
        found.append((key, held, *stretch[1:]))
    if structure == "multi_active":
        return [(key, frozenset(held), *when) for (key, *when), held in members.items()]
    return found


def comparable(stretches: list[Stretch]) -> list[str]:
    return sorted(map(str, [(key, _in_order(held), *when) for key, held, *when in stretches]))


def _in_order(held: Any) -> Any:
    return sorted(held, key=str) if isinstance(held, set | frozenset) else held


def check(vault: Vault, structure: str, loads: list[tuple[list[Said], bool]]) -> None:
    """After each build and after a rebuild the history is Python's; repeating inserts nothing."""
    said: set[Said] = set()
    of_python: Callable[[set[Said]], list[Stretch]] = getattr(reference, structure)
    for number, (rows, is_built) in enumerate(loads, start=1):
        vault.load(staged(structure, row) for row in rows)
        said |= set(rows)
        if is_built or number == len(loads):
            before = vault.built
            vault.build()
            assert comparable(history(vault, structure)) == comparable(of_python(said))
            held = vault.rows()
            vault.build(since=before)
            assert vault.rows() == held
            row = ", ".join(["item_hk", "effective_at", *HELD[structure]])
            assert vault.rows(f"distinct ({row})") == held
    vault.clear()
    vault.build()
    assert comparable(history(vault, structure)) == comparable(of_python(said))


A, B, C = (change_hash(value) for value in "ABC")
P, Q, NOBODY = hash_key("P"), hash_key("Q"), hash_key(None)
LOW, HIGH = sorted([A, B])
X, Y, HIGHER_X = ("x", LOW), ("y", LOW), ("x", HIGH)
KEY, OTHER = hash_key("a"), hash_key("b")

RULES = {
    "values that change and change back in one batch are three rows": (
        "satellite",
        [[(KEY, 0, A), (KEY, 1, B), (KEY, 2, A)]],
        [(A, 0, 1), (B, 1, 2), (A, 2, None)],
    ),
    "repeats are one row": (
        "satellite",
        [[(KEY, 0, A), (KEY, 0, A), (KEY, 1, A)], [(KEY, 2, A)]],
        [(A, 0, None)],
    ),
    "a late row takes its place, and what held after it is re-instated": (
        "satellite",
        [[(KEY, 0, A)], [(KEY, 2, A)], [(KEY, 3, A)], [(KEY, 1, B)]],
        [(A, 0, 1), (B, 1, 2), (A, 2, None)],
    ),
    "a late row that repeats what held before it changes nothing": (
        "satellite",
        [[(KEY, 0, A)], [(KEY, 2, B)], [(KEY, 1, A)]],
        [(A, 0, 2), (B, 2, None)],
    ),
    "a late row that says sooner what held later moves its beginning": (
        "satellite",
        [[(KEY, 0, A)], [(KEY, 2, B)], [(KEY, 1, B)]],
        [(A, 0, 1), (B, 1, None)],
    ),
    "of two values at one instant the higher change hash holds, however they came": (
        "satellite",
        [[(KEY, 0, max(A, B))], [(KEY, 0, min(A, B))]],
        [(min(A, B), 0, 0), (max(A, B), 0, None)],
    ),
    "several moves in one batch end one another in order, and back again": (
        "effectivity",
        [[(KEY, 2, P), (KEY, 0, P), (KEY, 1, Q)]],
        [(P, 0, 1), (Q, 1, 2), (P, 2, None)],
    ),
    "a late move ends what held, and is ended by what came after": (
        "effectivity",
        [[(KEY, 0, P)], [(KEY, 2, P)], [(KEY, 1, Q)]],
        [(P, 0, 1), (Q, 1, 2), (P, 2, None)],
    ),
    "who moves to nobody has no partner any more": (
        "effectivity",
        [[(KEY, 0, P)], [(KEY, 1, NOBODY)]],
        [(P, 0, 1), (NOBODY, 1, None)],
    ),
    "an end and a beginning at one instant are a move": (
        "effectivity",
        [[(KEY, 0, P)], [(KEY, 1, Q)], [(KEY, 1, NOBODY)]],
        [(P, 0, 1), (NOBODY, 1, 1), (Q, 1, None)],
    ),
    "a set that shrinks is stored again whole": (
        "multi_active",
        [[(KEY, 0, X), (KEY, 0, Y)], [(KEY, 1, X)]],
        [({X, Y}, 0, 1), ({X}, 1, None)],
    ),
    "a set that comes in two drops is one": (
        "multi_active",
        [[(KEY, 0, X), (KEY, 0, Y)], [(KEY, 1, X)], [(KEY, 1, Y)]],
        [({X, Y}, 0, None)],
    ),
    "a set that a later drop completes is stored whole, though its first part was a repeat": (
        "multi_active",
        [[(KEY, 0, X)], [(KEY, 1, X)], [(KEY, 1, Y)]],
        [({X}, 0, 1), ({X, Y}, 1, None)],
    ),
    "of two values of a child key at one instant the higher change hash holds, alone": (
        "multi_active",
        [[(KEY, 0, X), (KEY, 0, Y)], [(KEY, 0, HIGHER_X)], [(KEY, 1, X), (KEY, 1, Y)]],
        [({HIGHER_X, Y}, 0, 1), ({X, Y}, 1, None)],
    ),
    "a key that a full delivery lacks is deleted, and comes back": (
        "record_tracking",
        [[(KEY, 0, None), (OTHER, 0, None)], [(OTHER, 1, None)], [(KEY, 2, None)]],
        [(False, 0, 1), (True, 1, 2), (False, 2, None)],
    ),
    "a late delivery that lacks a key deletes it until the next": (
        "record_tracking",
        [[(KEY, 0, None)], [(KEY, 2, None)], [(OTHER, 1, None)]],
        [(False, 0, 1), (True, 1, 2), (False, 2, None)],
    ),
    "a delivery in two drops has deleted nothing in the end": (
        "record_tracking",
        [[(KEY, 0, None), (OTHER, 0, None)], [(OTHER, 1, None)], [(KEY, 1, None)]],
        [(False, 0, None)],
    ),
    "a delivery of other hours says nothing": (
        "stretch_tracking",
        [[slot(0, "P", 0, 1), slot(0, "P", 1, 2)], [slot(1, "P", 1, 2), slot(1, "Q", 0, 1)]],
        [(False, 0, None)],
    ),
    "a delivery of its later hours says nothing of it": (
        "stretch_tracking",
        [[slot(0, "P", 0, 2)], [slot(1, "P", 1, 2)]],
        [(False, 0, None)],
    ),
    "a delivery tells what is between its rows": (
        "stretch_tracking",
        [[slot(0, "P", 0, 1)], [slot(1, "P", -10, -9), slot(1, "P", 13, 14)]],
        [(False, 0, 1), (True, 1, None)],
    ),
    "a day between its rows it says nothing of": (
        "stretch_tracking",
        [[slot(0, "P", 0, 1)], [slot(1, "P", -10, -9), slot(1, "P", 14, 15)]],
        [(False, 0, None)],
    ),
    "what begins together after a day is apart from what was before it": (
        "stretch_tracking",
        [
            [slot(0, "P", 30, 31)],
            [slot(1, "P", 0, 1), slot(1, "P", 60, 62), slot(1, "P", 60, 61)],
        ],
        [(False, 0, None)],
    ),
    "a drop that completes a delivery tells what is between them": (
        "stretch_tracking",
        [[slot(0, "P", 0, 1)], [slot(1, "P", -10, -9)], [slot(1, "P", 12, 13)]],
        [(False, 0, 1), (True, 1, None)],
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule(new_vault: Callable[[str], Vault], rule: str) -> None:
    structure, loads, expected = RULES[rule]
    vault = new_vault(structure)
    check(vault, structure, [(load, True) for load in loads])
    key = loads[0][0][0] if structure == "stretch_tracking" else KEY
    found = [stretch for stretch in history(vault, structure) if stretch[0] == key]
    assert comparable(found) == comparable([(key, *stretch) for stretch in expected])


INDEXES = {
    "satellite": "(item_hk, effective_at) INCLUDE (change_hash)",
    "multi_active": "(item_hk, effective_at) INCLUDE (change_hash, child)",
    "effectivity": "(item_hk, effective_at) INCLUDE (partner_hk)",
    "record_tracking": "(item_hk, effective_at) INCLUDE (is_deleted)",
    "stretch_tracking": "(item_hk, effective_at) INCLUDE (is_deleted)",
}


@pytest.mark.parametrize("structure", HELD)
@pytest.mark.parametrize("engine", ["postgres"], indirect=True, scope="session")
def test_postgresql_finds_a_key_by_an_index_that_says_what_held(
    new_vault: Callable[[str], Vault], structure: str
) -> None:
    indexes = f"select indexdef from pg_indexes where tablename = '{structure}'"
    assert [name.split("btree ")[1] for (name,) in new_vault(structure).execute(indexes)] == [
        INDEXES[structure]
    ]


EXAMPLES = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


@pytest.mark.parametrize("structure", HELD)
@settings(max_examples=25, **EXAMPLES)
@given(data=st.data())
def test_any_delivery_ends_in_one_history(
    new_vault: Callable[[str], Vault], structure: str, data: st.DataObject
) -> None:
    check(new_vault(structure), structure, data.draw(deliveries(structure)))


@pytest.mark.slow
@pytest.mark.parametrize("structure", HELD)
@settings(max_examples=500, **EXAMPLES)
@given(data=st.data())
def test_any_of_many_deliveries_ends_in_one_history(
    new_vault: Callable[[str], Vault], structure: str, data: st.DataObject
) -> None:
    check(new_vault(structure), structure, data.draw(deliveries(structure)))
