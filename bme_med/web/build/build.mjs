// Builds the browser edition: the site in bme_med/web/site, and the single file in dist/.
import { copyFile, mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { build as bundle } from "esbuild"
import { build } from "vite"
import { packApp } from "./app.mjs"
import { FILES, WORKERS } from "./assets.mjs"
import { notices } from "./notices.mjs"
import { writeServiceWorker } from "./offline.mjs"
import { SITE_POLICY } from "./policy.mjs"
import { writeSingleFile } from "./single.mjs"

const web = join(dirname(fileURLToPath(import.meta.url)), "..")
const site = join(web, "site")
const assets = join(site, "assets")
const root = join(web, "..", "..")
const dist = join(root, "dist")

await build({ root: web, configFile: join(web, "vite.config.ts"), logLevel: "warn" })
for (const name of WORKERS) await buildWorker(name)
await mkdir(assets, { recursive: true })
await writeFile(join(assets, "app.zip"), await packApp())
for (const [name, path] of Object.entries(FILES)) await copyFile(path, join(assets, name))
await writeFile(join(site, "policy.txt"), `${SITE_POLICY}\n`)
await writeFile(join(site, "NOTICE.txt"), notices(web, root))
await writeServiceWorker(web, site)
await mkdir(dist, { recursive: true })
console.log(await writeSingleFile(site, dist))

/** A classic script: a module worker cannot come from a blob in a file that was opened by double-click. */
async function buildWorker(name) {
  await bundle({
    entryPoints: [join(web, "src", `${name}.ts`)],
    outfile: join(assets, `${name}.js`),
    bundle: true,
    format: "iife",
    target: "es2022",
    define: { "import.meta.url": "location.href" },
    external: ["node:*", "ws", "fs", "path", "crypto"], // of Pyodide and of codecs, for Node alone
    logLevel: "warning",
  })
}
