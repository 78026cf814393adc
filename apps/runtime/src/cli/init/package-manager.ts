/** How a person types the commands of the package manager in use. */
export interface PackageManager {
  name: string
  install: string
  /** Before a command of a dependency: `npx rt`. */
  exec: string
  run(script: string): string
  test: string
}

const NPM: PackageManager = {
  name: 'npm',
  install: 'npm install',
  exec: 'npx rt',
  run: (script) => `npm run ${script}`,
  test: 'npm test',
}

const OTHERS: PackageManager[] = [
  {
    name: 'pnpm',
    install: 'pnpm install',
    // `pnpm rt` is pnpm's own alias of `pnpm runtime`.
    exec: 'pnpm exec rt',
    run: (script) => `pnpm ${script}`,
    test: 'pnpm test',
  },
  { name: 'yarn', install: 'yarn install', exec: 'yarn rt', run: (script) => `yarn ${script}`, test: 'yarn test' },
  { name: 'bun', install: 'bun install', exec: 'bunx rt', run: (script) => `bun run ${script}`, test: 'bun run test' },
]

/** From the repository, before anything is published, by the alias of its README. */
const WORKSPACE: PackageManager = {
  name: 'workspace',
  install: '# nothing to install: rt lends itself to the app',
  exec: 'rt',
  run: (script) => `rt ${script} app.ts`,
  test: 'npm test # once rt is published and installed',
}

/** Each sets this variable for what it starts: `pnpm/12.0.0 npm/? node/v26.10.0 linux x64`. */
export const packageManager = (agent: string = process.env['npm_config_user_agent'] ?? ''): PackageManager => {
  if (process.env['RT_WORKSPACE'] !== undefined) return WORKSPACE
  const [name] = agent.split('/')
  return OTHERS.find((other) => other.name === name) ?? NPM
}
