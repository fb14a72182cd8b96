// Frames as the page shows them, in Node: node picture.cjs ASSETS FOLDER; N.json and N.bin become N.rgba, or N.txt with the sentence for the user.
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { framePixels, Unseen } from "../../bme_med/web/src/picture"

const [packages, folder] = process.argv.slice(2) as [string, string]
const WASM: Readonly<Record<string, string>> = {
  "openjpeg.wasm": "codec-openjpeg/dist/openjpegwasm_decode.wasm",
  "charls.wasm": "codec-charls/dist/charlswasm_decode.wasm",
  "openjph.wasm": "codec-openjph/dist/openjphjs.wasm",
}

async function load(name: string): Promise<ArrayBuffer> {
  return new Uint8Array(readFileSync(join(packages, "@cornerstonejs", WASM[name]!))).buffer
}

async function main(): Promise<void> {
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
    const stem = join(folder, name.slice(0, -5))
    try {
      const view = JSON.parse(readFileSync(`${stem}.json`, "utf8"))
      writeFileSync(`${stem}.rgba`, await framePixels(view, new Uint8Array(readFileSync(`${stem}.bin`)), load))
    } catch (error) {
      if (!(error instanceof Unseen)) throw error
      writeFileSync(`${stem}.txt`, error.message)
    }
  }
}

void main()
