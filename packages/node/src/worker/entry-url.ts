/** How to start a worker thread or child process: its file, and the Node options it needs. */
export interface Entry {
  url: URL
  execArgv: string[]
}

/**
 * Finds the file of a worker or child entry, in both worlds: from source it is the `.ts` file beside the caller
 * (Node strips the types; the condition makes workspace packages resolve to their sources), from a build it is
 * `distFile` beside the caller's chunk. That holds for every bundle that inlines the caller, because all of a
 * `dist` folder is flat: such a bundle must emit the entry under the same name (see `WORKER_ENTRIES`).
 *
 * @param importMetaUrl `import.meta.url` of the calling module.
 * @param sourceFile the entry relative to the caller's source, e.g. `./entry.ts`.
 * @param distFile the entry's name in `dist`, e.g. `sqlite-worker.js`.
 */
export const entryUrl = (importMetaUrl: string, sourceFile: string, distFile: string): Entry =>
  new URL(importMetaUrl).pathname.endsWith('.ts')
    ? { url: new URL(sourceFile, importMetaUrl), execArgv: ['--conditions=@rt/source'] }
    : { url: new URL(`./${distFile}`, importMetaUrl), execArgv: [] }
