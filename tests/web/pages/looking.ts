// Frames and photos by the workers of the page: `look` gives rows, columns and base64 of RGBA, or the sentence for the user.
import { Looker } from "../../../bme_med/web/src/engine/looker"
import { photo } from "../../../bme_med/web/src/engine/preview"
import type { FrameView } from "../../../bme_med/web/src/picture"

const looking = new Looker("looking.js")

async function base64(bytes: Uint8ClampedArray<ArrayBuffer>): Promise<string> {
  const url = await new Promise<string>((resolve) => {
    const reader = new FileReader()
    reader.onload = () => resolve(reader.result as string)
    reader.readAsDataURL(new Blob([bytes]))
  })
  return url.slice(url.indexOf(",") + 1)
}

async function look([format, data, view]: [string, string, FrameView]): Promise<unknown> {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0))
  try {
    const { rows, columns, pixels } = format === "dicom" ? await looking.ask({ frame: { view, bytes } }) : await photo(new Blob([bytes]), format)
    return [rows, columns, await base64(pixels)]
  } catch (error) {
    return (error as Error).message
  }
}

Object.assign(globalThis, { look })
