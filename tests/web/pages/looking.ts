// Frames and photos by the workers of the page: `look` gives rows, columns and base64 of RGBA, or the sentence for the user.
import { Looker } from "../../../bme_med/web/src/engine/looker"
import { photo } from "../../../bme_med/web/src/engine/preview"

const looking = new Looker("looking.js")

async function base64(bytes: Uint8ClampedArray<ArrayBuffer>): Promise<string> {
  const url = await new Promise<string>((resolve) => {
    const reader = new FileReader()
    reader.onload = () => resolve(reader.result as string)
    reader.readAsDataURL(new Blob([bytes]))
  })
  return url.slice(url.indexOf(",") + 1)
}

async function look(name: string, format: string): Promise<unknown> {
  try {
    const bytes = await (await fetch(`${name}.bin`)).arrayBuffer()
    const { rows, columns, pixels } =
      format === "dicom"
        ? await looking.ask({ frame: { view: await (await fetch(`${name}.json`)).json(), bytes: new Uint8Array(bytes) } })
        : await photo(new Blob([bytes]), format)
    return [rows, columns, await base64(pixels)]
  } catch (error) {
    return (error as Error).message
  }
}

Object.assign(globalThis, { look })
