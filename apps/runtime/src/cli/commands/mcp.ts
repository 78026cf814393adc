import { type CommandDefinition, CONFIG_FLAGS, DATA_FLAGS, MODEL_FLAG } from '../command.ts'

export const command: CommandDefinition = {
  name: 'mcp',
  summary: 'Model Context Protocol: serve this rt to programs with models of their own',
  min: 1,
  subcommands: {
    serve: {
      summary: 'Serve tools, documents, threads and agents on standard input and output',
      positionals: '[APP]',
      max: 1,
    },
  },
  flags: { ...DATA_FLAGS, ...MODEL_FLAG, ...CONFIG_FLAGS },
  examples: ['rt mcp serve', 'rt mcp serve app.ts'],
  async run(context) {
    const { serveMcp } = await import('../mcp/serve.ts')
    await serveMcp(context)
  },
}
