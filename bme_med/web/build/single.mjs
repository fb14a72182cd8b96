// The page as one file: scripts and styles inline, allowed by their digests; assets as blocks of base64 of gzip.
import { createHash } from "node:crypto"
import { readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { gzipSync } from "fflate"
import { filePolicy } from "./policy.mjs"

export const NAME = "bme-med.html"

/** Writes the single file and its SHA-256 into `dist`; the line for `sha256sum --check`. */
export async function writeSingleFile(site, dist) {
  const html = Buffer.from(await singleFile(site))
  const line = `${createHash("sha256").update(html).digest("hex")}  ${NAME}\n`
  await writeFile(join(dist, NAME), html)
  await writeFile(join(dist, `${NAME}.sha256`), line)
  return line.trim()
}

async function singleFile(site) {
  const assets = join(site, "assets")
  const page = await readFile(join(site, "index.html"), "utf8")
  const names = (await readdir(assets)).sort()
  const script = inline(await readFile(join(assets, "index.js"), "utf8"))
  const style = names.includes("index.css") ? await readFile(join(assets, "index.css"), "utf8") : ""
  const policy = filePolicy([digest(script)], style ? [digest(style)] : [])
  const blocks = []
  for (const name of names.filter((name) => !/^index\.(js|css)$/.test(name))) {
    blocks.push(`<script type="application/octet-stream" id="asset:${name}">${packed(await readFile(join(assets, name)))}</script>`)
  }
  blocks.push(`<script type="text/plain" id="notice">${inline(await readFile(join(site, "NOTICE.txt"), "utf8"))}</script>`)
  const bare = page.replace(/\s*<(script|link)\b[^>]*\b(src|href)="\.\/[^>]*>(<\/script>)?/g, "")
  const head = `<head>\n<meta http-equiv="Content-Security-Policy" content="${policy}">`
  const foot = `${blocks.join("\n")}\n<script type="module">${script}</script>\n</body>`
  return bare.replace("<head>", () => head).replace("</head>", () => `${style && `<style>${style}</style>\n`}</head>`).replace("</body>", () => foot)
}

/** A script that may stand inside a page (HTML, 4.12.1.3). */
function inline(script) {
  return script.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--")
}

function digest(text) {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`
}

/** By a compressor in plain JavaScript, whose output depends on no machine. */
function packed(bytes) {
  return Buffer.from(gzipSync(bytes, { level: 9, mtime: 0 })).toString("base64")
}
