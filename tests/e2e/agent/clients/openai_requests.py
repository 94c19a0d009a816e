"""Reads what the agent asked a model with the types of OpenAI's own client: a list of requests on
standard input. Ends with an error when one is not as they have it."""

import json
import sys

from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam
from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming
from pydantic import TypeAdapter

requests = json.load(sys.stdin)
whole = TypeAdapter(CompletionCreateParamsStreaming)
messages = TypeAdapter(list[ChatCompletionMessageParam])
tools = TypeAdapter(list[ChatCompletionToolParam])
for request in requests:
    whole.validate_python(request)
    # The type of the whole looks at these only when they are gone through.
    messages.validate_python(request["messages"])
    tools.validate_python(request.get("tools", []))
    unknown = request.keys() - CompletionCreateParamsStreaming.__annotations__.keys()
    inherited = {"model", "messages", "tools", "stream_options"}
    assert not unknown - inherited, unknown
print(len(requests))
