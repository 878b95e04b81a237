"""Drops with clear text of people in every place that is no column of theirs."""

import json

from made_avro import avro, record
from made_feeds import FeedBench

CLEAR = "clear-text-of-somebody"


def as_lines(*records: dict) -> bytes:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records).encode()


def person(viewer: str, **rest: object) -> dict:
    return {"who": {"name": viewer}, **rest}


def secret(number: int, of: str = CLEAR) -> str:
    return f"{of}-{number}@mail"


def hostile_drops(bench: FeedBench) -> None:
    """Each way in which clear text may reach a place that is no column: all of it is secret."""
    s = iter(secret(n) for n in range(1000))
    bench.write(
        "commas_good.csv", f"viewer,mail,box,title\n{next(s)},{next(s)},5550123,t\n".encode()
    )
    rows = [
        f"{next(s)},no-at-{CLEAR},1,t",
        f"{next(s)},{next(s)},{CLEAR},t",
        f",{next(s)},1,t",
        f"{next(s)},{next(s)},1,t,too many {CLEAR}",
        f"{next(s)}",
        f'"{next(s)}"x,{next(s)},1,t',
        f"{next(s)}\0,{next(s)},1,t",
    ]
    bench.write("commas_bad.csv", ("viewer,mail,box,title\n" + "\n".join(rows) + "\n").encode())
    bench.write("commas_cut.csv", f'viewer,mail,box,title\n"{next(s)},{next(s)}'.encode())
    records = [
        person(next(s), mail=f"no-at-{CLEAR}"),
        person(next(s), mail=next(s), box=CLEAR),
        {"who": {"name": None}, "mail": next(s)},
        {"who": {"name": [next(s)]}, "mail": next(s)},
        {"who": {"name": next(s), "nick": next(s)}},
        {"who": [next(s)], "mail": next(s)},
        {"who": {"name": {"first": CLEAR}}},
        person(next(s), mail=next(s), born_on=CLEAR),
        person(next(s), mail={"nested": CLEAR}),
    ]
    lines = (
        as_lines(*records) + f'{{"who": {{"name": "{CLEAR}\n[1, "{CLEAR}"]\n"{CLEAR}"\n'.encode()
    )
    twice = f'{{"who": {{"name": "{CLEAR}"}}, "who": {{"name": "{CLEAR}"}}}}\n'.encode()
    bench.write("objects_bad.json", lines + twice + b"{}\n")
    bench.write("objects_cut.json", as_lines(*records)[:-9])
    bench.write(
        "objects_list.json", f'[{{"who": {{"name": "{CLEAR}"}}}}, {{"who": "{CLEAR}'.encode()
    )
    bench.write("objects_broken.json", f'[{{"who": {{"name": "{CLEAR}"}} "{CLEAR}"}}]'.encode())
    schema = record(viewer="string", mail="string", box="string")
    people = [{"viewer": next(s), "mail": f"no-at-{CLEAR}", "box": CLEAR}] * 3
    content = avro(schema, people)
    bench.write("blocks_bad.avro", content)
    bench.write("blocks_cut.avro", content[:-20])
    bench.write("blocks_damaged.avro", content.replace(b"no-at", b"\xff\xff\xff\xff\xff"))
