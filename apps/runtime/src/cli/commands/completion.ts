import { type CommandDefinition, text } from '../command.ts'
import { usage } from '../parse.ts'

export const command: CommandDefinition = {
  name: 'completion',
  summary: 'Print a script that lets your shell complete commands, options and names of models',
  subcommands: {
    bash: { summary: 'For bash; into ~/.bashrc: source <(rt completion bash)' },
    zsh: { summary: 'For zsh; into ~/.zshrc after compinit: source <(rt completion zsh)' },
    fish: { summary: 'For fish; into ~/.config/fish/completions/rt.fish' },
  },
  flags: {
    names: {
      type: 'string',
      value: 'KIND',
      values: ['installed', 'installable'],
      hidden: true,
      description: 'Print names of models, one a line: what the scripts ask',
    },
  },
  examples: [
    'source <(rt completion bash)',
    'source <(rt completion zsh)',
    'rt completion fish > ~/.config/fish/completions/rt.fish',
  ],
  async run({ args, flags }) {
    const names = text(flags['names'])
    if (names !== undefined) process.stdout.write((await modelNames(names)).map((name) => `${name}\n`).join(''))
    else if (args[0] === undefined) throw usage(command, 'which shell? bash, zsh or fish.')
    else process.stdout.write(await script(args[0]))
  },
}

const modelNames = async (kind: string): Promise<string[]> => {
  const { createCatalog } = await import('@rt/inference/catalog')
  const catalog = createCatalog()
  if (kind === 'installable') return catalog.list().map(({ name }) => name)
  return (await catalog.installed()).map(({ entry }) => entry.name)
}

const script = async (shell: string): Promise<string> => {
  const { COMMANDS } = await import('../commands.ts')
  const { shapeOf } = await import('../completion/shape.ts')
  const loaded = await Promise.all(Object.values(COMMANDS).map((load) => load()))
  const shapes = loaded.map((one) => shapeOf(one.command))
  if (shell === 'bash') return (await import('../completion/bash.ts')).bashCompletion(shapes)
  if (shell === 'zsh') return (await import('../completion/zsh.ts')).zshCompletion(shapes)
  return (await import('../completion/fish.ts')).fishCompletion(shapes)
}
