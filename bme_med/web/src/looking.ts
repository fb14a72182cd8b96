// The worker that makes pictures for the screen: what decoders do wrong stays in here. It reaches no network.
import type { Asked, Heard, Made } from "./engine/preview"
import { removeChannels } from "./lock"
import { framePixels, photoPixels, Unseen } from "./picture"

removeChannels()

const waiting = new Map<string, (bytes: ArrayBuffer) => void>()

function load(name: string): Promise<ArrayBuffer> {
  return new Promise((resolve) => {
    waiting.set(name, resolve)
    postMessage({ needs: name } satisfies Made)
  })
}

addEventListener("message", ({ data }: MessageEvent<Heard>) => {
  if ("asset" in data) waiting.get(data.asset)?.(data.bytes)
  else void answer(data)
})

async function answer(asked: Asked): Promise<void> {
  try {
    const { id, frame, photo } = asked
    const made = frame
      ? { rows: frame.view.rows, columns: frame.view.columns, pixels: await framePixels(frame.view, frame.bytes, load) }
      : await photoPixels(photo!.file, photo!.format)
    postMessage({ id, ...made } satisfies Made, { transfer: [made.pixels.buffer] })
  } catch (error) {
    postMessage({ id: asked.id, error: error instanceof Unseen ? error.message : "the picture cannot be shown" } satisfies Made)
  }
}
