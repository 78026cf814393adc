export { createTextDecoder } from '../../driver-kit/text-decoder.ts'
