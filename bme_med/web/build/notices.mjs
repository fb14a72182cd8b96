// What is not ours in the built page, under which licence, and where its source is.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { packages } from "./app.mjs"

const RULE = `\n${"-".repeat(78)}\n`

/** What packages hold that their own metadata does not say. */
const INSIDE = {
  pyodide: "Mozilla Public License 2.0, unchanged; source: https://github.com/pyodide/pyodide at tag 314.0.7. The licence: https://mozilla.org/MPL/2.0/\n"
    + "It holds CPython 3.14 (Python Software Foundation License 2.0, https://docs.python.org/3/license.html) and the run time of Emscripten (MIT).",
  "libheif-js": "It holds libheif and libde265, unchanged (LGPL-3.0; source: https://github.com/catdad-experiments/libheif-js, https://github.com/strukturag/libheif,\n"
    + "https://github.com/strukturag/libde265). It is a script of its own, which anybody can replace by another build.",
  "@cornerstonejs/codec-openjpeg": "It holds OpenJPEG (BSD 2-Clause, https://github.com/uclouvain/openjpeg).",
  "@cornerstonejs/codec-charls": "It holds CharLS (BSD 3-Clause, https://github.com/team-charls/charls).",
  "@cornerstonejs/codec-openjph": "It holds OpenJPH (BSD 2-Clause, https://github.com/aous72/OpenJPH).",
}

/** Packages that nothing of reaches the page: types, and what Pyodide needs in Node alone. */
const NOT_SHIPPED = /node_modules\/(@types\/|ws$|@lit-labs\/ssr-dom-shim$)|\/node_modules\/.*node_modules\//

/** The notices as text. */
export function notices(web, root) {
  const lock = JSON.parse(readFileSync(join(web, "package-lock.json"), "utf8")).packages
  const parts = [`bme-med is licensed under the Apache License 2.0:\n\n${readFileSync(join(root, "LICENSE"), "utf8").trim()}`]
  for (const [path, { version, license, dev }] of Object.entries(lock)) {
    if (!path || dev || NOT_SHIPPED.test(path) || path.lastIndexOf("node_modules/") > 0) continue
    const name = path.slice("node_modules/".length)
    parts.push([`${name} ${version}: ${license}`, INSIDE[name], licenceIn(join(web, path))].filter(Boolean).join("\n\n"))
  }
  for (const [name, [, about]] of Object.entries(packages())) {
    const version = /^Version: (.+)$/m.exec(readFileSync(join(about, "METADATA"), "utf8"))[1]
    parts.push(`${name} ${version}\n\n${licenceIn(join(about, "licenses"))}`)
  }
  return `${parts.join(`\n${RULE}\n`)}\n`
}

function licenceIn(folder) {
  const name = existsSync(folder) ? readdirSync(folder).sort().find((one) => /^licen[cs]e/i.test(one)) : undefined
  return name ? readFileSync(join(folder, name), "utf8").trim() : ""
}
