import { version } from '../../../version.ts'
import type { Check } from '../check.ts'

export const node: Check = {
  section: 'machine',
  name: 'node',
  // Too old a Node does not come this far: the command refuses it at its start.
  run: async () => ({ name: 'node', state: 'ok', detail: `${process.versions.node}, rt ${version}` }),
}
