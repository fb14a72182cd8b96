// Gray samples as a screen shows them (PS3.3, C.11.1, C.11.2, C.11.6).
import type { FrameView, Samples } from "./view"

type Curve = (value: number) => number

const LONGEST_TABLE = 1 << 16

/** Gray samples as RGBA. */
export function grayPixels(samples: Samples, view: FrameView): Uint8ClampedArray<ArrayBuffer> {
  const level = levels(samples, view)
  const pixels = new Uint8ClampedArray(4 * samples.length)
  for (let at = 0; at < samples.length; at++) {
    pixels[4 * at] = pixels[4 * at + 1] = pixels[4 * at + 2] = level(samples[at]!)
    pixels[4 * at + 3] = 255
  }
  return pixels
}

/** From a sample to a level of the screen: by a table, where that is not long. */
function levels(samples: Samples, view: FrameView): Curve {
  const shown = curve(samples, view)
  const level: Curve = (sample) => {
    const made = Math.round(shown(sample * view.slope + view.intercept) * 255)
    return view.is_inverse ? 255 - made : made
  }
  const [low, high] = extremes(samples, null)
  if (view.is_float || !(high - low < LONGEST_TABLE)) return level
  const table = Uint8Array.from({ length: high - low + 1 }, (_, at) => level(low + at))
  return (sample) => table[sample - low]!
}

/** From a value behind the modality's rescaling to 0 (dark) to 1. */
function curve(samples: Samples, view: FrameView): Curve {
  const [window] = view.windows
  if (!window || view.stored === 1) {
    const [low, high] = extremes(samples, view.padding).map((end) => end * view.slope + view.intercept)
    return between(Math.min(low!, high!), Math.max(low!, high!))
  }
  const [center, width] = window
  switch (view.function) {
    case "SIGMOID":
      return (value) => 1 / (1 + Math.exp(-4 * (value - center) / width))
    case "LINEAR_EXACT":
      return between(center - width / 2, center + width / 2)
    default:
      return linear(center, width)
  }
}

/** The window of PS3.3, C.11.2.1.2.1. */
function linear(center: number, width: number): Curve {
  if (width <= 1) return (value) => (value <= center - 0.5 ? 0 : 1)
  return between(center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2)
}

function between(low: number, high: number): Curve {
  const span = high - low
  return (value) => (value <= low ? 0 : value >= high ? 1 : (value - low) / span)
}

/** The smallest and the largest sample that is no padding. */
function extremes(samples: Samples, padding: FrameView["padding"]): [number, number] {
  let low = Infinity
  let high = -Infinity
  for (let at = 0; at < samples.length; at++) {
    const sample = samples[at]!
    if (padding && padding[0] <= sample && sample <= padding[1]) continue
    if (sample < low) low = sample
    if (sample > high) high = sample
  }
  return [low, high]
}
