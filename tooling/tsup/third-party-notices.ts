import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

const PACKAGE = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/

/** Writes the licences of the packages that a bundle carries into `file`, beside it. A package without one fails the build. */
export const thirdPartyNotices = (file: string): Plugin => ({
  name: 'third-party-notices',
  setup(build) {
    build.onEnd(({ metafile }) => {
      const outputs = Object.values(metafile?.outputs ?? {})
      const inputs = outputs.flatMap((output) =>
        Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
      )
      const folders = new Set(inputs.flatMap((path) => PACKAGE.exec(path)?.[1] ?? []))
      const notices = [...folders].map((folder) => readNotice(resolve(folder)))
      const missing = notices.filter(({ text }) => text === undefined)
      if (missing.length > 0)
        return { errors: [{ text: `no licence found of ${missing.map(({ name }) => name).join(', ')}` }] }
      const { outdir } = build.initialOptions
      if (outdir === undefined) return { errors: [{ text: 'third-party-notices needs an outdir.' }] }
      mkdirSync(outdir, { recursive: true })
      writeFileSync(join(outdir, file), format(notices))
      return undefined
    })
  },
})

interface Notice {
  name: string
  text: string | undefined
}

const readNotice = (folder: string): Notice => {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>
  const name = `${String(manifest['name'])} ${String(manifest['version'])}`
  const licence = readdirSync(folder).find((file) => /^(?:licen[cs]e|copying)(?:[.-]|$)/i.test(file))
  if (licence !== undefined) return { name, text: readFileSync(join(folder, licence), 'utf8').trim() }
  const { license, author } = manifest
  if (typeof license !== 'string') return { name, text: undefined }
  const holder = typeof author === 'string' ? author : (author as { name?: string } | undefined)?.name
  return { name, text: `License: ${license}${holder === undefined ? '' : `. Author: ${holder}`}` }
}

const format = (notices: Notice[]): string =>
  notices
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map(({ name, text }) => `${name}\n${'-'.repeat(name.length)}\n${text}\n`)
    .join('\n\n')
