"""Reads what the agent sent with the types of OpenAI's own package: `{"frames": […], "threads": […],
"pages": […]}` on standard input. Ends with an error when something is not as they have it."""

import json
import sys
import warnings

from pydantic import TypeAdapter

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from chatkit.types import Page, Thread, ThreadItem, ThreadStreamEvent


def same(sent, read, at: str) -> None:
    """Everything that was sent has been understood: nothing is left over."""
    if isinstance(sent, dict):
        for name, value in sent.items():
            assert isinstance(read, dict) and name in read, f"{at}.{name} is not known"
            same(value, read[name], f"{at}.{name}")
    elif isinstance(sent, list):
        for index, value in enumerate(sent):
            same(value, read[index], f"{at}[{index}]")
    elif at.endswith("created_at"):
        pass
    else:
        assert sent == read, f"{at}: {sent!r} became {read!r}"


def check(adapter: TypeAdapter, values: list, what: str) -> None:
    for index, value in enumerate(values):
        read = adapter.validate_python(value)
        same(value, adapter.dump_python(read, mode="json"), f"{what}[{index}]")


sent = json.load(sys.stdin)
check(TypeAdapter(ThreadStreamEvent), sent["frames"], "frame")
check(TypeAdapter(Thread), sent["threads"], "thread")
check(TypeAdapter(Page[ThreadItem]), sent["pages"], "page")
print(len(sent["frames"]))
