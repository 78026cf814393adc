// A host that never becomes ready, and ends when it is told to.
process.on('message', ([type]: [string]) => {
  if (type === 'stop') process.exit(0)
})
process.on('disconnect', () => process.exit(0))
