// A worker that makes pictures: what decoders do wrong stays in here, and it reaches no network.
import { removeChannels } from "../lock"
import type { Load } from "./codecs"
import { Unseen, type FrameView } from "./view"

/** What the worker is asked for. */
export interface Asked {
  readonly id: number
  readonly frame?: { readonly view: FrameView; readonly bytes: Uint8Array }
  readonly photo?: { readonly file: Blob; readonly format: string }
}

export interface Pixels {
  readonly rows: number
  readonly columns: number
  readonly pixels: Uint8ClampedArray<ArrayBuffer>
}

/** What the worker hears: what it is asked for, or an asset that it needs. */
export type Heard = Asked | { readonly asset: string; readonly bytes: ArrayBuffer }

/** What the worker says. */
export type Made = { readonly needs: string } | { readonly id: number; readonly error: string } | ({ readonly id: number } & Pixels)

/** Answers each question by `make`. */
export function answerQuestions(make: (asked: Asked, load: Load) => Promise<Pixels>): void {
  const waiting = new Map<string, (bytes: ArrayBuffer) => void>()
  const load: Load = (name) =>
    new Promise((resolve) => {
      waiting.set(name, resolve)
      postMessage({ needs: name } satisfies Made)
    })

  async function answer(asked: Asked): Promise<void> {
    try {
      const made = await make(asked, load)
      postMessage({ id: asked.id, ...made } satisfies Made, { transfer: [made.pixels.buffer] })
    } catch (error) {
      postMessage({ id: asked.id, error: error instanceof Unseen ? error.message : "the picture cannot be shown" } satisfies Made)
    }
  }

  removeChannels()
  addEventListener("message", ({ data }: MessageEvent<Heard>) => {
    if ("asset" in data) waiting.get(data.asset)?.(data.bytes)
    else void answer(data)
  })
}
