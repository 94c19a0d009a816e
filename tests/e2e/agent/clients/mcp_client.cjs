// Lists and calls tools with one of the official TypeScript clients: a plan on standard input, what
// came of it on standard output.

const { createRequire } = require('node:module');
const { readFileSync } = require('node:fs');

const load = createRequire(`${process.env.CLIENTS}/`);
const plan = JSON.parse(readFileSync(0, 'utf8'));
const isCurrent = plan.mode !== 'legacy';

const { Client, StreamableHTTPClientTransport, StdioClientTransport } = isCurrent
  ? { ...load('@modelcontextprotocol/client'), ...load('@modelcontextprotocol/client/stdio') }
  : {
      ...load('@modelcontextprotocol/sdk/client/index.js'),
      ...load('@modelcontextprotocol/sdk/client/streamableHttp.js'),
      ...load('@modelcontextprotocol/sdk/client/stdio.js'),
    };

async function main() {
  const asked = [];
  const capabilities = plan.asks ? { elicitation: { form: {} } } : {};
  const options = isCurrent
    ? { capabilities, versionNegotiation: { mode: 'auto' } }
    : { capabilities };
  const client = new Client({ name: 'taskflow-test', version: '1.0.0' }, options);
  if (plan.asks) {
    const answer = (request) => {
      asked.push(request.params.message);
      return plan.yes ? { action: 'accept', content: { confirm: true } } : { action: 'decline' };
    };
    if (isCurrent) {
      client.setRequestHandler('elicitation/create', answer);
    } else {
      const { ElicitRequestSchema } = load('@modelcontextprotocol/sdk/types.js');
      client.setRequestHandler(ElicitRequestSchema, answer);
    }
  }
  const transport = plan.url
    ? new StreamableHTTPClientTransport(new URL(plan.url), {
        requestInit: { headers: { Authorization: `Bearer ${plan.token}` } },
      })
    : new StdioClientTransport({ command: plan.command, args: plan.args, env: plan.env });
  await client.connect(transport);
  const { tools } = await client.listTools();
  const results = [];
  for (const call of plan.calls) {
    const result = await client.callTool({ name: call.tool, arguments: call.arguments });
    results.push({
      tool: call.tool,
      is_error: result.isError === true,
      structured: result.structuredContent ?? null,
      text: result.content.map((part) => part.text ?? '').join(''),
    });
  }
  const protocol = isCurrent ? client.getNegotiatedProtocolVersion() : transport.protocolVersion;
  await client.close();
  const names = tools.map((tool) => tool.name);
  process.stdout.write(JSON.stringify({ tools: names, results, asked, protocol: protocol ?? '' }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
