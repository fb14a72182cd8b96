// The engine as the page sees it: Python in workers, behind the protocol.
import type { Dropped, Engine, Inspection, Picture, ProfileInfo, Series, Sink, Summary } from "../protocol"
import { Pool, type Start } from "./pool"
import { preview } from "./preview"
import type { Remote } from "./remote"
import { askAll, Run, type OnOutcome } from "./run"

/** What is known of a file that a worker died of (`bme_med.run.surveying.Glance`). */
const LOST_GLANCE = [["", "", "", "unreadable"], "", "", "", "the process that looked at it died", ""]

/** What an engine is made of; tests put other things in place of a browser's. */
export interface Parts {
  /** Proves the lock of the page; rejects where it is not in force. */
  readonly prove: () => Promise<void>
  /** Reads what workers boot from, and gives the way to start one. */
  readonly load: (onProgress: (done: number, total: number, what: string) => void) => Promise<Start>
  readonly workers: number
}

export class PooledEngine implements Engine {
  private clerk: Remote | undefined
  private pool: Pool | undefined

  constructor(private readonly parts: Parts) {}

  async start(onProgress: (done: number, total: number, what: string) => void): Promise<void> {
    const steps = 6
    onProgress(0, steps, "proving the network lock")
    await this.parts.prove()
    const start = await this.parts.load((done, _, what) => onProgress(1 + done, steps, what))
    onProgress(4, steps, "starting Python")
    this.clerk = await start()
    onProgress(5, steps, "starting workers")
    this.pool = new Pool(this.parts.workers, start)
    void this.pool.fill()
    onProgress(steps, steps, "ready")
  }

  async profiles(): Promise<readonly ProfileInfo[]> {
    return (await this.ready.clerk.ask<readonly ProfileInfo[]>("profiles", {})).value
  }

  async survey(files: readonly Dropped[], profile: string): Promise<readonly Series[]> {
    const { clerk, pool } = this.ready
    const glances = await askAll<unknown>(pool, { op: "glances", args: { profile }, lost: LOST_GLANCE }, files)
    return (await clerk.ask<readonly Series[]>("series", { names: files.map(({ name }) => name), glances })).value
  }

  async inspect({ name, file }: Dropped, profile: string): Promise<Inspection> {
    return this.ready.pool.use(async (worker) => (await worker.ask<Inspection>("inspect", { profile, names: [name] }, [file])).value)
  }

  async preview(file: Dropped, frame: number): Promise<Picture> {
    return preview(this.ready.pool, file, frame)
  }

  async checkBoxes(json: string): Promise<void> {
    await this.ready.clerk.ask("check_boxes", { boxes: json })
  }

  async run(
    files: readonly Dropped[],
    options: { readonly profile: string; readonly key: Uint8Array | null; readonly boxes: string; readonly earlier: Blob | null },
    sink: Sink,
    onOutcome: OnOutcome,
    signal: AbortSignal,
  ): Promise<Summary> {
    const { clerk, pool } = this.ready
    const { profile, boxes } = options
    const earlier = (await options.earlier?.text()) ?? ""
    const key = hex(options.key ?? crypto.getRandomValues(new Uint8Array(32)))
    return new Run(clerk, pool, { profile, key, boxes, earlier }, sink, onOutcome, signal).work(files)
  }

  stop(): void {
    this.pool?.end()
    this.clerk?.end()
    this.pool = undefined
    this.clerk = undefined
  }

  private get ready(): { clerk: Remote; pool: Pool } {
    const { clerk, pool } = this
    if (!clerk || !pool) throw new Error("the engine has not started")
    return { clerk, pool }
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}
