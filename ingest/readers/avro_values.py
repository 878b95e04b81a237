"""SQL for what Avro's values mean: when they are, as text, and as JSON.

Every function takes an SQL expression for a value that is held as `Node.arrow` says, and gives an
SQL expression that is null where the value is.
"""

from json import dumps

from ingest.readers.avro_schema import Node
from ingest.sql import literal, literals

FIRST_DAY, LAST_DAY = -719_162, 2_932_896
DAY_MICROS = 86_400_000_000
FIRST_MICROS, LAST_MICROS = FIRST_DAY * DAY_MICROS, (LAST_DAY + 1) * DAY_MICROS - 1
"""Years 1 to 9999 from 1970, as the strict casts of text have them."""
NANOS = 9_223_372_036_854_775_000
"""Whole microseconds that 64 bits of nanoseconds can hold, before 1970 and after."""
FRACTIONS = {"millis": "%g", "micros": "%f"}


def member(value: str, name: str) -> str:
    """A member of a struct."""
    return f"struct_extract({value}, {literal(name)})"


def fields(node: Node, value: str) -> list[tuple[str, Node, str]]:
    """A record's fields: name, type and value."""
    pairs = zip(node.names, node.parts, strict=True)
    return [(name, part, member(value, f"f{n}")) for n, (name, part) in enumerate(pairs)]


def branches(node: Node, value: str) -> list[tuple[Node, str]]:
    """What a union of many holds: each type with its own value, null where it is another."""
    return [(part, member(value, f"f{n}")) for n, part in node.members]


def day(value: str) -> str:
    """A date; null beyond years 1 to 9999."""
    days = f"date '1970-01-01' + {value}::integer"
    return f"case when {value} between {FIRST_DAY} and {LAST_DAY} then {days} end"


def micros(logical: str, value: str) -> str:
    """Microseconds of an instant or a time of day; null for one between two, or far off."""
    match logical.rpartition("-")[2]:
        case "millis":
            within = f"between {FIRST_MICROS // 1000} and {LAST_MICROS // 1000}"
            return f"case when {value} {within} then {value} * 1000 end"
        case "micros":
            return value
        case _:
            return f"case when {value} % 1000 = 0 then {value} // 1000 end"


def instant(logical: str, value: str) -> str:
    """A timestamp; null beyond years 1 to 9999, or between two microseconds."""
    found = micros(logical, value)
    within = f"{found} between {FIRST_MICROS} and {LAST_MICROS}"
    return f"case when {within} then make_timestamp({found}) end"


def time_of_day(logical: str, value: str) -> str:
    """A time; null beyond a day."""
    found = micros(logical, value)
    within = f"{found} between 0 and {DAY_MICROS - 1}"
    return f"case when {within} then time '00:00:00' + to_microseconds({found}) end"


def text(node: Node, value: str) -> str:  # noqa: PLR0911 - one per type
    """The value as text that a strict cast takes; JSON for what isn't a scalar."""
    match node.type:
        case "null":
            return "null::varchar"
        case "union":
            held = [text(*branch) for branch in branches(node, value)] or ["null::varchar"]
            return text(node.value, value) if node.is_optional else f"coalesce({', '.join(held)})"
        case "array" | "map" | "record":
            return json(node, value)
        case "int" | "long":
            return _moment(node.logical or "", value)
        case "float" | "double":
            return _plain(value)
        case "string":
            return value
        case "enum":
            return f"([{literals(node.symbols)}]::varchar[])[{value} + 1]"
        case "fixed" if node.logical == "uuid":
            return f"lower(hex({value}))::uuid::varchar"
        case "bytes" | "fixed":
            return f"coalesce(try(decode({value})), to_base64({value}))"
        case _:
            return f"{value}::varchar"


