// A client of MCP that starts its server, says when it answers, and does nothing more: node hold-mcp.ts ENTRY DATA
import { spawn } from 'node:child_process'

const [entry = '', data = ''] = process.argv.slice(2)
const child = spawn(
  process.execPath,
  ['--conditions=@rt/source', entry, 'mcp', 'serve', '--data', data],
  // Its stderr is ours: whoever reads that knows when both have gone.
  { stdio: ['pipe', 'pipe', 'inherit'] },
)
child.stdin.write(
  `${JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'hold', version: '1' } },
  })}\n`,
)
child.stdout.once('data', () => process.stdout.write('answered\n'))
