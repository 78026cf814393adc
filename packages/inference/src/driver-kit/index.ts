// What engines and providers share. Internal to @rt/inference: nothing here is exported from the package.

// Grammars
export { compileGrammar, jsonObjectGrammar } from './compile-grammar.ts'
export { toolCallGrammar } from './tool-grammar.ts'

// Tools as text
export { parseToolCalls } from './parse-tool-call.ts'
export { toolInstructions } from './tool-instructions.ts'
