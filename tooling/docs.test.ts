import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { commandPages, orphanPages } from './scripts/command-pages.ts'
import { configPages } from './scripts/config-reference.ts'
import { isStale } from './scripts/generated-page.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const OUTSIDE = new Set(['node_modules', 'dist', 'coverage'])

/** Markdown of the repository; of folders that begin with a dot only the changesets are ours. */
const markdown = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      const hidden = entry.name.startsWith('.') && entry.name !== '.changeset'
      return hidden || OUTSIDE.has(entry.name) ? [] : markdown(path)
    }
    return entry.name.endsWith('.md') ? [path] : []
  })

const read = (file: string): string => readFileSync(join(root, file), 'utf8')

const withoutCode = (text: string): string =>
  text.replaceAll(/^ *(```|~~~)[\s\S]*?^ *\1.*$/gm, '').replaceAll(/`[^`\n]*`/g, '')

/** Targets inside the repository, as written. */
const links = (text: string): string[] =>
  Array.from(
    withoutCode(text).matchAll(/\]\(\s*<?([^)>\s]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)/gm),
    ([, inline, reference]) => (inline ?? reference)!,
  ).filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target))

/** Headings as the links of a code host name them. */
const anchors = (text: string): string[] =>
  Array.from(text.replaceAll(/^ *(```|~~~)[\s\S]*?^ *\1.*$/gm, '').matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm), ([, title]) =>
    title!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

const problem = (file: string, target: string): string | undefined => {
  const [path = '', anchor] = target.split('#')
  const to = path === '' ? file : join(path.startsWith('/') ? '' : dirname(file), decodeURIComponent(path))
  if (!existsSync(join(root, to))) return `${file}: there is no ${target}`
  if (!anchor || !to.endsWith('.md') || statSync(join(root, to)).isDirectory()) return undefined
  return anchors(read(to)).includes(anchor) ? undefined : `${file}: ${to} has no heading #${anchor}`
}

describe('the pages of the commands', () => {
  it('are what their definitions say (else: node --conditions=@rt/source tooling/scripts/command-pages.ts)', async () => {
    const pages = await commandPages()
    expect(pages.filter(isStale).map(({ path }) => path)).toEqual([])
  })

  it('belong to a command each', () => {
    expect(orphanPages()).toEqual([])
  })
})

describe('the pages of config.toml', () => {
  it('are what its schema says (else: node --conditions=@rt/source tooling/scripts/config-reference.ts)', () => {
    expect(
      configPages()
        .filter(isStale)
        .map(({ path }) => path),
    ).toEqual([])
  })
})

describe('docs', () => {
  const pages = markdown('docs').filter((file) => file !== join('docs', 'README.md'))

  it('README.md lists every page', () => {
    const listed = links(read(join('docs', 'README.md')))
    const missing = pages
      .map((file) => relative('docs', file).split(sep).join('/'))
      .filter((page) => !listed.includes(page))
    expect(missing).toEqual([])
  })

  it('has no broken link, in any Markdown of the repository', () => {
    const broken = markdown('').flatMap((file) => links(read(file)).flatMap((target) => problem(file, target) ?? []))
    expect(broken).toEqual([])
  })

  it('shows the quickstart in the README of @rt/runtime as it runs in the tests', () => {
    expect(read('apps/runtime/README.md')).toContain(`\`\`\`ts\n${read('examples/quickstart/index.ts')}\`\`\``)
  })
})
