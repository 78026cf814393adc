import { library } from '../../tooling/tsup/library.ts'
import { HOST_ENTRIES } from './src/host/host-entries.ts'

/** The gguf host is a build of its own: tsup.host.config.ts. */
const hosts = Object.fromEntries(
  Object.entries(HOST_ENTRIES).flatMap(([name, file]) => (name === 'gguf-host' ? [] : [[name, `src/${file}`]])),
)

export default library({
  entry: {
    index: 'src/index.ts',
    gguf: 'src/engines/gguf/index.ts',
    onnx: 'src/engines/onnx/index.ts',
    tensorrt: 'src/engines/tensorrt/index.ts',
    catalog: 'src/catalog/index.ts',
    engines: 'src/detect/index.ts',
    anthropic: 'src/providers/anthropic/index.ts',
    'ai-sdk': 'src/providers/ai-sdk/index.ts',
    kserve: 'src/providers/kserve/index.ts',
    openai: 'src/providers/openai/index.ts',
    conformance: 'src/conformance/index.ts',
    memory: 'src/memory/index.ts',
    router: 'src/router/index.ts',
    ...hosts,
  },
})
