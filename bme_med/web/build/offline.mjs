// The service worker, which knows every file of the site by its SHA-256.
import { createHash } from "node:crypto"
import { readdir, readFile } from "node:fs/promises"
import { join, relative, sep } from "node:path"
import { build } from "esbuild"
import { SITE_POLICY } from "./policy.mjs"

/** Writes sw.js into `site`, which is complete but for it. */
export async function writeServiceWorker(web, site) {
  const files = {}
  for (const entry of await readdir(site, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name)
    if (entry.isFile() && entry.name !== "policy.txt") files[relative(site, path).split(sep).join("/")] = sha256(await readFile(path))
  }
  const listed = JSON.stringify(Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))), null, 2)
  await build({
    entryPoints: [join(web, "src", "sw.ts")],
    outfile: join(site, "sw.js"),
    bundle: true,
    format: "iife",
    target: "es2022",
    define: { FILES: listed, POLICY: JSON.stringify(SITE_POLICY), VERSION: JSON.stringify(sha256(listed).slice(0, 16)) },
    logLevel: "warning",
  })
}

function sha256(data) {
  return createHash("sha256").update(data).digest("hex")
}
