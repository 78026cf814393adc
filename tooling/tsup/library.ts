import { defineConfig } from 'tsup'

interface LibraryOptions {
  /** Output name (no folder, no ending) to source file. Every output lies flat in `dist`, so that
   *  `new URL('./name.js', import.meta.url)` finds a sibling from any chunk. */
  entry: Record<string, string>
  platform?: 'node' | 'neutral'
}

/** The one JavaScript build of our packages. Declarations come from `tsc` (tsup's own fail with TypeScript 7). */
export const library = ({ entry, platform = 'node' }: LibraryOptions): ReturnType<typeof defineConfig> =>
  defineConfig({
    entry,
    platform,
    format: 'esm',
    target: 'node22.18',
    outDir: 'dist',
    clean: true,
    sourcemap: true,
    splitting: true,
    dts: false,
    treeshake: false,
  })
