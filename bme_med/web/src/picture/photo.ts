// A photo for the screen, the right way round: by the browser, and HEIC by libheif where the browser knows none.
import { browserPixels } from "./jpeg"
import { Unseen } from "./view"

const TYPES: Readonly<Record<string, string>> = {
  jpeg: "image/jpeg", png: "image/png", webp: "image/webp", gif: "image/gif", bmp: "image/bmp", heif: "image/heic",
}

/** RGBA of the first picture of a photo; `format` is what it was sniffed to be. */
export async function photoPixels(photo: Blob, format: string): ReturnType<typeof browserPixels> {
  const type = TYPES[format.toLowerCase()]
  if (!type) throw new Unseen("this browser cannot show pictures of this kind")
  return browserPixels(new Blob([photo], { type }))
}
