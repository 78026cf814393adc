import type { CatalogEntry, ResolvedModel } from '@rt/inference/catalog'
import type { LocalModelSettings } from '../config/engine-settings.ts'

/** What the settings say of a model, by any of its names. */
export const settingsOf = (
  { name, aliases }: Pick<CatalogEntry, 'name' | 'aliases'>,
  models: Record<string, LocalModelSettings> = {},
): LocalModelSettings => {
  const key = [name, ...aliases].find((one) => Object.hasOwn(models, one))
  return key === undefined ? {} : models[key]!
}

/** The model as the settings have it. */
export const withModelSettings = <T extends Pick<ResolvedModel, 'entry'>>(
  found: T,
  models: Record<string, LocalModelSettings> | undefined,
): T => {
  const { kind, pooling, queryPrefix, documentPrefix } = settingsOf(found.entry, models)
  const { prefixes = { query: '', document: '' } } = found.entry
  return {
    ...found,
    entry: {
      ...found.entry,
      ...(kind && { kind }),
      ...(pooling && { pooling }),
      ...((queryPrefix !== undefined || documentPrefix !== undefined) && {
        prefixes: { query: queryPrefix ?? prefixes.query, document: documentPrefix ?? prefixes.document },
      }),
    },
  }
}
