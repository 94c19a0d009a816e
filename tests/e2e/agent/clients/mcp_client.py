"""Lists and calls tools with the official Python client: a plan on standard input, what came of it
on standard output."""

import asyncio
import json
import sys

from mcp import Client, StdioServerParameters, types
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client


async def main() -> None:
    plan = json.load(sys.stdin)
    asked = []

    async def elicit(context, params):
        asked.append(params.message)
        if plan["yes"]:
            return types.ElicitResult(action="accept", content={"confirm": True})
        return types.ElicitResult(action="decline")

    if "url" in plan:
        headers = {"Authorization": f"Bearer {plan['token']}"}
        http = create_mcp_http_client(headers=headers)
        server = streamable_http_client(plan["url"], http_client=http)
    else:
        server = StdioServerParameters(command=plan["command"], args=plan["args"], env=plan["env"])
    callback = elicit if plan["asks"] else None
    async with Client(server, mode=plan["mode"], elicitation_callback=callback) as client:
        listed = await client.list_tools()
        results = []
        for call in plan["calls"]:
            result = await client.call_tool(call["tool"], call["arguments"])
            text = [part.text for part in result.content if part.type == "text"]
            results.append({
                "tool": call["tool"],
                "is_error": bool(result.is_error),
                "structured": result.structured_content,
                "text": "".join(text),
            })
        json.dump({
            "tools": [tool.name for tool in listed.tools],
            "results": results,
            "asked": asked,
            "protocol": str(client.session.protocol_version),
        }, sys.stdout)


asyncio.run(main())
