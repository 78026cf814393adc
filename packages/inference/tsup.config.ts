import { library } from '../../tooling/tsup/library.ts'
import { HOST_ENTRIES } from './src/host/host-entries.ts'

const hosts = Object.fromEntries(Object.entries(HOST_ENTRIES).map(([name, file]) => [name, `src/${file}`]))

export default library({
  entry: {
    index: 'src/index.ts',
    gguf: 'src/engines/gguf/index.ts',
    onnx: 'src/engines/onnx/index.ts',
    catalog: 'src/catalog/index.ts',
    ...hosts,
  },
})
