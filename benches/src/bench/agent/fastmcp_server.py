"""The peer of the benchmark `agent`: a FastMCP server whose one tool asks the same REST API."""

import sys

import httpx2
from fastmcp import FastMCP
from fastmcp.server.dependencies import get_http_request

port, rest = int(sys.argv[1]), sys.argv[2]
server = FastMCP("peer")
client = httpx2.AsyncClient(base_url=rest, limits=httpx2.Limits(max_connections=64))


@server.tool
async def add_task(user_id: str, title: str, description: str, priority: str) -> dict:
    """Creates one task."""
    bearer = get_http_request().headers["authorization"]
    task = {"title": title, "description": description, "priority": priority}
    answer = await client.post(
        f"/api/{user_id}/tasks", json=task, headers={"authorization": bearer}
    )
    answer.raise_for_status()
    return answer.json()


server.run(
    transport="http",
    host="127.0.0.1",
    port=port,
    stateless_http=True,
    json_response=True,
    log_level="error",
    show_banner=False,
)
