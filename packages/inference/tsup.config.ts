import { library } from '../../tooling/tsup/library.ts'

export default library({ entry: {'index':'src/index.ts','gguf':'src/engines/gguf/index.ts','onnx':'src/engines/onnx/index.ts','catalog':'src/catalog/index.ts','conformance':'src/conformance/index.ts'} })
