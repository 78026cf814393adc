/** Names that begin so are collections of rt itself: no list, search or command of a user meets them. */
export const OWN_COLLECTIONS = 'rt:'
