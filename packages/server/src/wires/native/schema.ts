/** Whatever the native wire reads, by name: loaded together at the first body. */
export { turnSchema } from './schemas/turn.ts'
export { searchSchema, collectionSearchSchema } from './schemas/search.ts'
export { newCollectionSchema, aliasSchema, moveSchema, migrateSchema } from './schemas/collections.ts'
export { runSchema, runListSchema, runStreamSchema, runApproveSchema, runDenySchema } from './schemas/runs.ts'
export {
  newRecordsSchema,
  getRecordsSchema,
  updateRecordsSchema,
  deleteRecordsSchema,
  countSchema,
  scrollSchema,
  exportSchema,
} from './schemas/records.ts'
export {
  ingestSchema,
  rerankSchema,
  forgetSchema,
  newKeySchema,
  unloadSchema,
  backupSchema,
  traceListSchema,
  costSchema,
} from './schemas/operations.ts'
