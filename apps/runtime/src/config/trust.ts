import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { RtError } from '@rt/core'
import { ensureFolder, userFolder, writeFileAtomic } from '@rt/node/files'
import type { TrustedPart } from './trusted-parts.ts'

export interface TrustOptions {
  /** Trust without asking: `--trust`. */
  trust?: boolean
  /** Asks the person; undefined where there is nobody to ask. Default: on the terminal, when there is one. */
  ask?: (question: string, options: { signal: AbortSignal | undefined }) => Promise<boolean>
  /** Ends the waiting for an answer. */
  signal?: AbortSignal | undefined
  /** Where answers are kept. Default: `rt/trusted` in the user's data folder. */
  trustFolder?: string
}

/**
 * Lets a file pass that acts on this machine, its secrets or its server, if this user trusted it before or does now. What
 * is trusted is just these parts in this file: another value asks again, any other change does not.
 *
 * @throws RtError `forbidden`, saying what it would do.
 */
export const checkTrust = async (
  file: string,
  shown: string,
  parts: TrustedPart[],
  { trust = false, ask = terminal(), signal, trustFolder = userFolder('data', 'rt', 'trusted') }: TrustOptions = {},
): Promise<void> => {
  const place = await realpath(file)
  const values = parts.map(({ path, value }) => [path, value])
  const hash = createHash('sha256')
    .update(JSON.stringify([place, values]))
    .digest('hex')
  const answer = join(trustFolder, `${hash}.json`)
  if (existsSync(answer)) return
  if (!trust && !(await ask?.(question(place, parts), { signal }))) throw refused(shown, parts, ask !== undefined)
  const kept = { file: place, parts: parts.map(({ does }) => does), at: new Date().toISOString() }
  try {
    await ensureFolder(trustFolder)
    await writeFileAtomic(answer, `${JSON.stringify(kept, null, 2)}\n`)
  } catch {
    // A home folder that cannot be written to: it holds for this time, and is asked again the next.
  }
}

const question = (file: string, parts: TrustedPart[]): string =>
  [
    `${file} wants to`,
    ...parts.map(({ does, where, line }) => `  ${does}   (${where}, line ${line})`),
    'Trust this file? You are asked again only when these lines change.',
  ].join('\n')

const refused = (file: string, parts: TrustedPart[], asked: boolean): RtError => {
  const [first, ...others] = parts as [TrustedPart, ...TrustedPart[]]
  return new RtError({
    code: 'forbidden',
    message: `${file} line ${first.line}: ${first.where} would ${first.does}, and you ${asked ? 'did not trust' : 'have not trusted'} this file.`,
    hint: [
      ...others.map(({ does, where, line }) => `Line ${line}: ${where} would ${does}.`),
      'Read the file. If it is yours, say so once with --trust, in a program with trust: true, or name it: --config, RT_CONFIG. RT_CONFIG=none leaves it out.',
    ].join('\n'),
  })
}

/** Asks where both ends are a person's. */
const terminal = (): TrustOptions['ask'] =>
  process.stdin.isTTY && process.stderr.isTTY
    ? async (...asked) => (await import('../ask-yes.ts')).askYes(...asked)
    : undefined
