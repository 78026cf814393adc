// Before a script in TypeScript starts: says what is missing when the Node of this workspace is not there. It is put in place
// by an install script, which `--ignore-scripts` leaves out. CommonJS, and nothing newer than Node 18 reads.
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `error  This is Node ${process.versions.node}, and the scripts here need 22.18 or later: the Node that comes with the workspace is missing.\n` +
      '       Was it installed with --ignore-scripts? Put it in place with: npx -y pnpm@12 rebuild node\n',
  )
  process.exit(1)
}
