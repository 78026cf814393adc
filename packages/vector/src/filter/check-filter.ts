import type { VectorFilter } from '@rt/core'
import { parseFilter } from './parse-filter.ts'

/**
 * Every store checks the filters it is given; this is for where none is asked, such as a collection that does not exist
 * yet.
 *
 * @throws RtError `invalid_request` naming field and operator.
 */
export const checkFilter = (filter: VectorFilter): void => void parseFilter(filter)
