// One frame for the screen: Python says where it lies, a worker of its own decodes it.
import type { FrameView } from "../picture"
import type { Pixels } from "../picture/answering"
import type { Dropped, Picture } from "../protocol"
import { Looker } from "./looker"
import type { Pool } from "./pool"

type Viewed = { readonly format: string } | (FrameView & { readonly format: "dicom"; readonly data: string; readonly ranges: readonly (readonly [number, number])[] })

const FIRST_ALONE = "only the first picture is shown here"
const NO_WINDOW = "no window is given: from the smallest to the largest sample"
const looking = new Looker("looking.js")
const heic = new Looker("heic.js")

/** Frame `frame`, from 1, of a file; rejects with the sentence for the user where there is nothing to show. */
export async function preview(pool: Pool, { name, file }: Dropped, frame: number): Promise<Picture> {
  const { value } = await pool.use((worker) => worker.ask<Viewed>("view", { names: [name], number: frame }, [file]))
  if (!("ranges" in value)) return { ...(await photo(file, value.format)), frames: 1, note: value.format === "gif" ? FIRST_ALONE : "" }
  const { data, ranges, ...view } = value
  const parts = ranges.length > 0 ? ranges.map(([start, end]) => file.slice(start, end)) : [Uint8Array.from(atob(data), (c) => c.charCodeAt(0))]
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer())
  return { ...(await looking.ask({ frame: { view, bytes } })), frames: view.frames, note: isWithoutWindow(view) ? NO_WINDOW : "" }
}

/** A photo by the browser; of HEIC and AVIF by libheif, where the browser does not know it. */
export function photo(file: Blob, format: string): Promise<Pixels> {
  const made = looking.ask({ photo: { file, format } })
  return format === "heif" ? made.catch(() => heic.ask({ photo: { file, format } })) : made
}

function isWithoutWindow({ samples, windows, photometric }: FrameView): boolean {
  return samples === 1 && windows.length === 0 && photometric !== "PALETTE COLOR"
}
