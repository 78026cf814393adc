import { fileURLToPath } from 'node:url'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createRuntime, tool } from '@rt/runtime'
import { z } from 'zod'

const weather = tool({
  name: 'weather',
  description: 'Current weather of a city',
  inputSchema: z.object({ city: z.string() }),
  sideEffects: [],
  execute: ({ city }) => ({ city, celsius: 21 }),
})
// One way: tools of a server, which rt starts, checks, and ends. In config.toml the same is [mcp.memory].
const server = fileURLToPath(import.meta.resolve('@modelcontextprotocol/server-memory/dist/index.js'))
const rt = await createRuntime({
  tools: [weather],
  mcp: { memory: { command: ['node', server], allow: ['read_graph'], approval: 'never' } },
})
const { parts } = await rt.generate('What do you remember?', { toolChoice: { name: 'memory__read_graph' } })
for (const part of parts) if (part.type === 'tool-result') console.log(part.name, JSON.stringify(part.result))

// The other way: any client of MCP uses the tools of this runtime.
const running = await rt.serve({ port: 0 })
const client = new Client({ name: 'example', version: '1.0.0' })
await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', running.address)))
console.log((await client.listTools()).tools.map(({ name }) => name).join(' '))
console.log((await client.callTool({ name: 'weather', arguments: { city: 'Bergen' } })).content)
await client.close()
await running.close()
