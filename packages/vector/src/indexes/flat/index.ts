export { createFlatIndex } from './flat-index.ts'
