// One frame for the screen: Python says where it lies, a worker of its own decodes it.
import type { FrameView } from "../picture"
import type { Dropped, Picture } from "../protocol"
import { asset, startWorker } from "./assets"
import type { Pool } from "./pool"

/** What the worker is asked for. */
export interface Asked {
  readonly id: number
  readonly frame?: { readonly view: FrameView; readonly bytes: Uint8Array }
  readonly photo?: { readonly file: Blob; readonly format: string }
}

/** What the worker hears: what it is asked for, or an asset that it needs. */
export type Heard = Asked | { readonly asset: string; readonly bytes: ArrayBuffer }

/** What the worker says. */
export type Made =
  | { readonly needs: string }
  | { readonly id: number; readonly error: string }
  | { readonly id: number; readonly rows: number; readonly columns: number; readonly pixels: Uint8ClampedArray<ArrayBuffer> }

type Viewed = { readonly format: string } | (FrameView & { readonly format: "dicom"; readonly data: string; readonly ranges: readonly (readonly [number, number])[] })

const FIRST_ALONE = "only the first picture is shown here"
const MOST_SECONDS = 60
let looking: Promise<Worker> | undefined
let next = 0

/** Frame `frame`, from 1, of a file; rejects with the sentence for the user where there is nothing to show. */
export async function preview(pool: Pool, { name, file }: Dropped, frame: number): Promise<Picture> {
  const { value } = await pool.use((worker) => worker.ask<Viewed>("view", { names: [name], number: frame }, [file]))
  if (!("ranges" in value)) {
    const { rows, columns, pixels } = await ask({ photo: { file, format: value.format } })
    return { rows, columns, pixels, frames: 1, note: value.format === "gif" ? FIRST_ALONE : "" }
  }
  const { data, ranges, ...view } = value
  const parts = ranges.length > 0 ? ranges.map(([start, end]) => file.slice(start, end)) : [Uint8Array.from(atob(data), (c) => c.charCodeAt(0))]
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer())
  const { rows, columns, pixels } = await ask({ frame: { view, bytes } })
  return { rows, columns, pixels, frames: view.frames, note: noteOf(view) }
}

function noteOf({ samples, windows, photometric }: FrameView): string {
  return samples === 1 && windows.length === 0 && photometric !== "PALETTE COLOR" ? "no window is given: from the smallest to the largest sample" : ""
}

/** Asks the worker; one that says nothing for a minute is ended, and the next picture gets another. */
async function ask(what: Omit<Asked, "id">): Promise<Extract<Made, { pixels: unknown }>> {
  looking ??= startLooking()
  const worker = await looking
  const id = next++
  return new Promise((resolve, reject) => {
    const fail = (): void => {
      worker.terminate()
      looking = undefined
      settle(() => reject(new Error("the picture cannot be shown: its decoder stopped")))
    }
    const timer = setTimeout(fail, MOST_SECONDS * 1000)
    const settle = (done: () => void): void => {
      clearTimeout(timer)
      worker.removeEventListener("message", hear)
      worker.removeEventListener("error", fail)
      done()
    }
    const hear = ({ data }: MessageEvent<Made>): void => {
      if ("id" in data && data.id === id) settle(() => ("error" in data ? reject(new Error(data.error)) : resolve(data)))
    }
    worker.addEventListener("message", hear)
    worker.addEventListener("error", fail)
    worker.postMessage({ id, ...what })
  })
}

/** The worker, which the page hands the assets that it needs. */
async function startLooking(): Promise<Worker> {
  const worker = await startWorker("looking.js")
  worker.addEventListener("message", ({ data }: MessageEvent<Made>) => {
    if (!("needs" in data)) return
    const give = (bytes: ArrayBuffer): void => worker.postMessage({ asset: data.needs, bytes }, [bytes])
    void asset(data.needs).then(give, () => give(new ArrayBuffer(0)))
  })
  return worker
}
