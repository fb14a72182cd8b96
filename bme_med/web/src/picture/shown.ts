// Decoded samples as RGBA, by their Photometric Interpretation.
import { colorPixels, palettePixels } from "./color"
import { grayPixels } from "./gray"
import type { FrameView, Samples } from "./view"

export function shownPixels(samples: Samples, view: FrameView): Uint8ClampedArray<ArrayBuffer> {
  if (view.photometric === "PALETTE COLOR") return palettePixels(samples, view)
  return view.samples === 1 ? grayPixels(samples, view) : colorPixels(samples, view)
}
