import type { Consumer } from './consumers.ts'
import { installedPackages } from './installed-packages.ts'
import type { Problems } from './report.ts'

/** A subsystem brings its parents only: no sibling, no native engine it does not use, one copy of each. */
export const checkClosure = ({ brings, native }: Consumer, folder: string): Problems => {
  const installed = installedPackages(folder)
  const ours = installed.filter(({ name }) => name.startsWith('@rt/')).map(({ name }) => name)
  const surplus = ours.filter((name, index) => !brings.includes(name) || ours.indexOf(name) !== index)
  const missing = brings.filter((name) => !ours.includes(name))
  const foreign = installed.filter((entry) => entry.native && !native?.test(entry.name))
  return [
    ...surplus.map((name) => `${name} is installed, and should not be (or twice)`),
    ...missing.map((name) => `${name} is not installed`),
    ...foreign.map(({ name, version }) => `${name} ${version} holds compiled code that nothing here uses`),
  ]
}
