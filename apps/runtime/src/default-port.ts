/** Where a server listens when nothing says otherwise and it is free. */
export const DEFAULT_PORT = 4141
