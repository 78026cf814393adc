import type { CatalogEntry } from './types.ts'
import type { UserModel } from './user-names.ts'

/** Whether a name is more than another word for a model. */
export const hasSettings = ({ sampling, preset, licence }: UserModel): boolean =>
  sampling !== undefined || preset !== undefined || licence !== undefined

/** The entry as a name of the user's has it: a name without settings changes nothing. */
export const withSettings = (entry: CatalogEntry, name: string, user: UserModel): CatalogEntry => {
  if (!hasSettings(user)) return entry
  const { sampling, preset, licence } = user
  return {
    ...entry,
    name,
    aliases: [],
    ...(sampling && { sampling: { ...entry.sampling, ...sampling } }),
    ...(preset && { preset: { ...entry.preset, ...preset } }),
    ...(licence !== undefined && { licence }),
  }
}

/** Settings on top of those of the name they were made from. */
export const withBase = (base: UserModel | undefined, user: UserModel): UserModel => {
  const sampling = { ...base?.sampling, ...user.sampling }
  const preset = { ...base?.preset, ...user.preset }
  const licence = user.licence ?? base?.licence
  return {
    model: user.model,
    ...(Object.keys(sampling).length > 0 && { sampling }),
    ...(Object.keys(preset).length > 0 && { preset }),
    ...(licence !== undefined && { licence }),
  }
}
