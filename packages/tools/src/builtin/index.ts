// Tools that are there; each does nothing before somebody gives it to a model. Every line here is API of @rt/tools/builtin.
export { createCalculatorTool } from './calculator/calculator.ts'
export { createListFilesTool } from './files/list-files.ts'
export { createNowTool } from './now.ts'
export { createReadFileTool } from './files/read-file.ts'
export { createWriteFileTool } from './files/write-file.ts'
export type { FileToolOptions } from './files/read-file.ts'
export type { NowOptions } from './now.ts'
export type { Roots } from './files/open-roots.ts'
