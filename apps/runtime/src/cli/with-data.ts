import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { RuntimeClient } from '../runtime.ts'
import type { CommandContext } from './command.ts'
import { findData } from './find-data.ts'
import { findOwner } from './find-owner.ts'
import { type OpenOptions, withRuntime } from './open.ts'

/**
 * Reads from a data folder, beside its owner or through it; undefined when nothing was ever kept there: a command that
 * only looks makes no folder and is no failure.
 */
export const withData = async <T>(
  context: CommandContext,
  work: (runtime: RuntimeClient) => Promise<T>,
  options: OpenOptions = WITHOUT_CONFIG,
): Promise<T | undefined> => {
  const data = await findData(context.flags)
  if (!existsSync(join(data, 'rt.db')) && !(await findOwner(data))?.address) return undefined
  return withRuntime(context, { ...options, readOnly: true }, work)
}

/** What only lists or deletes does not depend on settings: a config.toml that is wrong or not trusted is not in its way. */
export const WITHOUT_CONFIG: OpenOptions = { config: false }
