// Bundles one script for Node, with the page's own packages: node bundle.mjs ENTRY OUT. For tests and measurements.
import { build } from "esbuild"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const [entry, outfile] = process.argv.slice(2)
await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  nodePaths: [join(dirname(fileURLToPath(import.meta.url)), "..", "node_modules")],
  logLevel: "warning",
})
