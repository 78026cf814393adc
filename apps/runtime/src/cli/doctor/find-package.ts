import { createRequire } from 'node:module'

/** The main file of an installed package, found where the engines find it; undefined when it is not installed. Runs nothing. */
export const findPackage = (name: string): string | undefined => {
  const own = createRequire(import.meta.url)
  for (const from of [() => own, () => createRequire(own.resolve('@rt/inference/package.json'))]) {
    try {
      return from().resolve(name)
    } catch {
      // The next place.
    }
  }
  return undefined
}
