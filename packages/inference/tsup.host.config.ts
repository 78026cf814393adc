import { defineConfig } from 'tsup'
import { inlineLlama } from '../../tooling/tsup/inline-llama.ts'
import { thirdPartyNotices } from '../../tooling/tsup/third-party-notices.ts'
import { HOST_ENTRIES } from './src/host/host-entries.ts'

/** The gguf host: one file with node-llama-cpp's JavaScript. Dependencies of this package stay outside. */
export default defineConfig({
  entry: { 'gguf-host': `src/${HOST_ENTRIES['gguf-host']}` },
  platform: 'node',
  format: 'esm',
  target: 'node22.18',
  outDir: 'dist',
  sourcemap: false,
  splitting: true,
  dts: false,
  clean: false,
  esbuildPlugins: [inlineLlama(), thirdPartyNotices('THIRD-PARTY.txt')],
  esbuildOptions: (options) => {
    options.minifySyntax = true
    options.minifyWhitespace = true
    // Their text is in THIRD-PARTY.txt.
    options.legalComments = 'none'
  },
  // CommonJS dependencies ask for Node's own modules.
  banner: {
    js: "import { createRequire as __rtRequire } from 'node:module'; const require = __rtRequire(import.meta.url);",
  },
})
