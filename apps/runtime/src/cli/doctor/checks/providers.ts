import { withoutLogins } from '../../../config/shown.ts'
import { resolveHere } from '../../../resolve-here.ts'
import type { Check, Finding } from '../check.ts'
import { type RemoteService, remoteServices } from '../remote-services.ts'
import { settingsOf } from '../settings-of.ts'

export const providers: Check = {
  section: 'models',
  name: 'providers',
  async run(context) {
    const [services, { limits }] = await Promise.all([remoteServices(context), settingsOf(context)])
    return [
      ...(services.length ? services.map(findingOf) : [NONE]),
      ...(limits.store === 'redis' ? [await redis(limits.url ?? '')] : []),
    ]
  },
}

const NONE: Finding = { name: 'providers', state: 'ok', detail: 'none: no model is asked elsewhere' }

const findingOf = (service: RemoteService): Finding => {
  const { id, address, names, missing, key } = service
  const name = `provider ${id}`
  const code = service.package
  const words = [
    ...(address === undefined ? [] : [address]),
    ...(code === undefined ? [] : [`package ${code}`]),
    ...(key === undefined ? [] : [`key from ${key}`]),
    ...(key === undefined && missing === undefined && code === undefined ? ['without a key'] : []),
    ...(names.length ? [`asked for ${names.join(', ')}`] : ['asked when a request names a model of it']),
  ]
  const detail = words.join(', ')
  if (missing !== undefined)
    return { name, state: 'warning', detail: `${detail}: it has no key`, fix: `Set ${missing} to its key` }
  if (code !== undefined && !isInstalledHere(code))
    return {
      name,
      state: 'warning',
      detail: `${detail}: the package is not installed here`,
      fix: `npm install ${code}`,
    }
  return { name, state: 'ok', detail }
}

/** A package of the AI SDK is the program's own: it is looked for from the working folder. */
const isInstalledHere = (name: string): boolean => {
  try {
    resolveHere(name)
    return true
  } catch {
    return false
  }
}

/** Without its package nothing starts: what may be spent would not be known. */
const redis = async (url: string): Promise<Finding> => {
  const { createMachineProbes } = await import('@rt/inference/engines')
  const version = await createMachineProbes().packageVersion('redis')
  const place = `limits are kept in ${withoutLogins(url)}`
  return version === undefined
    ? { name: 'redis', state: 'red', detail: `${place}: the package redis is not installed`, fix: 'npm install redis' }
    : { name: 'redis', state: 'ok', detail: `${place}, package redis ${version}` }
}
