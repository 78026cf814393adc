import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Check } from '../check.ts'

/** The user's own programs that fetch models from where else they are, when the hub cannot be reached. */
const CLIENTS = ['python3', 'mvn']
const ENDINGS = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : ['']

export const clients: Check = {
  section: 'network',
  name: 'clients',
  async run({ env }) {
    const found = await Promise.all(CLIENTS.map(async (name) => ({ name, here: await isOnPath(name, env['PATH']) })))
    const words = found.map(({ name, here }) => (here ? name : `no ${name}`)).join(', ')
    return {
      name: 'clients',
      state: 'ok',
      detail: `${words}: second ways to fetch models, used only when the first source fails`,
    }
  },
}

const isOnPath = async (name: string, path = ''): Promise<boolean> => {
  const files = path
    .split(delimiter)
    .filter(Boolean)
    .flatMap((folder) => ENDINGS.map((ending) => join(folder, name + ending)))
  const executable = await Promise.all(
    files.map((file) =>
      access(file, constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  )
  return executable.includes(true)
}
