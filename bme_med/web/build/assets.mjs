// What the page loads beside its own script. A worker is a script of its own: src/NAME.ts becomes assets/NAME.js.
import { createRequire } from "node:module"

const { resolve } = createRequire(import.meta.url)

export const WORKERS = ["worker", "looking", "heic"]

/** Files of packages, by the names that `asset()` knows them by. */
export const FILES = {
  "pyodide.asm.wasm": resolve("pyodide/pyodide.asm.wasm"),
  "python_stdlib.zip": resolve("pyodide/python_stdlib.zip"),
  "openjpeg.wasm": resolve("@cornerstonejs/codec-openjpeg/decodewasm"),
  "charls.wasm": resolve("@cornerstonejs/codec-charls/decodewasm"),
  "openjph.wasm": resolve("@cornerstonejs/codec-openjph/wasm"),
  "libheif.wasm": resolve("libheif-js/libheif-wasm/libheif.wasm"),
  "libheif.LICENSE.txt": resolve("libheif-js/libheif-wasm/LICENSE"),
}
