/** Said where retrieval has to do without one. */
export const NO_EMBEDDER = {
  id: 'no-embedder',
  message: 'the embedder could not be had: documents are found by words only.',
}
