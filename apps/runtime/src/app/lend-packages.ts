import { registerHooks } from 'node:module'

/** What the app of a folder without node_modules may import all the same: rt itself, and what its schemas need. */
const LENT = /^(@rt\/[a-z]+|zod)(\/|$)/

let lending = false

/**
 * Lets an app import rt and zod from the running rt where its own folder does not have them, so that one file is an app.
 * What is installed beside the app always wins.
 */
export const lendPackages = (): void => {
  if (lending) return
  lending = true
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context)
      } catch (error) {
        if (!LENT.test(specifier)) throw error
        try {
          return next(specifier, { ...context, parentURL: import.meta.url })
        } catch {
          throw error
        }
      }
    },
  })
}
