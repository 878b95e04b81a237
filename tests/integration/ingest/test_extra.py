"""What a JSON record has beside the contract's columns is the same whichever way it is found."""

import json

import pytest
from made_drops import event, lines

VALUES = [
    *("1", "1.50", "1e5", "12345678901234567890123", "-0.0", "1E400", "NaN", "-Infinity"),
    *("null", "true", "{}", "[]", '{"z": 1, "y": [1, 2, null]}', '""'),
    *(r'"a\u00e9\n\/\\x"', r'"\u0001"', r'"\ud83d\ude00"', '"\u2028"'),
]


def record(value: str, *keys: str) -> bytes:
    """A good event with the value, as it is written, under other keys."""
    more = "".join(f', "{key}": {value}' for key in keys)
    return json.dumps(event()).removesuffix("}").encode() + more.encode() + b"}"


@pytest.mark.parametrize("value", VALUES)
def test_the_first_records_keys_and_others_give_the_same(bench, value):
    usual, other = ("app version", "größe"), ("größe", "app version")
    bench.load(lines(record(value, *usual), record(value, *usual), record(value, *other)))
    first, second, third = bench.query("select _extra from raw.stb_events order by _row")
    assert first == second
    one, two = (f'"{key}":' for key in usual)
    printed = first[0].removeprefix("{" + one).split("," + two)[0]
    assert first[0] == f"{{{one}{printed},{two}{printed}}}"
    assert third[0] == f"{{{two}{printed},{one}{printed}}}"
