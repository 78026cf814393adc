/** Variable with the id of the `rt dev` that a server belongs to: it ends with it. */
export const DEV_PID = 'RT_DEV_PID'
