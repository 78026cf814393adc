import { noopTelemetry, type Telemetry } from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import type { CostCalculator } from '@rt/observe'

/** Traces that are kept in the data file, or none. */
export const observe = async (
  database: Database,
  off: boolean,
  cost: CostCalculator,
): Promise<Telemetry & AsyncDisposable> => {
  if (off) return { ...noopTelemetry, [Symbol.asyncDispose]: async () => {} }
  const [{ createTelemetry }, { createSqliteExporter }] = await Promise.all([
    import('@rt/observe'),
    import('@rt/observe/sqlite'),
  ])
  return createTelemetry({ exporters: [await createSqliteExporter({ database })], cost })
}