def json(node: Node, value: str, level: int = 0) -> str:  # noqa: PLR0911 - one per type
    """The value as JSON, bytes in base64; `level` tells the variables of lambdas apart."""
    match node.type:
        case "union":
            each = [json(part, held, level) for part, held in branches(node, value)]
            whole = f"coalesce({', '.join(each or ['null::varchar'])})"
            return json(node.value, value, level) if node.is_optional else whole
        case "array":
            item = f"x{level}"
            printed = f"coalesce({json(node.parts[0], item, level + 1)}, 'null')"
            return f"'[' || {_joined(value, item, printed)} || ']'"
        case "map":
            return f"'{{' || {entries(node, value, level)} || '}}'"
        case "record":
            return braces(value, [pair(*field, level) for field in fields(node, value)])
        case "null":
            return "null::varchar"
        case "boolean" | "decimal":
            return f"{value}::varchar"
        case "int" | "long" if node.logical is None:
            return f"{value}::varchar"
        case "float" | "double":
            quoted = f"to_json({value}::varchar)::varchar"
            return f"case when isfinite({value}) then {value}::varchar else {quoted} end"
        case "bytes" | "fixed" if node.logical is None:
            return f"to_json(to_base64({value}))::varchar"
        case _:
            return f"to_json({text(node, value)})::varchar"


def pair(name: str, node: Node, value: str, level: int = 0) -> str:
    """A member of a JSON object; null for none."""
    return f"{key(name)} || coalesce({json(node, value, level)}, 'null')"


def braces(value: str, members: list[str]) -> str:
    """A JSON object of those members that aren't null, for a record that isn't."""
    listed = f"concat_ws(',', {', '.join(members)})" if members else "''"
    return f"case when {value} is not null then '{{' || {listed} || '}}' end"


def entries(node: Node, value: str, level: int = 0, but: tuple[str, ...] = ()) -> str:
    """The members of a map as JSON, but those of some keys."""
    entry = f"x{level}"
    if but:
        value = f"list_filter({value}, lambda {entry}: {entry}.key not in ({literals(but)}))"
    printed = f"coalesce({json(node.parts[0], f'{entry}.value', level + 1)}, 'null')"
    return _joined(value, entry, f"to_json({entry}.key)::varchar || ':' || {printed}")


def key(name: str) -> str:
    """The name of a member of a JSON object with its colon, as an SQL text."""
    return literal(f"{dumps(name)}:")


def _joined(value: str, item: str, printed: str) -> str:
    return f"array_to_string(list_transform({value}, lambda {item}: {printed}), ',')"


def _moment(logical: str, value: str) -> str:
    """A whole number as what its logical type says; beyond what can be said as it is."""
    number = f"{value}::varchar"
    kind, _, unit = logical.rpartition("-")
    if logical == "date":
        return f"coalesce(({day(value)})::varchar, {number})"
    if unit == "nanos":
        return _nanos(kind, value)
    if kind == "time":
        clock = f"epoch_us({time_of_day(logical, value)})"
        return (
            f"coalesce(strftime(make_timestamp({clock}), '%H:%M:%S.{FRACTIONS[unit]}'), {number})"
        )
    if kind:
        form = literal(f"%Y-%m-%dT%H:%M:%S.{FRACTIONS[unit]}{_zone(kind)}")
        return f"coalesce(strftime({instant(logical, value)}, {form}), {number})"
    return number


def _nanos(kind: str, value: str) -> str:
    rest = f"(({value} % 1000 + 1000) % 1000)"
    whole = f"make_timestamp(({value} - {rest}) // 1000)"
    finer = f"case when {rest} = 0 then '' else lpad({rest}::varchar, 3, '0') end"
    digits = f"strftime({whole}, '%Y-%m-%dT%H:%M:%S.%f') || {finer}"
    within = f"{value} between -{NANOS} and {NANOS}"
    return f"case when {within} then {digits} || '{_zone(kind)}' else {value}::varchar end"


def _zone(kind: str) -> str:
    return "" if kind.startswith("local") else "Z"


def _plain(value: str) -> str:
    """The shortest text that is this number and no other, without an exponent where it fits."""
    shortest = f"{value}::varchar"
    small = f"rtrim(try_cast({shortest} as decimal(38,37))::varchar, '0')"
    large = f"try_cast({shortest} as decimal(38,0))::varchar"
    return f"""
        case
            when contains({shortest}, 'e-') and abs({value}) > 1e-20 then {small}
            when contains({shortest}, 'e+') and abs({value}) < 1e37 then {large}
            else {shortest}
        end"""
