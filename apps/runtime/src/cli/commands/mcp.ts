import { type CommandDefinition, CONFIG_FLAGS, DATA_FLAGS, JSON_FLAG, MODEL_FLAG } from '../command.ts'

export const command: CommandDefinition = {
  name: 'mcp',
  summary: 'Model Context Protocol: serve this rt to programs with models of their own; use servers of others',
  min: 1,
  subcommands: {
    serve: {
      summary: 'Serve tools, documents, threads and agents on standard input and output',
      positionals: '[APP]',
      max: 1,
    },
    list: { summary: 'List the servers of config.toml; none is started' },
    show: {
      summary: 'Start a server and list its tools, what changed in them, its resources and prompts',
      positionals: 'NAME',
      min: 1,
      max: 1,
    },
    approve: {
      summary: 'Agree to tools as they are now: those named, or all',
      positionals: 'NAME [TOOL…]',
      min: 1,
      max: 500,
    },
    login: { summary: 'Log in at a server elsewhere, in your browser', positionals: 'NAME', min: 1, max: 1 },
    logout: { summary: 'Delete the login at a server', positionals: 'NAME', min: 1, max: 1 },
  },
  flags: { ...DATA_FLAGS, ...MODEL_FLAG, ...CONFIG_FLAGS, ...JSON_FLAG },
  examples: [
    'rt mcp serve',
    'rt mcp serve app.ts',
    'rt mcp list',
    'rt mcp show files',
    'rt mcp approve files read_file',
    'rt mcp login tickets',
  ],
  async run(context) {
    const [what, name = '', ...tools] = context.args
    if (what === 'serve') await (await import('../mcp/serve.ts')).serveMcp(context)
    else if (what === 'login') await (await import('../mcp/log-in.ts')).logIn(context, name)
    else if (what === 'logout') await (await import('../mcp/log-in.ts')).logOut(context, name)
    else {
      const { approve, list, show } = await import('../mcp/servers.ts')
      if (what === 'list') await list(context)
      else if (what === 'show') await show(context, name)
      else await approve(context, name, tools)
    }
  },
}
